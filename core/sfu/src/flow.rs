//! One stream of packets to one receiver: from a keyframe on, under numbers that go on.

use std::sync::Arc;
use std::time::Instant;

use str0m::media::{Mid, Pt, Rid};

use crate::consumer::Counters;
use crate::egress::{Egress, Numbering};
use crate::layers::{Choice, Ladder, LayerIndex};
use crate::packet::Packet;
use crate::producer::Stream;
use crate::replay::{Replay, Squeeze};
use crate::rewrite::Rewriter;
use crate::switch::{Course, Switch};

/// One stream that leaves.
#[derive(Debug)]
pub(crate) struct Flow {
    /// Its name, where its medium is sent in several encodings (RFC 8851).
    pub(crate) rid: Option<Rid>,
    /// Whether it is wanted.
    is_open: bool,
    /// Whether it has begun; else it waits for a packet that a decoder can start with.
    flows: bool,
    /// Whether it has gone over to the next source of its consumer, while others have not.
    has_crossed: bool,
    rewriter: Rewriter,
    switch: Switch,
    replay: Option<Replay>,
    squeeze: Option<Squeeze>,
}

/// Where the packets of a flow go.
pub(crate) struct Way<'a, 'b> {
    pub(crate) egress: &'a mut Egress<'b>,
    pub(crate) mid: Mid,
    pub(crate) payload_type: Pt,
    pub(crate) counters: &'a mut Counters,
    pub(crate) now: Instant,
}

impl Flow {
    /// `first_sequence` is where its sequence numbers begin.
    pub(crate) fn new(rid: Option<Rid>, first_sequence: u16) -> Self {
        Self {
            rid,
            is_open: false,
            flows: false,
            has_crossed: false,
            rewriter: Rewriter::new(first_sequence),
            switch: Switch::default(),
            replay: None,
            squeeze: None,
        }
    }

    /// Says which encoding it is to be.
    pub(crate) fn choose(&mut self, choice: Choice) {
        self.switch.choice = choice;
    }

    /// Lets it flow, or not. It begins with a keyframe each time.
    pub(crate) fn open(&mut self, is_open: bool) {
        if std::mem::replace(&mut self.is_open, is_open) != is_open {
            self.stop();
        }
    }

    /// Whether it is wanted.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Waits for a keyframe again.
    pub(crate) fn stop(&mut self) {
        self.flows = false;
        self.replay = None;
    }

    /// Whether it has begun.
    pub(crate) fn flows(&self) -> bool {
        self.flows
    }

    /// Another source of the same pictures is to follow: it goes on until that can.
    pub(crate) fn prepare(&mut self) {
        self.has_crossed = false;
        self.switch.keep(true);
    }

    /// Whether it has gone over to the next source.
    pub(crate) fn has_crossed(&self) -> bool {
        self.has_crossed
    }

    /// There is one source again. What is not of that waits for a keyframe.
    pub(crate) fn arrive(&mut self, is_of_it: bool) {
        self.has_crossed = false;
        self.switch.keep(false);
        if !is_of_it {
            self.stop();
        }
    }

    /// The encoding that flows.
    pub(crate) fn layer(&self) -> Option<LayerIndex> {
        self.flows.then(|| self.switch.layer())
    }

    /// The encoding whose keyframe it waits for.
    pub(crate) fn wants(&self, ladder: Ladder) -> Option<LayerIndex> {
        if self.flows { self.switch.wants(ladder) } else { ladder.pick(self.switch.choice) }
    }

    /// The encoding of the next source whose keyframe it waits for.
    pub(crate) fn wants_next(&self, ladder: Ladder) -> Option<LayerIndex> {
        ladder.pick(self.switch.choice)
    }

    /// Whether nothing flows before a keyframe comes, that there is somebody to ask for.
    pub(crate) fn waits(&self, ladder: Ladder) -> bool {
        !self.flows && (self.rid.is_none() || self.wants(ladder).is_some())
    }

    /// The place of the encoding that flows, if that is news.
    pub(crate) fn take_news(&mut self, ladder: Ladder) -> Option<u8> {
        self.flows.then(|| self.switch.take_news(ladder)).flatten()
    }

    /// Writes a batch of the source's packets, in the order of their arrival; whether any was.
    pub(crate) fn deliver(
        &mut self,
        way: &mut Way<'_, '_>,
        stream: &Stream,
        packets: &[Arc<Packet>],
    ) -> bool {
        if let Some(replay) = &mut self.replay {
            replay.extend(packets);
            return false;
        }
        let mut written = false;
        for packet in packets {
            if packet.starts_keyframe {
                self.begin(stream, packet, way.now);
            }
            if self.flows
                && let Some(course) = self.switch.course(packet)
            {
                self.write(way, stream, packet, course);
                written = true;
            }
        }
        written
    }

    /// Goes on with another source of the same pictures from a keyframe on, if one is here; whether it
    /// did.
    pub(crate) fn cross(
        &mut self,
        way: &mut Way<'_, '_>,
        stream: &Stream,
        packets: &[Arc<Packet>],
    ) -> bool {
        let is_start = |packet: &Arc<Packet>| {
            packet.starts_keyframe && self.wants_next(stream.ladder) == Some(packet.layer)
        };
        let Some(at) = packets.iter().position(is_start) else {
            return false;
        };
        let first = &packets[at];
        if self.flows {
            let (sequence, timestamp) = (first.sequence, first.timestamp);
            self.rewriter.start(sequence, timestamp, stream.clock_rate(), way.now);
            self.switch.cross(first, stream.params.spec().codec);
            (self.replay, self.squeeze) = (None, None);
        }
        self.has_crossed = true;
        self.deliver(way, stream, &packets[at..])
    }

    /// Starts with a keyframe, or goes on with it, if it is one that was waited for.
    fn begin(&mut self, stream: &Stream, first: &Packet, now: Instant) {
        let (sequence, timestamp, rate) = (first.sequence, first.timestamp, stream.clock_rate());
        if !self.flows && stream.ladder.admits(first.layer, self.switch.choice) {
            self.squeeze = None;
            self.rewriter.start(sequence, timestamp, rate, now);
            self.switch.start(first);
            self.flows = true;
        } else if self.flows && self.switch.is_due(first, stream.ladder) {
            let passed = self.switch.turn(first, stream.params.spec().codec);
            self.rewriter.switch(sequence, timestamp, rate, passed);
        }
    }

    /// Starts with a group of pictures that arrived before, instead of waiting for a keyframe; false
    /// when it does not wait for one. The packets leave by `release`. `is_next`: of the next source.
    pub(crate) fn start_replay(
        &mut self,
        stream: &Stream,
        group: &[Arc<Packet>],
        is_next: bool,
        now: Instant,
    ) -> bool {
        let (Some(first), Some(edge)) = (group.first(), group.last()) else {
            return false;
        };
        let waits = if is_next { !self.has_crossed } else { !self.flows };
        if !waits || !stream.ladder.admits(first.layer, self.switch.choice) {
            return false;
        }
        let squeeze = Squeeze::new(edge, stream.clock_rate());
        let (timestamp, _) = squeeze.place(first);
        // The live edge, not the old keyframe, belongs to this moment.
        let start = now.checked_sub(squeeze.length(first)).unwrap_or(now);
        self.rewriter.start(first.sequence, timestamp, stream.clock_rate(), start);
        if is_next {
            self.switch.cross(first, stream.params.spec().codec);
            self.has_crossed = true;
        } else {
            self.switch.start(first);
        }
        self.flows = true;
        self.squeeze = Some(squeeze);
        self.replay = Some(Replay::new(group.to_vec(), now));
        true
    }

    /// Writes what is due of a replay; tells when to come again, if any of it is left.
    pub(crate) fn release(&mut self, way: &mut Way<'_, '_>) -> Option<Instant> {
        while let Some(packet) = self.replay.as_mut()?.take(way.now) {
            self.send(way, &packet);
        }
        let next = self.replay.as_ref()?.next_step(way.now);
        if next.is_none() {
            self.replay = None;
        }
        next
    }

    /// Whether a replay is under way.
    pub(crate) fn replays(&self) -> bool {
        self.replay.is_some()
    }

    fn write(
        &mut self,
        way: &mut Way<'_, '_>,
        stream: &Stream,
        packet: &Arc<Packet>,
        course: Course,
    ) {
        if !stream.ladder.is_simulcast && self.switch.is_plain() {
            return self.send(way, packet);
        }
        let dressed = self.switch.dress(packet, course, stream.params.spec().codec);
        match course {
            Course::Current => {
                self.send(way, &dressed);
                self.switch.sent(packet);
            }
            Course::Previous => self.send_late(way, &dressed),
        }
    }

    fn send_late(&mut self, way: &mut Way<'_, '_>, packet: &Arc<Packet>) {
        let Packet { sequence, timestamp, moment, .. } = **packet;
        if let Some((sequence, timestamp)) = self.rewriter.map_late(sequence, timestamp) {
            let payload_type = way.payload_type;
            let numbering = Numbering { sequence, timestamp, payload_type, moment };
            self.hand_over(way, numbering, packet);
        }
    }

    fn send(&mut self, way: &mut Way<'_, '_>, packet: &Arc<Packet>) {
        let (timestamp, moment) = match &self.squeeze {
            Some(squeeze) => squeeze.place(packet),
            None => (packet.timestamp, packet.moment),
        };
        if let Some((sequence, timestamp)) = self.rewriter.map(packet.sequence, timestamp, way.now)
        {
            let payload_type = way.payload_type;
            let numbering = Numbering { sequence, timestamp, payload_type, moment };
            self.hand_over(way, numbering, packet);
        }
    }

    fn hand_over(&self, way: &mut Way<'_, '_>, numbering: Numbering, packet: &Arc<Packet>) {
        way.egress.write(way.mid, self.rid, numbering, packet);
        way.counters.packets += 1;
        way.counters.bytes += packet.payload.len() as u64;
    }
}
