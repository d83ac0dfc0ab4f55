//! How much may wait in front of a thread: a place that is given back by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Frames that wait.
const MAX_FRAMES: usize = 512;
/// Their bytes.
const MAX_BYTES: usize = 16 << 20;

/// What waits.
#[derive(Debug, Clone, Default)]
pub struct Backlog(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    frames: AtomicUsize,
    bytes: AtomicUsize,
}

/// A place among what waits; it is free again when the last copy is gone.
#[derive(Debug, Clone)]
pub struct Ticket {
    _place: Arc<Place>,
}

#[derive(Debug)]
struct Place {
    waiting: Arc<Waiting>,
    bytes: usize,
}

impl Backlog {
    /// A place for a frame; none when too much waits.
    pub fn enter(&self, bytes: usize) -> Option<Ticket> {
        let frames = self.0.frames.fetch_add(1, Ordering::Relaxed) + 1;
        let all = self.0.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let place = Place { waiting: Arc::clone(&self.0), bytes };
        let fits = frames <= MAX_FRAMES && all <= MAX_BYTES;
        fits.then(|| Ticket { _place: Arc::new(place) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.waiting.frames.fetch_sub(1, Ordering::Relaxed);
        self.waiting.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_free_again() {
        let backlog = Backlog::default();
        let tickets: Vec<_> = (0..MAX_FRAMES).filter_map(|_| backlog.enter(1)).collect();
        assert_eq!(tickets.len(), MAX_FRAMES);
        let copy = tickets[0].clone();
        assert!(backlog.enter(1).is_none());
        drop(tickets);
        drop(copy);
        assert!(backlog.enter(MAX_BYTES + 1).is_none());
        let large = backlog.enter(MAX_BYTES);
        assert!(large.is_some() && backlog.enter(1).is_none());
        drop(large);
        assert!(backlog.enter(1).is_some());
    }
}
