//! A track that leaves through a transport.

use std::sync::Arc;
use std::time::Instant;

use str0m::media::{MediaKind, Mid, Pt};
use str0m::stats::MediaEgressStats;

use crate::egress::{Egress, Numbering};
use crate::layers::LayerIndex;
use crate::packet::Packet;
use crate::producer::Stream;
use crate::replay::{Replay, Squeeze};
use crate::rewrite::Rewriter;
use crate::switch::{Course, Switch};
use crate::words::MediaKey;

/// A track that leaves, and where it comes from.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) counters: Counters,
    /// Whether the remote knows of it.
    pub(crate) agreed: bool,
    source: Option<MediaKey>,
    state: State,
    rewriter: Rewriter,
    switch: Switch,
    replay: Option<Replay>,
    squeeze: Option<Squeeze>,
}

/// Totals since the consumer was made.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counters {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) retransmitted: u64,
    pub(crate) nacks: u64,
    pub(crate) keyframe_requests: u64,
    pub(crate) loss: Option<f32>,
    pub(crate) rtt: Option<f32>,
}

impl Counters {
    /// Takes over what `str0m` counted of the packets that leave through it.
    pub(crate) fn update(&mut self, stats: &MediaEgressStats) {
        self.retransmitted = stats.bytes.saturating_sub(self.bytes);
        self.nacks = stats.nacks;
        self.loss = stats.loss.or(self.loss);
        self.rtt = stats.rtt.map(|rtt| rtt.as_secs_f32()).or(self.rtt);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is known of the source's stream yet.
    New,
    /// The next packet that a decoder can start with starts the flow.
    Waiting { epoch: u32, payload_type: Pt },
    /// Packets of this epoch of the source flow under this payload type.
    Flowing { epoch: u32, payload_type: Pt },
    /// The source's codec of this epoch was not agreed on with the receiver.
    Unplayable { epoch: u32 },
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Packets were written, and leave with the transport's next step.
    Written,
    /// Packets have left.
    Sent,
    /// Nothing was written, and nothing is missing.
    Nothing,
    /// Nothing flows before the source sends a keyframe.
    NeedsKeyframe,
    /// The source's codec does not fit; said once for each epoch.
    Unplayable,
}

impl Consumer {
    /// `first_sequence` is where its sequence numbers begin.
    pub(crate) fn new(mid: Mid, kind: MediaKind, first_sequence: u16) -> Self {
        Self {
            mid,
            kind,
            counters: Counters::default(),
            agreed: false,
            source: None,
            state: State::New,
            rewriter: Rewriter::new(first_sequence),
            switch: Switch::default(),
            replay: None,
            squeeze: None,
        }
    }

    /// One that the remote knows of from the start.
    pub(crate) fn agreed(self) -> Self {
        Self { agreed: true, ..self }
    }

    /// The producer forwarded.
    pub(crate) fn source(&self) -> Option<MediaKey> {
        self.source
    }

    /// Shows another producer from now on, or none; gives back the one shown before.
    pub(crate) fn show(&mut self, source: Option<MediaKey>) -> Option<MediaKey> {
        self.state = State::New;
        self.replay = None;
        std::mem::replace(&mut self.source, source)
    }

    /// Whether it has met this stream of its source.
    pub(crate) fn has_met(&self, stream: &Stream) -> bool {
        match self.state {
            State::New => false,
            State::Waiting { epoch, .. }
            | State::Flowing { epoch, .. }
            | State::Unplayable { epoch } => epoch == stream.epoch,
        }
    }

    /// Meets a new stream of its source, with the payload type under which it can be sent, if any.
    pub(crate) fn meet(&mut self, stream: &Stream, payload_type: Option<Pt>) {
        let epoch = stream.epoch;
        self.replay = None;
        self.state = match payload_type {
            Some(payload_type) => State::Waiting { epoch, payload_type },
            None => State::Unplayable { epoch },
        };
    }

    /// Lets no encoding above this one flow.
    pub(crate) fn limit(&mut self, layer: Option<u8>) {
        self.switch.limit = layer;
    }

    /// The encoding that flows.
    pub(crate) fn layer(&self) -> Option<LayerIndex> {
        matches!(self.state, State::Flowing { .. }).then(|| self.switch.layer())
    }

    /// The encoding whose keyframe it waits for.
    pub(crate) fn wants(&self, stream: &Stream) -> Option<LayerIndex> {
        match self.state {
            State::Waiting { .. } => stream.ladder.pick(self.switch.limit),
            State::Flowing { .. } => self.switch.wants(stream.ladder),
            State::New | State::Unplayable { .. } => None,
        }
    }

    /// The place of the encoding that flows, if that is news.
    pub(crate) fn take_news(&mut self, stream: &Stream) -> Option<u8> {
        let flows = matches!(self.state, State::Flowing { .. });
        flows.then(|| self.switch.take_news(stream.ladder)).flatten()
    }

    /// Writes a batch of the source's packets, in the order of their arrival.
    pub(crate) fn deliver(
        &mut self,
        egress: &mut Egress<'_>,
        stream: &Stream,
        packets: &[Arc<Packet>],
        now: Instant,
    ) -> Delivery {
        if matches!(self.state, State::New | State::Unplayable { .. }) {
            return Delivery::Nothing;
        }
        if let Some(replay) = &mut self.replay {
            replay.extend(packets);
            return Delivery::Nothing;
        }
        let mut written = false;
        for packet in packets {
            if packet.starts_keyframe {
                self.begin(stream, packet, now);
            }
            if let State::Flowing { payload_type, .. } = self.state
                && let Some(course) = self.switch.course(packet)
            {
                self.write(egress, stream, payload_type, packet, course, now);
                written = true;
            }
        }
        match self.state {
            State::Waiting { .. } => Delivery::NeedsKeyframe,
            _ if written => egress.rest(self.mid),
            _ => Delivery::Nothing,
        }
    }

    /// Starts with a keyframe, or goes on with it, if it is one that was waited for.
    fn begin(&mut self, stream: &Stream, first: &Packet, now: Instant) {
        let (sequence, timestamp, rate) = (first.sequence, first.timestamp, stream.clock_rate());
        match self.state {
            State::Waiting { epoch, payload_type }
                if stream.ladder.admits(first.layer, self.switch.limit) =>
            {
                self.squeeze = None;
                self.rewriter.start(sequence, timestamp, rate, now);
                self.switch.start(first);
                self.state = State::Flowing { epoch, payload_type };
            }
            State::Flowing { .. } if self.switch.is_due(first, stream.ladder) => {
                let passed = self.switch.turn(first, stream.params.spec().codec);
                self.rewriter.switch(sequence, timestamp, rate, passed);
            }
            _ => {}
        }
    }

    /// Starts with a group of pictures that arrived before, instead of waiting for a keyframe; false
    /// when it does not wait for one. The packets leave by `release`.
    pub(crate) fn start_replay(
        &mut self,
        stream: &Stream,
        group: Vec<Arc<Packet>>,
        now: Instant,
    ) -> bool {
        let State::Waiting { epoch, payload_type } = self.state else {
            return false;
        };
        let (Some(first), Some(edge)) = (group.first(), group.last()) else {
            return false;
        };
        let squeeze = Squeeze::new(edge, stream.clock_rate());
        let (timestamp, _) = squeeze.place(first);
        // The live edge, not the old keyframe, belongs to this moment.
        let start = now.checked_sub(squeeze.length(first)).unwrap_or(now);
        self.rewriter.start(first.sequence, timestamp, stream.clock_rate(), start);
        self.switch.start(first);
        self.state = State::Flowing { epoch, payload_type };
        self.squeeze = Some(squeeze);
        self.replay = Some(Replay::new(group, now));
        true
    }

    /// Writes what is due of a replay; tells when to come again, if any of it is left.
    pub(crate) fn release(&mut self, egress: &mut Egress<'_>, now: Instant) -> Option<Instant> {
        let State::Flowing { payload_type, .. } = self.state else {
            return None;
        };
        while let Some(packet) = self.replay.as_mut()?.take(now) {
            self.send(egress, payload_type, &packet, now);
        }
        egress.rest(self.mid);
        let next = self.replay.as_ref()?.next_step(now);
        if next.is_none() {
            self.replay = None;
        }
        next
    }

    fn write(
        &mut self,
        egress: &mut Egress<'_>,
        stream: &Stream,
        payload_type: Pt,
        packet: &Arc<Packet>,
        course: Course,
        now: Instant,
    ) {
        if !stream.ladder.is_simulcast {
            return self.send(egress, payload_type, packet, now);
        }
        let dressed = self.switch.dress(packet, course, stream.params.spec().codec);
        match course {
            Course::Current => {
                self.send(egress, payload_type, &dressed, now);
                self.switch.sent(packet);
            }
            Course::Previous => self.send_late(egress, payload_type, &dressed),
        }
    }

    fn send_late(&mut self, egress: &mut Egress<'_>, payload_type: Pt, packet: &Arc<Packet>) {
        let Packet { sequence, timestamp, moment, .. } = **packet;
        if let Some((sequence, timestamp)) = self.rewriter.map_late(sequence, timestamp) {
            let numbering = Numbering { sequence, timestamp, payload_type, moment };
            self.hand_over(egress, numbering, packet);
        }
    }

    fn send(
        &mut self,
        egress: &mut Egress<'_>,
        payload_type: Pt,
        packet: &Arc<Packet>,
        now: Instant,
    ) {
        let (timestamp, moment) = match &self.squeeze {
            Some(squeeze) => squeeze.place(packet),
            None => (packet.timestamp, packet.moment),
        };
        let Some((sequence, timestamp)) = self.rewriter.map(packet.sequence, timestamp, now) else {
            return;
        };
        let numbering = Numbering { sequence, timestamp, payload_type, moment };
        self.hand_over(egress, numbering, packet);
    }

    fn hand_over(&mut self, egress: &mut Egress<'_>, numbering: Numbering, packet: &Arc<Packet>) {
        egress.write(self.mid, numbering, packet);
        self.counters.packets += 1;
        self.counters.bytes += packet.payload.len() as u64;
    }
}
