//! Packets of one producer, in order again and whole frames again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::format::Codec;

use crate::packet::Packet;
use crate::payload;

/// How long a missing packet is waited for: the producer's retransmissions take a few of its round
/// trips.
const PATIENCE: Duration = Duration::from_millis(250);
/// Packets that wait: a large keyframe, or a second of a fast stream.
const MAX_PACKETS: usize = 4_096;

/// A frame that was put together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Assembled {
    pub(crate) data: Vec<u8>,
    /// RTP timestamp without a wrap.
    pub(crate) timestamp: u64,
    pub(crate) keyframe: bool,
    /// Whether nothing is lost before it.
    pub(crate) contiguous: bool,
    /// The moment it belongs to.
    pub(crate) moment: Instant,
    pub(crate) level: Option<u8>,
    /// See [`Content::color_space`](crate::packet::Content).
    pub(crate) color_space: Option<[u8; 4]>,
}

/// Puts frames together.
#[derive(Debug)]
pub(crate) struct Assembly {
    codec: Codec,
    waiting: BTreeMap<u64, (Arc<Packet>, Instant)>,
    /// The sequence number that comes next.
    next: Option<u64>,
    /// A frame of this timestamp is broken: its packets are passed over.
    broken: Option<u32>,
    /// Whether something was lost since the last frame.
    lost: bool,
    /// Video begins with a keyframe.
    begun: bool,
    timestamp: Option<u64>,
}

impl Assembly {
    pub(crate) fn new(codec: Codec) -> Self {
        Self {
            codec,
            waiting: BTreeMap::new(),
            next: None,
            broken: None,
            lost: false,
            begun: !codec.is_video(),
            timestamp: None,
        }
    }

    /// Takes packets, as they came.
    pub(crate) fn take<'a>(
        &mut self,
        packets: impl Iterator<Item = &'a Arc<Packet>>,
        now: Instant,
    ) {
        for packet in packets {
            // What is late for good, or comes again.
            if self.next.is_none_or(|next| packet.sequence >= next) {
                self.waiting.entry(packet.sequence).or_insert_with(|| (Arc::clone(packet), now));
            }
        }
        if self.next.is_none() {
            self.next = self.waiting.keys().next().copied();
        }
    }

    /// The next frame that is whole; a gap that was waited for long enough is passed over.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Assembled> {
        loop {
            self.pass_over();
            let next = self.next?;
            let run = self.run(next);
            if let Some(last) = run.end {
                let packets = self.remove_through(last);
                if let Some(frame) = self.assemble(&packets) {
                    return Some(frame);
                }
            } else if !self.give_up(&run, now) {
                return None;
            }
        }
    }

    /// Passes over what belongs to a broken frame, and over packets without a payload.
    fn pass_over(&mut self) {
        while let Some((next, (packet, _))) =
            self.next.and_then(|next| self.waiting.get_key_value(&next))
        {
            let is_broken = self.broken == Some(packet.timestamp);
            if !is_broken && !packet.payload.is_empty() {
                self.broken = None;
                return;
            }
            let next = *next;
            self.waiting.remove(&next);
            self.next = Some(next + 1);
        }
    }

    /// The packets from `next` on that are one frame, as far as they are there.
    fn run(&self, next: u64) -> Run {
        let mut run = Run { missing: next, end: None, timestamp: None };
        for (&sequence, (packet, _)) in self.waiting.range(next..) {
            if sequence != run.missing {
                break;
            }
            let is_other = run.timestamp.is_some_and(|timestamp| timestamp != packet.timestamp);
            if is_other && !packet.payload.is_empty() {
                // The marker may be missing where several spatial layers make one picture.
                run.end = Some(sequence - 1);
                break;
            }
            if !packet.payload.is_empty() {
                run.timestamp = Some(packet.timestamp);
            }
            run.missing = sequence + 1;
            if packet.marker || !self.codec.is_video() {
                run.end = Some(sequence);
                break;
            }
        }
        run
    }

    /// Gives up on a missing packet; false while it is still waited for.
    fn give_up(&mut self, run: &Run, now: Instant) -> bool {
        let Some((&resume, (packet, since))) = self.waiting.range(run.missing..).next() else {
            return false;
        };
        let is_late = now.saturating_duration_since(*since) >= PATIENCE;
        if !is_late && self.waiting.len() <= MAX_PACKETS {
            return false;
        }
        let starts =
            run.timestamp != Some(packet.timestamp) && payload::begins(self.codec, &packet.payload);
        self.broken = (!starts).then_some(packet.timestamp);
        self.lost = true;
        self.waiting = self.waiting.split_off(&resume);
        self.next = Some(resume);
        true
    }

    fn remove_through(&mut self, last: u64) -> Vec<Arc<Packet>> {
        let rest = self.waiting.split_off(&(last + 1));
        let taken = std::mem::replace(&mut self.waiting, rest);
        self.next = Some(last + 1);
        taken.into_values().map(|(packet, _)| packet).collect()
    }

    fn assemble(&mut self, packets: &[Arc<Packet>]) -> Option<Assembled> {
        let filled = packets.iter().filter(|packet| !packet.payload.is_empty());
        let payloads: Vec<&[u8]> = filled.clone().map(|packet| &*packet.payload).collect();
        let first = filled.clone().next()?;
        let keyframe =
            !self.codec.is_video() || filled.clone().any(|packet| packet.starts_keyframe);
        let Some(data) = payload::unpack(self.codec, &payloads) else {
            self.lost = true;
            return None;
        };
        let timestamp = self.unwrapped(first.timestamp);
        if !self.begun && !keyframe {
            return None;
        }
        let begun = std::mem::replace(&mut self.begun, true);
        let contiguous = !std::mem::take(&mut self.lost) || !begun;
        let (moment, level) = (first.moment, first.content.level());
        let color_space = filled.filter_map(|packet| packet.content.color_space).next_back();
        Some(Assembled { data, timestamp, keyframe, contiguous, moment, level, color_space })
    }

    fn unwrapped(&mut self, timestamp: u32) -> u64 {
        let before = self.timestamp.unwrap_or(u64::from(timestamp));
        let step = timestamp.wrapping_sub(before as u32).cast_signed();
        let now = before.saturating_add_signed(i64::from(step));
        self.timestamp = Some(now);
        now
    }
}

/// Packets that follow each other and have one timestamp.
struct Run {
    /// The first sequence number that is not there.
    missing: u64,
    /// The last one of the frame, if it is whole.
    end: Option<u64>,
    timestamp: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Content;
    use crate::payload::Packetizer;

    const MS: Duration = Duration::from_millis(1);

    /// Frames of a VP8 stream as packets; every third one is a keyframe.
    fn packets(frames: u64, now: Instant) -> Vec<Arc<Packet>> {
        let mut packetizer = Packetizer::default();
        let mut all = Vec::new();
        for frame in 0..frames {
            let starts = frame % 3 == 0;
            let mut data = vec![frame as u8; 2_500];
            data[0] = u8::from(!starts);
            let payloads = packetizer.pack(Codec::Vp8, &data);
            let last = payloads.len() - 1;
            for (index, payload) in payloads.into_iter().enumerate() {
                all.push(Arc::new(Packet {
                    sequence: 100 + all.len() as u64,
                    layer: 0,
                    timestamp: (u32::MAX - 4_000).wrapping_add(frame as u32 * 3_000),
                    marker: index == last,
                    starts_keyframe: starts && index == 0,
                    moment: now,
                    // Of a keyframe it stands in the last packet.
                    content: Content {
                        color_space: (starts && index == last).then_some([frame as u8; 4]),
                        ..Content::default()
                    },
                    payload: payload.into(),
                }));
            }
        }
        all
    }

    fn drain(assembly: &mut Assembly, now: Instant) -> Vec<(u8, bool, bool)> {
        let frames = std::iter::from_fn(|| assembly.next(now));
        frames.map(|frame| (frame.data[9], frame.keyframe, frame.contiguous)).collect()
    }

    #[test]
    fn packets_in_any_order_become_frames_in_order() {
        let now = crate::io::now();
        let mut assembly = Assembly::new(Codec::Vp8);
        let mut packets = packets(4, now);
        assembly.take(packets[..1].iter(), now);
        packets[1..].reverse();
        assembly.take(packets[1..].iter().chain(&packets), now);
        let frames: Vec<_> = std::iter::from_fn(|| assembly.next(now)).collect();
        let told: Vec<_> = frames.iter().map(|it| (it.keyframe, it.contiguous)).collect();
        assert_eq!(told, [(true, true), (false, true), (false, true), (true, true)]);
        assert!(frames.iter().all(|frame| frame.data.len() == 2_500));
        assert_eq!(frames[3].timestamp - frames[0].timestamp, 9_000, "over the wrap");
    }

    #[test]
    fn a_missing_packet_is_waited_for_and_then_given_up() {
        let now = crate::io::now();
        let mut assembly = Assembly::new(Codec::Vp8);
        let mut packets = packets(4, now);
        let missing = packets.remove(4);
        assembly.take(packets.iter(), now);
        assert_eq!(drain(&mut assembly, now), [(0, true, true)]);
        let mut patient = Assembly::new(Codec::Vp8);
        patient.take(packets.iter(), now);
        patient.take([&missing].into_iter(), now + 200 * MS);
        assert_eq!(drain(&mut patient, now + 200 * MS).len(), 4, "it came");
        assert_eq!(drain(&mut assembly, now + 249 * MS), []);
        let rest = drain(&mut assembly, now + 250 * MS);
        assert_eq!(rest, [(2, false, false), (3, true, true)]);
    }

    #[test]
    fn the_colour_space_of_a_keyframe_is_told() {
        let now = crate::io::now();
        let mut assembly = Assembly::new(Codec::Vp8);
        assembly.take(packets(4, now).iter(), now);
        let frames = std::iter::from_fn(|| assembly.next(now));
        let told: Vec<_> = frames.map(|frame| frame.color_space).collect();
        assert_eq!(told, [Some([0; 4]), None, None, Some([3; 4])]);
    }

    #[test]
    fn nothing_is_told_before_a_keyframe() {
        let now = crate::io::now();
        let mut assembly = Assembly::new(Codec::Vp8);
        assembly.take(packets(7, now)[4..].iter(), now);
        let frames = drain(&mut assembly, now);
        assert_eq!(frames.first(), Some(&(3, true, true)));
        assert_eq!(frames.len(), 4);
    }
}
