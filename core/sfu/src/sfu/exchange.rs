//! What passes between workers: subscriptions to each other's producers, and the packets of these.

use std::sync::Arc;
use std::time::Instant;

use super::forwarding::Needs;
use super::{Batch, Outbox, Sfu};
use crate::directory::WorkerId;
use crate::layers::{ALL, LayerSet};
use crate::message::{Content, Message};
use crate::packet::Packet;
use crate::producer::{Load, Stream};
use crate::subscription::Subscription;
use crate::words::MediaKey;

impl Sfu {
    /// Takes what another worker tells.
    pub fn hear(&mut self, message: Message, now: Instant, outbox: &mut dyn Outbox) {
        let Message { from, content, .. } = message;
        match content {
            Content::Datagrams(parcel) => self.unpack(&parcel, now, outbox),
            Content::Moved { remote, transport } => self.moved(remote, transport),
            Content::Subscribe { source } => self.add_subscriber(source, from),
            Content::Start { source, layers } => {
                if self.subscribers.wait(source, from) {
                    self.start(source, layers, now);
                }
            }
            Content::RequestKeyframe { source, layers } => {
                self.ask_for_keyframe(source, layers, now);
            }
            Content::Unsubscribe { source } => self.subscribers.remove(source, from),
            Content::Packets { source, stream, packets } => {
                self.forward_remote(source, &stream, &packets, now, outbox);
            }
            Content::Group { source, stream, packets } => {
                let load = Load { source, stream: &stream, packets: &[] };
                let Needs { waiting, .. } = self.deliver(load, now, outbox);
                self.replay(Load { packets: &packets, ..load }, &waiting, now);
            }
            Content::Ended { source } => self.end_source(source),
        }
    }

    /// A message could not be handed over and is dropped, as a full router would: what follows of
    /// the same source is of no use without a keyframe.
    pub fn undelivered(&mut self, message: &Message, now: Instant) {
        match &message.content {
            Content::Datagrams(parcel) => self.dropped += parcel.len() as u64,
            Content::Packets { source, .. } => {
                self.batches_dropped += 1;
                self.ask_for_keyframe(*source, ALL, now);
            }
            Content::Group { source, .. } => {
                self.batches_dropped += 1;
                self.subscribers.wait(*source, message.to);
            }
            _ => {}
        }
    }

    /// Gives other workers what was received of the producers that they subscribe to, before it is
    /// forwarded here: they can work meanwhile.
    pub fn share(&mut self) {
        if self.subscribers.is_empty() {
            return;
        }
        for source in std::mem::take(&mut self.filled) {
            if self.subscribers.has(source) {
                self.share_batch(source);
            } else {
                self.filled.push(source);
            }
        }
    }

    fn share_batch(&mut self, source: MediaKey) {
        let Some((stream, mut packets)) = self.take_batch(source) else {
            return;
        };
        let batch = Batch { source, stream, packets: packets.drain(..).collect() };
        self.give_back(source, packets);
        let starts = batch.packets.iter().any(|packet| packet.starts_keyframe);
        let mut waiting = Vec::new();
        for subscriber in self.subscribers.of(source) {
            let content = Content::Packets { source, stream, packets: batch.packets.clone() };
            let (from, to) = (self.settings.worker, subscriber.worker);
            if !batch.packets.is_empty() {
                self.messages.push(Message { from, to, content });
            }
            subscriber.waiting &= !starts;
            if subscriber.waiting {
                waiting.push(to);
            }
        }
        self.share_group(source, stream, &waiting);
        self.shared.push(batch);
    }

    /// The group ends with what was shared just now, so that it and what follows fit together.
    fn share_group(&mut self, source: MediaKey, stream: Stream, waiting: &[WorkerId]) {
        if waiting.is_empty() {
            return;
        }
        let transport = self.transports.get_mut(&source.transport);
        let producer = transport.and_then(|transport| transport.producer(source.mid));
        let Some(packets) = producer.and_then(|producer| producer.replayable()) else {
            return;
        };
        for &to in waiting {
            self.tell(to, Content::Group { source, stream, packets: packets.clone() });
        }
        for subscriber in self.subscribers.of(source) {
            subscriber.waiting = false;
        }
    }

    /// Packets of another worker's producer, for viewers here.
    fn forward_remote(
        &mut self,
        source: MediaKey,
        stream: &Stream,
        packets: &[Arc<Packet>],
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        if let Some(subscription) = self.subscriptions.get_mut(&source) {
            subscription.answered(packets);
        }
        let load = Load { source, stream, packets };
        let Needs { waiting, layers } = self.deliver(load, now, outbox);
        if waiting.is_empty() {
            if layers != 0 {
                self.request_remote(source, layers, now);
            }
            return;
        }
        if let Some(subscription) = self.subscriptions.get_mut(&source) {
            subscription.want_keyframe(layers);
            if let Some(layers) = subscription.take_request(now) {
                let owner = subscription.owner;
                self.tell(owner, Content::Start { source, layers });
            }
        }
    }

    /// Makes the packets of a producer come here; false when it is gone.
    pub(super) fn subscribe(&mut self, source: MediaKey) -> bool {
        if self.transports.contains_key(&source.transport)
            || self.subscriptions.contains_key(&source)
        {
            return true;
        }
        let owner = self.settings.directory.owner(source.transport);
        let Some(owner) = owner.filter(|&owner| owner != self.settings.worker) else {
            return false;
        };
        self.subscriptions.insert(source, Subscription::new(owner));
        self.tell(owner, Content::Subscribe { source });
        true
    }

    /// Detaches a consumer; the last one ends the subscription.
    pub(super) fn unroute(&mut self, source: MediaKey, consumer: MediaKey) {
        self.routes.remove(source, consumer);
        if self.routes.has_consumers(source) {
            return;
        }
        if let Some(subscription) = self.subscriptions.remove(&source) {
            self.tell(subscription.owner, Content::Unsubscribe { source });
        }
    }

    /// Tells the owner of a producer that viewers here wait; false when the producer is ours.
    pub(super) fn start_remote(
        &mut self,
        source: MediaKey,
        layers: LayerSet,
        now: Instant,
    ) -> bool {
        let Some(subscription) = self.subscriptions.get_mut(&source) else {
            return false;
        };
        let layers = layers | subscription.told(now);
        let owner = subscription.owner;
        self.tell(owner, Content::Start { source, layers });
        true
    }

    /// Asks the owner of a producer for a keyframe, if there is one and it was not asked just now.
    pub(super) fn request_remote(&mut self, source: MediaKey, layers: LayerSet, now: Instant) {
        if let Some(subscription) = self.subscriptions.get_mut(&source) {
            subscription.want_keyframe(layers);
        }
        self.send_remote_request(source, now);
    }

    /// Sends the requests that had to wait.
    pub(super) fn send_remote_requests(&mut self, now: Instant) {
        let sources: Vec<_> = self.subscriptions.keys().copied().collect();
        for source in sources {
            self.send_remote_request(source, now);
        }
    }

    fn send_remote_request(&mut self, source: MediaKey, now: Instant) {
        let Some(subscription) = self.subscriptions.get_mut(&source) else {
            return;
        };
        if let Some(layers) = subscription.take_request(now) {
            let owner = subscription.owner;
            self.tell(owner, Content::RequestKeyframe { source, layers });
        }
    }

    fn add_subscriber(&mut self, source: MediaKey, worker: WorkerId) {
        let transport = self.transports.get_mut(&source.transport);
        if transport.is_some_and(|transport| transport.producer(source.mid).is_some()) {
            self.subscribers.add(source, worker);
        } else {
            self.tell(worker, Content::Ended { source });
        }
    }

    /// A producer of ours is gone.
    pub(super) fn withdraw(&mut self, source: MediaKey) {
        self.settings.directory.withdraw(source);
        self.end_taps(source);
        for worker in self.subscribers.remove_source(source) {
            self.tell(worker, Content::Ended { source });
        }
        self.end_source(source);
    }

    /// A producer is gone; its viewers here go over to what was to follow, or stand still.
    fn end_source(&mut self, source: MediaKey) {
        self.subscriptions.remove(&source);
        for consumer in self.routes.remove_source(source) {
            if let Some(state) = self.consumer(consumer) {
                state.lose(source);
            }
        }
    }

    pub(super) fn tell(&mut self, to: WorkerId, content: Content) {
        self.messages.push(Message { from: self.settings.worker, to, content });
    }
}
