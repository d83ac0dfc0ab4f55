//! Which transport a datagram belongs to, when most share one port.

use std::collections::HashMap;

use str0m::ice::StunMessage;

use crate::words::{Remote, TransportId};

/// By user name fragment for checks (RFC 8445 section 7.1.1), by the socket for their answers, by
/// source for all else.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    fragments: HashMap<String, TransportId>,
    remotes: HashMap<Remote, TransportId>,
}

/// The first byte tells what a datagram is (RFC 7983 section 7).
pub(crate) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= 20 && datagram.first().is_some_and(|&first| first < 4)
}

/// Whether a datagram is a connectivity check: a binding request (RFC 8489 section 5).
pub(crate) fn is_check(datagram: &[u8]) -> bool {
    is_stun(datagram) && datagram.starts_with(&[0, 1])
}

/// What a datagram says of whom it is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// Whoever has this user name fragment.
    Fragment(String),
    /// Whoever asked: it answers a check, and only those check who have sockets of their own.
    Asker,
    /// Whoever is tied to the remote that it came from.
    Source,
}

/// Whom a datagram is for; `None` for what only looks like STUN.
pub(crate) fn addressee(datagram: &[u8]) -> Option<Addressee> {
    if is_stun(datagram) {
        let message = StunMessage::parse(datagram).ok()?;
        if let Some((ours, _theirs)) = message.split_username() {
            return Some(Addressee::Fragment(ours.to_owned()));
        }
        if message.is_successful_binding_response() || message.is_failed_binding_response() {
            return Some(Addressee::Asker);
        }
    }
    Some(Addressee::Source)
}

impl Demux {
    /// Adds a transport by its own user name fragment.
    pub(crate) fn add(&mut self, fragment: &str, transport: TransportId) {
        self.fragments.insert(fragment.to_owned(), transport);
    }

    /// Ties a remote to the transport that proved to be there; gives back whose it was before.
    pub(crate) fn tie(&mut self, remote: Remote, to: TransportId) -> Option<TransportId> {
        self.remotes.insert(remote, to).filter(|&before| before != to)
    }

    /// Loosens a remote, if it is still this transport's.
    pub(crate) fn loosen(&mut self, remote: Remote, from: TransportId) {
        if self.remotes.get(&remote) == Some(&from) {
            self.remotes.remove(&remote);
        }
    }

    /// Whose a remote is.
    pub(crate) fn owner(&self, remote: Remote) -> Option<TransportId> {
        self.remotes.get(&remote).copied()
    }

    /// Removes a transport by its fragment.
    pub(crate) fn remove(&mut self, fragment: &str) {
        self.fragments.remove(fragment);
    }

    /// Finds the transport of a datagram.
    pub(crate) fn find(&self, source: Remote, addressee: &Addressee) -> Option<TransportId> {
        match addressee {
            Addressee::Fragment(fragment) => self.fragments.get(fragment).copied(),
            Addressee::Asker => source.line,
            Addressee::Source => self.owner(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn remote(port: u16) -> Remote {
        Remote::udp(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    fn find(demux: &Demux, remote: Remote, datagram: &[u8]) -> Option<TransportId> {
        demux.find(remote, &addressee(datagram)?)
    }

    #[test]
    fn a_remote_belongs_to_the_last_that_proved_to_be_there() {
        let mut demux = Demux::default();
        let (one, two) = (TransportId(1), TransportId(2));
        assert_eq!(demux.tie(remote(5), one), None);
        assert_eq!(find(&demux, remote(5), &[0x80, 96, 0]), Some(one));
        assert_eq!(demux.tie(remote(5), two), Some(one));
        demux.loosen(remote(5), one);
        assert_eq!(find(&demux, remote(5), &[0x80, 96, 0]), Some(two), "not one's to loosen");
        let same_over_tcp = Remote::tcp(remote(5).address);
        assert_eq!(find(&demux, same_over_tcp, &[0x80, 96, 0]), None, "another port");
        demux.loosen(remote(5), two);
        assert_eq!(find(&demux, remote(5), &[0x80, 96, 0]), None);
    }

    #[test]
    fn garbage_belongs_to_nobody() {
        let demux = Demux::default();
        for length in 0..64 {
            assert_eq!(find(&demux, remote(1), &vec![0; length]), None);
            assert_eq!(find(&demux, remote(1), &vec![0xff; length]), None);
        }
    }
}
