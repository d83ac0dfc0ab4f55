//! Lines: sockets of their own of the transports that look for their remotes.
//!
//! Two relays may have several connections with each other. Through the media ports all of these would
//! run between the same two addresses, and neither DTLS nor SRTP says which one it is of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mio::event::Event;
use mio::{Interest, Registry, Token};

use super::now;
use super::socket::MediaSocket;
use super::worker::{WAKE, Worker};
use crate::words::{Command, TransportId};

/// The lines of one worker's transports. Each transport has one socket of each family of the media
/// port.
#[derive(Debug)]
pub(crate) struct Lines {
    registry: Registry,
    /// Where the media port listens.
    listen: Vec<IpAddr>,
    sockets: BTreeMap<Line, Ear>,
    /// By their tokens.
    keys: HashMap<usize, Line>,
    /// Those with something to read.
    ready: BTreeSet<usize>,
    /// Tokens are given from the highest on down, connections have those from the lowest on up.
    next_key: usize,
}

/// Whose it is, and whether it is one of IPv4.
type Line = (TransportId, bool);

#[derive(Debug)]
struct Ear {
    key: usize,
    socket: Arc<MediaSocket>,
}

impl Lines {
    pub(crate) fn new(registry: Registry, media_port: &[MediaSocket]) -> Self {
        Self {
            registry,
            listen: media_port.iter().map(|socket| socket.address.ip()).collect(),
            sockets: BTreeMap::new(),
            keys: HashMap::new(),
            ready: BTreeSet::new(),
            next_key: WAKE.0 - 1,
        }
    }

    /// Opens the sockets of a transport; gives their addresses.
    pub(crate) fn open(&mut self, transport: TransportId) -> io::Result<Vec<SocketAddr>> {
        let open = |&address: &IpAddr| MediaSocket::bind(SocketAddr::new(address, 0));
        let sockets: Vec<_> = self.listen.iter().map(open).collect::<io::Result<_>>()?;
        let addresses = sockets.iter().map(|socket| socket.address).collect();
        for mut socket in sockets {
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.registry.register(&mut socket.socket, Token(self.next_key), interest)?;
            let line = (transport, socket.address.is_ipv4());
            self.keys.insert(self.next_key, line);
            self.sockets.insert(line, Ear { key: self.next_key, socket: Arc::new(socket) });
            self.next_key -= 1;
        }
        Ok(addresses)
    }

    /// Closes the sockets of transports that are gone.
    pub(crate) fn close(&mut self, is_there: impl Fn(TransportId) -> bool) {
        let keys = &mut self.keys;
        self.sockets.retain(|&(transport, _), ear| {
            let stays = is_there(transport);
            if !stays {
                keys.remove(&ear.key);
            }
            stays
        });
    }

    /// Takes note of what a socket is ready for.
    pub(crate) fn note(&mut self, event: &Event) {
        let Token(key) = event.token();
        if event.is_readable() && self.keys.contains_key(&key) {
            self.ready.insert(key);
        }
    }

    /// A transport's socket towards remotes of a family.
    pub(crate) fn socket(&self, transport: TransportId, is_ipv4: bool) -> Option<&MediaSocket> {
        self.sockets.get(&(transport, is_ipv4)).map(|ear| &*ear.socket)
    }

    /// Takes the sockets with something to read.
    fn take_ready(&mut self) -> Vec<(usize, TransportId, Arc<MediaSocket>)> {
        let find = |key| {
            let line = self.keys.get(&key)?;
            Some((key, line.0, Arc::clone(&self.sockets.get(line)?.socket)))
        };
        std::mem::take(&mut self.ready).into_iter().filter_map(find).collect()
    }
}

impl Worker {
    /// Receives from the lines that have something; true when one may have more.
    pub(super) fn receive_over_lines(&mut self) -> bool {
        for (key, transport, socket) in self.sender.lines.take_ready() {
            // What is wrong with one of these is the affair of its transport, which falls silent.
            if self.receive_from(&socket, Some(transport)).unwrap_or(false) {
                self.sender.lines.ready.insert(key);
            }
        }
        !self.sender.lines.ready.is_empty()
    }

    /// Carries out a command, with sockets for the transport that it makes where that dials.
    pub(super) fn carry_out(&mut self, command: Command) {
        let Self { sfu, sender, .. } = self;
        match command.dials().filter(|&transport| !sfu.has(transport)) {
            Some(transport) => {
                let sockets = sender.lines.open(transport).map_err(|error| error.to_string());
                sfu.dial(command, sockets, now(), sender);
            }
            None => sfu.command(command, now(), sender),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_live_as_long_as_their_transport() {
        let poll = mio::Poll::new().expect("a poll");
        let registry = poll.registry().try_clone().expect("a registry");
        let media_port = MediaSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0)));
        let media_port = media_port.expect("a free port");
        let mut lines = Lines::new(registry, std::slice::from_ref(&media_port));
        let [one, two] = [1, 2].map(TransportId);
        let [first, second] = [one, two].map(|line| lines.open(line).expect("sockets"));
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_ne!(first, second);
        let bound = lines.socket(one, true).map(|socket| socket.address);
        assert_eq!(bound, Some(first[0]));
        assert!(lines.socket(one, false).is_none(), "the media port has no such family");
        lines.close(|transport| transport == two);
        assert!(lines.socket(one, true).is_none() && lines.socket(two, true).is_some());
        MediaSocket::bind(first[0]).expect("the port is free again");
        MediaSocket::bind(second[0]).expect_err("this one is not");
    }
}
