//! When each transport wants to be stepped next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Instant;

use crate::words::TransportId;

/// Deadlines, at most one kept for each transport; replaced ones are skipped when they come up.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, TransportId)>>,
    armed: HashMap<TransportId, Instant>,
}

impl Timers {
    /// Steps the transport at `at` or, if that is earlier, when it was to be stepped anyway.
    ///
    /// A step that comes too early is harmless: the transport then arms itself anew.
    pub(crate) fn arm(&mut self, transport: TransportId, at: Instant) {
        let earlier = self.armed.get(&transport).is_none_or(|&armed| at < armed);
        if earlier {
            self.armed.insert(transport, at);
            self.heap.push(Reverse((at, transport)));
        }
    }

    /// Forgets a transport.
    pub(crate) fn disarm(&mut self, transport: TransportId) {
        self.armed.remove(&transport);
    }

    /// The next moment at which `pop` may give something.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes a transport whose deadline has come.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<TransportId> {
        while let Some(&Reverse((at, transport))) = self.heap.peek() {
            if at > now {
                return None;
            }
            self.heap.pop();
            if self.armed.get(&transport) == Some(&at) {
                self.armed.remove(&transport);
                return Some(transport);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_earliest_deadline_counts_and_comes_once() {
        let now = crate::io::now();
        let second = Duration::from_secs(1);
        let mut timers = Timers::default();
        let (one, two) = (TransportId(1), TransportId(2));
        timers.arm(one, now + 3 * second);
        timers.arm(one, now + second);
        timers.arm(one, now + 2 * second);
        timers.arm(two, now + 2 * second);
        assert_eq!(timers.next(), Some(now + second));
        assert_eq!(timers.pop(now), None);
        assert_eq!(timers.pop(now + second), Some(one));
        assert_eq!(timers.pop(now + second), None);
        timers.disarm(two);
        assert_eq!(timers.pop(now + 9 * second), None, "disarmed, and the late one was replaced");
    }
}
