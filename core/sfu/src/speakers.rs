//! Who speaks, loudest first, in an order that does not flicker.

use std::time::{Duration, Instant};

use crate::words::MediaKey;

/// The shortest time between two lists.
const INTERVAL: Duration = Duration::from_millis(200);
/// Who comes later in the list must be louder by so many dB to come first.
const LOUDER: u8 = 6;
/// A change of a level alone is told from so many dB on.
const NOTICEABLE: u8 = 10;
/// Producers of one list: of all rooms, which the core does not know.
const MOST: usize = 256;

/// The list that was told last.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    told: Vec<(MediaKey, u8)>,
    next: Option<Instant>,
}

impl Speakers {
    /// Whether nobody was said to speak.
    pub(crate) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether a new list may be told.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| now >= next)
    }

    /// Takes those who speak now, in any order; gives the new list, if it is noticeably another.
    pub(crate) fn news(
        &mut self,
        mut speaking: Vec<(MediaKey, u8)>,
        now: Instant,
    ) -> Option<Vec<(MediaKey, u8)>> {
        speaking.sort_unstable_by_key(|&(key, level)| (level, key));
        speaking.truncate(MOST);
        let list = self.arrange(speaking);
        let same = |(before, after): (&(MediaKey, u8), &(MediaKey, u8))| {
            before.0 == after.0 && before.1.abs_diff(after.1) < NOTICEABLE
        };
        if list.len() == self.told.len() && self.told.iter().zip(&list).all(same) {
            return None;
        }
        self.next = Some(now + INTERVAL);
        self.told.clone_from(&list);
        Some(list)
    }

    /// Who was in the list keeps its place against those who are hardly louder. The levels told rise,
    /// so that whoever puts several lists together by them keeps the order.
    fn arrange(&self, speaking: Vec<(MediaKey, u8)>) -> Vec<(MediaKey, u8)> {
        let place = |key| self.told.iter().position(|&(other, _)| other == key);
        let mut list: Vec<(MediaKey, u8)> = Vec::with_capacity(speaking.len());
        let mut ordered = speaking;
        ordered.sort_by_key(|&(key, _)| place(key).unwrap_or(usize::MAX));
        for one in ordered {
            let before = list.iter().rposition(|other| one.1.saturating_add(LOUDER) > other.1);
            list.insert(before.map_or(0, |at| at + 1), one);
        }
        let mut floor = 0;
        for (_, level) in &mut list {
            floor = floor.max(*level);
            *level = floor;
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> MediaKey {
        MediaKey::new(number, "0")
    }

    fn news(speakers: &mut Speakers, speaking: &[(u64, u8)]) -> Option<Vec<u64>> {
        let speaking = speaking.iter().map(|&(number, level)| (key(number), level)).collect();
        let list = speakers.news(speaking, crate::io::now())?;
        assert!(list.is_sorted_by_key(|&(_, level)| level), "{list:?}");
        Some(list.iter().map(|&(key, _)| key.transport.0).collect())
    }

    #[test]
    fn the_loudest_comes_first_and_small_differences_change_nothing() {
        let mut speakers = Speakers::default();
        assert_eq!(news(&mut speakers, &[]), None);
        assert_eq!(news(&mut speakers, &[(1, 40), (2, 30), (3, 20)]), Some(vec![3, 2, 1]));
        assert_eq!(news(&mut speakers, &[(1, 38), (2, 33), (3, 24)]), None);
        assert_eq!(news(&mut speakers, &[(1, 36), (2, 22), (3, 24)]), None, "hardly louder");
        assert_eq!(news(&mut speakers, &[(1, 36), (2, 18), (3, 24)]), Some(vec![2, 3, 1]));
        assert_eq!(news(&mut speakers, &[(1, 10), (2, 18), (3, 24)]), Some(vec![1, 2, 3]));
    }

    #[test]
    fn who_comes_and_goes_is_told_and_silence_once() {
        let mut speakers = Speakers::default();
        assert_eq!(news(&mut speakers, &[(1, 40)]), Some(vec![1]));
        assert_eq!(news(&mut speakers, &[(1, 40), (2, 39)]), Some(vec![1, 2]), "behind");
        assert_eq!(news(&mut speakers, &[(2, 39)]), Some(vec![2]));
        assert_eq!(news(&mut speakers, &[(2, 20)]), Some(vec![2]), "much louder");
        assert_eq!(news(&mut speakers, &[]), Some(vec![]));
        assert!(speakers.is_empty());
        assert_eq!(news(&mut speakers, &[]), None);
    }

    #[test]
    fn lists_are_bounded_and_at_least_an_interval_apart() {
        let now = crate::io::now();
        let mut speakers = Speakers::default();
        assert!(speakers.is_due(now));
        let crowd = (0..MOST as u64 + 5).map(|number| (key(number), (number / 4) as u8)).collect();
        let list = speakers.news(crowd, now).expect("a list");
        assert_eq!(list.len(), MOST);
        assert!(!speakers.is_due(now + INTERVAL / 2));
        assert!(speakers.is_due(now + INTERVAL));
    }
}
