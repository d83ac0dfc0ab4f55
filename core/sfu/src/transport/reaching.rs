//! Where the remote of a transport is, and what leaves towards it.

use std::net::IpAddr;
use std::time::Instant;

use str0m::ice::StunMessage;
use str0m::net::{Protocol as RtcProtocol, Transmit};

use super::{Happening, Transport};
use crate::demux;
use crate::paths::News;
use crate::sfu::Outbox;
use crate::words::{Protocol, Remote, TransportId};

impl Transport {
    /// Whether this side looks for the remote.
    pub(crate) fn dials(&self) -> bool {
        self.ice.is_full()
    }

    /// Whose sockets are between us and the remote.
    pub(super) fn line(&self) -> Option<TransportId> {
        self.dials().then_some(self.id)
    }

    /// Notes where the remote is: it checks, or it answers a check of ours.
    pub(super) fn prove(
        &mut self,
        remote: Remote,
        local: IpAddr,
        datagram: &[u8],
        now: Instant,
        happenings: &mut Vec<Happening>,
    ) {
        let Ok(message) = StunMessage::parse(datagram) else { return };
        if message.is_binding_request() || message.is_successful_binding_response() {
            let news = self.paths.check(remote, local, message.use_candidate(), now);
            tell(&news, remote, happenings);
        }
    }

    pub(super) fn transmit(&mut self, transmit: &Transmit, outbox: &mut dyn Outbox) {
        let protocol =
            if transmit.proto == RtcProtocol::Udp { Protocol::Udp } else { Protocol::Tcp };
        let chosen = Remote { protocol, address: transmit.destination, line: self.line() };
        let contents: &[u8] = &transmit.contents;
        let direct = self.direct.as_mut();
        if direct.is_some_and(|direct| direct.learn_path(chosen, contents)) {
            return;
        }
        self.sent += contents.len() as u64;
        if demux::is_check(contents) {
            // Whether there is a path is to be found out: the kernel knows from where it would begin.
            outbox.send(chosen, None, contents);
            return;
        }
        // The answer to a check goes back the way it came, all else to where the remote is now.
        let is_answer = demux::is_stun(contents);
        let path = if is_answer { self.paths.find(chosen) } else { self.paths.towards(chosen) };
        let Some(path) = path else { return };
        outbox.send(path.remote, Some(path.local), contents);
        if !is_answer {
            self.sent_to = Some(path.remote);
        }
    }
}

fn tell(news: &News, remote: Remote, happenings: &mut Vec<Happening>) {
    if news.is_new {
        happenings.push(Happening::Path(remote));
    }
    if let Some(dropped) = news.dropped {
        happenings.push(Happening::PathDropped(dropped));
    }
}
