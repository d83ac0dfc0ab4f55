//! STUN and TURN servers: which addresses they know us by, and what they relay.

mod allocation;
mod binding;
mod message;
mod url;

use std::net::SocketAddr;
use std::time::Instant;

use sha2::{Digest, Sha256};
use str0m::Candidate;
use str0m::net::Protocol;

pub use url::{Server, UrlError};

use allocation::Allocation;
use binding::Binding;
use message::TransactionId;
use url::Kind;

/// All servers of one endpoint, from each of its addresses.
pub(super) struct Servers {
    all: Vec<Contact>,
    /// Candidates that are given up on then.
    deadline: Instant,
    numbers: Numbers,
    outgoing: Vec<Datagram>,
    candidates: Vec<Candidate>,
}

/// One server, from one address of ours.
struct Contact {
    server: SocketAddr,
    local: SocketAddr,
    role: Role,
}

enum Role {
    Stun(Binding),
    Turn(Box<Allocation>),
}

/// A datagram for a server.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) server: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) contents: Vec<u8>,
}

/// What a datagram turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived<'a> {
    /// Nothing of a server's.
    Other,
    /// An answer; it is dealt with.
    Answer,
    /// What a peer sent to an address that is relayed.
    Relayed { peer: SocketAddr, relayed: SocketAddr, contents: &'a [u8] },
}

/// Transaction ids that nobody can guess.
struct Numbers {
    secret: String,
    count: u64,
}

impl Servers {
    /// Begins to ask; `secret` is something that nobody else knows.
    pub(super) fn new(
        servers: &[Server],
        locals: &[SocketAddr],
        secret: String,
        deadline: Instant,
    ) -> Self {
        let mut all = Vec::new();
        for server in servers {
            for &local in locals.iter().filter(|it| it.is_ipv4() == server.address.is_ipv4()) {
                let role = match &server.kind {
                    Kind::Stun => Role::Stun(Binding::default()),
                    Kind::Turn(login) => Role::Turn(Box::new(Allocation::new(login.clone()))),
                };
                all.push(Contact { server: server.address, local, role });
            }
        }
        let numbers = Numbers { secret, count: 0 };
        Self { all, deadline, numbers, outgoing: Vec::new(), candidates: Vec::new() }
    }

    /// Whether all have answered, or were given the time to.
    pub(super) fn are_asked(&self, now: Instant) -> bool {
        now >= self.deadline || self.all.iter().all(Contact::is_settled)
    }

    /// When `timeout` wants to be called.
    pub(super) fn wake(&self, now: Instant) -> Option<Instant> {
        let mut moments: Vec<_> = self.all.iter().filter_map(Contact::deadline).collect();
        if !self.are_asked(now) {
            moments.push(self.deadline);
        }
        moments.into_iter().min()
    }

    /// Asks, repeats and refreshes what is due.
    pub(super) fn timeout(&mut self, now: Instant) {
        let Self { all, numbers, outgoing, deadline, .. } = self;
        for contact in all {
            let mut messages = Vec::new();
            match &mut contact.role {
                Role::Stun(binding) => messages.extend(binding.due(numbers, now, *deadline)),
                Role::Turn(allocation) => allocation.due(numbers, now, &mut messages),
            }
            outgoing.extend(messages.into_iter().map(|contents| contact.datagram(contents)));
        }
    }

    /// Looks whether a datagram is of a server.
    pub(super) fn receive<'a>(
        &mut self,
        remote: SocketAddr,
        local: SocketAddr,
        datagram: &'a [u8],
        now: Instant,
    ) -> Arrived<'a> {
        for contact in self.all.iter_mut().filter(|it| (it.server, it.local) == (remote, local)) {
            let arrived = match &mut contact.role {
                Role::Stun(binding) => match binding.hear(datagram) {
                    Some(mapped) => {
                        self.candidates.extend(reflexive(mapped, local));
                        Arrived::Answer
                    }
                    None => Arrived::Other,
                },
                Role::Turn(allocation) => {
                    let before = allocation.relayed();
                    let arrived = allocation.hear(datagram, now);
                    if let (None, Some(relayed)) = (before, allocation.relayed()) {
                        let mapped = allocation.mapped();
                        self.candidates.extend(mapped.and_then(|it| reflexive(it, local)));
                        self.candidates.extend(relay(relayed, local));
                    }
                    arrived
                }
            };
            if arrived != Arrived::Other {
                return arrived;
            }
        }
        Arrived::Other
    }

    /// Wraps what goes from a relayed address to a peer; none when the address is no relayed one.
    pub(super) fn relay(
        &mut self,
        relayed: SocketAddr,
        peer: SocketAddr,
        contents: &[u8],
        now: Instant,
    ) -> Option<()> {
        let Self { all, numbers, outgoing, .. } = self;
        let (contact, allocation) = all.iter_mut().find_map(|contact| match &mut contact.role {
            Role::Turn(allocation) if allocation.relayed() == Some(relayed) => {
                Some(((contact.server, contact.local), allocation))
            }
            _ => None,
        })?;
        let mut messages = Vec::new();
        allocation.send(peer, contents, numbers, now, &mut messages);
        let (server, local) = contact;
        let wrap = |contents| Datagram { server, local, contents };
        outgoing.extend(messages.into_iter().map(wrap));
        Some(())
    }

    /// Gives back what servers keep for us.
    pub(super) fn close(&mut self) {
        let Self { all, numbers, outgoing, .. } = self;
        for contact in all {
            let last = match &mut contact.role {
                Role::Turn(allocation) => allocation.close(numbers),
                Role::Stun(_) => None,
            };
            outgoing.extend(last.map(|contents| contact.datagram(contents)));
        }
    }

    pub(super) fn take_outgoing(&mut self) -> Vec<Datagram> {
        std::mem::take(&mut self.outgoing)
    }

    pub(super) fn take_candidates(&mut self) -> Vec<Candidate> {
        std::mem::take(&mut self.candidates)
    }
}

impl Contact {
    fn is_settled(&self) -> bool {
        match &self.role {
            Role::Stun(binding) => binding.is_settled(),
            Role::Turn(allocation) => allocation.is_settled(),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match &self.role {
            Role::Stun(binding) => binding.deadline(),
            Role::Turn(allocation) => allocation.deadline(),
        }
    }

    fn datagram(&self, contents: Vec<u8>) -> Datagram {
        Datagram { server: self.server, local: self.local, contents }
    }
}

impl Numbers {
    fn next(&mut self) -> TransactionId {
        self.count += 1;
        let digest = Sha256::digest(format!("{} {}", self.secret, self.count));
        let mut number = TransactionId::default();
        number.copy_from_slice(&digest[..12]);
        number
    }
}

fn reflexive(mapped: SocketAddr, local: SocketAddr) -> Option<Candidate> {
    // Without a NAT in between it is the host candidate again.
    (mapped != local)
        .then(|| Candidate::server_reflexive(mapped, local, Protocol::Udp).ok())
        .flatten()
}

fn relay(relayed: SocketAddr, local: SocketAddr) -> Option<Candidate> {
    Candidate::relayed(relayed, local, Protocol::Udp).ok()
}
