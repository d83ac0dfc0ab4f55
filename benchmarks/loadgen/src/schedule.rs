//! The clock that all threads share, and the windows in which packets count.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Progress and windows of a run, shared by its threads.
///
/// A packet belongs to the window in which it was *sent*: sender and receivers decide that from
/// the same stamp, so that nothing is counted twice or falls between two windows.
#[derive(Debug)]
pub(crate) struct Schedule {
    origin: Instant,
    window: u64,
    windows: usize,
    start: AtomicU64,
    stopped: AtomicBool,
    /// Peers that send or receive media.
    pub(crate) flowing: AtomicUsize,
}

impl Schedule {
    /// Windows of this length, which begin when `begin` says so.
    pub(crate) fn new(window: Duration, windows: usize) -> Self {
        Self {
            origin: Instant::now(),
            window: nanoseconds(window),
            windows,
            start: AtomicU64::new(u64::MAX),
            stopped: AtomicBool::new(false),
            flowing: AtomicUsize::new(0),
        }
    }

    /// Nanoseconds of our clock at this instant.
    pub(crate) fn stamp(&self, at: Instant) -> u64 {
        nanoseconds(at.saturating_duration_since(self.origin))
    }

    /// Lets the first window begin after `warmup`; gives the instants between which each lies.
    pub(crate) fn begin(&self, warmup: Duration) -> Vec<Instant> {
        let first = Instant::now() + warmup;
        self.start.store(self.stamp(first), Ordering::Release);
        let length = Duration::from_nanos(self.window);
        (0..=self.windows).map(|index| first + length * index as u32).collect()
    }

    /// The window to which a packet sent at this stamp belongs.
    pub(crate) fn window(&self, sent: u64) -> Option<usize> {
        let since = sent.checked_sub(self.start.load(Ordering::Acquire))?;
        let index = (since / self.window) as usize;
        (index < self.windows).then_some(index)
    }

    /// Number of windows.
    pub(crate) fn windows(&self) -> usize {
        self.windows
    }

    /// Tells the threads to end.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    /// Whether the threads should end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_belongs_to_the_window_in_which_it_was_sent() {
        let schedule = Schedule::new(Duration::from_secs(5), 2);
        assert_eq!(schedule.window(u64::MAX - 1), None, "before begin");
        let edges = schedule.begin(Duration::from_secs(1));
        let stamps: Vec<u64> = edges.iter().map(|&edge| schedule.stamp(edge)).collect();
        assert_eq!(edges.len(), 3);
        assert_eq!(schedule.window(stamps[0] - 1), None);
        assert_eq!(schedule.window(stamps[0]), Some(0));
        assert_eq!(schedule.window(stamps[1] - 1), Some(0));
        assert_eq!(schedule.window(stamps[1]), Some(1));
        assert_eq!(schedule.window(stamps[2]), None);
    }
}
