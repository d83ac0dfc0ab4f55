//! Producers and viewers on different workers: who subscribes to what.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use crate::directory::WorkerId;
use crate::keyframe::Throttle;
use crate::layers::LayerSet;
use crate::packet::Packet;
use crate::words::MediaKey;

/// Producers of other workers with viewers here.
pub(crate) type Subscriptions = BTreeMap<MediaKey, Subscription>;

/// To a producer of another worker.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) owner: WorkerId,
    keyframes: Throttle,
    /// Of which encodings one is needed.
    layers: LayerSet,
}

impl Subscription {
    pub(crate) fn new(owner: WorkerId) -> Self {
        Self { owner, keyframes: Throttle::default(), layers: 0 }
    }

    /// A viewer needs a keyframe of these encodings.
    pub(crate) fn want_keyframe(&mut self, layers: LayerSet) {
        self.keyframes.want();
        self.layers |= layers;
    }

    /// The encodings to tell the owner of now; counted as told. The owner repeats what its publisher
    /// does not answer, so that once is enough.
    pub(crate) fn take_request(&mut self, now: Instant) -> Option<LayerSet> {
        self.keyframes.is_due(now).then(|| self.told(now))
    }

    /// Packets came: what was to be asked for may be among them.
    pub(crate) fn answered(&mut self, packets: &[Arc<Packet>]) {
        let mut keyframes = packets.iter().filter(|packet| packet.starts_keyframe).peekable();
        if keyframes.peek().is_some() {
            self.layers &= !keyframes.fold(0, |set, packet| set | 1 << packet.layer);
            if self.layers == 0 {
                self.keyframes.forget();
            }
        }
    }

    /// The owner is told at once; of which encodings.
    pub(crate) fn told(&mut self, now: Instant) -> LayerSet {
        self.keyframes.asked(now);
        self.keyframes.forget();
        std::mem::take(&mut self.layers)
    }
}

/// Own producers → the workers with viewers of them.
#[derive(Debug, Default)]
pub(crate) struct Subscribers(HashMap<MediaKey, Vec<Subscriber>>);

/// A worker with viewers of a producer of ours.
#[derive(Debug)]
pub(crate) struct Subscriber {
    pub(crate) worker: WorkerId,
    /// Some of its viewers can only start with a keyframe or a group of pictures.
    pub(crate) waiting: bool,
}

impl Subscribers {
    /// Adds a worker, once.
    pub(crate) fn add(&mut self, source: MediaKey, worker: WorkerId) {
        let all = self.0.entry(source).or_default();
        if !all.iter().any(|subscriber| subscriber.worker == worker) {
            all.push(Subscriber { worker, waiting: false });
        }
    }

    /// Viewers of a subscriber wait; false when it is none.
    pub(crate) fn wait(&mut self, source: MediaKey, worker: WorkerId) -> bool {
        let found = self.of(source).iter_mut().find(|subscriber| subscriber.worker == worker);
        found.map(|subscriber| subscriber.waiting = true).is_some()
    }

    /// Removes a worker.
    pub(crate) fn remove(&mut self, source: MediaKey, worker: WorkerId) {
        if let Some(all) = self.0.get_mut(&source) {
            all.retain(|subscriber| subscriber.worker != worker);
            if all.is_empty() {
                self.0.remove(&source);
            }
        }
    }

    /// Removes a producer; gives back who subscribed to it.
    pub(crate) fn remove_source(&mut self, source: MediaKey) -> Vec<WorkerId> {
        let all = self.0.remove(&source).unwrap_or_default();
        all.into_iter().map(|subscriber| subscriber.worker).collect()
    }

    /// Whether any producer has subscribers.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a producer has subscribers.
    pub(crate) fn has(&self, source: MediaKey) -> bool {
        self.0.contains_key(&source)
    }

    /// The subscribers of a producer.
    pub(crate) fn of(&mut self, source: MediaKey) -> &mut [Subscriber] {
        self.0.get_mut(&source).map_or(&mut [], Vec::as_mut_slice)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_worker_subscribes_once_and_is_forgotten() {
        let (one, two) = (MediaKey::new(1, "0"), MediaKey::new(2, "0"));
        let mut subscribers = Subscribers::default();
        subscribers.add(one, 1);
        subscribers.add(one, 1);
        subscribers.add(one, 2);
        subscribers.add(two, 1);
        assert!(subscribers.wait(one, 2) && !subscribers.wait(two, 2));
        let waiting: Vec<_> = subscribers.of(one).iter().map(|other| other.waiting).collect();
        assert_eq!(waiting, [false, true]);
        subscribers.remove(one, 1);
        assert_eq!(subscribers.remove_source(one), [2]);
        assert!(!subscribers.has(one) && subscribers.has(two));
        subscribers.remove(two, 1);
        assert!(subscribers.is_empty());
    }

    #[test]
    fn an_owner_is_told_once_and_no_more_often_than_it_may_ask() {
        let now = crate::io::now();
        let mut subscription = Subscription::new(0);
        assert_eq!(subscription.take_request(now), None, "nobody asked");
        subscription.want_keyframe(0b01);
        subscription.want_keyframe(0b10);
        assert_eq!(subscription.take_request(now), Some(0b11));
        assert_eq!(subscription.take_request(now + Duration::from_secs(9)), None, "it was told");
        subscription.told(now);
        subscription.want_keyframe(0);
        assert_eq!(subscription.take_request(now + Duration::from_millis(499)), None);
        assert_eq!(subscription.take_request(now + Duration::from_millis(500)), Some(0), "later");
    }
}
