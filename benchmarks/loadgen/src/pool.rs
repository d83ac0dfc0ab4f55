//! Several sessions served by one thread.

use std::time::Instant;

use mio::{Events, Interest, Poll, Token};
use str0m::Event;

use crate::error::Error;
use crate::peer::Peer;
use crate::tally::Faults;

/// Larger than any datagram that a peer sends us.
const DATAGRAM: usize = 4096;

/// Sessions and the poll that watches their sockets.
#[derive(Debug)]
pub(crate) struct Pool {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    peers: Vec<Peer>,
}

impl Pool {
    /// Watches these sessions; they are known by their place.
    pub(crate) fn new(mut peers: Vec<Peer>) -> Result<Self, Error> {
        let poll = Poll::new().map_err(Error::io("making a poll"))?;
        for (index, peer) in peers.iter_mut().enumerate() {
            poll.registry()
                .register(&mut peer.socket, Token(index), Interest::READABLE)
                .map_err(Error::io("watching a socket"))?;
        }
        let events = Events::with_capacity(peers.len());
        Ok(Self { poll, events, buffer: vec![0; DATAGRAM], peers })
    }

    /// The sessions.
    pub(crate) fn peers(&mut self) -> &mut [Peer] {
        &mut self.peers
    }

    /// Waits for datagrams till `until` at most, and serves whoever has something to do.
    pub(crate) fn turn(
        &mut self,
        until: Instant,
        on: &mut impl FnMut(usize, Event),
    ) -> Result<(), Error> {
        let wake = self.peers.iter().map(|peer| peer.deadline).fold(until, Instant::min);
        let wait = wake.saturating_duration_since(Instant::now());
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => {
                return Err(Error::io("waiting for datagrams")(error));
            }
            _ => {}
        }
        for event in &self.events {
            let Token(index) = event.token();
            self.peers[index].receive(&mut self.buffer, &mut |event| on(index, event));
        }
        let now = Instant::now();
        for (index, peer) in self.peers.iter_mut().enumerate() {
            if peer.deadline <= now {
                peer.tick(now, &mut |event| on(index, event));
            }
        }
        Ok(())
    }

    /// Sessions that ended, and datagrams that could not be sent.
    pub(crate) fn faults(&self) -> Faults {
        Faults {
            ended: self.peers.iter().filter(|peer| peer.ended).count() as u64,
            unsent: self.peers.iter().map(|peer| peer.unsent).sum(),
            ..Faults::default()
        }
    }
}
