//! Whether a publisher answers keyframe requests: learnt by watching.
//!
//! A browser does, a camera or FFmpeg does not. Only the first request since the last keyframe
//! counts: repeated for long enough, every request is followed by a keyframe.

use std::time::{Duration, Instant};

/// A keyframe that comes later is no answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
/// When a new publisher is asked for the first time, unless a viewer needs a keyframe before.
const FIRST_PROBE: Duration = Duration::from_secs(1);
/// From an answer to the next probe. No whole number of seconds: a publisher with a keyframe every
/// second would seem to answer for ever.
const NEXT_PROBE: Duration = Duration::from_millis(1_250);
/// Answers in a row that show that they are no chance.
const CONVINCING: u8 = 2;

/// What was learnt of one producer.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    verdict: Verdict,
    /// When the first request since the last keyframe left.
    asked: Option<Instant>,
    answers: u8,
    probe_at: Option<Instant>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    #[default]
    Unknown,
    Answers,
    Deaf,
}

impl Hearing {
    /// A request left.
    pub(crate) fn asked(&mut self, now: Instant) {
        self.asked.get_or_insert(now);
    }

    /// A packet arrived, perhaps the first one of a keyframe. A publisher that sends nothing is not
    /// judged.
    pub(crate) fn heard(&mut self, keyframe: bool, now: Instant) {
        self.probe_at.get_or_insert(now + FIRST_PROBE);
        let Some(asked) = self.asked else {
            return;
        };
        if now.saturating_duration_since(asked) > ANSWER_WITHIN {
            self.verdict = Verdict::Deaf;
            self.answers = 0;
        } else if keyframe {
            self.answers = self.answers.saturating_add(1);
            self.probe_at = Some(now + NEXT_PROBE);
            if self.answers >= CONVINCING {
                self.verdict = Verdict::Answers;
            }
        }
        if keyframe {
            self.asked = None;
        }
    }

    /// Whether it should be asked for a keyframe only to learn whether it answers.
    pub(crate) fn wants_probe(&self, now: Instant) -> bool {
        self.verdict == Verdict::Unknown
            && self.asked.is_none()
            && self.probe_at.is_some_and(|at| now >= at)
    }

    /// Whether requests are known to be in vain.
    pub(crate) fn is_deaf(&self) -> bool {
        self.verdict == Verdict::Deaf
    }

    /// Whether requests are known to be answered.
    pub(crate) fn answers(&self) -> bool {
        self.verdict == Verdict::Answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn silence_after_a_request_is_no_answer_but_needs_packets() {
        let now = crate::io::now();
        let mut hearing = Hearing::default();
        hearing.heard(true, now);
        hearing.asked(now);
        hearing.heard(false, now + 500 * MS);
        assert!(!hearing.is_deaf(), "it still has time");
        hearing.heard(false, now + 501 * MS);
        assert!(hearing.is_deaf());
    }

    #[test]
    fn two_answers_convince_and_one_lack_of_an_answer_does() {
        let now = crate::io::now();
        let mut hearing = Hearing::default();
        hearing.asked(now);
        hearing.heard(true, now + 100 * MS);
        assert!(!hearing.answers(), "may be chance");
        hearing.asked(now + 2_000 * MS);
        hearing.heard(true, now + 2_100 * MS);
        assert!(hearing.answers());
        hearing.asked(now + 4_000 * MS);
        hearing.heard(true, now + 4_600 * MS);
        assert!(hearing.is_deaf());
    }

    #[test]
    fn a_keyframe_after_many_requests_is_no_answer() {
        let now = crate::io::now();
        let mut hearing = Hearing::default();
        for round in 0..5 {
            let start = now + round * 10_000 * MS;
            for repeat in 0..10 {
                hearing.asked(start + repeat * 500 * MS);
                hearing.heard(false, start + (repeat * 500 + 250) * MS);
            }
            hearing.heard(true, start + 4_700 * MS);
            assert!(hearing.is_deaf());
        }
    }

    #[test]
    fn an_unknown_publisher_is_probed_until_it_is_known() {
        let now = crate::io::now();
        let mut hearing = Hearing::default();
        assert!(!hearing.wants_probe(now + 9_000 * MS), "it sends nothing yet");
        hearing.heard(true, now);
        assert!(!hearing.wants_probe(now + 999 * MS));
        assert!(hearing.wants_probe(now + FIRST_PROBE));
        hearing.asked(now + FIRST_PROBE);
        assert!(!hearing.wants_probe(now + 1_100 * MS), "asked already");
        hearing.heard(true, now + 1_100 * MS);
        assert!(!hearing.wants_probe(now + 2_000 * MS));
        assert!(hearing.wants_probe(now + 2_350 * MS));
        hearing.asked(now + 2_350 * MS);
        hearing.heard(true, now + 2_400 * MS);
        assert!(!hearing.wants_probe(now + 9_000 * MS), "it is known");
    }
}
