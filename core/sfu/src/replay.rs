//! A cached group of pictures on its way to one new viewer, before it goes on live.
//!
//! The pictures are old: shown at their own pace, the viewer would stay behind by the age of their
//! keyframe. So their timestamps are squeezed to just before the live edge, and a receiver decodes
//! them as fast as it can to show the last.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::packet::Packet;

/// A group is on its way for this long at most.
const LENGTH: Duration = Duration::from_millis(150);
/// What leaves of a small group in a millisecond: 32 Mbit/s. A larger one is as much faster as its
/// `LENGTH` demands.
const MIN_PACE: usize = 4_000;
/// How often a part leaves.
const STEP: Duration = Duration::from_millis(2);
/// How many times shorter the time between two pictures becomes: twelve seconds take less than 0.2,
/// and pictures a millisecond apart still have timestamps of their own.
const SQUEEZE: u32 = 64;

/// Packets that wait for their turn; live ones join at the end.
///
/// Bounded by the group's own bounds and what is received within `LENGTH`: then all is due.
#[derive(Debug)]
pub(crate) struct Replay {
    waiting: VecDeque<Arc<Packet>>,
    began: Instant,
    /// Bytes that leave in a millisecond.
    pace: usize,
    taken: usize,
}

impl Replay {
    /// A replay of these packets, from now on.
    pub(crate) fn new(group: Vec<Arc<Packet>>, now: Instant) -> Self {
        let bytes: usize = group.iter().map(|packet| packet.payload.len()).sum();
        let pace = MIN_PACE.max(bytes / LENGTH.as_millis() as usize);
        Self { waiting: group.into(), began: now, pace, taken: 0 }
    }

    /// Appends packets that arrived meanwhile.
    pub(crate) fn extend(&mut self, live: &[Arc<Packet>]) {
        self.waiting.extend(live.iter().cloned());
    }

    /// Takes the next packet if its time has come.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Arc<Packet>> {
        let passed = now.saturating_duration_since(self.began);
        let allowed = self.pace * (passed + STEP).as_millis() as usize;
        if self.taken >= allowed && passed < LENGTH {
            return None;
        }
        let packet = self.waiting.pop_front()?;
        self.taken += packet.payload.len();
        Some(packet)
    }

    /// When it wants to be asked again; `None` when all has left.
    pub(crate) fn next_step(&self, now: Instant) -> Option<Instant> {
        (!self.waiting.is_empty()).then(|| now + STEP)
    }
}

/// Where the packets of a replayed group lie in time: just before the live edge, in their order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Squeeze {
    edge_sequence: u64,
    edge_timestamp: u32,
    edge_moment: Instant,
    clock_rate: u32,
}

impl Squeeze {
    /// Squeezes what is not newer than the packet `edge`.
    pub(crate) fn new(edge: &Packet, clock_rate: u32) -> Self {
        Self {
            edge_sequence: edge.sequence,
            edge_timestamp: edge.timestamp,
            edge_moment: edge.moment,
            clock_rate: clock_rate.max(1),
        }
    }

    /// The timestamp to send a packet under, and the moment that belongs to it: both on the same
    /// line as those of live packets, so that sender reports stay true.
    pub(crate) fn place(&self, packet: &Packet) -> (u32, Instant) {
        if packet.sequence > self.edge_sequence {
            return (packet.timestamp, packet.moment);
        }
        let before = self.edge_timestamp.wrapping_sub(packet.timestamp).cast_signed();
        // Pictures sent out of order may lie behind the edge; they keep their place.
        let Ok(before) = u32::try_from(before) else {
            return (packet.timestamp, packet.moment);
        };
        let ticks = before / SQUEEZE;
        let moment = self.edge_moment.checked_sub(self.duration(ticks));
        (self.edge_timestamp.wrapping_sub(ticks), moment.unwrap_or(self.edge_moment))
    }

    /// How long the squeezed pictures from `first` to the edge take.
    pub(crate) fn length(&self, first: &Packet) -> Duration {
        let (timestamp, _) = self.place(first);
        self.duration(self.edge_timestamp.wrapping_sub(timestamp))
    }

    fn duration(&self, ticks: u32) -> Duration {
        Duration::from_micros(u64::from(ticks) * 1_000_000 / u64::from(self.clock_rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Content;

    const MS: Duration = Duration::from_millis(1);

    fn packet(sequence: u64, timestamp: u32, bytes: usize, moment: Instant) -> Packet {
        Packet {
            sequence,
            layer: 0,
            timestamp,
            marker: true,
            starts_keyframe: false,
            moment,
            content: Content::default(),
            payload: vec![0; bytes].into(),
        }
    }

    fn replay(count: u64, bytes: usize, now: Instant) -> Replay {
        let group = (0..count).map(|sequence| Arc::new(packet(sequence, 0, bytes, now)));
        Replay::new(group.collect(), now)
    }

    fn take_all(replay: &mut Replay, now: Instant) -> usize {
        std::iter::from_fn(|| replay.take(now)).count()
    }

    #[test]
    fn a_small_group_leaves_at_the_least_pace() {
        let now = crate::io::now();
        let mut replay = replay(100, 1_000, now);
        assert_eq!(take_all(&mut replay, now), 8);
        assert_eq!(take_all(&mut replay, now), 0, "not before the next step");
        assert_eq!(replay.next_step(now), Some(now + STEP));
        assert_eq!(take_all(&mut replay, now + 10 * MS), 40);
        assert_eq!(take_all(&mut replay, now + 25 * MS), 52);
        assert_eq!(replay.next_step(now + 25 * MS), None);
    }

    #[test]
    fn a_large_group_is_spread_over_the_whole_length_and_live_packets_follow() {
        let now = crate::io::now();
        let mut replay = replay(6_000, 1_200, now);
        let half = take_all(&mut replay, now + LENGTH / 2);
        assert!((3_000..3_200).contains(&half), "{half}");
        replay.extend(&[Arc::new(packet(6_000, 9, 60_000, now))]);
        let rest: Vec<_> = std::iter::from_fn(|| replay.take(now + LENGTH)).collect();
        assert_eq!(rest.len(), 6_001 - half);
        assert_eq!(rest.last().map(|packet| packet.sequence), Some(6_000));
        assert_eq!(replay.next_step(now + LENGTH), None);
    }

    #[test]
    fn pictures_lie_before_the_edge_in_their_order_and_live_ones_stay() {
        let origin = crate::io::now();
        let now = origin + 10_000 * MS;
        let moment = |number: u64| origin + number as u32 * 40 * MS;
        // Timestamps wrap on the way.
        let all: Vec<_> = (0..=260u64)
            .map(|number| {
                let timestamp = u32::MAX.wrapping_add(number as u32 * 3_600);
                packet(number, timestamp, 1, if number < 250 { moment(number) } else { now })
            })
            .collect();
        let squeeze = Squeeze::new(&all[250], 90_000);
        let placed: Vec<_> = all.iter().map(|packet| squeeze.place(packet)).collect();
        let ticks = |index: usize| placed[index].0.wrapping_sub(placed[0].0);
        assert!((1..=260).all(|index| ticks(index) > ticks(index - 1)));
        assert!((1..250).all(|index| placed[index].1 > placed[index - 1].1));
        assert_eq!(placed[250], (all[250].timestamp, now));
        assert_eq!(placed[255], (all[255].timestamp, now), "live: untouched");
        assert_eq!(squeeze.length(&all[0]), Duration::from_micros(156_244));
        assert_eq!(placed[0].1 + Duration::from_micros(156_244), now);
    }

    #[test]
    fn a_live_timestamp_of_much_later_is_not_taken_for_an_old_one() {
        let now = crate::io::now();
        let squeeze = Squeeze::new(&packet(7, 0, 1, now), 90_000);
        let late = packet(8, 3 << 30, 1, now);
        assert_eq!(squeeze.place(&late).0, late.timestamp);
    }
}
