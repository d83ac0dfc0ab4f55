//! Panics in the code of one transport, kept from the others.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs `work`; a panic in it becomes a sentence that says what and where.
///
/// While `work` runs the process's panic hook is silent for this thread: the sentence is logged by
/// whoever gets it.
pub(crate) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(install_hook);
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|panic| {
        let place = PLACE.take().unwrap_or_else(|| "an unknown place".to_owned());
        format!("{} at {place}", message(panic.as_ref()))
    })
}

fn install_hook() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if GUARDED.get() {
            PLACE.set(info.location().map(ToString::to_string));
        } else {
            before(info);
        }
    }));
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence_with_its_place() {
        let sentence = contain(|| panic!("no {}", "good")).expect_err("it panicked");
        assert!(sentence.starts_with("no good at "), "{sentence}");
        assert!(sentence.contains("panics.rs"), "{sentence}");
        assert_eq!(contain(|| 5), Ok(5));
    }
}
