//! Which encoding of its source a consumer is sent, and what makes it look like one stream.

use std::sync::Arc;
use std::time::Duration;

use str0m::format::Codec;

use crate::descriptor::{self, Shift};
use crate::layers::{Choice, Ladder, LayerIndex};
use crate::packet::Packet;

/// The encoding that flows to one consumer.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    /// Which may flow.
    pub(crate) choice: Choice,
    /// What flows now.
    current: Flow,
    /// What flowed before; late packets of it still have their places.
    previous: Option<Flow>,
    /// The last packet of what flows, where there may be others.
    last: Option<Arc<Packet>>,
    /// The place of what flows, as it was told.
    told: Option<u8>,
    /// Whether the last packet is kept though there is one encoding: another source is to follow.
    keeps: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Flow {
    layer: LayerIndex,
    shift: Shift,
}

/// Whose numbers a packet gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// Of what flows.
    Current,
    /// Of what flowed before.
    Previous,
}

impl Switch {
    /// Begins with a packet of a source, after nothing or another source.
    pub(crate) fn start(&mut self, first: &Packet) {
        self.current = Flow { layer: first.layer, shift: Shift::default() };
        self.previous = None;
        self.last = None;
        self.told = None;
        self.keeps = false;
    }

    /// Keeps what it takes for another source to follow, or no longer.
    pub(crate) fn keep(&mut self, keeps: bool) {
        self.keeps = keeps;
    }

    /// Whether packets are sent as they are, and nothing is to be remembered of them.
    pub(crate) fn is_plain(&self) -> bool {
        !self.keeps && self.current.shift.is_none()
    }

    /// Goes on with the first packet of a keyframe of another source.
    pub(crate) fn cross(&mut self, first: &Packet, codec: Codec) {
        let shift = self.shift_to(first, codec);
        self.start(first);
        self.current.shift = shift;
    }

    /// Goes on with the first packet of a keyframe of another encoding; gives the time between its
    /// picture and the last one.
    pub(crate) fn turn(&mut self, first: &Packet, codec: Codec) -> Duration {
        let shift = self.shift_to(first, codec);
        let passed = self
            .last
            .as_ref()
            .map_or(Duration::ZERO, |last| first.moment.saturating_duration_since(last.moment));
        let next = Flow { layer: first.layer, shift };
        self.previous = Some(std::mem::replace(&mut self.current, next));
        self.last = None;
        passed
    }

    /// What makes the pictures from this packet on follow the last one.
    fn shift_to(&self, first: &Packet, codec: Codec) -> Shift {
        let Some(last) = &self.last else {
            return Shift::default();
        };
        let sent = self.current.shift.apply(codec, &last.payload);
        let sent = descriptor::read(codec, &sent);
        Shift::between(sent, descriptor::read(codec, &first.payload))
    }

    /// Whether a keyframe that begins with this packet is what is waited for.
    pub(crate) fn is_due(&self, first: &Packet, ladder: Ladder) -> bool {
        first.layer != self.current.layer && ladder.pick(self.choice) == Some(first.layer)
    }

    /// The encoding that is waited for, while another one flows.
    pub(crate) fn wants(&self, ladder: Ladder) -> Option<LayerIndex> {
        ladder.pick(self.choice).filter(|&layer| layer != self.current.layer)
    }

    /// The encoding that flows.
    pub(crate) fn layer(&self) -> LayerIndex {
        self.current.layer
    }

    /// Whether a packet is to be sent, and among which.
    pub(crate) fn course(&self, packet: &Packet) -> Option<Course> {
        if packet.layer == self.current.layer {
            return Some(Course::Current);
        }
        let late = self.previous.is_some_and(|previous| previous.layer == packet.layer);
        late.then_some(Course::Previous)
    }

    /// The packet as it is to be sent.
    pub(crate) fn dress(&self, packet: &Arc<Packet>, course: Course, codec: Codec) -> Arc<Packet> {
        let flow = match course {
            Course::Current => self.current,
            Course::Previous => self.previous.unwrap_or(self.current),
        };
        if flow.shift.is_none() {
            return Arc::clone(packet);
        }
        let payload = flow.shift.apply(codec, &packet.payload).into();
        Arc::new(Packet { payload, ..Packet::clone(packet) })
    }

    /// A packet of what flows was sent.
    pub(crate) fn sent(&mut self, packet: &Arc<Packet>) {
        if self.last.as_ref().is_none_or(|last| packet.sequence > last.sequence) {
            self.last = Some(Arc::clone(packet));
        }
    }

    /// The place of the encoding that flows, if that is news: it changes with those below, too.
    pub(crate) fn take_news(&mut self, ladder: Ladder) -> Option<u8> {
        let place = ladder.place(self.current.layer).filter(|_| ladder.is_simulcast)?;
        (self.told.replace(place) != Some(place)).then_some(place)
    }
}
