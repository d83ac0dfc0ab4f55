//! VP8 (RFC 7741).

use super::{MAX_PAYLOAD, pieces};

const EXTENDED: u8 = 0x80;
const START: u8 = 0x10;
const PARTITION: u8 = 0x07;
const PICTURE_ID: u8 = 0x80;
/// What we write: the first byte, the extension byte and a picture number of 15 bits.
const DESCRIPTOR: usize = 4;

pub(super) fn pack(frame: &[u8], picture: u16) -> Vec<Vec<u8>> {
    let [high, low] = (picture | 0x8000).to_be_bytes();
    let pieces = pieces(frame, MAX_PAYLOAD - DESCRIPTOR).enumerate();
    let pack = |(index, piece): (usize, &[u8])| {
        let first = if index == 0 { EXTENDED | START } else { EXTENDED };
        [&[first, PICTURE_ID, high, low], piece].concat()
    };
    pieces.map(pack).collect()
}

pub(super) fn unpack(payloads: &[&[u8]]) -> Option<Vec<u8>> {
    let pieces = payloads.iter().map(|payload| payload.get(descriptor(payload)?..));
    Some(pieces.collect::<Option<Vec<_>>>()?.concat())
}

pub(super) fn begins(payload: &[u8]) -> bool {
    payload.first().is_some_and(|first| first & START != 0 && first & PARTITION == 0)
}

/// How long the payload descriptor is (section 4.2).
fn descriptor(payload: &[u8]) -> Option<usize> {
    const TL0_PICTURE: u8 = 0x40;
    const TEMPORAL_OR_KEY: u8 = 0x30;
    if payload.first()? & EXTENDED == 0 {
        return Some(1);
    }
    let fields = payload.get(1)?;
    let mut length = 2;
    if fields & PICTURE_ID != 0 {
        // The highest bit tells a number of two bytes.
        length += if payload.get(2)? & 0x80 == 0 { 1 } else { 2 };
    }
    length += usize::from(fields & TL0_PICTURE != 0);
    length += usize::from(fields & TEMPORAL_OR_KEY != 0);
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_descriptor_is_measured() {
        for (payload, length) in [
            (&[0x10, 1][..], 1),
            (&[0x90, 0x00, 1], 2),
            (&[0x90, 0x80, 0x11, 1], 3),
            (&[0x90, 0x80, 0x81, 0x11, 1], 4),
            (&[0x90, 0xf0, 0x81, 0x11, 9, 9, 1], 6),
        ] {
            assert_eq!(descriptor(payload), Some(length), "{payload:x?}");
        }
        assert_eq!(descriptor(&[]), None);
        assert_eq!(descriptor(&[0x90]), None);
    }
}
