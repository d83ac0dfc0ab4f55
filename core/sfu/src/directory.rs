//! What the workers must know of each other's transports.
//!
//! Any worker's socket may get any datagram, and a viewer may be on another worker than its
//! publisher. So whose a transport is, a remote, a user name fragment, and what a producer sends,
//! is written down here by its owner. It is looked up for commands, offers, and datagrams that a
//! worker does not know itself: never for a packet that is forwarded.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use str0m::format::PayloadParams;

use crate::demux::{self, Addressee};
use crate::words::{MediaKey, MediaKind, Remote, TransportId};

/// The number of a worker, from 0.
pub type WorkerId = usize;

/// Shared by all workers. Clones are the same directory.
///
/// It is bounded by the transports: each has one fragment, a few remotes and its m-lines, and
/// takes them along when it goes. Locks are held for one look or one change.
#[derive(Debug, Clone)]
pub struct Directory(Arc<RwLock<Tables>>);

#[derive(Debug)]
struct Tables {
    owners: HashMap<TransportId, Owner>,
    loads: Vec<Load>,
    fragments: HashMap<String, WorkerId>,
    remotes: HashMap<Remote, (WorkerId, TransportId)>,
    producers: HashMap<MediaKey, Sent>,
}

#[derive(Debug, Clone, Copy)]
struct Owner {
    worker: WorkerId,
    publishes: bool,
}

/// How many transports a worker has.
#[derive(Debug, Default, Clone, Copy)]
struct Load {
    publishers: usize,
    viewers: usize,
}

/// What a producer sends: its codec, or all it may send while that is not known.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) kind: MediaKind,
    pub(crate) params: Vec<PayloadParams>,
}

impl Directory {
    /// An empty one for so many workers, one at least.
    pub fn new(workers: usize) -> Self {
        Self(Arc::new(RwLock::new(Tables {
            owners: HashMap::new(),
            loads: vec![Load::default(); workers.max(1)],
            fragments: HashMap::new(),
            remotes: HashMap::new(),
            producers: HashMap::new(),
        })))
    }

    /// Chooses the worker of a new transport.
    ///
    /// Publishers and viewers are counted apart: in a call everybody publishes and watches by turns,
    /// and one worker would get all publishers.
    pub fn place(&self, transport: TransportId, publishes: bool) -> WorkerId {
        let mut tables = self.write();
        let least = |load: &Load| {
            let same = if publishes { load.publishers } else { load.viewers };
            (same, load.publishers + load.viewers)
        };
        let loads = tables.loads.iter().enumerate();
        let worker = loads.min_by_key(|(_, load)| least(load)).map_or(0, |(worker, _)| worker);
        if let Some(before) = tables.owners.insert(transport, Owner { worker, publishes }) {
            tables.unload(before);
        }
        *tables.count(Owner { worker, publishes }) += 1;
        worker
    }

    /// Whose a transport is, from `place` to its end.
    pub fn owner(&self, transport: TransportId) -> Option<WorkerId> {
        self.read().owners.get(&transport).map(|owner| owner.worker)
    }

    /// Forgets a transport; its fragment, remotes and producers are for its worker to remove.
    pub fn leave(&self, transport: TransportId) {
        let mut tables = self.write();
        if let Some(owner) = tables.owners.remove(&transport) {
            tables.unload(owner);
        }
    }

    /// How many transports there are.
    pub fn transports(&self) -> usize {
        self.read().owners.len()
    }

    /// Whether nothing is known of anybody.
    pub fn is_empty(&self) -> bool {
        let tables = self.read();
        tables.owners.is_empty()
            && tables.fragments.is_empty()
            && tables.remotes.is_empty()
            && tables.producers.is_empty()
    }

    pub(crate) fn add_fragment(&self, fragment: &str, worker: WorkerId) {
        self.write().fragments.insert(fragment.to_owned(), worker);
    }

    pub(crate) fn remove_fragment(&self, fragment: &str) {
        self.write().fragments.remove(fragment);
    }

    /// Ties a remote to the transport that proved to be there; gives back whose it was before.
    pub(crate) fn tie(
        &self,
        remote: Remote,
        worker: WorkerId,
        to: TransportId,
    ) -> Option<(WorkerId, TransportId)> {
        self.write().remotes.insert(remote, (worker, to)).filter(|&(_, before)| before != to)
    }

    /// Loosens a remote, if it is still this transport's.
    pub(crate) fn loosen(&self, remote: Remote, from: TransportId) {
        let mut tables = self.write();
        if tables.remotes.get(&remote).is_some_and(|&(_, owner)| owner == from) {
            tables.remotes.remove(&remote);
        }
    }

    /// The transport that a remote is tied to.
    pub(crate) fn at(&self, remote: Remote) -> Option<TransportId> {
        self.read().remotes.get(&remote).map(|&(_, transport)| transport)
    }

    /// Whose a datagram is.
    pub(crate) fn route(&self, source: Remote, addressee: &Addressee) -> Option<WorkerId> {
        match addressee {
            Addressee::Fragment(fragment) => self.read().fragments.get(fragment).copied(),
            // It came through a socket of its worker's.
            Addressee::Asker => None,
            Addressee::Source => self.read().remotes.get(&source).map(|&(worker, _)| worker),
        }
    }

    /// Whose transport a connectivity check is for; `None` for all else.
    pub fn for_check(&self, datagram: &[u8]) -> Option<WorkerId> {
        match demux::addressee(datagram)? {
            Addressee::Fragment(fragment) => self.read().fragments.get(&fragment).copied(),
            Addressee::Asker | Addressee::Source => None,
        }
    }

    /// Writes down what a producer sends.
    pub(crate) fn announce(&self, producer: MediaKey, sent: Sent) {
        self.write().producers.insert(producer, sent);
    }

    /// A producer is gone.
    pub(crate) fn withdraw(&self, producer: MediaKey) {
        self.write().producers.remove(&producer);
    }

    /// What a producer sends.
    pub(crate) fn sent_by(&self, producer: MediaKey) -> Option<Sent> {
        self.read().producers.get(&producer).cloned()
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn count(&mut self, owner: Owner) -> &mut usize {
        let load = &mut self.loads[owner.worker];
        if owner.publishes { &mut load.publishers } else { &mut load.viewers }
    }

    fn unload(&mut self, owner: Owner) {
        let count = self.count(owner);
        *count = count.saturating_sub(1);
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
    fn publishers_and_viewers_are_spread_each_by_themselves() {
        let directory = Directory::new(2);
        let mut seen = [[0; 2]; 2];
        for id in 0..8 {
            let publishes = id % 2 == 0;
            let worker = directory.place(TransportId(id), publishes);
            assert_eq!(directory.owner(TransportId(id)), Some(worker));
            seen[usize::from(publishes)][worker] += 1;
        }
        assert_eq!(seen, [[2, 2], [2, 2]]);
    }

    #[test]
    fn who_leaves_makes_room() {
        let directory = Directory::new(2);
        let workers: Vec<_> = (0..4).map(|id| directory.place(TransportId(id), false)).collect();
        assert_eq!(workers, [0, 1, 0, 1]);
        directory.leave(TransportId(1));
        directory.leave(TransportId(3));
        directory.leave(TransportId(3));
        assert_eq!(directory.place(TransportId(4), false), 1);
        assert_eq!(directory.place(TransportId(5), false), 1);
        assert_eq!(directory.transports(), 4);
        assert_eq!(directory.owner(TransportId(3)), None);
    }

    #[test]
    fn a_remote_is_told_from_the_transport_that_had_it_before() {
        let directory = Directory::new(2);
        let (one, two) = (TransportId(1), TransportId(2));
        assert_eq!(directory.tie(remote(5), 0, one), None);
        assert_eq!(directory.route(remote(5), &Addressee::Source), Some(0));
        assert_eq!(directory.tie(remote(5), 1, two), Some((0, one)));
        directory.loosen(remote(5), one);
        assert_eq!(directory.route(remote(5), &Addressee::Source), Some(1), "not one's to loosen");
        directory.loosen(remote(5), two);
        assert!(directory.is_empty());
    }
}
