//! H.264 (RFC 6184, packetization mode 1) and H.265 (RFC 7798): units between start codes.

use super::{MAX_PAYLOAD, pieces};

const START_CODE: [u8; 4] = [0, 0, 0, 1];
/// In the header of a fragment.
const START: u8 = 0x80;
const END: u8 = 0x40;

/// What the two differ in.
pub(super) trait Units {
    /// Bytes of a unit's header.
    const HEADER: usize;
    /// The type of a packet with several units.
    const AGGREGATION: u8;
    /// The type of a packet with a piece of a unit.
    const FRAGMENT: u8;
    /// Types from here on are no units.
    const LIMIT: u8;
    /// What tells the type in a fragment's header.
    const TYPES: u8;

    fn unit_type(header: u8) -> u8;
    /// The same header of another type.
    fn retyped(header: u8, unit: u8) -> u8;
    /// Whether a picture, or what belongs to it, begins with this unit.
    fn begins(unit: u8, content: &[u8]) -> bool;
}

pub(super) struct H264;
pub(super) struct H265;

impl Units for H264 {
    const HEADER: usize = 1;
    const AGGREGATION: u8 = 24;
    const FRAGMENT: u8 = 28;
    const LIMIT: u8 = 24;
    const TYPES: u8 = 0x1f;

    fn unit_type(header: u8) -> u8 {
        header & 0x1f
    }

    fn retyped(header: u8, unit: u8) -> u8 {
        header & 0xe0 | unit
    }

    fn begins(unit: u8, content: &[u8]) -> bool {
        match unit {
            // A slice whose first macroblock is number zero.
            1 | 5 => content.first().is_some_and(|first| first & 0x80 != 0),
            // Supplemental information, parameter sets, delimiter.
            6..=9 => true,
            _ => false,
        }
    }
}

impl Units for H265 {
    const HEADER: usize = 2;
    const AGGREGATION: u8 = 48;
    const FRAGMENT: u8 = 49;
    const LIMIT: u8 = 48;
    const TYPES: u8 = 0x3f;

    fn unit_type(header: u8) -> u8 {
        header >> 1 & 0x3f
    }

    fn retyped(header: u8, unit: u8) -> u8 {
        header & 0x81 | unit << 1
    }

    fn begins(unit: u8, content: &[u8]) -> bool {
        match unit {
            // `first_slice_segment_in_pic_flag`.
            0..=31 => content.first().is_some_and(|first| first & 0x80 != 0),
            // Parameter sets, delimiter, supplemental information before the picture.
            32..=35 | 39 => true,
            _ => false,
        }
    }
}

pub(super) fn pack<U: Units>(frame: &[u8]) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    for unit in split(frame).filter(|unit| is_unit::<U>(unit)) {
        if unit.len() <= MAX_PAYLOAD {
            payloads.push(unit.to_vec());
        } else {
            fragment::<U>(unit, &mut payloads);
        }
    }
    payloads
}

/// Whether it is a unit, and no packet that looks like one.
fn is_unit<U: Units>(bytes: &[u8]) -> bool {
    bytes.len() > U::HEADER && U::unit_type(bytes[0]) < U::LIMIT
}

fn fragment<U: Units>(unit: &[u8], payloads: &mut Vec<Vec<u8>>) {
    let (header, content) = unit.split_at(U::HEADER);
    let mut indicator = header.to_vec();
    indicator[0] = U::retyped(header[0], U::FRAGMENT);
    let pieces = pieces(content, MAX_PAYLOAD - U::HEADER - 1);
    let last = pieces.len() - 1;
    for (index, piece) in pieces.enumerate() {
        let mut head = U::unit_type(header[0]);
        if index == 0 {
            head |= START;
        }
        if index == last {
            head |= END;
        }
        payloads.push([&indicator, &[head][..], piece].concat());
    }
}

pub(super) fn unpack<U: Units>(payloads: &[&[u8]]) -> Option<Vec<u8>> {
    let mut frame = Vec::with_capacity(payloads.iter().map(|payload| payload.len() + 4).sum());
    // Whether a unit has begun and not ended.
    let mut open = false;
    for payload in payloads.iter().filter(|payload| !payload.is_empty()) {
        let unit = U::unit_type(payload[0]);
        if unit == U::FRAGMENT {
            open = add_fragment::<U>(&mut frame, payload, open)?;
            continue;
        }
        if open {
            return None;
        }
        if unit == U::AGGREGATION {
            add_all::<U>(&mut frame, payload)?;
        } else if is_unit::<U>(payload) {
            frame.extend_from_slice(&START_CODE);
            frame.extend_from_slice(payload);
        }
    }
    (!open).then_some(frame)
}

/// Gives whether the unit goes on; none when a piece of it is missing.
fn add_fragment<U: Units>(frame: &mut Vec<u8>, payload: &[u8], open: bool) -> Option<bool> {
    let head = *payload.get(U::HEADER)?;
    let piece = payload.get(U::HEADER + 1..)?;
    let starts = head & START != 0;
    if starts == open || head & U::TYPES >= U::LIMIT {
        return None;
    }
    if starts {
        frame.extend_from_slice(&START_CODE);
        frame.push(U::retyped(payload[0], head & U::TYPES));
        frame.extend_from_slice(&payload[1..U::HEADER]);
    }
    frame.extend_from_slice(piece);
    Some(head & END == 0)
}

fn add_all<U: Units>(frame: &mut Vec<u8>, payload: &[u8]) -> Option<()> {
    let mut rest = payload.get(U::HEADER..)?;
    while let Some((size, after)) = rest.split_first_chunk() {
        let size = usize::from(u16::from_be_bytes(*size));
        let unit = after.get(..size)?;
        if is_unit::<U>(unit) {
            frame.extend_from_slice(&START_CODE);
            frame.extend_from_slice(unit);
        }
        rest = &after[size..];
    }
    Some(())
}

pub(super) fn begins<U: Units>(payload: &[u8]) -> bool {
    let Some(&header) = payload.first() else {
        return false;
    };
    let content = |from: usize| payload.get(from..).unwrap_or(&[]);
    let unit = U::unit_type(header);
    if unit == U::FRAGMENT {
        let head = content(U::HEADER).first().copied().unwrap_or(0);
        return head & START != 0 && U::begins(head & U::TYPES, content(U::HEADER + 1));
    }
    if unit == U::AGGREGATION {
        // After the size of the first unit.
        let first = content(U::HEADER + 2);
        let unit = first.first().map(|&header| U::unit_type(header));
        return unit.is_some_and(|unit| U::begins(unit, first.get(U::HEADER..).unwrap_or(&[])));
    }
    U::begins(unit, content(U::HEADER))
}

/// The units between start codes of three bytes or four (Annex B of both specifications).
fn split(frame: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start(frame);
    std::iter::from_fn(move || {
        let here = rest?;
        let end = start_code(here);
        let unit = &here[..end.unwrap_or(here.len())];
        rest = end.map(|end| &here[end + 3..]);
        // A fourth byte of the next start code, and zeros that may trail.
        let zeros = unit.iter().rev().take_while(|&&byte| byte == 0).count();
        Some(&unit[..unit.len() - zeros])
    })
}

fn after_start(frame: &[u8]) -> Option<&[u8]> {
    start_code(frame).map(|at| &frame[at + 3..])
}

fn start_code(data: &[u8]) -> Option<usize> {
    data.windows(3).position(|window| window == [0, 0, 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_between_start_codes_of_either_length() {
        let frame = [0, 0, 0, 1, 0x67, 7, 0, 0, 1, 0x68, 8, 0, 0, 0, 1, 0x65, 0, 0, 3, 1, 0];
        let units: Vec<_> = split(&frame).collect();
        assert_eq!(units, [&[0x67, 7][..], &[0x68, 8], &[0x65, 0, 0, 3, 1]]);
        assert_eq!(split(&[1, 2, 3]).count(), 0, "no start code");
    }

    #[test]
    fn units_that_share_a_packet_are_parted() {
        let payload = [24, 0, 2, 0x67, 7, 0, 3, 0x68, 8, 9];
        let frame = unpack::<H264>(&[&payload]).expect("a frame");
        assert_eq!(frame, [0, 0, 0, 1, 0x67, 7, 0, 0, 0, 1, 0x68, 8, 9]);
        assert!(begins::<H264>(&payload));
        assert_eq!(unpack::<H264>(&[&payload[..8]]), None, "cut off");
        let payload = [48 << 1, 1, 0, 3, 0x40, 1, 7, 0, 3, 0x42, 1, 8];
        let frame = unpack::<H265>(&[&payload]).expect("a frame");
        assert_eq!(frame, [0, 0, 0, 1, 0x40, 1, 7, 0, 0, 0, 1, 0x42, 1, 8]);
        assert!(begins::<H265>(&payload));
    }

    #[test]
    fn a_later_slice_begins_no_picture() {
        assert!(begins::<H264>(&[0x41, 0x9a]) && !begins::<H264>(&[0x41, 0x0a]));
        assert!(begins::<H264>(&[0x7c, 0x85, 0x88]) && !begins::<H264>(&[0x7c, 0x05, 0x88]));
        assert!(begins::<H265>(&[0x02, 1, 0x80]) && !begins::<H265>(&[0x02, 1, 0x40]));
    }
}
