//! A track that enters through a transport.

use std::sync::Arc;
use std::time::Instant;

use str0m::format::PayloadParams;
use str0m::media::{MediaKind, Mid, Rid};
use str0m::stats::MediaIngressStats;

use crate::arrival::Arrival;
use crate::clock::{PublisherClock, Report};
use crate::codec;
use crate::group::{Budget, Group};
use crate::hearing::Hearing;
use crate::layers::{Ladder, Layer, Layers};
use crate::loudness::Loudness;
use crate::packet::Packet;
use crate::size;
use crate::stall::Watch;
use crate::words::MediaKey;

/// What a producer sends now: it changes with the codec or the SSRC, and then decoders must start anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    /// Counts the changes.
    pub(crate) epoch: u32,
    /// The codec with its parameters.
    pub(crate) params: PayloadParams,
    /// The encodings that come now.
    pub(crate) ladder: Ladder,
}

impl Stream {
    /// RTP timestamp units in a second.
    pub(crate) fn clock_rate(&self) -> u32 {
        codec::clock_rate(&self.params)
    }
}

/// Packets of one producer on their way to a consumer, or what was kept of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) source: MediaKey,
    pub(crate) stream: &'a Stream,
    /// In the order of their arrival.
    pub(crate) packets: &'a [Arc<Packet>],
}

/// A track that enters, and the packets received since the last flush.
#[derive(Debug)]
pub(crate) struct Producer {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) layers: Layers,
    pub(crate) hearing: Hearing,
    pub(crate) watch: Watch,
    pub(crate) loudness: Loudness,
    /// Bounded by what one receive round of the worker reads.
    pub(crate) batch: Vec<Arc<Packet>>,
    pub(crate) counters: Counters,
    stream: Option<Stream>,
    group: Group,
}

/// Totals since the producer was made.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counters {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) keyframes: u64,
    pub(crate) keyframe_requests: u64,
    pub(crate) nacks: u64,
    pub(crate) loss: Option<f32>,
}

impl Producer {
    pub(crate) fn new(mid: Mid, kind: MediaKind, budget: Budget) -> Self {
        Self {
            mid,
            kind,
            layers: Layers::default(),
            hearing: Hearing::default(),
            watch: Watch::default(),
            loudness: Loudness::default(),
            batch: Vec::new(),
            counters: Counters::default(),
            stream: None,
            group: Group::new(budget),
        }
    }

    /// What it sends now, once it has sent anything.
    pub(crate) fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    /// The codec's name, once known.
    pub(crate) fn codec(&self) -> Option<String> {
        self.stream.map(|stream| codec::name(stream.params.spec().codec))
    }

    /// A sender report of one of its encodings arrived.
    pub(crate) fn report(&mut self, rid: Option<Rid>, report: Report) {
        if let Some(layer) = self.layers.by_rid(rid) {
            layer.report = Some(report);
        }
    }

    /// Takes over what `str0m` counted.
    pub(crate) fn update(&mut self, stats: &MediaIngressStats) {
        self.counters.nacks = self.layers.count_nacks(stats.rid, stats.nacks);
        self.counters.loss = stats.loss;
    }

    /// Takes a received packet of an encoding into the batch; tells whether the stream is a new one.
    pub(crate) fn receive(
        &mut self,
        received: &Arrival,
        rid: Option<Rid>,
        params: &PayloadParams,
        clock: &mut PublisherClock,
    ) -> bool {
        let Some((index, layer)) = self.layers.find(rid, received.at) else {
            return false;
        };
        let same = layer.ssrc.replace(received.ssrc).map(|ssrc| ssrc == received.ssrc);
        layer.heard(received.payload.len(), received.at);
        let moment = received.moment.unwrap_or_else(|| {
            let clock_rate = codec::clock_rate(params);
            clock.moment(layer.report.as_ref(), received.timestamp, clock_rate, received.at)
        });
        let keyframe = starts_keyframe(layer, received, params);
        if same.is_none() || (keyframe && rid.is_some()) {
            self.layers.look(received.at);
        }
        let changed = self.follow(same, params);
        self.count(received, keyframe);
        let packet = Arc::new(Packet::new(received, index, keyframe, moment));
        self.watch.heard(received.at);
        match (self.kind, packet.content.level()) {
            // Who sends several encodings answers requests for keyframes.
            (MediaKind::Video, _) if rid.is_some() => {}
            (MediaKind::Video, _) => self.remember(&packet, changed, received.at),
            (MediaKind::Audio, Some(level)) => self.loudness.heard(level, received.at),
            (MediaKind::Audio, None) => {}
        }
        if changed {
            // Packets of two streams have numbers and a codec that do not belong together, and who
            // sees the new one waits for its keyframe.
            self.batch.clear();
        }
        self.batch.push(packet);
        changed
    }

    /// What a new viewer can start with when there is no use in asking for a keyframe: the packets
    /// from the last one on, in order.
    pub(crate) fn replayable(&self) -> Option<Vec<Arc<Packet>>> {
        if self.hearing.is_deaf() { self.group.packets() } else { None }
    }

    /// A keyframe request for one of its encodings left.
    pub(crate) fn asked_for_keyframe(&mut self, rid: Option<Rid>, now: Instant) {
        if let Some(layer) = self.layers.by_rid(rid) {
            layer.keyframes.asked(now);
            self.hearing.asked(now);
            self.counters.keyframe_requests += 1;
        }
    }

    /// Looks which encodings come.
    pub(crate) fn look(&mut self, now: Instant) {
        self.layers.look(now);
        if let Some(stream) = &mut self.stream {
            stream.ladder = self.layers.ladder();
        }
    }

    /// `same`: whether the encoding has the SSRC that it had; `None`: it is its first packet.
    fn follow(&mut self, same: Option<bool>, params: &PayloadParams) -> bool {
        let ladder = self.layers.ladder();
        if let Some(stream) = &mut self.stream {
            stream.ladder = ladder;
            if same != Some(false) && stream.params.pt() == params.pt() {
                return false;
            }
        }
        let epoch = self.stream.map_or(0, |stream| stream.epoch + 1);
        self.stream = Some(Stream { epoch, params: *params, ladder });
        true
    }

    /// Keeps the group of pictures of a publisher that may turn out not to answer requests.
    fn remember(&mut self, packet: &Arc<Packet>, changed: bool, arrival: Instant) {
        self.hearing.heard(packet.starts_keyframe, arrival);
        if changed || self.hearing.answers() {
            self.group.clear();
        }
        if !self.hearing.answers() {
            self.group.add(packet, arrival);
        }
    }

    fn count(&mut self, received: &Arrival, keyframe: bool) {
        self.counters.packets += 1;
        self.counters.bytes += received.payload.len() as u64;
        if keyframe && self.kind == MediaKind::Video {
            self.counters.keyframes += 1;
        }
    }
}

/// A picture of several slices has several packets that a keyframe could start with: only the first
/// one of a timestamp counts.
fn starts_keyframe(layer: &mut Layer, received: &Arrival, params: &PayloadParams) -> bool {
    let timestamp = received.timestamp;
    let codec = params.spec().codec;
    if layer.keyframe_at == Some(timestamp) || !codec::starts_keyframe(codec, &received.payload) {
        return false;
    }
    layer.keyframe_at = Some(timestamp);
    layer.keyframes.forget();
    if let Some(size) = size::told(codec, &received.payload) {
        layer.size = size;
    }
    true
}
