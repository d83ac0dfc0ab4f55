//! The thread that all endpoints of a process live on; it ends with the last of them.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use mio::{Events as Readiness, Interest, Poll, Registry, Token, Waker};
use str0m::config::DtlsCert;

use super::connection::{Backlog, MAX_ADDRESSES};
use super::inbox::Inbox;
use super::now;
use super::socket::{MediaSocket, ReceiveBuffers};
use super::start::{StartError, certificate};
use crate::Outbox;
use crate::clock::WallClock;
use crate::endpoint::{Command, Endpoint, Event, Settings};
use crate::panics;
use crate::words::{CloseCode, Remote};

const WAKE: Token = Token(usize::MAX);
/// Sockets that one wait tells of; the others are told of by the next.
const MAX_READY: usize = 256;
/// Receive calls on one socket before the others have their turn.
const RECEIVE_ROUNDS: usize = 8;

/// What the thread is told.
pub(super) enum Letter {
    Open(u64, Box<Newcomer>),
    Command(u64, Command),
    /// The last endpoint is gone.
    End,
}

/// An endpoint that is to live here.
pub(super) struct Newcomer {
    pub(super) settings: Settings,
    pub(super) sockets: Vec<MediaSocket>,
    pub(super) inbox: Arc<Inbox<Event>>,
    pub(super) backlog: Arc<Backlog>,
}

/// The thread, as endpoints hold it.
#[derive(Debug)]
pub(super) struct Hub {
    mail: Arc<Mail>,
    thread: Option<JoinHandle<()>>,
    /// A child of this process has the memory of the thread, and not the thread.
    process: u32,
    clock: WallClock,
    certificate: DtlsCert,
}

static SHARED: Mutex<Weak<Hub>> = Mutex::new(Weak::new());
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// Letters that wait. Each endpoint bounds its own.
struct Mail {
    waiting: Mutex<Vec<Letter>>,
    waker: Waker,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Mail").finish_non_exhaustive()
    }
}

impl Hub {
    /// The thread of this process: the one that there is, or a new one.
    pub(super) fn shared() -> Result<Arc<Self>, StartError> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hub) = shared.upgrade().filter(|hub| hub.lives()) {
            return Ok(hub);
        }
        let hub = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&hub);
        Ok(hub)
    }

    fn start() -> Result<Self, StartError> {
        let certificate = certificate()?;
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let mail = Arc::new(Mail { waiting: Mutex::default(), waker });
        let reactor = Reactor::new(poll, Arc::clone(&mail));
        let named = std::thread::Builder::new().name("endpoints".to_owned());
        let thread = Some(named.spawn(move || reactor.run())?);
        let clock = WallClock::new(now(), SystemTime::now());
        Ok(Self { mail, thread, process: std::process::id(), clock, certificate })
    }

    fn lives(&self) -> bool {
        let runs = self.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        runs && self.process == std::process::id()
    }

    pub(super) fn clock(&self) -> WallClock {
        self.clock
    }

    pub(super) fn certificate(&self) -> &DtlsCert {
        &self.certificate
    }

    /// A number that no endpoint had before.
    pub(super) fn number() -> u64 {
        NUMBERS.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn post(&self, letter: Letter) {
        self.mail.post(letter);
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.mail.post(Letter::End);
        if self.process == std::process::id()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

impl Mail {
    fn post(&self, letter: Letter) {
        let mut waiting = self.lock();
        waiting.push(letter);
        if waiting.len() == 1 {
            // It fails when the descriptor is gone, and then nobody waits on it.
            let _ = self.waker.wake();
        }
    }

    fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Letter>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread has.
struct Reactor {
    poll: Poll,
    mail: Arc<Mail>,
    parties: BTreeMap<u64, Party>,
    buffers: ReceiveBuffers,
    /// Sockets that may have more.
    ready: Vec<Token>,
}

/// An endpoint and its sockets.
struct Party {
    endpoint: Endpoint,
    sockets: Vec<MediaSocket>,
    inbox: Arc<Inbox<Event>>,
    backlog: Arc<Backlog>,
    datagram: Vec<u8>,
}

impl Reactor {
    fn new(poll: Poll, mail: Arc<Mail>) -> Self {
        let (parties, buffers) = (BTreeMap::new(), ReceiveBuffers::new());
        Self { poll, mail, parties, buffers, ready: Vec::new() }
    }

    fn run(mut self) {
        let ending = match panics::contain(|| self.work()) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("the thread of the endpoints failed: {error}"),
            Err(panic) => format!("a bug in the thread of the endpoints: {panic}"),
        };
        for party in self.parties.values() {
            party.inbox.push([Event::Closed { code: CloseCode::Panic, reason: ending.clone() }]);
        }
    }

    fn work(&mut self) -> io::Result<()> {
        let mut readiness = Readiness::with_capacity(MAX_READY);
        loop {
            match self.poll.poll(&mut readiness, self.timeout()) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            let ready = readiness.iter().map(mio::event::Event::token);
            self.ready.extend(ready.filter(|&token| token != WAKE));
            for letter in self.mail.take() {
                match letter {
                    Letter::Open(number, newcomer) => self.open(number, *newcomer)?,
                    Letter::Command(number, command) => self.obey(number, command),
                    Letter::End => return Ok(()),
                }
            }
            self.receive();
            self.step();
            self.parties.retain(|_, party| party.tell());
        }
    }

    /// How long there is nothing to do.
    fn timeout(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(Duration::ZERO);
        }
        // A handful of endpoints: nothing keeps their deadlines in order.
        let next = self.parties.values().map(|party| party.endpoint.deadline()).min();
        next.map(|at| at.saturating_duration_since(now()))
    }

    fn open(&mut self, number: u64, newcomer: Newcomer) -> io::Result<()> {
        let party = Party::new(number, newcomer, self.poll.registry())?;
        self.parties.insert(number, party);
        Ok(())
    }

    fn obey(&mut self, number: u64, command: Command) {
        if let Some(party) = self.parties.get_mut(&number) {
            if !matches!(command, Command::Close) {
                party.backlog.leave(&command);
            }
            let at = now();
            party.contain(|endpoint, post| endpoint.command(command, at, post));
        }
    }

    fn receive(&mut self) {
        for token in std::mem::take(&mut self.ready) {
            let (number, index) = (token.0 / MAX_ADDRESSES, token.0 % MAX_ADDRESSES);
            if let Some(party) = self.parties.get_mut(&(number as u64))
                && party.receive(index, &mut self.buffers)
            {
                self.ready.push(token);
            }
        }
    }

    fn step(&mut self) {
        let at = now();
        for party in self.parties.values_mut() {
            if party.endpoint.deadline() <= at {
                party.contain(|endpoint, post| endpoint.timeout(at, post));
            }
        }
    }
}

impl Party {
    fn new(number: u64, newcomer: Newcomer, registry: &Registry) -> io::Result<Self> {
        let Newcomer { settings, mut sockets, inbox, backlog } = newcomer;
        for (index, socket) in sockets.iter_mut().enumerate() {
            let token = Token(number as usize * MAX_ADDRESSES + index);
            registry.register(&mut socket.socket, token, Interest::READABLE)?;
        }
        let endpoint = Endpoint::new(&settings, now());
        Ok(Self { endpoint, sockets, inbox, backlog, datagram: Vec::new() })
    }

    /// Receives from one socket; true when it may have more.
    fn receive(&mut self, index: usize, buffers: &mut ReceiveBuffers) -> bool {
        let mut arrived = Vec::new();
        let Some(socket) = self.sockets.get(index) else {
            return false;
        };
        let mut more = true;
        for _ in 0..RECEIVE_ROUNDS {
            // What an earlier datagram could not reach is told here (ICMP), and means nothing.
            let got = socket.receive(buffers, |remote, _, datagram| {
                arrived.push((remote, datagram.to_vec()));
            });
            more = got.unwrap_or(true);
            if !more {
                break;
            }
        }
        let (local, at) = (socket.address, now());
        for (remote, datagram) in arrived {
            self.contain(|endpoint, post| endpoint.receive(remote, local, &datagram, at, post));
        }
        more
    }

    /// Works with the endpoint; a panic ends it.
    fn contain(&mut self, work: impl FnOnce(&mut Endpoint, &mut Post<'_>)) {
        let Self { endpoint, sockets, datagram, inbox, .. } = self;
        let mut post = Post { sockets, datagram, to: None };
        let done = panics::contain(|| {
            work(endpoint, &mut post);
            post.flush();
        });
        if let Err(panic) = done {
            inbox.push(endpoint.take_events());
            let reason = format!("a bug in the endpoint: {panic}");
            endpoint.abandon(CloseCode::Panic, reason);
        }
    }

    /// Tells the owner what happened; false when this was the last.
    fn tell(&mut self) -> bool {
        let mut events = self.endpoint.take_events();
        for event in &mut events {
            if let Event::Statistics(statistics) = event {
                for medium in &mut statistics.media {
                    medium.incoming.dropped = self.inbox.dropped(medium.mid);
                }
            }
        }
        self.inbox.push(events);
        if self.endpoint.is_ended() {
            self.backlog.end();
        }
        !self.endpoint.is_ended()
    }
}

/// Sends the datagrams of one endpoint.
struct Post<'a> {
    sockets: &'a [MediaSocket],
    datagram: &'a mut Vec<u8>,
    to: Option<(Remote, Option<IpAddr>)>,
}

impl Outbox for Post<'_> {
    fn begin(&mut self, remote: Remote, local: Option<IpAddr>, _length: usize) -> &mut Vec<u8> {
        self.flush();
        self.to = Some((remote, local));
        self.datagram
    }

    fn unsent(&self) -> u64 {
        0
    }
}

impl Post<'_> {
    /// A datagram that does not leave is lost, as on any network.
    fn flush(&mut self) {
        if let Some((remote, local)) = self.to.take() {
            let is_ours = |socket: &&MediaSocket| Some(socket.address.ip()) == local;
            if let Some(socket) = self.sockets.iter().find(is_ours) {
                let _ = socket.send(remote.address, None, self.datagram.len(), self.datagram);
            }
            self.datagram.clear();
        }
    }
}
