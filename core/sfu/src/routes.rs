//! Who gets what from whom.

use std::collections::HashMap;

use crate::words::MediaKey;

/// Producer → the consumers attached to it. A consumer stands under one producer at most,
/// and while it goes over from one to another under both.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    consumers: HashMap<MediaKey, Vec<MediaKey>>,
}

impl Routes {
    /// Attaches a consumer that is not attached.
    pub(crate) fn add(&mut self, source: MediaKey, consumer: MediaKey) {
        self.consumers.entry(source).or_default().push(consumer);
    }

    /// Detaches a consumer from the producer under which it stands.
    pub(crate) fn remove(&mut self, source: MediaKey, consumer: MediaKey) {
        if let Some(consumers) = self.consumers.get_mut(&source) {
            consumers.retain(|&other| other != consumer);
            if consumers.is_empty() {
                self.consumers.remove(&source);
            }
        }
    }

    /// Removes a producer; gives back who was attached to it.
    pub(crate) fn remove_source(&mut self, source: MediaKey) -> Vec<MediaKey> {
        self.consumers.remove(&source).unwrap_or_default()
    }

    /// Whether anybody is attached to a producer.
    pub(crate) fn has_consumers(&self, source: MediaKey) -> bool {
        self.consumers.contains_key(&source)
    }

    /// The consumers attached to a producer, first come first.
    pub(crate) fn consumers(&self, source: MediaKey) -> &[MediaKey] {
        self.consumers.get(&source).map_or(&[], Vec::as_slice)
    }
}
