//! A track that leaves through a transport.

mod handover;

use std::time::Instant;

use str0m::media::{MediaKind, Mid, Pt, Rid};
use str0m::stats::MediaEgressStats;

use crate::egress::Egress;
use crate::flow::{Flow, Way};
use crate::layers::{Choice, LayerSet};
use crate::producer::{Load, Stream};
use crate::words::MediaKey;

/// A track that leaves, and where it comes from.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) counters: Counters,
    /// Whether the remote knows of it.
    pub(crate) agreed: bool,
    source: Option<Source>,
    /// Another one of the same pictures: what flows goes on until it can follow.
    next: Option<Source>,
    /// The one that it has left for the next, till that is taken note of.
    left: Option<MediaKey>,
    /// What is sent where there are no encodings.
    plain: Flow,
    /// What is sent under the names that were agreed on (RFC 8853), first name first.
    encodings: Vec<Flow>,
    /// Whether such names were offered.
    is_named: bool,
    /// The names of what is to flow.
    selected: Vec<Rid>,
    first_sequence: u16,
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

/// A producer, and what is known of its stream.
#[derive(Debug, Clone, Copy)]
struct Source {
    key: MediaKey,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is known of the source's stream yet.
    New,
    /// Packets of this epoch of the source can be sent under this payload type.
    Met { epoch: u32, payload_type: Pt },
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
    /// Nothing flows, or not all that is wanted, before the source sends a keyframe.
    NeedsKeyframe,
    /// The source's codec does not fit; said once for each epoch.
    Unplayable,
}

impl Consumer {
    /// `first_sequence` is where its sequence numbers begin.
    pub(crate) fn new(mid: Mid, kind: MediaKind, first_sequence: u16) -> Self {
        let mut plain = Flow::new(None, first_sequence);
        plain.open(true);
        Self {
            mid,
            kind,
            counters: Counters::default(),
            agreed: false,
            source: None,
            next: None,
            left: None,
            plain,
            encodings: Vec::new(),
            is_named: false,
            selected: Vec::new(),
            first_sequence,
        }
    }

    /// One that the remote knows of from the start.
    pub(crate) fn agreed(self) -> Self {
        Self { agreed: true, ..self }
    }

    /// The producer forwarded.
    pub(crate) fn source(&self) -> Option<MediaKey> {
        self.source.map(|source| source.key)
    }

    /// Shows another producer from now on.
    pub(crate) fn show(&mut self, source: MediaKey) {
        self.source = Some(Source { key: source, state: State::New });
    }

    /// Shows nothing any more; gives back what it showed, and was to show next.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = MediaKey> + use<> {
        self.stop();
        let next = self.drop_next();
        self.source.take().map(|source| source.key).into_iter().chain(next)
    }

    /// Whether it has met this stream of a source.
    pub(crate) fn has_met(&self, source: MediaKey, stream: &Stream) -> bool {
        match self.state(source) {
            State::New => false,
            State::Met { epoch, .. } | State::Unplayable { epoch } => epoch == stream.epoch,
        }
    }

    /// Meets a new stream of a source, with the payload type under which it can be sent, if any.
    pub(crate) fn meet(&mut self, source: MediaKey, stream: &Stream, payload_type: Option<Pt>) {
        let (epoch, is_next) = (stream.epoch, self.is_next(source));
        self.each().filter(|flow| flow.has_crossed() == is_next).for_each(Flow::stop);
        let state = match payload_type {
            Some(payload_type) => State::Met { epoch, payload_type },
            None => State::Unplayable { epoch },
        };
        let known = if is_next { &mut self.next } else { &mut self.source };
        *known = Some(Source { key: source, state });
    }

    /// Lets no encoding above this one flow; those that are sent by name are selected instead.
    pub(crate) fn limit(&mut self, layer: Option<u8>) {
        self.plain.choose(Choice::UpTo(layer));
    }

    /// Lets the encodings of these names flow, and no others.
    pub(crate) fn select(&mut self, rids: Vec<Rid>) {
        self.selected = rids;
        self.open();
    }

    /// Takes over the names that were agreed on. What has no name any more is gone: its numbers do not
    /// come back, and neither does its SSRC.
    pub(crate) fn arrange(&mut self, is_named: bool, rids: &[Rid]) {
        let mut before = std::mem::take(&mut self.encodings);
        for (place, &rid) in rids.iter().enumerate() {
            let known = before.iter().position(|flow| flow.rid == Some(rid));
            let mut flow = match known {
                Some(at) => before.swap_remove(at),
                None => Flow::new(Some(rid), self.first_sequence),
            };
            flow.choose(Choice::Named { rid, is_first: place == 0 });
            self.encodings.push(flow);
        }
        self.is_named = is_named;
        self.open();
    }

    /// The names of its encodings.
    pub(crate) fn rids(&self) -> impl Iterator<Item = Rid> {
        self.encodings.iter().filter_map(|flow| flow.rid)
    }

    /// Whether it is known before any packet what it needs: a keyframe of the best.
    pub(crate) fn takes_the_best(&self) -> bool {
        self.encodings.is_empty() && self.plain.is_open()
    }

    /// What flows under a name: of which source, and its encodings; `None` when nothing does that a
    /// keyframe could be asked for.
    pub(crate) fn shown_under(&self, rid: Option<Rid>) -> Option<(MediaKey, LayerSet)> {
        let mut named = self.flows().filter(|flow| flow.rid == rid);
        let flow = if rid.is_none() { &self.plain } else { named.next()? };
        let source = if flow.has_crossed() { self.next } else { self.source };
        let layer = flow.layer();
        // Of what is sent once it is not known before it flows.
        let layers = if rid.is_none() { layer.map_or(0, |it| 1 << it) } else { 1 << layer? };
        Some((source?.key, layers))
    }

    /// The encodings of a source whose keyframes it waits for.
    pub(crate) fn wants(&self, source: MediaKey, stream: &Stream) -> LayerSet {
        if !matches!(self.state(source), State::Met { .. }) {
            return 0;
        }
        let is_next = self.is_next(source);
        let wanted = self.flows().filter_map(|flow| match (is_next, flow.has_crossed()) {
            (true, false) => flow.wants_next(stream.ladder),
            (false, true) => None,
            _ => flow.wants(stream.ladder),
        });
        wanted.fold(0, |set, layer| set | 1 << layer)
    }

    /// The place of the encoding of a source that flows, if that is news. What is sent by name is no
    /// news.
    pub(crate) fn take_news(&mut self, source: MediaKey, stream: &Stream) -> Option<u8> {
        let is_of_it = self.plain.has_crossed() == self.is_next(source);
        is_of_it.then(|| self.plain.take_news(stream.ladder)).flatten()
    }

    /// Writes a batch of a source's packets.
    pub(crate) fn deliver(
        &mut self,
        egress: &mut Egress<'_>,
        Load { source, stream, packets }: Load<'_>,
        now: Instant,
    ) -> Delivery {
        let (mut written, mut waits) = (false, false);
        let is_next = self.is_next(source);
        self.each_flow(self.state(source), egress, now, |flow, way| {
            if flow.has_crossed() == is_next {
                written |= flow.deliver(way, stream, packets);
                waits |= flow.waits(stream.ladder);
            } else if is_next {
                written |= flow.cross(way, stream, packets);
                waits |= !flow.has_crossed() && flow.wants_next(stream.ladder).is_some();
            }
        });
        if is_next {
            self.look_whether_all_crossed();
        }
        let rest = if written { egress.rest(self.mid) } else { Delivery::Nothing };
        if waits { Delivery::NeedsKeyframe } else { rest }
    }

    /// Starts with a group of pictures of a source that arrived before, instead of waiting for a
    /// keyframe; false when it does not wait for one. The packets leave by `release`.
    pub(crate) fn start_replay(
        &mut self,
        Load { source, stream, packets: group }: Load<'_>,
        now: Instant,
    ) -> bool {
        if !matches!(self.state(source), State::Met { .. }) {
            return false;
        }
        let is_next = self.is_next(source);
        // A group of pictures is kept of tracks that are sent once: it is one flow's at most.
        let mut flows = self.each().filter(|flow| flow.is_open());
        let starts = flows.any(|flow| flow.start_replay(stream, group, is_next, now));
        drop(flows);
        if is_next {
            self.look_whether_all_crossed();
        }
        starts
    }

    /// Writes what is due of a replay; tells when to come again, if any of it is left.
    pub(crate) fn release(&mut self, egress: &mut Egress<'_>, now: Instant) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        let mut replays = false;
        for (source, is_next) in [(self.source, false), (self.next, true)] {
            let state = source.map_or(State::New, |source| source.state);
            self.each_flow(state, egress, now, |flow, way| {
                if flow.has_crossed() == is_next {
                    replays |= flow.replays();
                    next = next.into_iter().chain(flow.release(way)).min();
                }
            });
        }
        if replays {
            egress.rest(self.mid);
        }
        next
    }

    /// Works with every flow that is wanted, once it is known how to send.
    fn each_flow(
        &mut self,
        state: State,
        egress: &mut Egress<'_>,
        now: Instant,
        mut work: impl FnMut(&mut Flow, &mut Way<'_, '_>),
    ) {
        let Self { mid, counters, plain, encodings, .. } = self;
        let State::Met { payload_type, .. } = state else {
            return;
        };
        let mut way = Way { egress, mid: *mid, payload_type, counters, now };
        for flow in std::iter::once(plain).chain(encodings).filter(|flow| flow.is_open()) {
            work(flow, &mut way);
        }
    }

    fn flows(&self) -> impl Iterator<Item = &Flow> {
        std::iter::once(&self.plain).chain(&self.encodings).filter(|flow| flow.is_open())
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Flow> {
        std::iter::once(&mut self.plain).chain(&mut self.encodings)
    }

    fn is_next(&self, source: MediaKey) -> bool {
        self.next.is_some_and(|next| next.key == source)
    }

    /// What is known of the stream of a source.
    fn state(&self, source: MediaKey) -> State {
        let sources = [self.source, self.next].into_iter().flatten();
        let known = sources.into_iter().find(|it| it.key == source);
        known.map_or(State::New, |it| it.state)
    }

    /// Opens what is to flow.
    fn open(&mut self) {
        let Self { plain, encodings, is_named, selected, .. } = self;
        // A receiver that knows no names is sent one stream.
        plain.open(encodings.is_empty() && (!*is_named || !selected.is_empty()));
        for flow in encodings {
            flow.open(flow.rid.is_some_and(|rid| selected.contains(&rid)));
        }
    }

    fn stop(&mut self) {
        self.each().for_each(Flow::stop);
    }
}
