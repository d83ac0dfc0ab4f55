//! The continuous numbering that a receiver sees, whatever source is forwarded to it.

use std::time::{Duration, Instant};

/// Rewrites sequence numbers and timestamps, so that a receiver cannot tell that its source changed.
///
/// Invariant: numbers that leave for packets of increasing number increase, over all sources.
#[derive(Debug)]
pub(crate) struct Rewriter {
    first: u64,
    current: Option<Source>,
    /// The encoding before, of the same source; packets of it may be late.
    previous: Option<Source>,
    last: Option<Sent>,
}

#[derive(Debug, Clone, Copy)]
struct Source {
    first_sequence: u64,
    sequence_base: u64,
    timestamp_offset: u32,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    sequence: u64,
    timestamp: u32,
    at: Instant,
}

impl Rewriter {
    /// Numbers start at `first`, below 2^16: SRTP starts with a rollover counter of 0 (RFC 3711
    /// section 3.3.1).
    pub(crate) fn new(first: u16) -> Self {
        Self { first: u64::from(first), current: None, previous: None, last: None }
    }

    /// Begins a new source with the packet of these numbers, after what was sent before.
    ///
    /// The timestamp goes on by the time that has passed, at least by one tick.
    pub(crate) fn start(&mut self, sequence: u64, timestamp: u32, clock_rate: u32, now: Instant) {
        self.previous = None;
        let passed = self.last.map(|last| now.saturating_duration_since(last.at));
        self.follow(sequence, timestamp, clock_rate, passed.unwrap_or_default());
    }

    /// Goes on with another encoding of the same source, whose picture is by so much later.
    pub(crate) fn switch(
        &mut self,
        sequence: u64,
        timestamp: u32,
        clock_rate: u32,
        passed: Duration,
    ) {
        self.previous = self.current;
        self.follow(sequence, timestamp, clock_rate, passed);
    }

    fn follow(&mut self, sequence: u64, timestamp: u32, clock_rate: u32, passed: Duration) {
        let (sequence_base, timestamp_offset) = match self.last {
            None => (self.first, 0),
            Some(last) => {
                let ticks = passed.as_micros() * u128::from(clock_rate) / 1_000_000;
                let next = last.timestamp.wrapping_add((ticks as u32).max(1));
                (last.sequence + 1, next.wrapping_sub(timestamp))
            }
        };
        self.current = Some(Source { first_sequence: sequence, sequence_base, timestamp_offset });
    }

    /// The numbers to send a packet under; `None` for one from before the start of its source.
    pub(crate) fn map(
        &mut self,
        sequence: u64,
        timestamp: u32,
        now: Instant,
    ) -> Option<(u64, u32)> {
        let out = self.current?.map(sequence, timestamp)?;
        if self.last.is_none_or(|last| out.0 > last.sequence) {
            self.last = Some(Sent { sequence: out.0, timestamp: out.1, at: now });
        }
        Some(out)
    }

    /// The same for a late packet of the encoding before; `None` where none was left out.
    pub(crate) fn map_late(&self, sequence: u64, timestamp: u32) -> Option<(u64, u32)> {
        let out = self.previous?.map(sequence, timestamp)?;
        (out.0 < self.current?.sequence_base).then_some(out)
    }
}

impl Source {
    fn map(&self, sequence: u64, timestamp: u32) -> Option<(u64, u32)> {
        let since = sequence.checked_sub(self.first_sequence)?;
        Some((self.sequence_base + since, timestamp.wrapping_add(self.timestamp_offset)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch() -> Instant {
        crate::io::now()
    }

    #[test]
    fn the_first_source_keeps_its_timestamps() {
        let now = epoch();
        let mut rewriter = Rewriter::new(7);
        rewriter.start(1 << 20, 5_000, 90_000, now);
        assert_eq!(rewriter.map(1 << 20, 5_000, now), Some((7, 5_000)));
        assert_eq!(rewriter.map((1 << 20) + 2, 8_000, now), Some((9, 8_000)));
        assert_eq!(rewriter.map((1 << 20) + 1, 5_000, now), Some((8, 5_000)), "late is kept");
    }

    #[test]
    fn a_new_source_goes_on_where_the_old_one_ended() {
        let now = epoch();
        let mut rewriter = Rewriter::new(0);
        rewriter.start(10, 0, 90_000, now);
        assert_eq!(rewriter.map(10, 0, now), Some((0, 0)));
        let later = now + Duration::from_millis(100);
        rewriter.start(900, 77, 90_000, later);
        assert_eq!(rewriter.map(900, 77, later), Some((1, 9_000)));
    }

    #[test]
    fn another_encoding_goes_on_and_what_is_late_of_the_one_before_has_its_place() {
        let now = epoch();
        let mut rewriter = Rewriter::new(0);
        rewriter.start(10, 1_000, 90_000, now);
        assert_eq!(rewriter.map(10, 1_000, now), Some((0, 1_000)));
        assert_eq!(rewriter.map(12, 4_000, now), Some((2, 4_000)));
        rewriter.switch(500, 70_000, 90_000, Duration::from_millis(10));
        assert_eq!(rewriter.map(500, 70_000, now), Some((3, 4_900)));
        assert_eq!(rewriter.map_late(11, 1_000), Some((1, 1_000)));
        assert_eq!(rewriter.map_late(13, 7_000), None, "its number is another's");
        assert_eq!(rewriter.map_late(9, 0), None);
        rewriter.switch(13, 7_000, 90_000, Duration::ZERO);
        assert_eq!(rewriter.map(13, 7_000, now), Some((4, 4_901)), "at least by one tick");
        rewriter.start(1, 1, 90_000, now);
        assert_eq!(rewriter.map_late(500, 70_000), None, "another source");
    }

    #[test]
    fn what_is_older_than_its_source_is_dropped() {
        let now = epoch();
        let mut rewriter = Rewriter::new(0);
        assert_eq!(rewriter.map(1, 1, now), None, "no source yet");
        rewriter.start(10, 0, 90_000, now);
        assert_eq!(rewriter.map(9, 0, now), None);
    }

    #[test]
    fn timestamps_wrap() {
        let now = epoch();
        let mut rewriter = Rewriter::new(0);
        rewriter.start(1, u32::MAX, 90_000, now);
        assert_eq!(rewriter.map(1, u32::MAX, now), Some((0, u32::MAX)));
        rewriter.start(5, 100, 90_000, now);
        assert_eq!(rewriter.map(5, 100, now), Some((1, 0)));
    }
}
