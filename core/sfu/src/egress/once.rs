//! Every number once: a packet sealed under a number that was used gives the key away.

/// How far behind the latest packet another one may come: more than half a second of any stream.
const REACH: u64 = 2_048;
const BITS: u64 = 64;

/// The numbers of one stream that were used.
///
/// Two GCM packets with the same nonce reveal the authentication key (RFC 7714 section 8.4), so the
/// code that numbers packets is not trusted with it.
#[derive(Debug)]
pub(super) struct Once {
    /// One more than the highest number used.
    next: u64,
    /// Whether a number up to `REACH` below `next` was used; its place is its remainder.
    used: [u64; (REACH / BITS) as usize],
}

impl Once {
    pub(super) fn new() -> Self {
        Self { next: 0, used: [0; (REACH / BITS) as usize] }
    }

    /// Uses a number; false when it must not be: it was used, or is too old to know.
    pub(super) fn take(&mut self, number: u64) -> bool {
        if number >= self.next {
            self.advance(number + 1);
        } else if self.next - number > REACH {
            return false;
        }
        let (word, bit) = Self::place(number);
        let fresh = self.used[word] & bit == 0;
        self.used[word] |= bit;
        fresh
    }

    fn advance(&mut self, next: u64) {
        if next - self.next >= REACH {
            self.used.fill(0);
        } else {
            for number in self.next..next {
                let (word, bit) = Self::place(number);
                self.used[word] &= !bit;
            }
        }
        self.next = next;
    }

    fn place(number: u64) -> (usize, u64) {
        let place = number % REACH;
        ((place / BITS) as usize, 1 << (place % BITS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_taken_once() {
        let mut once = Once::new();
        assert!(once.take(30_000));
        assert!(!once.take(30_000));
        assert!(once.take(30_002));
        assert!(once.take(30_001), "it came late");
        assert!(!once.take(30_001));
        assert!(!once.take(30_002));
    }

    #[test]
    fn what_is_out_of_reach_is_not_taken() {
        let mut once = Once::new();
        assert!(once.take(REACH));
        assert!(once.take(1), "just within");
        assert!(!once.take(0), "it may have been used");
        assert!(once.take(10 * REACH), "a leap");
        assert!(once.take(9 * REACH + 1));
        assert!(!once.take(9 * REACH));
    }

    #[test]
    fn it_agrees_with_a_list_of_all_numbers() {
        let mut once = Once::new();
        let mut all = std::collections::HashSet::new();
        let (mut noise, mut base, mut highest) = (1u64, 0, 0);
        for _ in 0..100_000 {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = base + (noise >> 33) % 3_000;
            base += (noise >> 60) / 4;
            highest = number.max(highest);
            let expected = highest - number < REACH && all.insert(number);
            assert_eq!(once.take(number), expected, "{number}, highest {highest}");
        }
    }
}
