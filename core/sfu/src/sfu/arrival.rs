//! Datagrams that arrive: whose they are, and who is where.

use std::net::SocketAddr;
use std::time::Instant;

use super::{Outbox, Settings, Sfu};
use crate::demux::{self, Addressee};
use crate::directory::WorkerId;
use crate::message::{Content, Parcel};
use crate::words::{Protocol, Remote, TransportId};

impl Sfu {
    /// Takes one datagram. `local` is the address it was sent to.
    pub fn receive(
        &mut self,
        remote: Remote,
        local: SocketAddr,
        datagram: &[u8],
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        let Some(addressee) = demux::addressee(datagram) else {
            self.dropped += 1;
            return;
        };
        if let Some(id) = self.demux.find(remote, &addressee) {
            self.receive_for(id, remote, local, datagram, now, outbox);
        } else {
            self.pass_on(&addressee, remote, local, datagram);
        }
    }

    fn receive_for(
        &mut self,
        id: TransportId,
        remote: Remote,
        local: SocketAddr,
        datagram: &[u8],
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        let taken = self.work(id, now, |transport, happenings| {
            let taken = transport.receive(remote, local, datagram, now, happenings);
            // str0m keeps one received packet: it must be drained before the next datagram.
            transport.drain(now, outbox, happenings)?;
            Ok((taken, transport.next_step))
        });
        if let Some((taken, next)) = taken {
            self.timers.arm(id, next);
            self.dropped += u64::from(!taken);
        }
    }

    /// Whether a remote has proved to be some transport's.
    pub fn knows(&self, remote: Remote) -> bool {
        self.demux.owner(remote).is_some()
    }

    /// Takes note that a remote cannot be reached any more: its connection is closed.
    pub fn disconnected(&mut self, remote: Remote) {
        let Some(id) = self.demux.owner(remote) else {
            return;
        };
        self.loosen(remote, id);
        self.forget_path(id, remote);
    }

    /// The other worker that a connection is to be handed to, by the first datagram that came over it.
    pub fn owner_elsewhere(&self, datagram: &[u8]) -> Option<WorkerId> {
        let Settings { directory, worker, .. } = &self.settings;
        directory.for_check(datagram).filter(|owner| owner != worker)
    }

    /// A datagram that is for none of our transports. What is said over a connection is answered by
    /// its worker alone.
    fn pass_on(
        &mut self,
        addressee: &Addressee,
        remote: Remote,
        local: SocketAddr,
        datagram: &[u8],
    ) {
        let owner = self.settings.directory.route(remote, addressee);
        let elsewhere = owner.filter(|&owner| owner != self.settings.worker);
        if let Some(owner) = elsewhere.filter(|_| remote.protocol == Protocol::Udp) {
            self.strays.entry(owner).or_default().add(remote, local, datagram);
        } else {
            self.dropped += 1;
        }
    }

    /// Datagrams that another worker received; who is gone meanwhile is not looked for again.
    pub(super) fn unpack(&mut self, parcel: &Parcel, now: Instant, outbox: &mut dyn Outbox) {
        for (remote, local, datagram) in parcel.iter() {
            let found = demux::addressee(datagram)
                .and_then(|addressee| self.demux.find(remote, &addressee));
            match found {
                Some(id) => self.receive_for(id, remote, local, datagram, now, outbox),
                None => self.dropped += 1,
            }
        }
    }

    /// A remote proved to be a transport's of ours.
    pub(super) fn tie(&mut self, remote: Remote, id: TransportId) {
        if let Some(before) = self.demux.tie(remote, id) {
            self.forget_path(before, remote);
        }
        let before = self.settings.directory.tie(remote, self.settings.worker, id);
        if let Some((worker, transport)) = before.filter(|&(to, _)| to != self.settings.worker) {
            self.tell(worker, Content::Moved { remote, transport });
        }
    }

    /// A transport of ours is not there any more.
    pub(super) fn loosen(&mut self, remote: Remote, id: TransportId) {
        self.demux.loosen(remote, id);
        self.settings.directory.loosen(remote, id);
    }

    /// A transport of another worker proved to be where one of ours was.
    pub(super) fn moved(&mut self, remote: Remote, id: TransportId) {
        // Ours may have proved it again meanwhile.
        if self.settings.directory.at(remote) != Some(id) {
            self.demux.loosen(remote, id);
            self.forget_path(id, remote);
        }
    }

    fn forget_path(&mut self, id: TransportId, remote: Remote) {
        if let Some(transport) = self.transports.get_mut(&id) {
            transport.paths.forget(remote);
        }
    }
}
