//! The worker thread: waits, receives, steps the [`Sfu`], sends.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use mio::{Events as Readiness, Interest, Poll, Token, Waker};

use super::now;
use super::outbox::Sender;
use super::port::MediaPort;
use super::socket::{MediaSocket, ReceiveBuffers};
use super::tcp::Connections;
use super::wake::Events;
use crate::clock::WallClock;
use crate::group::Budget;
use crate::panics;
use crate::sfu::{Settings, Sfu};
use crate::words::{Command, Event, Protocol, Remote};

/// Commands that wait for the worker; one more is refused.
const MAX_COMMANDS: usize = 4_096;
/// Receive calls on one socket before the others, timers and commands have their turn.
const RECEIVE_ROUNDS: usize = 8;
/// An ending worker that takes longer is left behind.
const STOP_WITHIN: Duration = Duration::from_secs(1);
const WAKE: Token = Token(usize::MAX);
/// Sockets that one wait tells of; the others are told of by the next.
const MAX_READY: usize = 256;
/// Bytes of the last groups of pictures of all tracks together.
const REPLAY_MEMORY: usize = 256 << 20;
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
    commands: Option<SyncSender<Command>>,
    waker: Arc<Waker>,
    events: Arc<Events>,
    port: u16,
    thread: Option<JoinHandle<()>>,
    ended: Receiver<()>,
}

impl Core {
    /// Binds the media port and starts the worker.
    pub fn start(start: &Start) -> Result<Self, StartError> {
        let media_port = MediaPort::bind(&start.listen)?;
        let port = media_port.number();
        let settings = settings(start, port)?;
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let events = Arc::new(Events::new()?);
        let (commands, received) = sync_channel(MAX_COMMANDS);
        let (end, ended) = sync_channel(0);
        let worker = Worker::new(settings, media_port, poll, received, Arc::clone(&events))?;
        let thread =
            std::thread::Builder::new().name("trunkline-media".to_owned()).spawn(move || {
                worker.run();
                drop(end);
            })?;
        Ok(Self { commands: Some(commands), waker, events, port, thread: Some(thread), ended })
    }

    /// The number of the port bound, of UDP and of TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A descriptor that is readable while events wait.
    pub fn descriptor(&self) -> RawFd {
        self.events.descriptor()
    }

    /// Takes the events that wait.
    pub fn drain(&self) -> Vec<Event> {
        self.events.take()
    }

    /// Gives a command to the worker; false when it has too many, or has ended.
    pub fn submit(&self, command: Command) -> bool {
        let Some(commands) = &self.commands else {
            return false;
        };
        match commands.try_send(command) {
            Ok(()) => self.waker.wake().is_ok(),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }

    /// Closes all transports properly and ends the worker.
    pub fn stop(&mut self) {
        self.commands = None;
        let Some(thread) = self.thread.take() else {
            return;
        };
        let _ = self.waker.wake();
        if self.ended.recv_timeout(STOP_WITHIN) == Err(RecvTimeoutError::Disconnected) {
            let _ = thread.join();
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.stop();
    }
}

fn settings(start: &Start, port: u16) -> Result<Settings, StartError> {
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
    })
}

struct Worker {
    sfu: Sfu,
    sockets: Arc<[MediaSocket]>,
    sender: Sender,
    buffers: ReceiveBuffers,
    poll: Poll,
    commands: Receiver<Command>,
    events: Arc<Events>,
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
            sfu: Sfu::new(settings, now()),
            sender: Sender::new(Arc::clone(&sockets), tcp),
            sockets,
            buffers: ReceiveBuffers::new(),
            poll,
            commands,
            events,
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
            more |= self.receive_over_tcp();
            let course = self.obey();
            let at = now();
            self.sfu.timeout(at, &mut self.sender);
            if course == Course::End {
                self.sfu.close_all(at, &mut self.sender);
            }
            self.sfu.flush(at, &mut self.sender);
            self.sender.flush();
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

    /// Accepts connections and reads from each that has something; true when there may be more.
    fn receive_over_tcp(&mut self) -> bool {
        let Self { sfu, sender, .. } = self;
        let at = now();
        let mut more = sender.tcp.accept(at);
        for key in sender.tcp.readable() {
            let Some(mut said) = sender.tcp.read(key) else {
                continue;
            };
            let (remote, local) = (Remote::tcp(said.remote), said.local);
            let complete = said.each(|datagram| sfu.receive(remote, local, datagram, at, sender));
            let is_known = sfu.knows(remote);
            sender.tcp.keep(said, is_known);
            // The first thing that a client says is a check, and it is some transport's from then on.
            if complete.is_err() || complete.is_ok_and(|count| count > 0 && !is_known) {
                sender.tcp.close(key);
            }
            more = true;
        }
        sender.tcp.sweep(at, |remote| sfu.knows(Remote::tcp(remote)));
        more
    }

    /// Tells of the connections that were closed.
    fn disconnect(&mut self) {
        for remote in self.sender.tcp.take_closed() {
            self.sfu.disconnected(Remote::tcp(remote));
        }
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
