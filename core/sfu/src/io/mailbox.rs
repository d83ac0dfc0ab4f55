//! Messages and connections on their way to one worker: a bounded queue, and what wakes the worker.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mio::Waker;

use super::tcp::Connection;
use crate::message::Message;

/// Bytes of packets and datagrams that wait; what comes then is dropped, as a full router would.
const MAX_WAITING: usize = 8 << 20;
/// Messages that must arrive and wait; more means that the worker hangs. Ten thousand transports
/// that end in one moment leave fewer.
const MAX_NOTES: usize = 100_000;
/// Connections that wait to be taken; one more is closed, and its client dials again.
const MAX_CONNECTIONS: usize = 256;

/// The queue in front of one worker.
#[derive(Debug)]
pub(crate) struct Mailbox {
    waiting: Mutex<Mail>,
    waker: Waker,
    /// The thread that drives its worker.
    driver: AtomicUsize,
}

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// In their order.
    pub(crate) messages: Vec<Message>,
    /// Which other workers accepted.
    pub(crate) connections: Vec<Connection>,
    bytes: usize,
    notes: usize,
}

/// A message that was not taken.
#[derive(Debug)]
pub(crate) enum Untaken {
    /// The queue is full, and the message may be lost.
    Full(Box<Message>),
    /// It may not, and there is no room even for such ones.
    Hangs,
}

impl Mailbox {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { waiting: Mutex::default(), waker, driver: AtomicUsize::new(0) }
    }

    pub(crate) fn driver(&self) -> usize {
        self.driver.load(Ordering::Acquire)
    }

    /// Says who drives its worker from now on: whoever does that now.
    pub(crate) fn set_driver(&self, driver: usize) {
        self.driver.store(driver, Ordering::Release);
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        let waiting = self.lock();
        waiting.messages.is_empty() && waiting.connections.is_empty()
    }

    /// Wakes the worker for another reason than a message.
    pub(crate) fn wake(&self) -> bool {
        self.waker.wake().is_ok()
    }

    /// Adds a message and wakes the worker, unless the thread that posts drives it, too: that looks
    /// before it sleeps.
    pub(crate) fn post(&self, message: Message, from: usize) -> Result<(), Untaken> {
        let mut waiting = self.lock();
        let was_empty = waiting.messages.is_empty();
        match message.size() {
            Some(size) if waiting.bytes + size > MAX_WAITING => {
                return Err(Untaken::Full(Box::new(message)));
            }
            Some(size) => waiting.bytes += size,
            None if waiting.notes >= MAX_NOTES => return Err(Untaken::Hangs),
            None => waiting.notes += 1,
        }
        waiting.messages.push(message);
        drop(waiting);
        if was_empty && self.driver() != from {
            self.wake();
        }
        Ok(())
    }

    /// Adds a connection and wakes the worker.
    pub(crate) fn hand_over(&self, connection: Connection) {
        let mut waiting = self.lock();
        if waiting.connections.len() < MAX_CONNECTIONS {
            waiting.connections.push(connection);
            drop(waiting);
            self.wake();
        }
    }

    /// Takes all that waits.
    pub(crate) fn take(&self) -> Mail {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use mio::{Events, Poll, Token};

    use super::*;
    use crate::message::{Content, Parcel};
    use crate::words::{MediaKey, Remote};

    fn mailbox() -> (Mailbox, Poll) {
        let poll = Poll::new().expect("a poll");
        let waker = Waker::new(poll.registry(), Token(0)).expect("a waker");
        (Mailbox::new(waker), poll)
    }

    fn note() -> Message {
        let source = MediaKey::new(1, "0");
        Message { from: 0, to: 1, content: Content::Ended { source } }
    }

    fn datagrams(bytes: usize) -> Message {
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        let mut parcel = Parcel::default();
        parcel.add(Remote::udp(address), address, &vec![0; bytes]);
        Message { from: 0, to: 1, content: Content::Datagrams(parcel) }
    }

    fn is_woken(poll: &mut Poll) -> bool {
        let mut events = Events::with_capacity(1);
        poll.poll(&mut events, Some(Duration::ZERO)).expect("a poll");
        !events.is_empty()
    }

    #[test]
    fn the_first_message_wakes() {
        let (mailbox, mut poll) = mailbox();
        assert!(!is_woken(&mut poll));
        mailbox.post(note(), 1).expect("room");
        assert!(is_woken(&mut poll));
        mailbox.post(note(), 1).expect("room");
        assert!(!is_woken(&mut poll), "it is awake");
        assert_eq!(mailbox.take().messages.len(), 2);
        mailbox.post(note(), 1).expect("room");
        assert!(is_woken(&mut poll));
    }

    #[test]
    fn who_drives_the_worker_is_awake() {
        let (mailbox, mut poll) = mailbox();
        mailbox.set_driver(1);
        mailbox.post(note(), 1).expect("room");
        assert!(!is_woken(&mut poll));
        assert!(!mailbox.is_empty());
        mailbox.take();
        mailbox.post(note(), 0).expect("room");
        assert!(is_woken(&mut poll));
    }

    #[test]
    fn what_may_be_lost_finds_a_full_queue_and_what_may_not_still_has_room() {
        let (mailbox, _poll) = mailbox();
        mailbox.post(datagrams(5 << 20), 1).expect("room");
        let untaken = mailbox.post(datagrams(4 << 20), 1);
        assert!(matches!(untaken, Err(Untaken::Full(_))), "{untaken:?}");
        mailbox.post(note(), 1).expect("room");
        assert_eq!(mailbox.take().messages.len(), 2);
        mailbox.post(datagrams(5 << 20), 1).expect("room again");
    }

    #[test]
    fn a_worker_that_takes_nothing_is_noticed() {
        let (mailbox, _poll) = mailbox();
        for _ in 0..MAX_NOTES {
            mailbox.post(note(), 1).expect("room");
        }
        assert!(matches!(mailbox.post(note(), 1), Err(Untaken::Hangs)));
    }
}
