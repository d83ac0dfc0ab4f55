//! The workers together: who is told what, and how all of them end.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::driver::{First, Other, Shifts};
use super::mailbox::Mailbox;
use super::now;
use super::worker::Worker;
use crate::directory::{Directory, WorkerId};
use crate::negotiation;
use crate::words::{Command, TransportId};

/// Ending workers that take longer are left behind.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// One worker as its owner holds it.
#[derive(Debug)]
pub(crate) struct Hand {
    commands: Option<SyncSender<Command>>,
    thread: JoinHandle<()>,
    ended: Receiver<()>,
}

impl Hand {
    /// Starts a thread that does `work`.
    pub(crate) fn start(
        commands: SyncSender<Command>,
        work: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (end, ended) = sync_channel(0);
        let thread =
            std::thread::Builder::new().name("trunkline-media".to_owned()).spawn(move || {
                work();
                drop(end);
            })?;
        Ok(Self { commands: Some(commands), thread, ended })
    }
}

/// All workers. Dropping them stops them.
#[derive(Debug)]
pub(crate) struct Crew {
    pub(crate) directory: Directory,
    pub(crate) mailboxes: Arc<[Mailbox]>,
    hands: Vec<Hand>,
}

impl Crew {
    pub(crate) fn new(directory: Directory, mailboxes: Arc<[Mailbox]>) -> Self {
        Self { directory, mailboxes, hands: Vec::new() }
    }

    /// Starts a thread for each worker; the first one has all of them to begin with.
    pub(crate) fn employ(
        &mut self,
        shifts: &Arc<Shifts>,
        workers: Vec<Worker>,
        commands: Vec<SyncSender<Command>>,
    ) -> io::Result<()> {
        let (homes, inboxes): (Vec<_>, Vec<_>) = workers.iter().skip(1).map(|_| channel()).unzip();
        let first = First::new(Arc::clone(shifts), workers, homes)?;
        let mut commands = commands.into_iter();
        if let Some(commands) = commands.next() {
            self.hands.push(Hand::start(commands, move || first.run())?);
        }
        for (commands, inbox) in commands.zip(inboxes) {
            let other = Other::new(Arc::clone(shifts), inbox);
            self.hands.push(Hand::start(commands, move || other.run())?);
        }
        Ok(())
    }

    /// Gives a command to whom it concerns; false when they have too many, or have ended.
    pub(crate) fn submit(&self, command: Command) -> bool {
        let transport = match &command {
            Command::AcceptOffer { transport, offer, .. } => {
                return self.accept(*transport, negotiation::publishes(offer), command);
            }
            Command::SetCandidates { .. } | Command::RequestStatistics { .. } => {
                return (0..self.hands.len()).all(|worker| self.give(worker, command.clone()));
            }
            // The first one makes the transport.
            Command::Offer { transport, .. } if self.directory.owner(*transport).is_none() => {
                return self.accept(*transport, false, command);
            }
            Command::Produce { transport, .. } => return self.accept(*transport, true, command),
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
        match self.directory.owner(transport) {
            Some(worker) => self.give(worker, command),
            // Whose transport has ended by itself may not have heard of it yet.
            None => !self.hands.is_empty(),
        }
    }

    fn accept(&self, transport: TransportId, publishes: bool, command: Command) -> bool {
        let worker = self.directory.place(transport, publishes);
        let given = self.give(worker, command);
        if !given {
            self.directory.leave(transport);
        }
        given
    }

    fn give(&self, worker: WorkerId, command: Command) -> bool {
        let commands = self.hands.get(worker).and_then(|hand| hand.commands.as_ref());
        let taken = commands.is_some_and(|commands| commands.try_send(command).is_ok());
        taken && self.mailboxes[worker].wake()
    }

    /// Closes all transports properly and ends the workers, all at the same time.
    pub(crate) fn stop(&mut self) {
        let deadline = now() + STOP_WITHIN;
        for (hand, mailbox) in self.hands.iter_mut().zip(&*self.mailboxes) {
            hand.commands = None;
            mailbox.wake();
        }
        for hand in self.hands.drain(..) {
            let left = deadline.saturating_duration_since(now());
            if hand.ended.recv_timeout(left) == Err(RecvTimeoutError::Disconnected) {
                let _ = hand.thread.join();
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.stop();
    }
}
