//! A simulated network: one worker, clients of str0m, links with delay and loss, a clock of its own.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::panic, reason = "a broken expectation of a test")]

mod client;

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

pub(crate) use client::{Client, Media};
use sfu::{
    Budget, Command, Event, MediaKey, Outbox, Protocol, Remote, Settings, Sfu, TransportId,
    WallClock,
};

/// One way through the simulated network.
pub(crate) const DELAY: Duration = Duration::from_millis(5);
/// The step of the simulated clock.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Bytes for groups of pictures.
pub(crate) const REPLAY_MEMORY: usize = 32 << 20;

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

/// The worker, its clients and what is under way between them.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) clients: Vec<Client>,
    pub(crate) events: Vec<Event>,
    pub(crate) sfu: Sfu,
    pub(crate) loss: Loss,
    /// What the core may keep of groups of pictures.
    pub(crate) replay_memory: Budget,
    /// Clients cut off from the network.
    pub(crate) unplugged: Vec<usize>,
    /// What the core sent to whom, if that is to be kept.
    pub(crate) record: Option<Vec<(usize, Vec<u8>)>>,
    /// How the clients talk to the core.
    pub(crate) protocol: Protocol,
    /// How often a client got another port on its way.
    moves: HashMap<usize, u16>,
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

/// Where the core listens.
pub(crate) fn relay_address() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], 8444))
}

/// The address that a client sends from.
pub(crate) fn client_address(index: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 1, 1], 5000 + index as u16))
}

impl World {
    pub(crate) fn new() -> Self {
        #[allow(clippy::disallowed_methods, reason = "any moment to count from")]
        let now = Instant::now();
        let crypto = str0m::crypto::from_feature_flags();
        let replay_memory = Budget::new(REPLAY_MEMORY);
        let settings = Settings {
            candidates: vec![relay_address()],
            silence: Duration::from_secs(6),
            max_transports: 16,
            replay_memory: replay_memory.clone(),
            clock: WallClock::new(now, SystemTime::now()),
            certificate: crypto.dtls_provider.generate_certificate().expect("a certificate"),
        };
        Self {
            now,
            clients: Vec::new(),
            events: Vec::new(),
            sfu: Sfu::new(settings, now),
            loss: |_, _| false,
            replay_memory,
            unplugged: Vec::new(),
            record: None,
            protocol: Protocol::Udp,
            moves: HashMap::new(),
            started: now,
            flying: VecDeque::new(),
            counts: HashMap::new(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.now - self.started
    }

    pub(crate) fn command(&mut self, command: Command) {
        let mut sent = Sent::default();
        self.sfu.command(command, self.now, &mut sent);
        self.sfu.flush(self.now, &mut sent);
        self.depart(sent);
        self.events.extend(self.sfu.take_events());
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
        let index = self.clients.len();
        let protocol = match self.protocol {
            Protocol::Udp => str0m::net::Protocol::Udp,
            Protocol::Tcp => str0m::net::Protocol::Tcp,
        };
        let (client, offer) = Client::offer(client_address(index), protocol, media, self.now);
        self.clients.push(client);
        let transport = TransportId(index as u64);
        self.command(Command::AcceptOffer { transport, offer, sources });
        index
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
        let mut address = client_address(index);
        address.set_port(address.port() + 1_000 * self.moves.get(&index).unwrap_or(&0));
        Remote { protocol: self.protocol, address }
    }

    /// Gives a client another port, as a NAT does; nothing arrives through the one before.
    pub(crate) fn rebind(&mut self, index: usize) {
        *self.moves.entry(index).or_default() += 1;
    }

    /// Runs until every client of `who` is connected.
    pub(crate) fn connect(&mut self, who: &[usize]) {
        self.run_until(Duration::from_secs(5), |world| {
            who.iter().all(|&index| world.clients[index].connected)
        });
    }

    /// Hands the core a datagram from anywhere.
    pub(crate) fn inject(&mut self, from: SocketAddr, datagram: &[u8]) {
        let mut sent = Sent::default();
        self.sfu.receive(Remote::udp(from), relay_address(), datagram, self.now, &mut sent);
        self.sfu.flush(self.now, &mut sent);
        self.depart(sent);
        self.events.extend(self.sfu.take_events());
    }

    pub(crate) fn statistics(&mut self) -> sfu::Statistics {
        self.command(Command::RequestStatistics { request: 1 });
        match self.events.pop() {
            Some(Event::Statistics(statistics)) => statistics,
            other => panic!("statistics were asked for, not {other:?}"),
        }
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
        let mut sent = Sent::default();
        if self.sfu.deadline().is_some_and(|deadline| deadline <= self.now) {
            self.sfu.timeout(self.now, &mut sent);
        }
        self.sfu.flush(self.now, &mut sent);
        self.depart(sent);
        self.events.extend(self.sfu.take_events());
    }

    fn arrive(&mut self) {
        let mut sent = Sent::default();
        while self.flying.front().is_some_and(|(at, ..)| *at <= self.now) {
            let Some((_, way, datagram)) = self.flying.pop_front() else {
                break;
            };
            match way {
                Way::Up(index) => {
                    let from = self.remote(index);
                    self.sfu.receive(from, relay_address(), &datagram, self.now, &mut sent);
                }
                Way::Down(index) => self.clients[index].receive(&datagram, self.now),
            }
        }
        self.sfu.flush(self.now, &mut sent);
        self.depart(sent);
    }

    fn depart(&mut self, sent: Sent) {
        for (remote, datagram) in sent.0 {
            let somebody = (0..self.clients.len()).find(|&index| self.remote(index) == remote);
            if let Some(index) = somebody {
                if let Some(record) = &mut self.record {
                    record.push((index, datagram.clone()));
                }
                self.fly(Way::Down(index), datagram);
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
