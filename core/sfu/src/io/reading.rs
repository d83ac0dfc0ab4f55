//! What a worker does with its TCP connections.

use std::time::Instant;

use super::now;
use super::tcp::Said;
use super::worker::Worker;
use crate::words::Remote;

impl Worker {
    /// Accepts connections and reads from each that has something; true when there may be more.
    pub(super) fn receive_over_tcp(&mut self) -> bool {
        let at = now();
        let mut more = self.sender.tcp.accept(at);
        for key in self.sender.tcp.readable() {
            if let Some(said) = self.sender.tcp.read(key) {
                self.listen(said, at);
                more = true;
            }
        }
        let Self { sfu, sender, .. } = self;
        sender.tcp.sweep(at, |remote| sfu.knows(Remote::tcp(remote)));
        more
    }

    fn listen(&mut self, mut said: Said, at: Instant) {
        let Self { sfu, sender, mailboxes, .. } = self;
        if let Some(owner) = said.first().and_then(|first| sfu.owner_elsewhere(&first)) {
            if let Some(connection) = sender.tcp.give(said) {
                mailboxes[owner].hand_over(connection);
            }
            return;
        }
        let (key, remote, local) = (said.key, Remote::tcp(said.remote), said.local);
        let complete = said.each(|datagram| sfu.receive(remote, local, datagram, at, sender));
        let is_known = sfu.knows(remote);
        sender.tcp.keep(said, is_known);
        // The first thing that a client says is a check, and it is some transport's from then on.
        if complete.is_err() || complete.is_ok_and(|count| count > 0 && !is_known) {
            sender.tcp.close(key);
        }
    }

    /// Tells of the connections that were closed.
    pub(super) fn disconnect(&mut self) {
        for remote in self.sender.tcp.take_closed() {
            self.sfu.disconnected(Remote::tcp(remote));
        }
    }
}
