//! The encodings of one track (RFC 8853): one, or several of different size, each with a stream of its
//! own.

use std::time::{Duration, Instant};

use str0m::media::Rid;
use str0m::rtp::Ssrc;

use crate::clock::Report;
use crate::keyframe::Throttle;
use crate::size::Size;
use crate::words::LayerDescription;

/// Encodings of one track; what else a publisher sends is dropped.
pub(crate) const MOST: usize = 4;
/// An encoding of which nothing came for so long has stopped.
const STOPPED: Duration = Duration::from_secs(1);
/// How often bit rates are measured.
const MEASURE: Duration = Duration::from_secs(1);

/// Which encoding of its track: its place in the order of their first packets.
pub(crate) type LayerIndex = u8;

/// A set of encodings: one bit for each.
pub(crate) type LayerSet = u8;

/// Every encoding that there may be.
pub(crate) const ALL: LayerSet = (1 << MOST) - 1;

/// Which encoding a receiver is to have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Choice {
    /// The best of those that are not above this place.
    UpTo(Option<u8>),
    /// The one of this name. A track that is sent once has none, and goes under the first name.
    Named { rid: Rid, is_first: bool },
}

impl Default for Choice {
    fn default() -> Self {
        Self::UpTo(None)
    }
}

/// The encodings that come now, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ladder {
    layers: [LayerIndex; MOST],
    /// By encoding.
    names: [Option<Rid>; MOST],
    count: u8,
    /// Whether there may be more than one.
    pub(crate) is_simulcast: bool,
}

impl Ladder {
    /// Of a track that is sent once.
    pub(crate) const ONE: Self =
        Self { layers: [0; MOST], names: [None; MOST], count: 1, is_simulcast: false };

    /// The best of those that come.
    pub(crate) fn best(self) -> Option<LayerIndex> {
        self.pick(Choice::default())
    }

    /// The one that a receiver is to have, if it comes.
    pub(crate) fn pick(self, choice: Choice) -> Option<LayerIndex> {
        match choice {
            Choice::UpTo(limit) => {
                let best = self.count.checked_sub(1)?;
                let place = limit.map_or(best, |limit| limit.min(best));
                self.layers.get(usize::from(place)).copied()
            }
            Choice::Named { is_first, .. } if !self.is_simulcast => is_first.then_some(0),
            Choice::Named { rid, .. } => {
                let named = |&layer: &LayerIndex| self.names[usize::from(layer)] == Some(rid);
                self.layers[..usize::from(self.count)].iter().copied().find(named)
            }
        }
    }

    /// The place of an encoding, if it comes.
    pub(crate) fn place(self, layer: LayerIndex) -> Option<u8> {
        let layers = &self.layers[..usize::from(self.count)];
        layers.iter().position(|&other| other == layer).map(|place| place as u8)
    }

    /// Whether a receiver may begin with an encoding: it comes, and is the one or not above the limit.
    pub(crate) fn admits(self, layer: LayerIndex, choice: Choice) -> bool {
        match choice {
            Choice::UpTo(limit) => {
                self.place(layer).is_some_and(|place| limit.is_none_or(|limit| place <= limit))
            }
            Choice::Named { .. } => self.pick(choice) == Some(layer),
        }
    }
}

/// One encoding.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    rid: Option<Rid>,
    pub(crate) ssrc: Option<Ssrc>,
    pub(crate) keyframes: Throttle,
    /// The timestamp of the last keyframe.
    pub(crate) keyframe_at: Option<u32>,
    pub(crate) report: Option<Report>,
    pub(crate) size: Size,
    heard: Option<Instant>,
    rate: Rate,
    nacks: u64,
}

/// Bits in a second.
#[derive(Debug, Default)]
struct Rate {
    began: Option<Instant>,
    bytes: usize,
    value: u32,
}

impl Layer {
    /// A packet arrived.
    pub(crate) fn heard(&mut self, bytes: usize, now: Instant) {
        self.heard = Some(now);
        self.rate.began.get_or_insert(now);
        self.rate.bytes += bytes;
    }

    fn comes(&self, now: Instant) -> bool {
        self.heard.is_some_and(|heard| now.saturating_duration_since(heard) < STOPPED)
    }

    fn measure(&mut self, now: Instant) {
        let Some(began) = self.rate.began else { return };
        let passed = now.saturating_duration_since(began);
        if passed >= MEASURE {
            let bits = self.rate.bytes as u128 * 8;
            let rate = bits * 1_000_000 / passed.as_micros();
            self.rate.value = u32::try_from(rate).unwrap_or(u32::MAX);
            (self.rate.began, self.rate.bytes) = (Some(now), 0);
        }
    }

    /// Whether it is the lower one of two.
    fn is_below(&self, other: &Self) -> bool {
        let area = |layer: &Self| u32::from(layer.size.0) * u32::from(layer.size.1);
        match (area(self), area(other)) {
            (one, two) if one != two && one != 0 && two != 0 => one < two,
            // Rates that are about the same change nothing.
            _ => self.rate.value < other.rate.value / 2,
        }
    }
}

/// The encodings of one track.
#[derive(Debug)]
pub(crate) struct Layers {
    /// The first one is there from the start; at most `MOST`.
    all: Vec<Layer>,
    ladder: Ladder,
    told: Vec<(Rid, Size)>,
    /// Of a track that is sent once: the size that was told.
    told_size: Size,
}

impl Default for Layers {
    fn default() -> Self {
        Self {
            all: vec![Layer::default()],
            ladder: Ladder::ONE,
            told: Vec::new(),
            told_size: (0, 0),
        }
    }
}

impl Layers {
    /// Those that come now.
    pub(crate) fn ladder(&self) -> Ladder {
        self.ladder
    }

    /// The encoding of a packet; `None` for one too many.
    pub(crate) fn find(
        &mut self,
        rid: Option<Rid>,
        now: Instant,
    ) -> Option<(LayerIndex, &mut Layer)> {
        let fresh = self.all.first().is_some_and(|first| first.ssrc.is_none());
        if fresh {
            self.all[0].rid = rid;
        }
        let known = self.all.iter().position(|layer| layer.rid == rid);
        let at = match known {
            Some(at) => at,
            None if self.all.len() < MOST => {
                self.all.push(Layer { rid, ..Layer::default() });
                self.all.len() - 1
            }
            // It takes the place of one that has stopped. With the SSRC of that it is seen that what
            // comes is another stream.
            None => {
                let at = self.all.iter().position(|layer| !layer.comes(now))?;
                let ssrc = self.all[at].ssrc;
                self.all[at] = Layer { rid, ssrc, ..Layer::default() };
                at
            }
        };
        Some((at as LayerIndex, &mut self.all[at]))
    }

    /// The encoding that `str0m` speaks of.
    pub(crate) fn by_rid(&mut self, rid: Option<Rid>) -> Option<&mut Layer> {
        self.all.iter_mut().find(|layer| layer.rid == rid)
    }

    /// Takes over what `str0m` counted of one; gives the requests for all to send again.
    pub(crate) fn count_nacks(&mut self, rid: Option<Rid>, nacks: u64) -> u64 {
        if let Some(layer) = self.by_rid(rid) {
            layer.nacks = nacks;
        }
        self.all.iter().map(|layer| layer.nacks).sum()
    }

    /// Looks which encodings come, and puts them in order.
    pub(crate) fn look(&mut self, now: Instant) {
        self.all.iter_mut().for_each(|layer| layer.measure(now));
        if self.all.iter().all(|layer| layer.rid.is_none()) {
            return;
        }
        let before = self.ladder.layers[..usize::from(self.ladder.count)].to_vec();
        let every = 0..self.all.len() as LayerIndex;
        let fresh = every.filter(|layer| !before.contains(layer) || !self.ladder.is_simulcast);
        let known = before.iter().copied().filter(|_| self.ladder.is_simulcast);
        let mut order: Vec<LayerIndex> = Vec::new();
        for layer in known.chain(fresh) {
            let this = &self.all[usize::from(layer)];
            if this.comes(now) {
                let above = |&other: &LayerIndex| this.is_below(&self.all[usize::from(other)]);
                let place = order.iter().rposition(|other| !above(other));
                order.insert(place.map_or(0, |place| place + 1), layer);
            }
        }
        self.ladder.is_simulcast = true;
        self.ladder.names = std::array::from_fn(|at| self.all.get(at)?.rid);
        self.ladder.count = order.len() as u8;
        self.ladder.layers[..order.len()].copy_from_slice(&order);
    }

    /// The encodings that come, if that is news.
    pub(crate) fn news(&mut self) -> Option<Vec<LayerDescription>> {
        if !self.ladder.is_simulcast {
            return None;
        }
        let layers = self.ladder.layers[..usize::from(self.ladder.count)].iter();
        let layers = layers.map(|&layer| &self.all[usize::from(layer)]);
        let named = layers.filter_map(|layer| Some((layer, layer.rid?)));
        let (told, list): (Vec<_>, Vec<_>) = named
            .map(|(layer, rid)| {
                let ((width, height), bitrate) = (layer.size, layer.rate.value);
                let description = LayerDescription { rid: rid.to_string(), width, height, bitrate };
                ((rid, layer.size), description)
            })
            .unzip();
        let before = std::mem::replace(&mut self.told, told);
        (before != self.told).then_some(list)
    }

    /// The size of a track that is sent once, if that is news.
    pub(crate) fn resized(&mut self) -> Option<Size> {
        let only = self.all.first().filter(|_| !self.ladder.is_simulcast)?;
        let before = std::mem::replace(&mut self.told_size, only.size);
        (before != self.told_size).then_some(self.told_size)
    }

    /// Somebody needs keyframes of these; of the best, where it is not known of which.
    pub(crate) fn want(&mut self, set: LayerSet) {
        let open = self.all.iter().any(|layer| layer.keyframes.is_wanted());
        let set = match set {
            0 if open => return,
            0 => 1 << self.ladder.best().unwrap_or(0),
            set => set,
        };
        for (at, layer) in self.all.iter_mut().enumerate() {
            if set & 1 << at != 0 {
                layer.keyframes.want();
            }
        }
    }

    /// Nobody needs keyframes any more.
    pub(crate) fn forget(&mut self) {
        self.all.iter_mut().for_each(|layer| layer.keyframes.forget());
    }

    /// Of which encodings a keyframe should be asked for now.
    pub(crate) fn due(&self, now: Instant) -> Vec<Option<Rid>> {
        let due = self.all.iter().filter(|layer| layer.keyframes.is_due(now));
        due.map(|layer| layer.rid).collect()
    }

    /// Whether a keyframe should be asked for now.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.all.iter().any(|layer| layer.keyframes.is_due(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn hear(layers: &mut Layers, rid: &str, size: Size, bytes: usize, now: Instant) {
        let (_, layer) = layers.find(Some(Rid::from(rid)), now).expect("a place");
        layer.ssrc = Some(1.into());
        layer.size = size;
        layer.heard(bytes, now);
        layers.look(now);
    }

    fn rids(layers: &mut Layers) -> Option<String> {
        Some(layers.news()?.into_iter().map(|layer| layer.rid).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_track_that_is_sent_once_has_one_and_tells_nothing() {
        let now = crate::io::now();
        let mut layers = Layers::default();
        let (index, layer) = layers.find(None, crate::io::now()).expect("a place");
        assert_eq!(index, 0);
        layer.ssrc = Some(1.into());
        layers.look(now + STOPPED * 9);
        assert_eq!(layers.ladder(), Ladder::ONE);
        assert_eq!(rids(&mut layers), None);
        assert_eq!(layers.ladder().pick(Choice::UpTo(Some(0))), Some(0));
        assert_eq!(layers.ladder().best(), Some(0));
    }

    #[test]
    fn they_are_in_order_of_their_size_whatever_their_names_say() {
        let now = crate::io::now();
        let mut layers = Layers::default();
        hear(&mut layers, "a", (640, 360), 100, now);
        assert_eq!(rids(&mut layers).as_deref(), Some("a"));
        hear(&mut layers, "b", (1280, 720), 100, now);
        hear(&mut layers, "c", (320, 180), 100, now);
        assert_eq!(rids(&mut layers).as_deref(), Some("c a b"));
        assert_eq!(rids(&mut layers), None, "no news");
        let ladder = layers.ladder();
        assert_eq!(
            [Some(0), Some(1), Some(2), Some(9), None]
                .map(|limit| ladder.pick(Choice::UpTo(limit))),
            [Some(2), Some(0), Some(1), Some(1), Some(1)]
        );
        let admits = |layer, limit| ladder.admits(layer, Choice::UpTo(limit));
        assert!(admits(0, Some(1)) && !admits(1, Some(1)) && admits(1, None));
        assert!(!admits(3, None), "there is none");
    }

    #[test]
    fn one_that_stops_is_left_out_until_it_comes_again() {
        let now = crate::io::now();
        let mut layers = Layers::default();
        hear(&mut layers, "a", (320, 180), 100, now);
        hear(&mut layers, "b", (640, 360), 100, now);
        assert_eq!(rids(&mut layers).as_deref(), Some("a b"));
        hear(&mut layers, "a", (320, 180), 100, now + 900 * MS);
        assert_eq!(rids(&mut layers), None);
        hear(&mut layers, "a", (320, 180), 100, now + 1_100 * MS);
        assert_eq!(rids(&mut layers).as_deref(), Some("a"));
        layers.look(now + 9_000 * MS);
        assert_eq!(rids(&mut layers).as_deref(), Some(""));
        assert_eq!(layers.ladder().best(), None);
        hear(&mut layers, "b", (640, 360), 100, now + 9_000 * MS);
        assert_eq!(rids(&mut layers).as_deref(), Some("b"));
    }

    #[test]
    fn where_sizes_are_not_known_rates_tell_if_they_differ_by_much() {
        let now = crate::io::now();
        let mut layers = Layers::default();
        for step in 0..25 {
            hear(&mut layers, "a", (0, 0), 1_000, now + step * 100 * MS);
            hear(&mut layers, "b", (0, 0), 100, now + step * 100 * MS);
        }
        assert_eq!(rids(&mut layers).as_deref(), Some("b a"));
        for step in 25..50 {
            hear(&mut layers, "a", (0, 0), 1_000, now + step * 100 * MS);
            hear(&mut layers, "b", (0, 0), 1_500, now + step * 100 * MS);
        }
        assert_eq!(rids(&mut layers), None, "about the same");
    }

    #[test]
    fn one_too_many_is_nobodys() {
        let now = crate::io::now();
        let mut layers = Layers::default();
        for rid in ["a", "b", "c", "d"] {
            hear(&mut layers, rid, (0, 0), 1, now);
        }
        let fifth = Some(Rid::from("e"));
        assert!(layers.find(fifth, now).is_none());
        hear(&mut layers, "a", (0, 0), 1, now + STOPPED);
        let (at, layer) = layers.find(fifth, now + STOPPED).expect("the place of one that stopped");
        assert_eq!((at, layer.ssrc), (1, Some(1.into())));
        layer.heard(1, now + STOPPED);
        layers.look(now + STOPPED);
        assert_eq!(rids(&mut layers).as_deref(), Some("e a"));
        let named = |name| layers.ladder().pick(Choice::Named { rid: name, is_first: true });
        assert_eq!(named(Rid::from("e")), Some(1));
        assert_eq!(named(Rid::from("b")), None);
    }

    #[test]
    fn keyframes_are_asked_for_where_they_are_needed() {
        let now = crate::io::now();
        let mut layers = Layers::default();
        hear(&mut layers, "a", (640, 360), 1, now);
        hear(&mut layers, "b", (320, 180), 1, now);
        layers.want(0);
        assert_eq!(layers.due(now), [Some(Rid::from("a"))], "the best, where nothing is known");
        layers.want(0b10);
        layers.want(0);
        assert_eq!(layers.due(now).len(), 2);
        layers.forget();
        assert!(!layers.is_due(now));
    }
}
