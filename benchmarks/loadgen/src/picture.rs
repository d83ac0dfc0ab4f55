//! RTP payloads that a forwarder takes for VP8 (RFC 7741) and that carry our own stamp.
//!
//! After the payload descriptor and the VP8 frame header come our stamp and a pattern that depends
//! on the packet's number, so that a viewer can tell which packet it has, when it was sent, and
//! that not a byte of it changed. A forwarder may rewrite the descriptor's picture id, nothing else.

/// Payload descriptor with a picture id of 15 bits.
const DESCRIPTOR: usize = 4;
/// Frame tag, start code and dimensions, as a key frame has them (RFC 6386 section 9.1).
const HEADER: usize = 10;
/// Magic, publisher, packet number, time of sending.
const STAMP: usize = 4 + 4 + 8 + 8;
const MAGIC: u32 = 0x7472_6e6b;
/// The pattern starts at one of this many places.
const PHASES: u64 = 251;

/// Bytes that a payload needs at least.
#[cfg(test)]
pub(crate) const LEAST: usize = DESCRIPTOR + HEADER + STAMP + 1;

/// What a packet says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Which publisher sent it.
    pub(crate) publisher: u32,
    /// Its number, counted from 0 by that publisher.
    pub(crate) number: u64,
    /// When, in nanoseconds of our clock.
    pub(crate) sent: u64,
}

/// Where a packet stands in the stream of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The frame, counted from 0.
    pub(crate) frame: u64,
    /// First packet of its frame.
    pub(crate) first: bool,
    /// Part of a key frame.
    pub(crate) key: bool,
}

/// Makes and checks payloads of one size.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    pattern: Vec<u8>,
    size: usize,
}

impl Canvas {
    /// For payloads of `size` bytes.
    pub(crate) fn new(size: usize) -> Self {
        let length = size + PHASES as usize;
        // A multiplicative hash: neighbouring phases differ in nearly every byte.
        let pattern = (0..length).map(|i| ((i * 2_654_435_761) >> 7) as u8).collect();
        Self { pattern, size }
    }

    /// A payload.
    pub(crate) fn paint(&self, place: Place, stamp: Stamp) -> Vec<u8> {
        let mut payload = Vec::with_capacity(self.size);
        let picture = (place.frame as u16) & 0x7fff;
        payload.extend([if place.first { 0x90 } else { 0x80 }, 0x80]);
        payload.extend((0x8000 | picture).to_be_bytes());
        payload.extend(header(place.key));
        payload.extend(MAGIC.to_be_bytes());
        payload.extend(stamp.publisher.to_be_bytes());
        payload.extend(stamp.number.to_be_bytes());
        payload.extend(stamp.sent.to_be_bytes());
        payload.extend(self.filler(stamp.number));
        payload
    }

    /// What a payload says, or nothing when it is not one of ours or was damaged.
    pub(crate) fn read(&self, payload: &[u8]) -> Option<Stamp> {
        let body = payload.get(DESCRIPTOR + HEADER..)?;
        let (magic, body) = body.split_first_chunk()?;
        let (publisher, body) = body.split_first_chunk()?;
        let (number, body) = body.split_first_chunk()?;
        let (sent, filler) = body.split_first_chunk()?;
        let number = u64::from_be_bytes(*number);
        let whole = u32::from_be_bytes(*magic) == MAGIC && filler == self.filler(number);
        whole.then_some(Stamp {
            publisher: u32::from_be_bytes(*publisher),
            number,
            sent: u64::from_be_bytes(*sent),
        })
    }

    fn filler(&self, number: u64) -> &[u8] {
        let phase = (number % PHASES) as usize;
        &self.pattern[phase..phase + self.size - DESCRIPTOR - HEADER - STAMP]
    }
}

fn header(key: bool) -> [u8; HEADER] {
    // Bit 0 clear: key frame; bit 4: shown. 640 × 360 follows the start code.
    let tag = if key { 0x10 } else { 0x11 };
    let [width, height] = [640_u16.to_le_bytes(), 360_u16.to_le_bytes()];
    [tag, 0x20, 0, 0x9d, 0x01, 0x2a, width[0], width[1], height[0], height[1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use str0m::format::detect_vp8_keyframe;

    const STAMP: Stamp = Stamp { publisher: 3, number: 77_000, sent: 5_000_000_000 };

    fn place(first: bool, key: bool) -> Place {
        Place { frame: 70_000, first, key }
    }

    #[test]
    fn what_is_painted_is_read() {
        for size in [LEAST, 1100] {
            let canvas = Canvas::new(size);
            let payload = canvas.paint(place(true, true), STAMP);
            assert_eq!(payload.len(), size);
            assert_eq!(canvas.read(&payload), Some(STAMP));
        }
    }

    #[test]
    fn only_the_first_packet_of_a_key_frame_looks_like_one() {
        let canvas = Canvas::new(1100);
        for (first, key) in [(true, true), (true, false), (false, true), (false, false)] {
            let payload = canvas.paint(place(first, key), STAMP);
            assert_eq!(detect_vp8_keyframe(&payload), first && key, "{first} {key}");
        }
    }

    #[test]
    fn damage_is_seen() {
        let canvas = Canvas::new(1100);
        let payload = canvas.paint(place(false, false), STAMP);
        for position in [DESCRIPTOR + HEADER, 30, 600, 1099] {
            let mut damaged = payload.clone();
            damaged[position] ^= 1;
            assert_ne!(canvas.read(&damaged), Some(STAMP), "byte {position}");
        }
        assert_eq!(canvas.read(&payload[..1099]), None);
        assert_eq!(canvas.read(&[]), None);
    }
}
