//! Addresses of servers (RFC 7064, RFC 7065).

use std::net::{IpAddr, SocketAddr};

const PORT: u16 = 3478;

/// A STUN or TURN server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub(super) address: SocketAddr,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Stun,
    Turn(Login),
}

/// Long-term credentials (RFC 8489 section 9.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// Why there is no server behind a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is no such URL.
    #[error("{0:?} is no \"stun:HOST[:PORT]\" or \"turn:HOST[:PORT]\" (RFC 7064, RFC 7065)")]
    Malformed(String),
    /// Its host is a name.
    #[error("{0:?} is no IP address: look the name up first")]
    Name(String),
    /// TCP or TLS: there is only UDP here.
    #[error("{0:?} is not reached by UDP, and nothing else is supported")]
    Transport(String),
}

impl Server {
    /// Reads a URL.
    pub fn new(url: &str, user: &str, password: &str) -> Result<Self, UrlError> {
        let malformed = || UrlError::Malformed(url.to_owned());
        let (scheme, rest) = url.split_once(':').ok_or_else(malformed)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, "transport=udp"));
        let login = || Login { user: user.to_owned(), password: password.to_owned() };
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "stun" if place == rest => Kind::Stun,
            "turn" if query == "transport=udp" => Kind::Turn(login()),
            "turn" | "turns" | "stuns" => return Err(UrlError::Transport(url.to_owned())),
            _ => return Err(malformed()),
        };
        Ok(Self { address: address(place).ok_or_else(malformed)??, kind })
    }
}

/// None: it is nothing that could be a host and a port.
fn address(place: &str) -> Option<Result<SocketAddr, UrlError>> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    if host.is_empty() {
        return None;
    }
    let port = port.map_or(Some(PORT), |port| port.parse().ok().filter(|&port| port != 0))?;
    let ip = host.parse::<IpAddr>().map_err(|_| UrlError::Name(host.to_owned()));
    Some(ip.map(|ip| SocketAddr::new(ip, port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<(String, bool), UrlError> {
        let server = Server::new(url, "ann", "secret")?;
        Ok((server.address.to_string(), server.kind != Kind::Stun))
    }

    #[test]
    fn urls_are_read() {
        assert_eq!(read("stun:192.0.2.1"), Ok(("192.0.2.1:3478".to_owned(), false)));
        assert_eq!(read("turn:192.0.2.1:99"), Ok(("192.0.2.1:99".to_owned(), true)));
        let udp = read("turn:[2001:db8::1]:99?transport=udp");
        assert_eq!(udp, Ok(("[2001:db8::1]:99".to_owned(), true)));
        assert_eq!(read("stun:example.org"), Err(UrlError::Name("example.org".to_owned())));
        for other in ["turns:192.0.2.1", "turn:192.0.2.1?transport=tcp"] {
            assert_eq!(read(other), Err(UrlError::Transport(other.to_owned())));
        }
        for wrong in ["", "stun", "stun:", "http://192.0.2.1", "stun:1.2.3.4:0", "stun:[::1"] {
            assert_eq!(read(wrong), Err(UrlError::Malformed(wrong.to_owned())));
        }
    }
}
