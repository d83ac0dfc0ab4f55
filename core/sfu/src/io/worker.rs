//! The worker thread: waits, receives, steps the [`Sfu`], sends.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use mio::{Events as Readiness, Interest, Poll, Token, Waker};

use super::crew::{Crew, Hand};
use super::gathering::Gathering;
use super::mailbox::{Mailbox, Untaken};
use super::now;
use super::outbox::Sender;
use super::port::MediaPort;
use super::socket::{MediaSocket, ReceiveBuffers};
use super::tcp::Connections;
use super::wake::Events;
use crate::clock::WallClock;
use crate::directory::{Directory, WorkerId};
use crate::group::Budget;
use crate::panics;
use crate::sfu::{Settings, Sfu};
use crate::words::{Command, Event, Protocol, Remote};

/// Commands that wait for the worker; one more is refused.
const MAX_COMMANDS: usize = 4_096;
/// Receive calls on one socket before the others, timers and commands have their turn.
const RECEIVE_ROUNDS: usize = 8;
const WAKE: Token = Token(usize::MAX);
/// Sockets that one wait tells of; the others are told of by the next.
const MAX_READY: usize = 256;
/// Bytes of the last groups of pictures of all tracks together.
const REPLAY_MEMORY: usize = 256 << 20;
/// More threads than this were never tried.
const MAX_WORKERS: usize = 64;
/// Transports at the same time.
const MAX_TRANSPORTS: usize = 10_000;

/// What a core is started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Addresses to bind, at most one for each family; port 0 lets the kernel choose one for all.
    pub listen: Vec<SocketAddr>,
    /// IP addresses told to clients, best first.
    pub candidates: Vec<std::net::IpAddr>,
    /// A transport that is not heard for so long is closed.
    pub silence: Duration,
    /// Threads that forward, at most `MAX_WORKERS`; 0 stands for one for each processor.
    pub workers: usize,
}

/// Why a core did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address of the media port cannot be bound.
    #[error("{protocol} {address}: {error}")]
    Bind {
        /// For which of both.
        protocol: Protocol,
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// Something else of the system failed.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(&'static str),
}

/// The core as its owner holds it. Dropping it stops it.
#[derive(Debug)]
pub struct Core {
    crew: Crew,
    gathering: Gathering,
    events: Arc<Events>,
    port: u16,
}

impl Core {
    /// Binds the media port and starts the workers.
    pub fn start(start: &Start) -> Result<Self, StartError> {
        let media_port = MediaPort::bind(&start.listen)?;
        let port = media_port.number();
        let workers = workers(start.workers)?;
        let settings = settings(start, port, Directory::new(workers))?;
        let events = Arc::new(Events::new()?);
        let polls: Vec<_> = (0..workers).map(|_| Poll::new()).collect::<io::Result<_>>()?;
        let mailboxes = polls.iter().map(|poll| Waker::new(poll.registry(), WAKE));
        let mailboxes = mailboxes.map(|waker| waker.map(Mailbox::new));
        let mailboxes = mailboxes.collect::<io::Result<Arc<[_]>>>()?;
        let mut crew = Crew::new(settings.directory.clone(), mailboxes);
        let shares = media_port.spread(workers)?;
        for (index, (poll, share)) in polls.into_iter().zip(shares).enumerate() {
            let (commands, received) = sync_channel(MAX_COMMANDS);
            let settings = Settings { worker: index, ..settings.clone() };
            let mailboxes = Arc::clone(&crew.mailboxes);
            let events = Arc::clone(&events);
            let worker = Worker::new(settings, share, poll, received, events, mailboxes)?;
            crew.add(Hand::start(commands, move || worker.run())?);
        }
        Ok(Self { crew, gathering: Gathering::new(workers), events, port })
    }

    /// The number of the port bound, of UDP and of TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A descriptor that is readable while events wait.
    pub fn descriptor(&self) -> RawFd {
        self.events.descriptor()
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.crew.mailboxes.len()
    }

    /// What the workers know of each other.
    pub fn directory(&self) -> &Directory {
        &self.crew.directory
    }

    /// Takes the events that wait.
    pub fn drain(&mut self) -> Vec<Event> {
        self.gathering.pass(self.events.take())
    }

    /// Gives a command to the workers; false when one has too many, or has ended.
    pub fn submit(&self, command: Command) -> bool {
        self.crew.submit(command)
    }

    /// Closes all transports properly and ends the workers.
    pub fn stop(&mut self) {
        self.crew.stop();
    }
}

/// How many workers there will be.
fn workers(asked: usize) -> Result<usize, StartError> {
    match asked {
        0 => Ok(std::thread::available_parallelism().map_or(1, |all| all.get().min(MAX_WORKERS))),
        1..=MAX_WORKERS => Ok(asked),
        _ => Err(StartError::Settings("there are at most 64 workers")),
    }
}

fn settings(start: &Start, port: u16, directory: Directory) -> Result<Settings, StartError> {
    let candidates: Vec<_> =
        start.candidates.iter().map(|&address| SocketAddr::new(address, port)).collect();
    if candidates.is_empty() {
        return Err(StartError::Settings(
            "no candidate address: clients could not reach the media port",
        ));
    }
    crate::signature::install();
    let crypto = str0m::crypto::from_feature_flags();
    let certificate = crypto
        .dtls_provider
        .generate_certificate()
        .ok_or(StartError::Settings("the cryptography library makes no certificate"))?;
    Ok(Settings {
        candidates,
        silence: start.silence,
        max_transports: MAX_TRANSPORTS,
        replay_memory: Budget::new(REPLAY_MEMORY),
        clock: WallClock::new(now(), SystemTime::now()),
        certificate,
        worker: 0,
        directory,
    })
}

pub(super) struct Worker {
    pub(super) sfu: Sfu,
    pub(super) sender: Sender,
    sockets: Arc<[MediaSocket]>,
    buffers: ReceiveBuffers,
    poll: Poll,
    commands: Receiver<Command>,
    events: Arc<Events>,
    /// Everybody's; this worker's own is that of its number.
    pub(super) mailboxes: Arc<[Mailbox]>,
    index: WorkerId,
}

/// Whether the worker goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    On,
    End,
}

impl Worker {
    fn new(
        settings: Settings,
        media_port: MediaPort,
        poll: Poll,
        commands: Receiver<Command>,
        events: Arc<Events>,
        mailboxes: Arc<[Mailbox]>,
    ) -> io::Result<Self> {
        let MediaPort { mut sockets, listeners } = media_port;
        for (index, socket) in sockets.iter_mut().enumerate() {
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut socket.socket, Token(index), interest)?;
        }
        let sockets: Arc<[MediaSocket]> = sockets.into();
        let registry = poll.registry().try_clone()?;
        let tcp = Connections::new(registry, listeners, sockets.len(), now())?;
        Ok(Self {
            index: settings.worker,
            sfu: Sfu::new(settings, now()),
            sender: Sender::new(Arc::clone(&sockets), tcp),
            sockets,
            buffers: ReceiveBuffers::new(),
            poll,
            commands,
            events,
            mailboxes,
        })
    }

    fn run(mut self) {
        let ending = match panics::contain(|| self.work()) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("the media worker failed: {error}")),
            Err(panic) => Some(format!("a bug in the media worker: {panic}")),
        };
        if let Some(reason) = ending {
            self.events.push(vec![Event::Died { reason }]);
        }
    }

    fn work(&mut self) -> io::Result<()> {
        let mut readiness = Readiness::with_capacity(MAX_READY);
        let mut more = false;
        loop {
            self.wait(&mut readiness, more)?;
            if readiness.iter().any(mio::event::Event::is_writable) {
                self.sender.resume();
            }
            for event in &readiness {
                self.sender.tcp.note(event);
            }
            more = self.receive()?;
            self.attend();
            more |= self.receive_over_tcp();
            let course = self.obey();
            let at = now();
            self.sfu.timeout(at, &mut self.sender);
            if course == Course::End {
                self.sfu.close_all(at, &mut self.sender);
            }
            self.sfu.share();
            self.post(at)?;
            self.sfu.flush(at, &mut self.sender);
            self.sender.flush();
            self.post(at)?;
            self.disconnect();
            self.events.push(self.sfu.take_events());
            if course == Course::End {
                return Ok(());
            }
        }
    }

    fn wait(&mut self, readiness: &mut Readiness, more: bool) -> io::Result<()> {
        let timeout = if more {
            Some(Duration::ZERO)
        } else {
            let deadlines = [self.sfu.deadline(), self.sender.tcp.deadline()];
            let next = deadlines.into_iter().flatten().min();
            next.map(|at| at.saturating_duration_since(now()))
        };
        match self.poll.poll(readiness, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Receives from every socket; true when one may have more.
    fn receive(&mut self) -> io::Result<bool> {
        let mut more = false;
        for index in 0..self.sockets.len() {
            more |= self.receive_from(index)?;
        }
        Ok(more)
    }

    fn receive_from(&mut self, index: usize) -> io::Result<bool> {
        let Self { sfu, sender, buffers, sockets, .. } = self;
        for _ in 0..RECEIVE_ROUNDS {
            let at = now();
            let got = sockets[index].receive(buffers, |remote, local, datagram| {
                sfu.receive(Remote::udp(remote), local, datagram, at, sender);
            })?;
            if !got {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes what the other workers tell and hand over.
    fn attend(&mut self) {
        let mail = self.mailboxes[self.index].take();
        for message in mail.messages {
            self.sfu.hear(message, now(), &mut self.sender);
        }
        for connection in mail.connections {
            self.sender.tcp.take(connection);
        }
    }

    /// Tells the other workers what is for them.
    fn post(&mut self, at: Instant) -> io::Result<()> {
        for message in self.sfu.take_messages() {
            match self.mailboxes[message.to()].post(message) {
                Ok(()) => {}
                Err(Untaken::Full(message)) => self.sfu.undelivered(&message, at),
                Err(Untaken::Hangs) => {
                    return Err(io::Error::other("another worker takes no messages any more"));
                }
            }
        }
        Ok(())
    }

    fn obey(&mut self) -> Course {
        loop {
            match self.commands.try_recv() {
                Ok(command) => self.sfu.command(command, now(), &mut self.sender),
                Err(std::sync::mpsc::TryRecvError::Empty) => return Course::On,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return Course::End,
            }
        }
    }
}
