//! Packets from a producer to its consumers, and keyframe requests the other way.

use std::sync::Arc;
use std::time::Instant;

use str0m::media::MediaKind;

use super::{Outbox, Sfu};
use crate::codec;
use crate::consumer::Delivery;
use crate::layers::LayerSet;
use crate::packet::Packet;
use crate::producer::{Load, Stream};
use crate::words::{Event, MediaKey};

/// What keyframes the consumers of a source need.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Who sees nothing before one comes.
    pub(super) waiting: Vec<MediaKey>,
    /// Of which encodings.
    pub(super) layers: LayerSet,
}

impl Sfu {
    pub(super) fn attach(&mut self, consumer: MediaKey, source: MediaKey, now: Instant) {
        self.detach(consumer);
        if self.consumer(consumer).is_none() || !self.subscribe(source) {
            return;
        }
        if let Some(state) = self.consumer(consumer) {
            state.show(source);
        }
        self.routes.add(source, consumer);
        self.begin_if_reached(consumer, now);
    }

    /// Goes over to another source of the same pictures once it can; from nothing, at once.
    pub(super) fn hand_over(&mut self, consumer: MediaKey, source: MediaKey, now: Instant) {
        let state = self.consumer(consumer);
        let Some(state) = state.filter(|it| it.is_live()) else {
            return self.attach(consumer, source, now);
        };
        let stays = state.source() == Some(source);
        if let Some(dropped) = state.drop_next() {
            self.unroute(dropped, consumer);
        }
        if stays || !self.subscribe(source) {
            return;
        }
        if let Some(state) = self.consumer(consumer) {
            state.expect(source);
        }
        self.routes.add(source, consumer);
        self.begin_if_reached(consumer, now);
    }

    /// A keyframe that arrives before the viewer can receive it is lost to it, and the next one may
    /// not be asked for at once: `connected` and `settle` ask for those that are still on their way.
    fn begin_if_reached(&mut self, consumer: MediaKey, now: Instant) {
        let viewer = self.transports.get(&consumer.transport);
        if viewer.is_some_and(|viewer| viewer.reaches(consumer.mid)) {
            self.begin(consumer, now);
        }
    }

    /// Lets a consumer that can receive look for its start. One of several encodings, or of nothing,
    /// finds with the next packet what it needs.
    pub(super) fn begin(&mut self, consumer: MediaKey, now: Instant) {
        let state = self.consumer(consumer).map(|it| (it.awaited(), it.takes_the_best()));
        match state {
            Some((Some(source), true)) => self.start(source, 0, now),
            Some((Some(source), false)) => self.filled.push(source),
            _ => {}
        }
    }

    pub(super) fn detach(&mut self, consumer: MediaKey) {
        let Some(state) = self.consumer(consumer) else {
            return;
        };
        for source in state.clear() {
            self.unroute(source, consumer);
        }
    }

    /// Starts those who wait for a keyframe of a producer: from what was kept of it at once, else with
    /// the keyframe that is asked for.
    pub(super) fn start(&mut self, source: MediaKey, layers: LayerSet, now: Instant) {
        if self.start_remote(source, layers, now) {
            return;
        }
        self.ask_for_keyframe(source, layers, now);
        // Even without a new packet.
        self.filled.push(source);
    }

    /// Asks a producer for a keyframe of these encodings, as soon as their throttles allow.
    pub(super) fn ask_for_keyframe(&mut self, source: MediaKey, layers: LayerSet, now: Instant) {
        let Some(transport) = self.transports.get_mut(&source.transport) else {
            self.request_remote(source, layers, now);
            return;
        };
        let Some(producer) = transport.producer(source.mid) else {
            return;
        };
        if producer.kind != MediaKind::Video {
            return;
        }
        producer.layers.want(layers);
        if !transport.request_keyframe(source.mid, now) {
            return;
        }
        if transport.is_local() {
            self.events.push(Event::KeyframeRequested { producer: source });
        } else {
            self.dirty.push(source.transport);
        }
    }

    /// Forwards the packets of one producer to all its consumers.
    pub(super) fn forward(&mut self, source: MediaKey, now: Instant, outbox: &mut dyn Outbox) {
        if let Some((stream, packets)) = self.take_batch(source) {
            self.forward_batch(source, &stream, &packets, now, outbox);
            self.give_back(source, packets);
        }
    }

    /// Forwards packets of a producer of ours.
    pub(super) fn forward_batch(
        &mut self,
        source: MediaKey,
        stream: &Stream,
        packets: &[Arc<Packet>],
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        self.tapped(source, stream, packets, now);
        let load = Load { source, stream, packets };
        let Needs { waiting, layers } = self.deliver(load, now, outbox);
        if layers != 0 || !waiting.is_empty() {
            self.ask_for_keyframe(source, layers, now);
        }
        if !waiting.is_empty() {
            let transport = self.transports.get_mut(&source.transport);
            let producer = transport.and_then(|transport| transport.producer(source.mid));
            if let Some(group) = producer.and_then(|producer| producer.replayable()) {
                self.replay(Load { packets: &group, ..load }, &waiting, now);
            }
        }
    }

    /// Writes packets to all consumers of their source; gives back what keyframes they need.
    pub(super) fn deliver(
        &mut self,
        load: Load<'_>,
        now: Instant,
        outbox: &mut dyn Outbox,
    ) -> Needs {
        let consumers = self.routes.consumers(load.source).to_vec();
        let mut needs = Needs::default();
        for consumer in consumers {
            let delivery = self.work(consumer.transport, now, |transport, happenings| {
                Ok(transport.deliver(consumer.mid, load, now, outbox, happenings))
            });
            self.note_layers(consumer, load, &mut needs);
            match delivery {
                Some(Delivery::Written) => self.dirty.push(consumer.transport),
                Some(Delivery::NeedsKeyframe) => needs.waiting.push(consumer),
                Some(Delivery::Unplayable) => {
                    let codec = codec::name(load.stream.params.spec().codec);
                    self.events.push(Event::Unplayable { consumer, codec });
                }
                Some(Delivery::Sent | Delivery::Nothing) | None => {}
            }
        }
        needs
    }

    /// Starts those who wait for a keyframe from what was kept of a producer that sends none when
    /// asked.
    pub(super) fn replay(&mut self, group: Load<'_>, waiting: &[MediaKey], now: Instant) {
        for consumer in waiting {
            let started = self.work(consumer.transport, now, |transport, happenings| {
                Ok(transport.replay(consumer.mid, group, now, happenings))
            });
            if started == Some(true) {
                self.dirty.push(consumer.transport);
            }
        }
    }

    pub(super) fn take_batch(&mut self, source: MediaKey) -> Option<(Stream, Vec<Arc<Packet>>)> {
        let producer = self.transports.get_mut(&source.transport)?.producer(source.mid)?;
        let stream = *producer.stream()?;
        Some((stream, std::mem::take(&mut producer.batch)))
    }

    /// Returns the emptied batch, so that its memory is used again.
    pub(super) fn give_back(&mut self, source: MediaKey, mut packets: Vec<Arc<Packet>>) {
        packets.clear();
        let transport = self.transports.get_mut(&source.transport);
        if let Some(producer) = transport.and_then(|transport| transport.producer(source.mid)) {
            producer.batch = packets;
        }
    }
}
