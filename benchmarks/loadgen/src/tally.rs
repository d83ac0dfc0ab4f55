//! Counting: what was sent, what came, how late.

use crate::output::Json;

/// Packets that one viewer can tell apart: 18 hours at 1,000 packets per second.
const MOST: u64 = 1 << 26;

/// The numbers that one viewer has had.
#[derive(Debug, Default)]
pub(crate) struct Seen(Vec<u64>);

impl Seen {
    /// Whether this number is new; numbers beyond every bound never are.
    pub(crate) fn is_new(&mut self, number: u64) -> bool {
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        if number >= MOST {
            return false;
        }
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }
}

/// What a thread sent or received in one window.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    /// Packets sent by publishers.
    pub(crate) sent: u64,
    /// Different packets that viewers got.
    pub(crate) received: u64,
    /// Microseconds from sending to reading, of each packet received.
    pub(crate) latencies: Vec<u32>,
    /// Microseconds by which the latest frame left too late.
    pub(crate) lateness: u32,
}

impl Tally {
    /// Adds another thread's share.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.received += other.received;
        self.latencies.extend_from_slice(&other.latencies);
        self.lateness = self.lateness.max(other.lateness);
    }

    /// Added latency in milliseconds: p50, p95, p99 and the worst.
    pub(crate) fn latency(&mut self) -> Json {
        self.latencies.sort_unstable();
        let at = |share: f64| quantile(&self.latencies, share).map_or(Json::Null, milliseconds);
        Json::Object(vec![("p50", at(0.5)), ("p95", at(0.95)), ("p99", at(0.99)), ("max", at(1.0))])
    }
}

/// Faults over the whole run.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Faults {
    /// Packets that came again.
    pub(crate) duplicates: u64,
    /// Packets whose payload was not what was sent.
    pub(crate) damaged: u64,
    /// Datagrams that our own socket would not take.
    pub(crate) unsent: u64,
    /// Sessions that ended during the run.
    pub(crate) ended: u64,
}

impl Faults {
    /// Adds another thread's share.
    pub(crate) fn add(&mut self, other: Self) {
        self.duplicates += other.duplicates;
        self.damaged += other.damaged;
        self.unsent += other.unsent;
        self.ended += other.ended;
    }
}

fn milliseconds(microseconds: u32) -> Json {
    Json::Number(f64::from(microseconds) / 1000.0)
}

/// The value below which this share of a sorted slice lies (nearest rank).
#[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "a share of a length")]
fn quantile(sorted: &[u32], share: f64) -> Option<u32> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once() {
        let mut seen = Seen::default();
        for number in [0, 63, 64, 5, 1000] {
            assert!(seen.is_new(number), "{number}");
        }
        for number in [0, 63, 64, 5, 1000, MOST, u64::MAX] {
            assert!(!seen.is_new(number), "{number}");
        }
        assert!(seen.is_new(999));
    }

    #[test]
    fn quantiles_are_nearest_ranks() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(quantile(&hundred, 0.5), Some(50));
        assert_eq!(quantile(&hundred, 0.99), Some(99));
        assert_eq!(quantile(&hundred, 1.0), Some(100));
        assert_eq!(quantile(&[7], 0.01), Some(7));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
