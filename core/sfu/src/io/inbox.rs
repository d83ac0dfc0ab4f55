//! Frames and events on their way up to a program: a bounded queue that drops the oldest frames.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::RawFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use str0m::media::Mid;

use super::signal::Signal;
use crate::endpoint::{Event, Frame};

/// Bytes of frames that wait: seconds of what a camera sends.
const MAX_BYTES: usize = 32 << 20;
/// Frames that wait.
const MAX_FRAMES: usize = 1_000;
/// More than this many other events unread means that the owner is gone; new ones are dropped.
const MAX_EVENTS: usize = 10_000;

/// What may be in an inbox.
pub(crate) trait Item {
    /// The frame that it is.
    fn frame(&mut self) -> Option<&mut Frame>;
}

impl Item for Event {
    fn frame(&mut self) -> Option<&mut Frame> {
        match self {
            Self::Frame(frame) => Some(frame),
            _ => None,
        }
    }
}

/// The queue in front of one program.
#[derive(Debug)]
pub(crate) struct Inbox<T> {
    waiting: Mutex<Waiting<T>>,
    signal: Signal,
}

#[derive(Debug)]
struct Waiting<T> {
    items: VecDeque<T>,
    frames: usize,
    bytes: usize,
    /// Dropped since the owner last looked, by medium.
    missing: BTreeMap<Mid, u64>,
    /// Dropped at all, by medium.
    dropped: BTreeMap<Mid, u64>,
}

impl<T: Item> Inbox<T> {
    pub(crate) fn new() -> io::Result<Self> {
        let (items, missing, dropped) = (VecDeque::new(), BTreeMap::new(), BTreeMap::new());
        let waiting = Waiting { items, frames: 0, bytes: 0, missing, dropped };
        Ok(Self { waiting: Mutex::new(waiting), signal: Signal::new()? })
    }

    /// The descriptor to wait on.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.signal.descriptor()
    }

    /// Adds items and wakes the owner.
    pub(crate) fn push(&self, items: impl IntoIterator<Item = T>) {
        let mut waiting = self.lock();
        let was_empty = waiting.items.is_empty();
        for item in items {
            waiting.add(item);
        }
        if was_empty && !waiting.items.is_empty() {
            self.signal.raise();
        }
    }

    /// Takes all that waits; a frame tells how many of its medium are missing before it.
    pub(crate) fn take(&self) -> Vec<T> {
        let mut waiting = self.lock();
        self.signal.clear();
        let mut items = Vec::from(std::mem::take(&mut waiting.items));
        (waiting.frames, waiting.bytes) = (0, 0);
        for frame in items.iter_mut().filter_map(Item::frame) {
            if let Some(missing) = waiting.missing.remove(&frame.mid) {
                frame.dropped = missing;
                frame.contiguous = false;
            }
        }
        items
    }

    /// How many frames of each medium were dropped.
    pub(crate) fn dropped(&self, mid: Mid) -> u64 {
        self.lock().dropped.get(&mid).copied().unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Item> Waiting<T> {
    fn add(&mut self, mut item: T) {
        if let Some(frame) = item.frame() {
            let size = frame.data.len();
            self.frames += 1;
            self.bytes += size;
            self.items.push_back(item);
            while self.frames > MAX_FRAMES || self.bytes > MAX_BYTES {
                self.drop_oldest();
            }
        } else if self.items.len() - self.frames < MAX_EVENTS {
            self.items.push_back(item);
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self.items.iter_mut().position(|item| item.frame().is_some());
        let mut item = oldest.and_then(|index| self.items.remove(index));
        if let Some(frame) = item.as_mut().and_then(Item::frame) {
            self.frames -= 1;
            self.bytes -= frame.data.len();
            *self.missing.entry(frame.mid).or_default() += 1;
            *self.dropped.entry(frame.mid).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn frame(mid: &str, timestamp: u64, size: usize) -> Event {
        Event::Frame(Frame {
            mid: Mid::from(mid),
            codec: "VP8",
            data: vec![0; size].into(),
            timestamp,
            clock_rate: 90_000,
            keyframe: false,
            contiguous: true,
            dropped: 0,
            received: SystemTime::UNIX_EPOCH,
            captured: None,
            level: None,
            color_space: None,
        })
    }

    fn frames(events: Vec<Event>) -> Vec<(String, u64, u64, bool)> {
        let told = |event| match event {
            Event::Frame(it) => Some((it.mid.to_string(), it.timestamp, it.dropped, it.contiguous)),
            _ => None,
        };
        events.into_iter().filter_map(told).collect()
    }

    #[test]
    fn the_oldest_frames_go_and_the_next_tells_of_them() {
        let inbox = Inbox::new().expect("a socket pair");
        inbox.push([frame("a", 0, 1), Event::Bandwidth(1), frame("b", 0, 1)]);
        inbox.push((1..=1_000).map(|time| frame("a", time, 1)));
        let taken = inbox.take();
        assert!(matches!(taken[0], Event::Bandwidth(1)), "events stay: {:?}", taken[0]);
        let taken = frames(taken);
        assert_eq!(taken.len(), 1_000);
        assert_eq!(taken[0], ("a".to_owned(), 1, 1, false));
        assert_eq!(taken[1], ("a".to_owned(), 2, 0, true));
        inbox.push([frame("b", 7, 1), frame("b", 8, 1)]);
        let taken = frames(inbox.take());
        assert_eq!(taken, [("b".to_owned(), 7, 1, false), ("b".to_owned(), 8, 0, true)]);
        assert_eq!([inbox.dropped(Mid::from("a")), inbox.dropped(Mid::from("b"))], [1, 1]);
    }

    #[test]
    fn large_frames_are_bounded_by_their_bytes() {
        let inbox = Inbox::new().expect("a socket pair");
        inbox.push((0..5).map(|time| frame("a", time, 10 << 20)));
        let times: Vec<_> = frames(inbox.take()).into_iter().map(|frame| frame.1).collect();
        assert_eq!(times, [2, 3, 4]);
        inbox.push([frame("a", 5, 40 << 20)]);
        assert!(inbox.take().is_empty(), "one that fits nowhere");
    }
}
