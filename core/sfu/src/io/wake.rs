//! Events on their way up: a bounded queue and a descriptor that is readable while it is not empty.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::words::Event;

/// More than this many events unread means that the owner is gone; new ones are then dropped.
const LIMIT: usize = 100_000;

/// The queue between the worker and its owner.
#[derive(Debug)]
pub(crate) struct Events {
    waiting: Mutex<Vec<Event>>,
    signal: UnixStream,
    readable: UnixStream,
}

impl Events {
    pub(crate) fn new() -> io::Result<Self> {
        let (signal, readable) = UnixStream::pair()?;
        signal.set_nonblocking(true)?;
        readable.set_nonblocking(true)?;
        Ok(Self { waiting: Mutex::new(Vec::new()), signal, readable })
    }

    /// The descriptor to wait on.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.readable.as_raw_fd()
    }

    /// Adds events and wakes the owner.
    pub(crate) fn push(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        let room = LIMIT.saturating_sub(waiting.len());
        let was_empty = waiting.is_empty();
        waiting.extend(events.into_iter().take(room));
        if was_empty {
            // A full pipe is as good as a written one: the owner is awake.
            let _ = (&self.signal).write(&[1]);
        }
    }

    /// Takes all events.
    pub(crate) fn take(&self) -> Vec<Event> {
        let mut waiting = self.lock();
        let mut sink = [0; 64];
        while matches!((&self.readable).read(&mut sink), Ok(read) if read > 0) {}
        std::mem::take(&mut waiting)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_once_and_in_order() {
        let events = Events::new().expect("a socket pair");
        events.push(Vec::new());
        assert!(events.take().is_empty());
        for reason in ["one", "two"] {
            events.push(vec![Event::Died { reason: reason.to_owned() }]);
        }
        let reasons: Vec<_> = events
            .take()
            .into_iter()
            .map(|event| match event {
                Event::Died { reason } => reason,
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(reasons, ["one", "two"]);
        assert!(events.take().is_empty());
    }

    #[test]
    fn the_queue_is_bounded() {
        let events = Events::new().expect("a socket pair");
        let many = vec![Event::Died { reason: String::new() }; LIMIT + 5];
        events.push(many);
        assert_eq!(events.take().len(), LIMIT);
    }
}
