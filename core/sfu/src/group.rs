//! The last group of pictures of one track: a keyframe and all that followed it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::packet::Packet;

/// The bounds of one group. What grows beyond one of them is dropped, and the next keyframe begins
/// anew. A camera with a keyframe every ten seconds and 5 Mbit/s fits.
const MAX_BYTES: usize = 8 << 20;
const MAX_PACKETS: usize = 6_000;
const MAX_AGE: Duration = Duration::from_secs(12);

/// What a packet takes besides its payload.
const OVERHEAD: usize = size_of::<Packet>() + 64;

/// Memory that all groups share. Clones share it, too.
#[derive(Debug, Clone)]
pub struct Budget(Arc<AtomicUsize>);

impl Budget {
    /// A budget of so many bytes. A group that finds too little left is dropped.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Bytes that are not taken.
    pub fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let less = |left: usize| left.checked_sub(bytes);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn give(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The group, by sequence number.
///
/// Invariant: empty, or its first packet is the first one of a keyframe; `bytes` are taken from the
/// budget.
#[derive(Debug)]
pub(crate) struct Group {
    packets: BTreeMap<u64, Arc<Packet>>,
    bytes: usize,
    began: Option<Instant>,
    budget: Budget,
}

impl Group {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { packets: BTreeMap::new(), bytes: 0, began: None, budget }
    }

    /// Takes a packet that belongs to the group, or begins the next one.
    pub(crate) fn add(&mut self, packet: &Arc<Packet>, now: Instant) {
        let first =
            self.packets.first_key_value().map(|(&first, packet)| (first, packet.timestamp));
        if packet.starts_keyframe && first.is_none_or(|(first, _)| packet.sequence > first) {
            self.begin(packet.sequence, now);
        } else if first.is_none_or(|(first, timestamp)| {
            // A late one of the keyframe itself may come before what seemed to be its first.
            packet.sequence < first && packet.timestamp != timestamp
        }) {
            return;
        }
        self.insert(packet);
        let age = self.began.map_or(Duration::ZERO, |began| now.saturating_duration_since(began));
        if self.bytes > MAX_BYTES || self.packets.len() > MAX_PACKETS || age > MAX_AGE {
            self.clear();
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.packets.clear();
        self.budget.give(std::mem::take(&mut self.bytes));
        self.began = None;
    }

    /// The packets in order, if their keyframe is whole.
    pub(crate) fn packets(&self) -> Option<Vec<Arc<Packet>>> {
        self.has_whole_keyframe().then(|| self.packets.values().cloned().collect())
    }

    /// What arrived before the keyframe's first packet, but belongs behind it, is kept.
    fn begin(&mut self, sequence: u64, now: Instant) {
        let kept = self.packets.split_off(&sequence);
        let dropped = std::mem::replace(&mut self.packets, kept);
        let freed = dropped.values().map(|packet| size(packet)).sum();
        self.bytes -= freed;
        self.budget.give(freed);
        self.began = Some(now);
    }

    fn insert(&mut self, packet: &Arc<Packet>) {
        if self.packets.contains_key(&packet.sequence) {
            return;
        }
        if !self.budget.take(size(packet)) {
            self.clear();
            return;
        }
        self.bytes += size(packet);
        self.packets.insert(packet.sequence, Arc::clone(packet));
    }

    /// The keyframe ends with its marker, or where the next picture follows without a gap.
    fn has_whole_keyframe(&self) -> bool {
        let Some((&first, start)) = self.packets.first_key_value() else {
            return false;
        };
        for (expected, (&sequence, packet)) in (first..).zip(&self.packets) {
            if sequence != expected {
                return false;
            }
            if packet.marker || packet.timestamp != start.timestamp {
                return true;
            }
        }
        false
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.clear();
    }
}

fn size(packet: &Packet) -> usize {
    packet.payload.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Content;

    const MS: Duration = Duration::from_millis(1);

    /// Three packets a picture; the first of picture 0 starts a keyframe.
    fn packet(sequence: u64, bytes: usize, now: Instant) -> Arc<Packet> {
        Arc::new(keyframe_or_not(sequence, sequence.is_multiple_of(300), bytes, now))
    }

    fn keyframe_or_not(sequence: u64, starts_keyframe: bool, bytes: usize, now: Instant) -> Packet {
        Packet {
            sequence,
            layer: 0,
            timestamp: (sequence / 3) as u32 * 3_000,
            marker: sequence % 3 == 2,
            starts_keyframe,
            moment: now,
            content: Content::default(),
            payload: vec![0; bytes].into(),
        }
    }

    fn group() -> (Group, Budget, Instant) {
        let budget = Budget::new(64 << 20);
        (Group::new(budget.clone()), budget, crate::io::now())
    }

    fn numbers(group: &Group) -> Option<Vec<u64>> {
        Some(group.packets()?.iter().map(|packet| packet.sequence).collect())
    }

    #[test]
    fn it_begins_with_a_whole_keyframe_and_anew_with_the_next() {
        let (mut group, _, now) = group();
        for sequence in 298..302 {
            group.add(&packet(sequence, 100, now), now);
        }
        assert_eq!(numbers(&group), None, "the keyframe is not whole");
        group.add(&packet(302, 100, now), now);
        group.add(&packet(303, 100, now), now);
        assert_eq!(numbers(&group), Some(vec![300, 301, 302, 303]));
        for sequence in 600..603 {
            group.add(&packet(sequence, 100, now), now);
        }
        assert_eq!(numbers(&group), Some(vec![600, 601, 602]));
        group.add(&packet(304, 100, now), now);
        assert_eq!(numbers(&group), Some(vec![600, 601, 602]), "what is older is not taken");
    }

    #[test]
    fn late_packets_take_their_places() {
        let (mut group, _, now) = group();
        for sequence in [300, 302, 304, 303] {
            group.add(&packet(sequence, 100, now), now);
        }
        assert_eq!(numbers(&group), None, "301 is missing");
        group.add(&packet(301, 100, now), now);
        group.add(&packet(301, 100, now), now);
        assert_eq!(numbers(&group), Some(vec![300, 301, 302, 303, 304]));
        for sequence in [601, 602, 600] {
            group.add(&packet(sequence, 100, now), now);
        }
        assert_eq!(numbers(&group), Some(vec![600, 601, 602]), "its start came last");
    }

    #[test]
    fn a_late_parameter_set_comes_before_the_picture() {
        let (mut group, _, now) = group();
        let parameters = Arc::new(keyframe_or_not(300, false, 20, now));
        let picture = Arc::new(keyframe_or_not(301, true, 100, now));
        for packet in [&picture, &packet(302, 100, now), &parameters] {
            group.add(packet, now);
        }
        assert_eq!(numbers(&group), Some(vec![300, 301, 302]));
    }

    #[test]
    fn what_grows_too_old_too_long_or_too_large_is_dropped_until_the_next_keyframe() {
        let (mut group, budget, now) = group();
        let whole = budget.left();
        group.add(&packet(0, 100, now), now);
        group.add(&packet(1, 100, now), now + 12_001 * MS);
        assert!(group.packets.is_empty(), "too old");
        group.add(&packet(2, 100, now), now);
        assert!(group.packets.is_empty(), "not in the middle");
        group.add(&packet(300, 100, now), now);
        for sequence in 0..6_000 {
            group.add(&Arc::new(keyframe_or_not(301 + sequence, false, 100, now)), now);
        }
        assert!(group.packets.is_empty(), "too many");
        group.add(&packet(9_000, 5 << 20, now), now);
        group.add(&packet(9_001, 5 << 20, now), now);
        assert!(group.packets.is_empty(), "too large");
        assert_eq!(budget.left(), whole, "all memory is given back");
    }

    #[test]
    fn the_budget_is_shared_and_given_back() {
        let budget = Budget::new(2_000);
        let now = crate::io::now();
        let (mut one, mut two) = (Group::new(budget.clone()), Group::new(budget.clone()));
        one.add(&packet(0, 1_000, now), now);
        two.add(&packet(0, 1_000, now), now);
        assert_eq!((one.packets.len(), two.packets.len()), (1, 0), "the second finds too little");
        drop(one);
        two.add(&packet(300, 1_000, now), now);
        assert_eq!(two.packets.len(), 1);
        drop(two);
        assert_eq!(budget.left(), 2_000);
    }
}
