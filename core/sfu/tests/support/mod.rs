//! A simulated network: workers, clients of str0m, links with delay and loss, a clock of its own.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::panic, reason = "a broken expectation of a test")]

pub(crate) mod client;
pub(crate) mod hop;
pub(crate) mod offering;

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

pub(crate) use client::{Client, Media};
use sfu::{
    Budget, Command, Directory, Event, MediaKey, Message, Outbox, Protocol, Remote, Settings, Sfu,
    TapId, Tapped, TransportId, WallClock, publishes,
};

/// One way through the simulated network.
pub(crate) const DELAY: Duration = Duration::from_millis(5);
/// The step of the simulated clock.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Bytes for groups of pictures.
pub(crate) const REPLAY_MEMORY: usize = 32 << 20;

/// The conversations are held with one worker, and included by `two_workers.rs`, where publishers
/// and viewers are on different ones.
const WORKERS: usize =
    if matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"two_workers") { 2 } else { 1 };

/// Whether to drop a datagram: its direction, and its number on that way.
pub(crate) type Loss = fn(Way, u64) -> bool;

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From client `index` to the core.
    Up(usize),
    /// From the core to client `index`.
    Down(usize),
}

/// The workers, their clients and what is under way between them.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) clients: Vec<Client>,
    pub(crate) events: Vec<Event>,
    /// What taps were told.
    pub(crate) tapped: Vec<(TapId, Tapped)>,
    pub(crate) directory: Directory,
    /// Where each client sends from.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Queues between workers take no packets.
    pub(crate) full: bool,
    /// Batches of packets that one worker had for another.
    pub(crate) batches: usize,
    pub(crate) loss: Loss,
    /// What the core may keep of groups of pictures.
    pub(crate) replay_memory: Budget,
    /// Clients cut off from the network.
    pub(crate) unplugged: Vec<usize>,
    /// What the core sent to whom, if that is to be kept.
    pub(crate) record: Option<Vec<(usize, Vec<u8>)>>,
    /// What the core sent to somebody who is no client.
    pub(crate) away: Vec<(Remote, Vec<u8>)>,
    /// Why there are no sockets to dial with.
    pub(crate) no_lines: Option<&'static str>,
    /// Clients that are dialled.
    pub(crate) dialled: Vec<usize>,
    /// How the clients talk to the core.
    pub(crate) protocol: Protocol,
    sfus: Vec<Sfu>,
    mail: VecDeque<(Instant, Message)>,
    /// Connections, and the worker that serves each.
    connections: HashMap<Remote, usize>,
    started: Instant,
    flying: VecDeque<(Instant, Way, Vec<u8>)>,
    counts: HashMap<(bool, usize), u64>,
}

#[derive(Default)]
struct Sent(Vec<(Remote, Vec<u8>)>);

impl Outbox for Sent {
    fn begin(&mut self, to: Remote, _local: Option<IpAddr>, length: usize) -> &mut Vec<u8> {
        self.0.push((to, Vec::with_capacity(length)));
        &mut self.0.last_mut().expect("the datagram just begun").1
    }

    fn unsent(&self) -> u64 {
        0
    }
}

/// Where the core listens, for clients of the family of `client`.
pub(crate) fn relay_address(client: SocketAddr) -> SocketAddr {
    if client.is_ipv4() {
        SocketAddr::from(([10, 0, 0, 1], 8444))
    } else {
        SocketAddr::from(([0xfd00, 0, 0, 0, 0, 0, 0, 1], 8444))
    }
}

/// The address that a client sends from at first.
pub(crate) fn client_address(index: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 1, 1], 5000 + index as u16))
}

/// The same over IPv6.
pub(crate) fn client_address_v6(index: usize) -> SocketAddr {
    SocketAddr::from(([0xfd00, 0, 0, 0, 0, 0, 1, 1], 5000 + index as u16))
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_workers(WORKERS)
    }

    pub(crate) fn with_workers(workers: usize) -> Self {
        #[allow(clippy::disallowed_methods, reason = "any moment to count from")]
        let now = Instant::now();
        let crypto = str0m::crypto::from_feature_flags();
        let replay_memory = Budget::new(REPLAY_MEMORY);
        let directory = Directory::new(workers);
        let settings = Settings {
            candidates: [client_address(0), client_address_v6(0)].map(relay_address).into(),
            silence: Duration::from_secs(6),
            max_transports: 16,
            replay_memory: replay_memory.clone(),
            clock: WallClock::new(now, SystemTime::now()),
            certificate: crypto.dtls_provider.generate_certificate().expect("a certificate"),
            worker: 0,
            directory: directory.clone(),
        };
        let sfus =
            (0..workers).map(|worker| Sfu::new(Settings { worker, ..settings.clone() }, now));
        Self {
            now,
            clients: Vec::new(),
            events: Vec::new(),
            tapped: Vec::new(),
            sfus: sfus.collect(),
            directory,
            addresses: Vec::new(),
            full: false,
            batches: 0,
            mail: VecDeque::new(),
            loss: |_, _| false,
            replay_memory,
            unplugged: Vec::new(),
            record: None,
            away: Vec::new(),
            no_lines: None,
            dialled: Vec::new(),
            protocol: Protocol::Udp,
            connections: HashMap::new(),
            started: now,
            flying: VecDeque::new(),
            counts: HashMap::new(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.now - self.started
    }

    /// Gives a command to whom it concerns.
    pub(crate) fn command(&mut self, command: Command) {
        let transport = match &command {
            Command::AcceptOffer { transport, offer, .. } => {
                let worker = self.directory.place(*transport, publishes(offer));
                return self.command_to(worker, command);
            }
            Command::SetCandidates { .. } | Command::RequestStatistics { .. } => {
                for worker in 0..self.sfus.len() {
                    self.command_to(worker, command.clone());
                }
                return;
            }
            Command::Offer { transport, .. } if self.directory.owner(*transport).is_none() => {
                let worker = self.directory.place(*transport, false);
                return self.command_to(worker, command);
            }
            Command::Produce { transport, .. } => {
                let worker = self.directory.place(*transport, true);
                return self.command_to(worker, command);
            }
            Command::Tap { source, .. } | Command::RequestKeyframe { source } => source.transport,
            Command::Attach { consumer, .. }
            | Command::HandOver { consumer, .. }
            | Command::Limit { consumer, .. }
            | Command::Select { consumer, .. }
            | Command::Detach { consumer } => consumer.transport,
            Command::Renegotiate { transport, .. }
            | Command::Offer { transport, .. }
            | Command::AcceptAnswer { transport, .. }
            | Command::Write { transport, .. }
            | Command::Close { transport }
            | Command::ProvokePanic { transport } => *transport,
        };
        if let Some(worker) = self.directory.owner(transport) {
            self.command_to(worker, command);
        }
    }

    fn command_to(&mut self, worker: usize, command: Command) {
        let mut sent = Sent::default();
        let sfu = &mut self.sfus[worker];
        match command {
            Command::AcceptOffer { transport, dial: true, .. }
            | Command::Offer { transport, dial: true, .. } => {
                let sockets = match self.no_lines {
                    Some(problem) => Err(problem.to_owned()),
                    None => Ok(hop::lines_of(transport).to_vec()),
                };
                sfu.dial(command, sockets, self.now, &mut sent);
            }
            _ => sfu.command(command, self.now, &mut sent),
        }
        self.flush(worker, sent);
    }

    /// Adds a client that offers `media`; its transport id is its index. Panics if it is refused.
    pub(crate) fn join(&mut self, media: &[Media]) -> usize {
        let index = self.offer(media, Vec::new());
        let answer = self.answer_for(index);
        self.clients[index].answer(&answer.expect("the offer is answered"));
        index
    }

    /// The last answer to an offer of this client.
    pub(crate) fn answer_for(&self, index: usize) -> Option<String> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Answered { transport, answer, .. } if transport.0 == index as u64 => {
                Some(answer.clone())
            }
            _ => None,
        })
    }

    /// Offers `media` to the core, and nothing more.
    pub(crate) fn offer(&mut self, media: &[Media], sources: Vec<MediaKey>) -> usize {
        self.offer_from(client_address(self.clients.len()), media, sources)
    }

    /// Adds a client with an IPv6 address, else as `join`.
    pub(crate) fn join_v6(&mut self, media: &[Media]) -> usize {
        let index = self.offer_from(client_address_v6(self.clients.len()), media, Vec::new());
        let answer = self.answer_for(index);
        self.clients[index].answer(&answer.expect("the offer is answered"));
        index
    }

    /// Lets a client send from another port from now on, as a router that forgot it would; what is
    /// sent to the old one is lost. Gives back the old one.
    pub(crate) fn rebind(&mut self, index: usize) -> SocketAddr {
        let before = self.addresses[index];
        self.addresses[index].set_port(before.port() + 1_002);
        before
    }

    fn offer_from(
        &mut self,
        address: SocketAddr,
        media: &[Media],
        sources: Vec<MediaKey>,
    ) -> usize {
        let index = self.clients.len();
        let protocol = self.client_protocol();
        let (client, offer) = Client::offer(address, protocol, media, self.now);
        self.clients.push(client);
        self.addresses.push(address);
        let transport = TransportId(index as u64);
        self.command(Command::AcceptOffer { transport, offer, sources, dial: false });
        index
    }

    fn client_protocol(&self) -> str0m::net::Protocol {
        match self.protocol {
            Protocol::Udp => str0m::net::Protocol::Udp,
            Protocol::Tcp => str0m::net::Protocol::Tcp,
        }
    }

    /// Shows every medium of `publisher` to `viewer`, in the order of their m-lines.
    pub(crate) fn watch(&mut self, viewer: usize, publisher: usize) {
        let pairs: Vec<_> =
            self.clients[viewer].mids().into_iter().zip(self.clients[publisher].mids()).collect();
        for (to, from) in pairs {
            let consumer = MediaKey::new(viewer as u64, &to);
            let source = MediaKey::new(publisher as u64, &from);
            self.command(Command::Attach { consumer, source });
        }
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.tick();
        }
    }

    /// Lets time pass until something is so; panics when that takes longer than `limit`.
    pub(crate) fn run_until(&mut self, limit: Duration, so: impl Fn(&Self) -> bool) {
        let end = self.now + limit;
        while !so(self) {
            assert!(self.now < end, "not within {limit:?}; events: {:#?}", self.events);
            self.tick();
        }
    }

    /// Where the core sees a client.
    pub(crate) fn remote(&self, index: usize) -> Remote {
        let line = self.dialled.contains(&index).then_some(TransportId(index as u64));
        Remote { protocol: self.protocol, address: self.addresses[index], line }
    }

    /// Whether a remote has proved to be some transport's.
    pub(crate) fn knows(&self, remote: Remote) -> bool {
        self.sfus.iter().any(|sfu| sfu.knows(remote))
    }

    /// Closes a client's connection.
    pub(crate) fn disconnect(&mut self, remote: Remote) {
        if let Some(worker) = self.connections.remove(&remote) {
            self.sfus[worker].disconnected(remote);
        }
    }

    /// Runs until every client of `who` is connected.
    pub(crate) fn connect(&mut self, who: &[usize]) {
        self.run_until(Duration::from_secs(5), |world| {
            who.iter().all(|&index| world.clients[index].connected)
        });
    }

    /// Hands the core a datagram from anywhere.
    pub(crate) fn inject(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.inject_from(Remote::udp(from), datagram);
    }

    /// The same over UDP or TCP.
    pub(crate) fn inject_from(&mut self, from: Remote, datagram: &[u8]) {
        self.receive(from, datagram);
    }

    fn receive(&mut self, from: Remote, datagram: &[u8]) {
        let Some(worker) = self.socket_for(from, datagram) else {
            return;
        };
        let mut sent = Sent::default();
        let mut local = relay_address(from.address);
        if let Some(transport) = from.line {
            local.set_port(hop::line_of(transport, local.is_ipv4()).port());
        }
        self.sfus[worker].receive(from, local, datagram, self.now, &mut sent);
        self.flush(worker, sent);
    }

    /// The statistics of all workers, with every transport under its number.
    pub(crate) fn statistics(&mut self) -> sfu::Statistics {
        self.command(Command::RequestStatistics { request: 1 });
        let mut whole: Option<sfu::Statistics> = None;
        for _ in 0..self.sfus.len() {
            match self.events.pop() {
                Some(Event::Statistics(part)) => match &mut whole {
                    None => whole = Some(part),
                    Some(whole) => {
                        whole.transports.extend(part.transports);
                        whole.datagrams_dropped += part.datagrams_dropped;
                        whole.batches_dropped += part.batches_dropped;
                        whole.datagrams_unsent += part.datagrams_unsent;
                    }
                },
                other => panic!("statistics were asked for, not {other:?}"),
            }
        }
        let mut whole = whole.expect("one worker at least");
        whole.transports.sort_by_key(|one| one.transport);
        whole
    }

    /// Whether no worker has anything to wait for.
    pub(crate) fn is_idle(&self) -> bool {
        self.sfus.iter().all(|sfu| sfu.deadline().is_none())
    }

    /// How transport `index` ended, if it did.
    pub(crate) fn end_of(&self, index: usize) -> Option<(sfu::CloseCode, String)> {
        self.events.iter().find_map(|event| match event {
            Event::Closed { transport, code, reason } if transport.0 == index as u64 => {
                Some((*code, reason.clone()))
            }
            _ => None,
        })
    }

    fn tick(&mut self) {
        self.now += TICK;
        for index in 0..self.clients.len() {
            for datagram in self.clients[index].step(self.now) {
                self.fly(Way::Up(index), datagram);
            }
        }
        self.arrive();
        for worker in 0..self.sfus.len() {
            let mut sent = Sent::default();
            let sfu = &mut self.sfus[worker];
            if sfu.deadline().is_some_and(|deadline| deadline <= self.now) {
                sfu.timeout(self.now, &mut sent);
            }
            self.flush(worker, sent);
        }
    }

    fn arrive(&mut self) {
        while self.mail.front().is_some_and(|(at, _)| *at <= self.now) {
            let Some((_, message)) = self.mail.pop_front() else {
                break;
            };
            let worker = message.to();
            let mut sent = Sent::default();
            self.sfus[worker].hear(message, self.now, &mut sent);
            self.flush(worker, sent);
        }
        while self.flying.front().is_some_and(|(at, ..)| *at <= self.now) {
            let Some((_, way, datagram)) = self.flying.pop_front() else {
                break;
            };
            match way {
                Way::Up(index) => self.receive(self.remote(index), &datagram),
                Way::Down(index) => self.clients[index].receive(&datagram, self.now),
            }
        }
    }

    /// The worker that a remote's datagrams arrive at: of some their owner's socket, of others another
    /// one's. A connection is served by the owner of what its first check is for.
    fn socket_for(&mut self, from: Remote, datagram: &[u8]) -> Option<usize> {
        match from.protocol {
            Protocol::Udp if from.line.is_some() => self.directory.owner(from.line?),
            Protocol::Udp => Some(usize::from(from.address.port() / 2) % self.sfus.len()),
            Protocol::Tcp => {
                if let Some(&worker) = self.connections.get(&from) {
                    return Some(worker);
                }
                let worker = self.directory.for_check(datagram)?;
                self.connections.insert(from, worker);
                Some(worker)
            }
        }
    }

    /// Lets a worker forward and send, and carries what leaves it.
    fn flush(&mut self, worker: usize, mut sent: Sent) {
        let sfu = &mut self.sfus[worker];
        sfu.flush(self.now, &mut sent);
        self.events.extend(sfu.take_events());
        self.tapped.extend(sfu.take_tapped());
        for message in sfu.take_messages() {
            self.batches += usize::from(message.is_batch());
            if self.full && message.is_batch() {
                sfu.undelivered(&message, self.now);
            } else {
                self.mail.push_back((self.now + TICK, message));
            }
        }
        for (remote, datagram) in sent.0 {
            let somebody = (0..self.clients.len()).find(|&index| self.remote(index) == remote);
            if let Some(index) = somebody {
                if let Some(record) = &mut self.record {
                    record.push((index, datagram.clone()));
                }
                self.fly(Way::Down(index), datagram);
            } else {
                self.away.push((remote, datagram));
            }
        }
    }

    fn fly(&mut self, way: Way, datagram: Vec<u8>) {
        let (up, index) = match way {
            Way::Up(index) => (true, index),
            Way::Down(index) => (false, index),
        };
        let count = self.counts.entry((up, index)).or_default();
        *count += 1;
        if self.unplugged.contains(&index) || (self.loss)(way, *count) {
            return;
        }
        self.flying.push_back((self.now + DELAY, way, datagram));
    }
}
