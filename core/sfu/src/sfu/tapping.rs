//! Programs on this machine that take frames of producers, and give some.

use std::sync::Arc;
use std::time::Instant;

use super::Sfu;
use crate::assembly::{Assembled, Assembly};
use crate::endpoint::Outgoing;
use crate::endpoint::{Frame, codec_label};
use crate::layers::{LayerIndex, LayerSet};
use crate::packet::Packet;
use crate::producer::Stream;
use crate::words::{MediaKey, TapId, Tapped, TransportId};

/// One who takes the frames of a producer.
pub(super) struct Tap {
    source: MediaKey,
    /// What comes now, once something has.
    flow: Option<Flow>,
}

/// One encoding of one stream.
struct Flow {
    epoch: u32,
    layer: LayerIndex,
    stream: Stream,
    assembly: Assembly,
}

impl Sfu {
    /// Takes what taps have to tell since the last call.
    pub fn take_tapped(&mut self) -> Vec<(TapId, Tapped)> {
        std::mem::take(&mut self.tapped)
    }

    /// Nobody listens to a tap any more.
    pub fn untap(&mut self, tap: TapId) {
        self.taps.remove(&tap);
    }

    pub(super) fn tap(&mut self, id: TapId, source: MediaKey, now: Instant) {
        let transport = self.transports.get_mut(&source.transport);
        let Some(producer) = transport.and_then(|transport| transport.producer(source.mid)) else {
            let reason = "there is no such producer".to_owned();
            self.tapped.push((id, Tapped::Ended { reason }));
            return;
        };
        let start = producer.stream().copied().zip(producer.replayable());
        let mut tap = Tap { source, flow: None };
        if let Some((stream, group)) = start {
            tap.take(&stream, &group, now);
        }
        self.taps.insert(id, tap);
        self.listen(now);
        self.ask_for_keyframe(source, 0, now);
    }

    /// Takes a frame into a producer of a transport without a remote.
    pub(super) fn write(&mut self, id: TransportId, frame: &Outgoing, now: Instant) {
        self.work(id, now, |transport, happenings| {
            transport.write(frame, now, happenings);
            Ok(())
        });
    }

    /// Packets of a producer of ours came.
    pub(super) fn tapped(
        &mut self,
        source: MediaKey,
        stream: &Stream,
        packets: &[Arc<Packet>],
        now: Instant,
    ) {
        let mut wanted: LayerSet = 0;
        let mut any = false;
        for tap in self.taps.values_mut().filter(|tap| tap.source == source) {
            wanted |= tap.take(stream, packets, now);
            any = true;
        }
        if any {
            self.listen(now);
        }
        if wanted != 0 {
            self.ask_for_keyframe(source, wanted, now);
        }
    }

    /// Tells the frames that are whole now.
    pub(super) fn listen(&mut self, now: Instant) {
        let clock = self.settings.clock;
        let mut broken = Vec::new();
        for (&id, tap) in &mut self.taps {
            let mid = tap.source.mid;
            let Some(flow) = &mut tap.flow else { continue };
            while let Some(frame) = flow.assembly.next(now) {
                if !frame.contiguous && !frame.keyframe {
                    broken.push((tap.source, 1 << flow.layer));
                }
                let Assembled { data, timestamp, keyframe, contiguous, .. } = frame;
                let frame = Frame {
                    mid,
                    codec: codec_label(flow.stream.params.spec().codec),
                    data: data.into(),
                    timestamp,
                    clock_rate: flow.stream.clock_rate(),
                    keyframe,
                    contiguous,
                    dropped: 0,
                    received: clock.time_of(now),
                    captured: Some(clock.time_of(frame.moment)),
                    level: frame.level,
                    color_space: frame.color_space,
                };
                self.tapped.push((id, Tapped::Frame(frame)));
            }
        }
        for (source, layers) in broken {
            self.ask_for_keyframe(source, layers, now);
        }
    }

    /// Whether somebody sees or takes a producer of ours.
    pub(super) fn is_watched(&self, source: MediaKey) -> bool {
        self.routes.has_consumers(source)
            || self.subscribers.has(source)
            || self.taps.values().any(|tap| tap.source == source)
    }

    /// A producer of ours is gone.
    pub(super) fn end_taps(&mut self, source: MediaKey) {
        let of = |(id, tap): (&TapId, &Tap)| (tap.source == source).then_some(*id);
        let ended: Vec<_> = self.taps.iter().filter_map(of).collect();
        for id in ended {
            self.taps.remove(&id);
            let reason = "the producer is gone".to_owned();
            self.tapped.push((id, Tapped::Ended { reason }));
        }
    }
}

impl Tap {
    /// Takes packets; gives back of which encodings a keyframe is needed.
    fn take(&mut self, stream: &Stream, packets: &[Arc<Packet>], now: Instant) -> LayerSet {
        let is_same = self.flow.as_ref().is_some_and(|flow| flow.epoch == stream.epoch);
        if !is_same {
            let layer = stream.ladder.best().unwrap_or(0);
            self.flow = Some(Flow::new(stream, layer));
        }
        let Some(flow) = &mut self.flow else {
            return 0;
        };
        let mut needed = 0;
        let best = stream.ladder.best().unwrap_or(flow.layer);
        if best != flow.layer {
            let start = |packet: &&Arc<Packet>| packet.layer == best && packet.starts_keyframe;
            match packets.iter().find(start) {
                Some(first) => {
                    let from = first.sequence;
                    *flow = Flow::new(stream, best);
                    let of = packets.iter().filter(|it| it.layer == best && it.sequence >= from);
                    flow.assembly.take(of, now);
                    return 0;
                }
                None => needed = 1 << best,
            }
        }
        let layer = flow.layer;
        flow.assembly.take(packets.iter().filter(|packet| packet.layer == layer), now);
        needed
    }
}

impl Flow {
    fn new(stream: &Stream, layer: LayerIndex) -> Self {
        let assembly = Assembly::new(stream.params.spec().codec);
        Self { epoch: stream.epoch, layer, stream: *stream, assembly }
    }
}
