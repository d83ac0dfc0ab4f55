//! Tracks that are sent in several encodings, and which of them each consumer is sent.

use std::time::Instant;

use str0m::media::Rid;

use super::Sfu;
use super::forwarding::Needs;
use crate::producer::{Load, Producer};
use crate::words::{Event, MediaKey};

impl Sfu {
    pub(super) fn limit(&mut self, consumer: MediaKey, layer: Option<u8>) {
        let Some(state) = self.consumer(consumer) else {
            return;
        };
        state.limit(layer);
        let sources = [state.source(), state.awaited()];
        // It looks at once whether it wants another one, even without a new packet.
        self.filled.extend(sources.into_iter().flatten());
    }

    /// Lets the encodings of these names flow to a consumer, and no others.
    pub(super) fn select(&mut self, consumer: MediaKey, rids: &[String], now: Instant) {
        let Some(state) = self.consumer(consumer) else {
            return;
        };
        state.select(rids.iter().map(|rid| Rid::from(rid.as_str())).collect());
        let viewer = self.transports.get(&consumer.transport);
        if viewer.is_some_and(|viewer| viewer.reaches(consumer.mid)) {
            self.begin(consumer, now);
        }
    }

    /// Tells of encodings that began, changed or stopped, and of other sizes.
    pub(super) fn tell_layers(&mut self, now: Instant) {
        let look = |(key, producer): (MediaKey, &mut Producer)| {
            producer.look(now);
            Some((key, producer.layers.news()?))
        };
        let mut news: Vec<_> = self.producers().filter_map(look).collect();
        news.sort_unstable_by_key(|(key, _)| *key);
        for (producer, layers) in news {
            self.events.push(Event::Layers { producer, layers });
        }
        let look =
            |(key, producer): (MediaKey, &mut Producer)| Some((key, producer.layers.resized()?));
        let mut resized: Vec<_> = self.producers().filter_map(look).collect();
        resized.sort_unstable_by_key(|(key, _)| *key);
        for (producer, (width, height)) in resized {
            self.events.push(Event::Resized { producer, width, height });
        }
    }

    /// Takes note of what a consumer waits for, and tells what it is sent, after a delivery.
    pub(super) fn note_layers(
        &mut self,
        key: MediaKey,
        Load { source, stream, .. }: Load<'_>,
        needs: &mut Needs,
    ) {
        if !stream.ladder.is_simulcast {
            return;
        }
        let Some(consumer) = self.consumer(key) else {
            return;
        };
        needs.layers |= consumer.wants(source, stream);
        if let Some(layer) = consumer.take_news(source, stream) {
            self.events.push(Event::Forwarded { consumer: key, layer });
        }
    }
}
