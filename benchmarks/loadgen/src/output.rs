//! The only place that writes to the terminal: JSON to standard output, words to standard error.

use std::fmt::Write as _;
use std::io::{self, Write as _};

/// A JSON value, as much of JSON as figures need.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    /// Not known.
    Null,
    /// A count.
    Count(u64),
    /// A measured quantity.
    Number(f64),
    /// Values in order.
    List(Vec<Self>),
    /// Named values in order; the names are plain words.
    Object(Vec<(&'static str, Self)>),
}

impl Json {
    /// The value as one line of JSON (RFC 8259).
    pub(crate) fn line(&self) -> String {
        let mut text = String::new();
        self.append(&mut text);
        text
    }

    fn append(&self, out: &mut String) {
        match self {
            Self::Count(count) => _ = write!(out, "{count}"),
            Self::Number(number) if number.is_finite() => _ = write!(out, "{number:.4}"),
            Self::Null | Self::Number(_) => out.push_str("null"),
            Self::List(values) => {
                append_all(out, ('[', ']'), values, |out, value| value.append(out));
            }
            Self::Object(fields) => append_all(out, ('{', '}'), fields, |out, (name, value)| {
                _ = write!(out, "\"{name}\":");
                value.append(out);
            }),
        }
    }
}

fn append_all<T>(
    out: &mut String,
    (open, close): (char, char),
    items: &[T],
    each: impl Fn(&mut String, &T),
) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(out, item);
    }
    out.push(close);
}

/// Writes the figures; a closed pipe is nobody's fault.
pub(crate) fn figures(value: &Json) {
    let _ = writeln!(io::stdout().lock(), "{}", value.line());
}

/// Tells the person something.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written() {
        let value = Json::Object(vec![
            ("a", Json::List(vec![Json::Count(1), Json::Number(0.5), Json::Number(f64::NAN)])),
            ("b", Json::Object(vec![])),
        ]);
        assert_eq!(value.line(), r#"{"a":[1,0.5000,null],"b":{}}"#);
    }
}
