//! A worker: receives, steps its [`Sfu`], sends; whichever thread drives it.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use mio::{Events as Readiness, Interest, Poll, Token};

use super::line::Lines;
use super::mailbox::{Mailbox, Untaken};
use super::now;
use super::outbox::Sender;
use super::port::MediaPort;
use super::socket::{MediaSocket, ReceiveBuffers};
use super::tap::Taps;
use super::tcp::Connections;
use super::wake::Events;
use crate::directory::WorkerId;
use crate::sfu::{Settings, Sfu};
use crate::words::{Command, Remote, TransportId};

/// Receive calls on one socket before the others, timers and commands have their turn.
const RECEIVE_ROUNDS: usize = 8;
/// What wakes a worker for its mailbox and its commands.
pub(super) const WAKE: Token = Token(usize::MAX);
/// Sockets that one wait tells of; the others are told of by the next.
const MAX_READY: usize = 256;

pub(super) struct Worker {
    pub(super) sfu: Sfu,
    pub(super) sender: Sender,
    sockets: Arc<[MediaSocket]>,
    buffers: ReceiveBuffers,
    poll: Poll,
    readiness: Readiness,
    /// There is something to do that the poll does not tell of.
    more: bool,
    commands: Receiver<Command>,
    events: Arc<Events>,
    taps: Taps,
    /// Everybody's; this worker's own is that of its number.
    pub(super) mailboxes: Arc<[Mailbox]>,
    pub(super) index: WorkerId,
}

/// What the workers of a core have in common.
pub(super) struct Shared {
    pub(super) events: Arc<Events>,
    pub(super) mailboxes: Arc<[Mailbox]>,
    pub(super) taps: Taps,
}

/// Whether the worker goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    On,
    End,
}

impl Worker {
    pub(super) fn new(
        settings: Settings,
        media_port: MediaPort,
        poll: Poll,
        commands: Receiver<Command>,
        Shared { events, mailboxes, taps }: Shared,
    ) -> io::Result<Self> {
        let MediaPort { mut sockets, listeners } = media_port;
        for (index, socket) in sockets.iter_mut().enumerate() {
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut socket.socket, Token(index), interest)?;
        }
        let sockets: Arc<[MediaSocket]> = sockets.into();
        let registry = poll.registry().try_clone()?;
        let lines = Lines::new(registry.try_clone()?, &sockets);
        let tcp = Connections::new(registry, listeners, sockets.len(), now())?;
        Ok(Self {
            index: settings.worker,
            sfu: Sfu::new(settings, now()),
            sender: Sender::new(Arc::clone(&sockets), tcp, lines),
            sockets,
            buffers: ReceiveBuffers::new(),
            poll,
            readiness: Readiness::with_capacity(MAX_READY),
            more: true,
            commands,
            events,
            taps,
            mailboxes,
        })
    }

    /// What tells that it is to have a turn.
    pub(super) fn descriptor(&self) -> RawFd {
        self.poll.as_raw_fd()
    }

    /// The next thread that drives it knows nothing of what waits.
    pub(super) fn hand_over(&mut self, driver: usize) {
        self.more = true;
        self.mailboxes[self.index].set_driver(driver);
    }

    /// How long it may go without a turn while its poll tells of nothing; `None`: for ever.
    pub(super) fn patience(&self) -> Option<Duration> {
        if self.more || !self.mailboxes[self.index].is_empty() {
            return Some(Duration::ZERO);
        }
        let deadlines = [self.sfu.deadline(), self.sender.tcp.deadline()];
        let next = deadlines.into_iter().flatten().min();
        next.map(|at| at.saturating_duration_since(now()))
    }

    /// Waits until something comes, but no longer than that.
    pub(super) fn wait(&mut self, patience: Option<Duration>) -> io::Result<()> {
        match self.poll.poll(&mut self.readiness, patience) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Does what there is to do.
    pub(super) fn turn(&mut self) -> io::Result<Course> {
        if self.readiness.iter().any(mio::event::Event::is_writable) {
            self.sender.resume();
        }
        for event in &self.readiness {
            self.sender.tcp.note(event);
            self.sender.lines.note(event);
        }
        let sockets = self.sockets.len();
        let hears = |event: &mio::event::Event| event.is_readable() && event.token().0 < sockets;
        let heard = self.more || self.readiness.iter().any(hears);
        self.readiness.clear();
        self.more = heard && self.receive()?;
        self.attend();
        self.more |= self.receive_over_tcp();
        self.more |= self.receive_over_lines();
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
        self.sender.lines.close(|transport| self.sfu.has(transport));
        self.events.push(self.sfu.take_events());
        self.tell_taps();
        Ok(course)
    }

    /// Receives from every socket; true when one may have more.
    fn receive(&mut self) -> io::Result<bool> {
        let mut more = false;
        for socket in &*Arc::clone(&self.sockets) {
            more |= self.receive_from(socket, None)?;
        }
        Ok(more)
    }

    /// Receives from a socket of the media port, or of a transport's own.
    pub(super) fn receive_from(
        &mut self,
        socket: &MediaSocket,
        line: Option<TransportId>,
    ) -> io::Result<bool> {
        let Self { sfu, sender, buffers, .. } = self;
        for _ in 0..RECEIVE_ROUNDS {
            let at = now();
            let more = socket.receive(buffers, |remote, local, datagram| {
                sfu.receive(Remote::udp(remote).through(line), local, datagram, at, sender);
            })?;
            if !more {
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

    /// Gives taps their frames.
    fn tell_taps(&mut self) {
        for (tap, told) in self.sfu.take_tapped() {
            if !self.taps.tell(tap, told) {
                self.sfu.untap(tap);
            }
        }
    }

    /// Tells the other workers what is for them.
    fn post(&mut self, at: Instant) -> io::Result<()> {
        let driver = self.mailboxes[self.index].driver();
        for message in self.sfu.take_messages() {
            match self.mailboxes[message.to()].post(message, driver) {
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
                Ok(command) => self.carry_out(command),
                Err(std::sync::mpsc::TryRecvError::Empty) => return Course::On,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return Course::End,
            }
        }
    }
}
