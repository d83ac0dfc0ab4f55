//! What was sent lately to one receiver, to send it again when asked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::packet::Packet;

/// Packets kept, and for how long: more round-trip time than a conversation bears, and as many packets
/// as a replayed group of pictures may have, which leaves in less.
pub(super) const MAX_PACKETS: usize = 7_000;
pub(super) const MAX_AGE: Duration = Duration::from_millis(500);
/// The share of retransmissions beyond which what is asked for again is not sent: one NACK of a few
/// bytes may ask for thousands of packets.
pub(super) const MAX_RETRANSMITTED: f32 = 0.3;
/// Bytes sent again whatever the share: a stream that has only begun may lose its first picture.
const ALWAYS: u64 = 32 << 10;
const WINDOW: Duration = Duration::from_secs(1);

/// A packet under the numbers that this receiver knows it by. The packet itself is shared with all
/// other receivers.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) packet: Arc<Packet>,
    pub(super) sequence: u64,
    pub(super) timestamp: u32,
    pub(super) payload_type: u8,
    /// Milliseconds since the history began.
    at: u32,
}

/// Packets by sequence number.
#[derive(Debug)]
pub(super) struct History {
    sent: VecDeque<Sent>,
    began: Instant,
}

impl History {
    pub(super) fn new(now: Instant) -> Self {
        Self { sent: VecDeque::new(), began: now }
    }

    /// Keeps a packet.
    pub(super) fn add(
        &mut self,
        packet: Arc<Packet>,
        sequence: u64,
        timestamp: u32,
        payload_type: u8,
        now: Instant,
    ) {
        let at = self.age(now);
        let sent = Sent { packet, sequence, timestamp, payload_type, at };
        if self.sent.back().is_none_or(|last| last.sequence < sequence) {
            self.sent.push_back(sent);
        } else if let Err(place) = self.find(sequence) {
            // It arrived late from its publisher.
            self.sent.insert(place, sent);
        }
    }

    /// Forgets what is too old or too much.
    pub(super) fn forget(&mut self, now: Instant) {
        let oldest = self.age(now).saturating_sub(MAX_AGE.as_millis() as u32);
        while self.sent.len() > MAX_PACKETS
            || self.sent.front().is_some_and(|sent| sent.at < oldest)
        {
            self.sent.pop_front();
        }
    }

    /// The packet with this number, if it is still there.
    pub(super) fn get(&self, number: u16) -> Option<&Sent> {
        let last = self.sent.back()?.sequence;
        let behind = (last as u16).wrapping_sub(number);
        let sequence = last.checked_sub(u64::from(behind))?;
        self.find(sequence).ok().and_then(|place| self.sent.get(place))
    }

    fn find(&self, sequence: u64) -> Result<usize, usize> {
        self.sent.binary_search_by_key(&sequence, |sent| sent.sequence)
    }

    fn age(&self, now: Instant) -> u32 {
        now.saturating_duration_since(self.began).as_millis() as u32
    }
}

/// How much of a stream was sent again lately.
#[derive(Debug)]
pub(super) struct Share {
    /// Of the window before, and of this one.
    sent: [u64; 2],
    again: [u64; 2],
    began: Instant,
}

impl Share {
    pub(super) fn new(now: Instant) -> Self {
        Self { sent: [0; 2], again: [0; 2], began: now }
    }

    /// So many bytes were sent for the first time.
    pub(super) fn sent(&mut self, bytes: usize, now: Instant) {
        self.pass(now);
        self.sent[1] += bytes as u64;
    }

    /// Whether so many bytes may be sent again; they are counted as sent if so.
    #[allow(clippy::cast_precision_loss, reason = "counts of two seconds")]
    pub(super) fn take(&mut self, bytes: usize, now: Instant) -> bool {
        self.pass(now);
        let sent: u64 = self.sent.iter().sum();
        let again = self.again.iter().sum::<u64>() + bytes as u64;
        let share = again as f32 / (again + sent) as f32;
        let may = share <= MAX_RETRANSMITTED || again <= ALWAYS;
        if may {
            self.again[1] += bytes as u64;
        }
        may
    }

    fn pass(&mut self, now: Instant) {
        let windows = now.saturating_duration_since(self.began).as_secs() / WINDOW.as_secs();
        if windows == 0 {
            return;
        }
        let over = if windows == 1 { (self.sent[1], self.again[1]) } else { (0, 0) };
        self.sent = [over.0, 0];
        self.again = [over.1, 0];
        self.began += WINDOW * windows as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Content;

    const MS: Duration = Duration::from_millis(1);

    fn packet(sequence: u64, now: Instant) -> Arc<Packet> {
        Arc::new(Packet {
            sequence,
            layer: 0,
            timestamp: 0,
            marker: false,
            starts_keyframe: false,
            moment: now,
            content: Content::default(),
            payload: vec![0; 9].into(),
        })
    }

    fn found(history: &History, number: u16) -> Option<u64> {
        history.get(number).map(|sent| sent.sequence)
    }

    #[test]
    fn packets_are_found_by_the_last_bits_of_their_numbers() {
        let now = crate::io::now();
        let mut history = History::new(now);
        assert_eq!(found(&history, 0), None);
        for sequence in [65_534, 65_535, 65_537, 65_536] {
            history.add(packet(sequence, now), sequence, 0, 96, now);
        }
        for (number, sequence) in [(65_534, 65_534), (65_535, 65_535), (0, 65_536), (1, 65_537)] {
            assert_eq!(found(&history, number), Some(sequence));
        }
        assert_eq!(found(&history, 2), None, "it was not sent yet");
        assert_eq!(found(&history, 65_533), None, "nor was this one ever");
    }

    #[test]
    fn what_is_old_or_too_much_is_forgotten() {
        let now = crate::io::now();
        let mut history = History::new(now);
        history.add(packet(1, now), 1, 0, 96, now);
        history.add(packet(2, now), 2, 0, 96, now + 100 * MS);
        history.forget(now + 500 * MS);
        assert_eq!(found(&history, 1), Some(1));
        history.forget(now + 501 * MS);
        assert_eq!((found(&history, 1), found(&history, 2)), (None, Some(2)));
        for sequence in 3..=MAX_PACKETS as u64 + 2 {
            history.add(packet(sequence, now), sequence, 0, 96, now + 200 * MS);
        }
        history.forget(now + 200 * MS);
        assert_eq!((found(&history, 2), found(&history, 3)), (None, Some(3)));
    }

    #[test]
    fn a_packet_is_forgotten_by_the_history_alone() {
        let now = crate::io::now();
        let shared = packet(1, now);
        let mut histories = [History::new(now), History::new(now)];
        for history in &mut histories {
            history.add(Arc::clone(&shared), 1, 0, 96, now);
        }
        assert_eq!(Arc::strong_count(&shared), 3, "no copies");
        histories[0].forget(now + 501 * MS);
        assert_eq!(Arc::strong_count(&shared), 2);
    }

    #[test]
    fn only_a_share_is_sent_again() {
        let now = crate::io::now();
        let mut share = Share::new(now);
        share.sent(700_000, now);
        let again = (0..1_000).take_while(|_| share.take(1_000, now + 10 * MS)).count();
        assert!((299..=300).contains(&again), "{again}");
        assert!(!share.take(1_000, now + 900 * MS));
        assert!(share.take(1_000, now + 3_000 * MS), "that was long ago");
    }

    #[test]
    fn the_first_picture_of_a_stream_may_be_sent_again_whole() {
        let now = crate::io::now();
        let mut share = Share::new(now);
        share.sent(20_000, now);
        assert!((0..20).all(|_| share.take(1_000, now)));
    }
}
