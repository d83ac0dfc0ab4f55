//! VP9 (RFC 9628), in the non-flexible mode, which every browser takes.

use super::{MAX_PAYLOAD, pieces};

const PICTURE_ID: u8 = 0x80;
const PREDICTED: u8 = 0x40;
const LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const BEGIN: u8 = 0x08;
const END: u8 = 0x04;
const STRUCTURE: u8 = 0x02;
/// What we write at most: the first byte, a picture number of 15 bits, the layers (all of them the
/// first), the picture number of the lowest layer, and a structure that tells nothing.
const DESCRIPTOR: usize = 6;

pub(super) fn pack(frame: &[u8], picture: u16) -> Vec<Vec<u8>> {
    let [high, low] = (picture | 0x8000).to_be_bytes();
    let is_key = is_keyframe(frame);
    let pieces = pieces(frame, MAX_PAYLOAD - DESCRIPTOR);
    let last = pieces.len() - 1;
    let pack = |(index, piece): (usize, &[u8])| {
        let mut first = PICTURE_ID | LAYERS;
        if !is_key {
            first |= PREDICTED;
        }
        if index == 0 {
            first |= if is_key { BEGIN | STRUCTURE } else { BEGIN };
        }
        if index == last {
            first |= END;
        }
        let structure: &[u8] = if first & STRUCTURE == 0 { &[] } else { &[0] };
        [&[first, high, low, 0, low], structure, piece].concat()
    };
    pieces.enumerate().map(pack).collect()
}

pub(super) fn unpack(payloads: &[&[u8]]) -> Option<Vec<u8>> {
    let pieces = payloads.iter().map(|payload| payload.get(descriptor(payload)?..));
    Some(pieces.collect::<Option<Vec<_>>>()?.concat())
}

/// A picture begins with its lowest spatial layer.
pub(super) fn begins(payload: &[u8]) -> bool {
    const SPATIAL: u8 = 0x0e;
    let Some(&first) = payload.first() else {
        return false;
    };
    let number = if first & PICTURE_ID == 0 { 0 } else { picture_id(payload).unwrap_or(0) };
    let layer = if first & LAYERS == 0 { None } else { payload.get(1 + number) };
    first & BEGIN != 0 && layer.is_none_or(|layer| layer & SPATIAL == 0)
}

/// The frame's own header (VP9 bitstream specification section 6.2): a keyframe is one that is not
/// shown again, and is of the type zero.
fn is_keyframe(frame: &[u8]) -> bool {
    let Some(&first) = frame.first() else {
        return false;
    };
    let bit = |index: u8| first >> (7 - index) & 1;
    // Two bits of the marker, two of the profile, and one more in the highest profile.
    let at = if bit(2) == 1 && bit(3) == 1 { 5 } else { 4 };
    bit(0) == 1 && bit(1) == 0 && bit(at) == 0 && bit(at + 1) == 0
}

/// How many bytes the picture number has.
fn picture_id(payload: &[u8]) -> Option<usize> {
    Some(if payload.get(1)? & 0x80 == 0 { 1 } else { 2 })
}

/// How long the payload descriptor is (section 4.2).
fn descriptor(payload: &[u8]) -> Option<usize> {
    let first = *payload.first()?;
    let mut length = 1;
    if first & PICTURE_ID != 0 {
        length += picture_id(payload)?;
    }
    if first & LAYERS != 0 {
        length += if first & FLEXIBLE == 0 { 2 } else { 1 };
    }
    if first & FLEXIBLE != 0 && first & PREDICTED != 0 {
        // At most three references; the lowest bit tells that another one follows.
        for _ in 0..3 {
            let reference = payload.get(length)?;
            length += 1;
            if reference & 1 == 0 {
                break;
            }
        }
    }
    if first & STRUCTURE != 0 {
        length += structure(payload.get(length..)?)?;
    }
    Some(length)
}

/// How long the scalability structure is.
fn structure(data: &[u8]) -> Option<usize> {
    let head = *data.first()?;
    let layers = usize::from(head >> 5) + 1;
    let mut length = 1;
    if head & 0x10 != 0 {
        length += 4 * layers;
    }
    if head & 0x08 != 0 {
        let pictures = *data.get(length)?;
        length += 1;
        for _ in 0..pictures {
            length += 1 + usize::from(data.get(length)? >> 2 & 3);
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_descriptor_is_measured() {
        for (payload, length) in [
            (&[0x08, 1][..], 1),
            (&[0x88, 0x11, 1], 2),
            (&[0xa8, 0x81, 0x11, 0, 0, 1], 5),
            (&[0xf8, 0x81, 0x11, 0, 0x03, 0x02, 1], 6),
            (&[0x0a, 0x18, 1, 2, 3, 4, 2, 0x04, 9, 0x08, 9, 9, 1], 12),
        ] {
            assert_eq!(descriptor(payload), Some(length), "{payload:x?}");
        }
        assert_eq!(descriptor(&[0x0a, 0x08, 2, 0x04]), None, "cut off");
    }

    #[test]
    fn keyframes_are_told_from_others() {
        assert!(is_keyframe(&[0x82, 0x49, 0x83]), "profile 0");
        assert!(!is_keyframe(&[0x86, 0]), "predicted");
        assert!(!is_keyframe(&[0x88, 0]), "shown again");
        assert!(is_keyframe(&[0xb0, 0]), "profile 3");
        assert!(!is_keyframe(&[]));
    }
}
