//! A track that enters through a transport.

use std::sync::Arc;
use std::time::Instant;

use str0m::format::PayloadParams;
use str0m::media::{MediaKind, Mid};
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::stats::MediaIngressStats;

use crate::clock::{PublisherClock, Report};
use crate::codec;
use crate::group::{Budget, Group};
use crate::hearing::Hearing;
use crate::keyframe::Throttle;
use crate::loudness::Loudness;
use crate::packet::Packet;
use crate::stall::Watch;

/// What a producer sends now: it changes with the codec or the SSRC, and then decoders must start anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    /// Counts the changes.
    pub(crate) epoch: u32,
    /// The codec with its parameters.
    pub(crate) params: PayloadParams,
    ssrc: Ssrc,
}

impl Stream {
    /// RTP timestamp units in a second.
    pub(crate) fn clock_rate(&self) -> u32 {
        codec::clock_rate(&self.params)
    }
}

/// A track that enters, and the packets received since the last flush.
#[derive(Debug)]
pub(crate) struct Producer {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) keyframes: Throttle,
    pub(crate) hearing: Hearing,
    pub(crate) watch: Watch,
    pub(crate) loudness: Loudness,
    /// Bounded by what one receive round of the worker reads.
    pub(crate) batch: Vec<Arc<Packet>>,
    pub(crate) counters: Counters,
    stream: Option<Stream>,
    report: Option<Report>,
    keyframe_at: Option<u32>,
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

impl Counters {
    /// Takes over what `str0m` counted.
    pub(crate) fn update(&mut self, stats: &MediaIngressStats) {
        self.nacks = stats.nacks;
        self.loss = stats.loss;
    }
}

impl Producer {
    pub(crate) fn new(mid: Mid, kind: MediaKind, budget: Budget) -> Self {
        Self {
            mid,
            kind,
            keyframes: Throttle::default(),
            hearing: Hearing::default(),
            watch: Watch::default(),
            loudness: Loudness::default(),
            batch: Vec::new(),
            counters: Counters::default(),
            stream: None,
            report: None,
            keyframe_at: None,
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

    /// A sender report of this track arrived.
    pub(crate) fn report(&mut self, report: Report) {
        self.report = Some(report);
    }

    /// Takes a received packet into the batch; tells whether the stream is a new one.
    pub(crate) fn receive(
        &mut self,
        received: &RtpPacket,
        params: &PayloadParams,
        clock: &mut PublisherClock,
    ) -> bool {
        let changed = self.follow(received, params);
        let keyframe = self.starts_keyframe(received, params);
        self.count(received, keyframe);
        let moment = clock.moment(
            self.report.as_ref(),
            received.header.timestamp,
            codec::clock_rate(params),
            received.timestamp,
        );
        let packet = Arc::new(Packet::new(received, keyframe, moment));
        self.watch.heard(received.timestamp);
        match (self.kind, packet.content.level()) {
            (MediaKind::Video, _) => self.remember(&packet, changed, received.timestamp),
            (MediaKind::Audio, Some(level)) => self.loudness.heard(level, received.timestamp),
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

    /// Whether a keyframe request should leave now; it is counted as sent.
    pub(crate) fn take_keyframe_request(&mut self, now: Instant) -> bool {
        let due = self.keyframes.is_due(now);
        if due {
            self.keyframes.asked(now);
            self.hearing.asked(now);
            self.counters.keyframe_requests += 1;
        }
        due
    }

    /// A picture of several slices has several packets that a keyframe could start with: only the
    /// first one of a timestamp counts.
    fn starts_keyframe(&mut self, received: &RtpPacket, params: &PayloadParams) -> bool {
        let timestamp = received.header.timestamp;
        if self.keyframe_at == Some(timestamp)
            || !codec::starts_keyframe(params.spec().codec, &received.payload)
        {
            return false;
        }
        self.keyframe_at = Some(timestamp);
        true
    }

    fn follow(&mut self, received: &RtpPacket, params: &PayloadParams) -> bool {
        let ssrc = received.header.ssrc;
        let same = |stream: &Stream| stream.ssrc == ssrc && stream.params.pt() == params.pt();
        if self.stream.as_ref().is_some_and(same) {
            return false;
        }
        let epoch = self.stream.map_or(0, |stream| stream.epoch + 1);
        self.stream = Some(Stream { epoch, params: *params, ssrc });
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

    fn count(&mut self, received: &RtpPacket, keyframe: bool) {
        self.counters.packets += 1;
        self.counters.bytes += received.payload.len() as u64;
        if keyframe && self.kind == MediaKind::Video {
            self.counters.keyframes += 1;
            self.keyframes.forget();
        }
    }
}
