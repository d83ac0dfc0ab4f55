//! Which transport a datagram belongs to, when all share one port.

use std::collections::HashMap;
use str0m::ice::StunMessage;

use crate::words::{Remote, TransportId};

/// By user name fragment for STUN (RFC 8445 section 7.1.1), by source for all else.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    fragments: HashMap<String, TransportId>,
    remotes: HashMap<Remote, TransportId>,
}

/// The first byte tells what a datagram is (RFC 7983 section 7).
pub(crate) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= 20 && datagram.first().is_some_and(|&first| first < 4)
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
    pub(crate) fn find(&self, source: Remote, datagram: &[u8]) -> Option<TransportId> {
        if is_stun(datagram) {
            let message = StunMessage::parse(datagram).ok()?;
            if let Some((ours, _theirs)) = message.split_username() {
                return self.fragments.get(ours).copied();
            }
        }
        self.owner(source)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn remote(port: u16) -> Remote {
        Remote::udp(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[test]
    fn a_remote_belongs_to_the_last_that_proved_to_be_there() {
        let mut demux = Demux::default();
        let (one, two) = (TransportId(1), TransportId(2));
        assert_eq!(demux.tie(remote(5), one), None);
        assert_eq!(demux.find(remote(5), &[0x80, 96, 0]), Some(one));
        assert_eq!(demux.tie(remote(5), two), Some(one));
        demux.loosen(remote(5), one);
        assert_eq!(demux.find(remote(5), &[0x80, 96, 0]), Some(two), "not one's to loosen");
        let same_over_tcp = Remote::tcp(remote(5).address);
        assert_eq!(demux.find(same_over_tcp, &[0x80, 96, 0]), None, "another port");
        demux.loosen(remote(5), two);
        assert_eq!(demux.find(remote(5), &[0x80, 96, 0]), None);
    }

    #[test]
    fn garbage_belongs_to_nobody() {
        let demux = Demux::default();
        for length in 0..64 {
            assert_eq!(demux.find(remote(1), &vec![0; length]), None);
            assert_eq!(demux.find(remote(1), &vec![0xff; length]), None);
        }
    }
}
