//! Keyframe requests towards one publisher: many viewers ask, few requests leave.

use std::time::{Duration, Instant};

/// The shortest time between two requests; also how soon an unanswered one is repeated.
const INTERVAL: Duration = Duration::from_millis(500);

/// Collapses and limits the requests for one producer.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    wanted: bool,
    asked: Option<Instant>,
}

impl Throttle {
    /// Somebody needs a keyframe.
    pub(crate) fn want(&mut self) {
        self.wanted = true;
    }

    /// Nobody needs one any more.
    pub(crate) fn forget(&mut self) {
        self.wanted = false;
    }

    /// Whether somebody needs one.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Whether a request is due.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.wanted && self.asked.is_none_or(|asked| now >= asked + INTERVAL)
    }

    /// A request left.
    pub(crate) fn asked(&mut self, now: Instant) {
        self.asked = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_collapse_and_repeat_until_answered() {
        let now = crate::io::now();
        let mut throttle = Throttle::default();
        assert!(!throttle.is_due(now), "nobody asked");
        throttle.want();
        throttle.want();
        assert!(throttle.is_due(now), "the first goes at once");
        throttle.asked(now);
        throttle.want();
        assert!(!throttle.is_due(now + Duration::from_millis(499)));
        assert!(throttle.is_due(now + INTERVAL), "unanswered: again");
        throttle.forget();
        assert!(!throttle.is_due(now + INTERVAL * 9));
    }
}
