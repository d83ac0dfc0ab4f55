//! As much of HTTP as WHIP and WHEP need: one request, one answer, plain TCP.
//!
//! HTTP/1.0 is spoken, so that no server answers in chunks or keeps the connection.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::error::Error;

/// An answer that takes longer than this is none.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that are read of an answer.
const MOST: u64 = 256 * 1024;

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The `Location` header as it came.
    pub(crate) location: Option<String>,
    /// The body.
    pub(crate) body: String,
}

/// Sends a request with an SDP body (or none; by PATCH, a fragment) and reads the answer.
pub(crate) fn request(
    method: &str,
    url: &str,
    headers: &[String],
    body: &str,
) -> Result<Response, Error> {
    let fail = |what: String| Error::Http { url: url.to_owned(), what };
    let (authority, path) = split(url)
        .ok_or_else(|| fail("only http:// is spoken here: use the server's plain port".into()))?;
    let mut stream =
        connect(authority).map_err(|error| fail(format!("cannot connect: {error}")))?;
    let extra: String = headers.iter().flat_map(|header| [header.as_str(), "\r\n"]).collect();
    let kind = if method == "PATCH" { "trickle-ice-sdpfrag" } else { "sdp" };
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Type: application/{kind}\r\n\
         Content-Length: {}\r\n{extra}\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    stream
        .write_all(&[head.as_bytes(), body.as_bytes()].concat())
        .and_then(|()| stream.take(MOST).read_to_end(&mut answer))
        .map_err(|error| fail(format!("no answer: {error}")))?;
    parse(&answer).ok_or_else(|| fail("the answer is not HTTP".into()))
}

/// The absolute URL of a `Location`, which may be relative to the URL that was asked.
pub(crate) fn resolve(url: &str, location: &str) -> Option<String> {
    if location.contains("://") {
        return Some(location.to_owned());
    }
    let (authority, path) = split(url)?;
    let directory = match location.strip_prefix('/') {
        Some(_) => "",
        None => path.split('?').next()?.rsplit_once('/')?.0,
    };
    let slash = if location.starts_with('/') { "" } else { "/" };
    Some(format!("http://{authority}{directory}{slash}{location}"))
}

fn split(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    Some(rest.find('/').map_or((rest, "/"), |at| rest.split_at(at)))
}

fn connect(authority: &str) -> std::io::Result<TcpStream> {
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    let address = if has_port { authority.to_owned() } else { format!("{authority}:80") };
    let mut last = std::io::Error::other("the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn parse(answer: &[u8]) -> Option<Response> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/")?.split(' ').nth(1)?.parse().ok()?;
    let location = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map(|(_, value)| value.trim().to_owned());
    Some(Response { status, location, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn an_answer_is_read() {
        let answer = b"HTTP/1.1 201 Created\r\nlocation: /whip/x\r\nA: b\r\n\r\nv=0\r\n";
        assert_eq!(
            parse(answer),
            Some(Response {
                status: 201,
                location: Some("/whip/x".into()),
                body: "v=0\r\n".into()
            })
        );
        for broken in [&b"HTTP/1.1 201 Created\r\n"[..], b"", b"FTP 1\r\n\r\n", b"\xff\r\n\r\n"] {
            assert_eq!(parse(broken), None);
        }
    }

    #[test]
    fn a_location_is_resolved() {
        let url = "http://h:1/whip/room?name=a";
        for (location, absolute) in [
            ("/s/1", "http://h:1/s/1"),
            ("s?id=1", "http://h:1/whip/s?id=1"),
            ("http://g/2", "http://g/2"),
        ] {
            assert_eq!(resolve(url, location).as_deref(), Some(absolute));
        }
    }

    #[test]
    fn a_whole_exchange_works_and_tls_is_refused_by_name() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut heard = [0; 512];
            let count = stream.read(&mut heard).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nfine").unwrap();
            String::from_utf8(heard[..count].to_vec()).unwrap()
        });
        let url = format!("http://{address}/whip/a?name=b");
        let response = request("POST", &url, &["X-Y: z".into()], "v=0").unwrap();
        assert_eq!((response.status, response.body.as_str()), (200, "fine"));
        let heard = server.join().unwrap();
        assert!(heard.starts_with("POST /whip/a?name=b HTTP/1.0\r\n"), "{heard}");
        assert!(heard.ends_with("Content-Length: 3\r\nX-Y: z\r\n\r\nv=0"), "{heard}");
        let refusal = request("POST", "https://h/", &[], "").unwrap_err().to_string();
        assert!(refusal.contains("http://"), "{refusal}");
    }
}
