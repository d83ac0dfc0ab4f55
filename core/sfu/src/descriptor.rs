//! The numbers of pictures in payload descriptors: VP8 (RFC 7741 section 4.2), VP9 (RFC 9628 section
//! 4.2).
//!
//! A receiver takes a jump in them for lost pictures, so each layer's are moved to go on where those of
//! the layer before ended.

use str0m::format::Codec;

/// The numbers in one descriptor, as far as it has any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    picture: Option<u16>,
    /// Counts the pictures of the lowest temporal layer.
    base: Option<u8>,
    /// Counts keyframes, in VP8.
    key: Option<u8>,
}

/// What is added to the numbers of a layer, all modulo their lengths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shift {
    picture: u16,
    base: u8,
    key: u8,
}

/// Where the numbers stand in a payload.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    picture: Option<(usize, Length)>,
    base: Option<usize>,
    key: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Length {
    /// 7 bits.
    Short,
    /// 15 bits, the first bit of two bytes is set.
    Long,
}

const KEY_BITS: u8 = 0x1f;

impl Shift {
    /// Makes the picture numbered `next` follow the one that left as `last`.
    pub(crate) fn between(last: Numbers, next: Numbers) -> Self {
        fn step<T>(last: Option<T>, next: Option<T>, follow: fn(T, T) -> T) -> Option<T> {
            Some(follow(last?, next?))
        }
        let byte = |last: u8, next: u8| last.wrapping_add(1).wrapping_sub(next);
        let word = |last: u16, next: u16| last.wrapping_add(1).wrapping_sub(next);
        Self {
            picture: step(last.picture, next.picture, word).unwrap_or(0),
            base: step(last.base, next.base, byte).unwrap_or(0),
            key: step(last.key, next.key, byte).unwrap_or(0),
        }
    }

    /// Whether it changes nothing.
    pub(crate) fn is_none(self) -> bool {
        self == Self::default()
    }

    /// The payload with its numbers moved.
    pub(crate) fn apply(self, codec: Codec, payload: &[u8]) -> Vec<u8> {
        let mut moved = payload.to_vec();
        let places = places(codec, payload).unwrap_or_default();
        if let Some((at, length)) = places.picture {
            let picture = read_picture(payload, at, length).wrapping_add(self.picture);
            match length {
                Length::Short => moved[at] = picture as u8 & 0x7f,
                Length::Long => {
                    moved[at..at + 2].copy_from_slice(&(picture | 0x8000).to_be_bytes());
                }
            }
        }
        if let Some(at) = places.base {
            moved[at] = moved[at].wrapping_add(self.base);
        }
        if let Some(at) = places.key {
            let key = moved[at].wrapping_add(self.key) & KEY_BITS;
            moved[at] = moved[at] & !KEY_BITS | key;
        }
        moved
    }
}

/// The numbers in a payload.
pub(crate) fn read(codec: Codec, payload: &[u8]) -> Numbers {
    let places = places(codec, payload).unwrap_or_default();
    Numbers {
        picture: places.picture.map(|(at, length)| read_picture(payload, at, length)),
        base: places.base.map(|at| payload[at]),
        key: places.key.map(|at| payload[at] & KEY_BITS),
    }
}

fn read_picture(payload: &[u8], at: usize, length: Length) -> u16 {
    match length {
        Length::Short => u16::from(payload[at] & 0x7f),
        Length::Long => u16::from_be_bytes([payload[at], payload[at + 1]]) & 0x7fff,
    }
}

/// `None` when the descriptor is not whole.
fn places(codec: Codec, payload: &[u8]) -> Option<Places> {
    match codec {
        Codec::Vp8 => vp8(payload),
        Codec::Vp9 => vp9(payload),
        _ => None,
    }
}

fn vp8(payload: &[u8]) -> Option<Places> {
    let mut places = Places::default();
    if payload.first()? & 0x80 == 0 {
        return Some(places);
    }
    let extension = *payload.get(1)?;
    let mut at = 2;
    if extension & 0x80 != 0 {
        places.picture = Some(picture(payload, &mut at)?);
    }
    if extension & 0x40 != 0 {
        payload.get(at)?;
        places.base = Some(at);
        at += 1;
    }
    if extension & 0x30 != 0 {
        payload.get(at)?;
        places.key = (extension & 0x10 != 0).then_some(at);
    }
    Some(places)
}

fn vp9(payload: &[u8]) -> Option<Places> {
    const PICTURE: u8 = 0x80;
    const LAYERS: u8 = 0x20;
    const FLEXIBLE: u8 = 0x10;
    let first = *payload.first()?;
    let mut places = Places::default();
    let mut at = 1;
    if first & PICTURE != 0 {
        places.picture = Some(picture(payload, &mut at)?);
    }
    if first & LAYERS != 0 && first & FLEXIBLE == 0 {
        payload.get(at + 1)?;
        places.base = Some(at + 1);
    }
    Some(places)
}

fn picture(payload: &[u8], at: &mut usize) -> Option<(usize, Length)> {
    let start = *at;
    let length = if payload.get(start)? & 0x80 == 0 { Length::Short } else { Length::Long };
    *at += match length {
        Length::Short => 1,
        Length::Long => {
            payload.get(start + 1)?;
            2
        }
    };
    Some((start, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X, S; I, L, T and K; a picture number of 15 bits, TL0PICIDX, TID and KEYIDX; the frame.
    fn vp8_packet(picture: u16, base: u8, key: u8) -> Vec<u8> {
        let [high, low] = (picture | 0x8000).to_be_bytes();
        vec![0x90, 0xf0, high, low, base, 0xa0 | key, 0x9d]
    }

    #[test]
    fn numbers_of_vp8_go_on_and_nothing_else_changes() {
        let last = read(Codec::Vp8, &vp8_packet(0x7fff, 0xff, 31));
        let next = vp8_packet(5, 6, 7);
        let shift = Shift::between(last, read(Codec::Vp8, &next));
        assert_eq!(shift.apply(Codec::Vp8, &next), vp8_packet(0, 0, 0));
        assert_eq!(shift.apply(Codec::Vp8, &vp8_packet(6, 7, 8)), vp8_packet(1, 1, 1));
    }

    #[test]
    fn a_short_picture_number_stays_short() {
        let next = [0x90, 0x80, 0x05, 0x9d];
        let shift = Shift::between(read(Codec::Vp8, &[0x90, 0x80, 0x7f]), read(Codec::Vp8, &next));
        assert_eq!(shift.apply(Codec::Vp8, &next), [0x90, 0x80, 0x00, 0x9d]);
    }

    #[test]
    fn numbers_of_vp9_go_on_where_it_has_any() {
        // I, L, B; 15 bits; TID, U, SID, D; TL0PICIDX.
        let last = read(Codec::Vp9, &[0xa8, 0x80, 0x07, 0x01, 0x09]);
        let next = [0xa8, 0xff, 0xff, 0x41, 0xff, 0x33];
        let shift = Shift::between(last, read(Codec::Vp9, &next));
        assert_eq!(shift.apply(Codec::Vp9, &next), [0xa8, 0x80, 0x08, 0x41, 0x0a, 0x33]);
        // Flexible: references are told as distances, and there is no TL0PICIDX.
        let flexible = [0xb8, 0x05, 0x01, 0x09, 0x33];
        assert_eq!(read(Codec::Vp9, &flexible).base, None);
        assert_eq!(shift.apply(Codec::Vp9, &flexible)[2..], flexible[2..]);
    }

    #[test]
    fn what_has_no_numbers_stays_as_it_is() {
        let shift = Shift { picture: 5, base: 5, key: 5 };
        for (codec, payload) in [
            (Codec::Vp8, &[0x10, 0x00, 0x9d][..]),
            (Codec::Vp9, &[0x08, 0x82]),
            (Codec::H264, &[0x67, 0x42]),
            (Codec::Vp8, &[]),
        ] {
            assert_eq!(shift.apply(codec, payload), payload);
        }
        let (known, unknown) = (read(Codec::Vp8, &vp8_packet(1, 2, 3)), Numbers::default());
        assert!(Shift::between(known, unknown).is_none());
        assert!(Shift::between(unknown, known).is_none());
    }

    #[test]
    fn a_descriptor_that_is_cut_off_stays_as_it_is() {
        let whole = vp8_packet(0x1234, 5, 6);
        let shift = Shift { picture: 1, base: 1, key: 1 };
        for length in 0..6 {
            assert_eq!(shift.apply(Codec::Vp8, &whole[..length]), whole[..length]);
        }
        let whole = [0xa8, 0x80, 0x07, 0x01, 0x09];
        for length in 0..5 {
            assert_eq!(shift.apply(Codec::Vp9, &whole[..length]), whole[..length]);
        }
    }

    #[test]
    fn whatever_is_moved_and_moved_back_is_as_it_was() {
        // Every first and second byte, so that every form of descriptor is among them.
        for codec in [Codec::Vp8, Codec::Vp9] {
            for start in 0..=u16::MAX {
                let [first, second] = start.to_be_bytes();
                let payload = [first, second, 0xc5, 0x3a, 0xf1, 0x0f, 0x77];
                let there = Shift { picture: 0x2a71, base: 99, key: 21 };
                let back = Shift { picture: 0x8000 - 0x2a71, base: 157, key: 11 };
                let moved = there.apply(codec, &payload);
                assert_eq!(back.apply(codec, &moved), payload, "{codec:?} {payload:x?}");
                let (one, other) = (read(codec, &payload), read(codec, &moved));
                assert_eq!(one.picture.is_some(), other.picture.is_some());
                assert_eq!(one.base.map(|base| base.wrapping_add(99)), other.base);
            }
        }
    }
}
