//! From one source of a consumer to another one of the same pictures, without a break: what flows goes
//! on until the other one's keyframe is here.

use super::{Consumer, Source, State};
use crate::flow::Flow;
use crate::words::MediaKey;

/// Invariant: flows that have gone over are those of `next`; without a `next` there are none.
impl Consumer {
    /// The producer whose start it waits for, if nothing flows or another one is to follow.
    pub(crate) fn awaited(&self) -> Option<MediaKey> {
        self.next.or(self.source).map(|source| source.key)
    }

    /// Whether anything flows.
    pub(crate) fn is_live(&self) -> bool {
        self.flows().any(Flow::flows)
    }

    /// Lets another producer of the same pictures follow, once it can.
    pub(crate) fn expect(&mut self, source: MediaKey) {
        self.next = Some(Source { key: source, state: State::New });
        self.each().for_each(Flow::prepare);
    }

    /// Stays with what it shows; gives back what was to follow. What had gone over waits for a keyframe.
    pub(crate) fn drop_next(&mut self) -> Option<MediaKey> {
        let next = self.next.take()?;
        self.each().for_each(|flow| flow.arrive(!flow.has_crossed()));
        Some(next.key)
    }

    /// A producer is gone: shows the one that was to follow, or nothing.
    pub(crate) fn lose(&mut self, source: MediaKey) {
        if self.is_next(source) {
            self.drop_next();
        } else if self.next.is_some() {
            self.arrive();
        } else {
            self.clear().for_each(drop);
        }
    }

    /// The producer that it has left for another one; told once.
    pub(crate) fn take_left(&mut self) -> Option<MediaKey> {
        self.left.take()
    }

    /// Leaves the source when all flows have gone over.
    pub(super) fn look_whether_all_crossed(&mut self) {
        if self.flows().all(Flow::has_crossed) {
            self.left = self.source();
            self.arrive();
        }
    }

    /// Shows the next source, and no other.
    fn arrive(&mut self) {
        self.source = self.next.take();
        self.each().for_each(|flow| flow.arrive(flow.has_crossed()));
    }
}
