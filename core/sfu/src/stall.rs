//! Whether anything comes from a producer that has begun.

use std::time::{Duration, Instant};

/// Longer than the pauses of Opus that sends nothing in silence (a packet every 400 ms), and of a
/// screen on which nothing moves (one every second).
const AFTER: Duration = Duration::from_millis(1_500);

/// Watches one producer, from its first packet on.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    heard: Option<Instant>,
    stalled: bool,
}

impl Watch {
    /// A packet arrived.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard = Some(now);
    }

    /// Whether it stands still, if that changed since the last time.
    pub(crate) fn news(&mut self, now: Instant) -> Option<bool> {
        let stalled = now.saturating_duration_since(self.heard?) >= AFTER;
        let before = std::mem::replace(&mut self.stalled, stalled);
        (stalled != before).then_some(stalled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_and_only_after_a_first_packet() {
        let now = crate::io::now();
        let mut watch = Watch::default();
        assert_eq!(watch.news(now + AFTER), None, "it has not begun");
        watch.heard(now);
        assert_eq!(watch.news(now + AFTER / 2), None);
        assert_eq!(watch.news(now + AFTER), Some(true));
        assert_eq!(watch.news(now + AFTER * 2), None, "it was told");
        watch.heard(now + AFTER * 2);
        assert_eq!(watch.news(now + AFTER * 2), Some(false));
        assert_eq!(watch.news(now + AFTER * 2), None);
    }
}
