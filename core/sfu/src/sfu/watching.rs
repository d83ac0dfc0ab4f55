//! What others want to know of producers: that nothing comes from them, and which of them speak.

use std::time::Instant;

use super::Sfu;
use crate::producer::Producer;
use crate::words::{Event, MediaKey};

impl Sfu {
    /// Tells of producers that stand still, or no longer do.
    pub(super) fn tell_stalled(&mut self, now: Instant) {
        let mut news: Vec<_> =
            self.producers().filter_map(|(key, it)| Some((key, it.watch.news(now)?))).collect();
        news.sort_unstable();
        let events =
            news.into_iter().map(|(producer, stalled)| Event::Stalled { producer, stalled });
        self.events.extend(events);
    }

    /// Tells who speaks, if that changed.
    pub(super) fn tell_speakers(&mut self, now: Instant) {
        if !self.speakers.is_due(now) {
            return;
        }
        let speaking =
            self.producers().filter_map(|(key, it)| Some((key, it.loudness.speaks(now)?)));
        let speaking = speaking.collect();
        if let Some(speakers) = self.speakers.news(speaking, now) {
            self.events.push(Event::Speakers { worker: self.settings.worker, speakers });
        }
    }

    pub(super) fn producers(&mut self) -> impl Iterator<Item = (MediaKey, &mut Producer)> {
        self.transports.values_mut().flat_map(|transport| {
            let id = transport.id;
            let key = move |it: &Producer| MediaKey { transport: id, mid: it.mid };
            transport.producers.iter_mut().map(move |it| (key(it), it))
        })
    }
}
