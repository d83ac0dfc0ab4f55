//! Events on their way up: a bounded queue and a descriptor that is readable while it is not empty.

use std::io;
use std::os::fd::RawFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::signal::Signal;
use crate::words::Event;

/// More than this many events unread means that the owner is gone; new ones are then dropped.
const LIMIT: usize = 100_000;

/// The queue between the worker and its owner.
#[derive(Debug)]
pub(crate) struct Events {
    waiting: Mutex<Vec<Event>>,
    signal: Signal,
}

impl Events {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { waiting: Mutex::default(), signal: Signal::new()? })
    }

    /// The descriptor to wait on.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.signal.descriptor()
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
            self.signal.raise();
        }
    }

    /// Takes all events.
    pub(crate) fn take(&self) -> Vec<Event> {
        let mut waiting = self.lock();
        self.signal.clear();
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
