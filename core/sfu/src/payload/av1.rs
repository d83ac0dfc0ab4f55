//! AV1 (RTP Payload Format for AV1, version 1.0).

use super::{MAX_PAYLOAD, pieces};

/// In the aggregation header.
const CONTINUES: u8 = 0x80;
const CONTINUED: u8 = 0x40;
const NEW_SEQUENCE: u8 = 0x08;
/// In the header of an OBU (AV1 bitstream specification section 5.3.2).
const EXTENSION: u8 = 0x04;
const HAS_SIZE: u8 = 0x02;

const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;
const TILE_LIST: u8 = 8;
const PADDING: u8 = 15;

/// The header of a payload and the size of its element: what a piece of an OBU must leave room for.
const OVERHEAD: usize = 3;

pub(super) fn pack(frame: &[u8]) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    let mut begins_sequence = false;
    for obu in split(frame).unwrap_or_default() {
        begins_sequence |= unit_type(obu[0]) == SEQUENCE_HEADER;
        add(&mut payloads, &obu);
    }
    if let Some(first) = payloads.first_mut().filter(|_| begins_sequence) {
        first[0] |= NEW_SEQUENCE;
    }
    payloads
}

/// Adds an OBU: beside the one before if there is room, else in payloads of its own.
fn add(payloads: &mut Vec<Vec<u8>>, obu: &[u8]) {
    let fits = |payload: &&mut Vec<u8>| payload.len() + obu.len() + OVERHEAD <= MAX_PAYLOAD;
    if let Some(payload) = payloads.last_mut().filter(fits) {
        add_element(payload, obu);
        return;
    }
    let pieces = pieces(obu, MAX_PAYLOAD - OVERHEAD);
    let last = pieces.len() - 1;
    for (index, piece) in pieces.enumerate() {
        let mut header = 0;
        if index > 0 {
            header |= CONTINUES;
        }
        if index < last {
            header |= CONTINUED;
        }
        let mut payload = vec![header];
        add_element(&mut payload, piece);
        payloads.push(payload);
    }
}

/// With its size: the number of elements in the header is zero then.
fn add_element(payload: &mut Vec<u8>, element: &[u8]) {
    write_size(payload, element.len());
    payload.extend_from_slice(element);
}

pub(super) fn unpack(payloads: &[&[u8]]) -> Option<Vec<u8>> {
    let mut frame = Vec::with_capacity(payloads.iter().map(|payload| payload.len() + 4).sum());
    let mut open: Option<Vec<u8>> = None;
    for payload in payloads.iter().filter(|payload| !payload.is_empty()) {
        let header = payload[0];
        if (header & CONTINUES != 0) != open.is_some() {
            return None;
        }
        let elements = elements(payload)?;
        let last = elements.len().checked_sub(1)?;
        for (index, element) in elements.into_iter().enumerate() {
            let mut obu = open.take().unwrap_or_default();
            obu.extend_from_slice(element);
            if index == last && header & CONTINUED != 0 {
                open = Some(obu);
            } else {
                write_obu(&mut frame, &obu)?;
            }
        }
    }
    open.is_none().then_some(frame)
}

/// Of what follows a loss it is only known that no OBU is cut.
pub(super) fn begins(payload: &[u8]) -> bool {
    payload.first().is_some_and(|header| header & CONTINUES == 0)
}

/// The elements of a payload (section 4.4).
fn elements(payload: &[u8]) -> Option<Vec<&[u8]>> {
    let (&header, mut rest) = payload.split_first()?;
    let count = usize::from(header >> 4 & 3);
    let mut elements = Vec::new();
    while !rest.is_empty() {
        // With a number of elements, the last one goes on to the end.
        let size = if count != 0 && elements.len() + 1 == count {
            rest.len()
        } else {
            let (size, length) = read_size(rest)?;
            rest = &rest[length..];
            size
        };
        elements.push(rest.get(..size)?);
        rest = &rest[size..];
    }
    Some(elements)
}

/// The OBUs of a temporal unit, without sizes, and without those that are not sent (section 5).
fn split(frame: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut obus = Vec::new();
    let mut rest = frame;
    while let Some(&header) = rest.first() {
        let head = 1 + usize::from(header & EXTENSION != 0);
        let (size, length) = if header & HAS_SIZE == 0 {
            (rest.len().checked_sub(head)?, 0)
        } else {
            read_size(rest.get(head..)?)?
        };
        let content = rest.get(head + length..)?.get(..size)?;
        if ![TEMPORAL_DELIMITER, TILE_LIST, PADDING].contains(&unit_type(header)) {
            obus.push([&[header & !HAS_SIZE], &rest[1..head], content].concat());
        }
        rest = &rest[head + length + size..];
    }
    Some(obus)
}

/// Adds an OBU with its size, as files and decoders want it.
fn write_obu(frame: &mut Vec<u8>, obu: &[u8]) -> Option<()> {
    let header = *obu.first()?;
    let head = 1 + usize::from(header & EXTENSION != 0);
    let content = obu.get(head..)?;
    if header & HAS_SIZE != 0 {
        frame.extend_from_slice(obu);
        return Some(());
    }
    frame.push(header | HAS_SIZE);
    frame.extend_from_slice(&obu[1..head]);
    write_size(frame, content.len());
    frame.extend_from_slice(content);
    Some(())
}

fn unit_type(header: u8) -> u8 {
    header >> 3 & 0x0f
}

/// LEB128, at most so long as a frame can be.
fn read_size(data: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in data.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

fn write_size(out: &mut Vec<u8>, mut size: usize) {
    while size >= 0x80 {
        out.push(size as u8 | 0x80);
        size >>= 7;
    }
    out.push(size as u8);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An OBU with a size: a frame, or one of a layer.
    pub(in crate::payload) fn unit(extended: usize, content: &[u8]) -> Vec<u8> {
        let mut obu = if extended == 0 { vec![0x30] } else { vec![0x34, 0x08] };
        obu.extend_from_slice(content);
        let mut unit = Vec::new();
        write_obu(&mut unit, &obu).expect("an OBU");
        unit
    }

    #[test]
    fn a_sequence_begins_and_delimiters_are_not_sent() {
        let frame = [&[0x12, 0][..], &[0x0a, 2, 5, 6], &unit(0, &[7; 2_000])].concat();
        let payloads = pack(&frame);
        assert_eq!(payloads[0][..4], [NEW_SEQUENCE, 3, 0x08, 5]);
        assert!(payloads[1..].iter().all(|payload| payload[0] & NEW_SEQUENCE == 0));
        let payloads: Vec<_> = payloads.iter().map(Vec::as_slice).collect();
        assert_eq!(unpack(&payloads), Some(frame[2..].to_vec()));
    }

    #[test]
    fn elements_are_read_with_and_without_a_number() {
        assert_eq!(elements(&[0x20, 1, 5, 6, 7]), Some(vec![&[5][..], &[6, 7]]));
        assert_eq!(elements(&[0x00, 1, 5, 2, 6, 7]), Some(vec![&[5][..], &[6, 7]]));
        assert_eq!(elements(&[0x00, 1, 5, 3, 6, 7]), None, "cut off");
    }
}
