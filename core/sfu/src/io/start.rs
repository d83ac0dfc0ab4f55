//! The core as its owner holds it: how it starts, and what it is told.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, SystemTime};

use mio::{Poll, Waker};
use str0m::config::DtlsCert;

use super::crew::Crew;
use super::driver::Shifts;
use super::gathering::Gathering;
use super::mailbox::Mailbox;
use super::now;
use super::port::MediaPort;
use super::tap::{Tap, Taps};
use super::wake::Events;
use super::worker::{Shared, WAKE, Worker};
use crate::clock::WallClock;
use crate::directory::Directory;
use crate::endpoint::Outgoing;
use crate::group::Budget;
use crate::sfu::Settings;
use crate::ticket::Backlog;
use crate::words::{Command, Event, MediaKey, Protocol, Tapped, TransportId};

/// Commands that wait for a worker; one more is refused.
const MAX_COMMANDS: usize = 4_096;
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
    /// Thousandths of its time that the first thread works for all before the others help; 0: they
    /// do from the start.
    pub spread_at: u32,
}

/// A third of a processor: what several threads save is then little more than what they cost.
pub const SPREAD_AT: u32 = 300;

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
    shifts: Arc<Shifts>,
    gathering: Gathering,
    events: Arc<Events>,
    taps: Taps,
    backlog: Backlog,
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
        let taps = Taps::default();
        let polls: Vec<_> = (0..workers).map(|_| Poll::new()).collect::<io::Result<_>>()?;
        let mailboxes = polls.iter().map(|poll| Waker::new(poll.registry(), WAKE));
        let mailboxes = mailboxes.map(|waker| waker.map(Mailbox::new));
        let mailboxes = mailboxes.collect::<io::Result<Arc<[_]>>>()?;
        let mut crew = Crew::new(settings.directory.clone(), mailboxes);
        let shares = media_port.spread(workers)?;
        let mut all = Vec::new();
        let mut commands = Vec::new();
        for (index, (poll, share)) in polls.into_iter().zip(shares).enumerate() {
            let (commanding, received) = sync_channel(MAX_COMMANDS);
            let settings = Settings { worker: index, ..settings.clone() };
            let mailboxes = Arc::clone(&crew.mailboxes);
            let events = Arc::clone(&events);
            let shared = Shared { events, mailboxes, taps: taps.clone() };
            all.push(Worker::new(settings, share, poll, received, shared)?);
            commands.push(commanding);
        }
        let mailboxes = Arc::clone(&crew.mailboxes);
        let shifts = Arc::new(Shifts::new(start.spread_at, mailboxes, Arc::clone(&events)));
        crew.employ(&shifts, all, commands)?;
        Ok(Self {
            crew,
            shifts,
            gathering: Gathering::new(workers),
            events,
            taps,
            backlog: Backlog::default(),
            port,
        })
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

    /// How many threads drive them now: the first drives all while there is little to do.
    pub fn driving(&self) -> usize {
        self.shifts.driving()
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

    /// Gives a frame to a transport without a remote; false when it was dropped, since too much
    /// waits, or there is nobody.
    pub fn write(&self, transport: TransportId, frame: Outgoing) -> bool {
        let ticket = self.backlog.enter(frame.data.len());
        let exists = self.crew.directory.owner(transport).is_some();
        let command = |ticket| Command::Write { transport, frame, ticket };
        exists && ticket.is_some_and(|ticket| self.submit(command(ticket)))
    }

    /// Takes the frames of a producer.
    pub fn tap(&self, source: MediaKey) -> io::Result<Tap> {
        let tap = self.taps.open()?;
        let exists = self.crew.directory.owner(source.transport).is_some();
        if !exists || !self.submit(Command::Tap { tap: tap.id(), source }) {
            let reason = "there is no such producer, or the core is too busy".to_owned();
            self.taps.tell(tap.id(), Tapped::Ended { reason });
        }
        Ok(tap)
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
    let certificate = certificate()?;
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

/// A certificate of our own, after which DTLS knows every curve that we take.
pub(super) fn certificate() -> Result<DtlsCert, StartError> {
    crate::signature::install();
    let crypto = str0m::crypto::from_feature_flags();
    let made = crypto.dtls_provider.generate_certificate();
    made.ok_or(StartError::Settings("the cryptography library makes no certificate"))
}
