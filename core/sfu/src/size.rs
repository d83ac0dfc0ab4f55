//! How large a picture is: VP8 keyframes and H.264 parameter sets tell.

use str0m::format::Codec;

/// Width and height in pixels; 0 while not known.
pub(crate) type Size = (u16, u16);

/// The size that the first packet of a keyframe tells; `None` where it does not.
pub(crate) fn told(codec: Codec, payload: &[u8]) -> Option<Size> {
    match codec {
        Codec::Vp8 => vp8(payload),
        Codec::H264 => h264(payload),
        _ => None,
    }
}

/// RFC 7741 section 4.2 for the descriptor, RFC 6386 section 9.1 for the frame.
fn vp8(payload: &[u8]) -> Option<Size> {
    let mut at = 1;
    if payload.first()? & 0x80 != 0 {
        let extension = *payload.get(1)?;
        at = 2;
        if extension & 0x80 != 0 {
            at += if payload.get(at)? & 0x80 == 0 { 1 } else { 2 };
        }
        at += usize::from(extension & 0x40 != 0) + usize::from(extension & 0x30 != 0);
    }
    let frame = payload.get(at..at + 10)?;
    let is_keyframe = frame[0] & 1 == 0 && frame[3..6] == [0x9d, 0x01, 0x2a];
    let length = |at: usize| u16::from_le_bytes([frame[at], frame[at + 1]]) & 0x3fff;
    is_keyframe.then(|| (length(6), length(8)))
}

/// A sequence parameter set alone, or first in a STAP-A (RFC 6184 section 5.7.1).
fn h264(payload: &[u8]) -> Option<Size> {
    const SPS: u8 = 7;
    const STAP_A: u8 = 24;
    let unit = match payload.first()? & 0x1f {
        SPS => payload,
        STAP_A => {
            let length = usize::from(u16::from_be_bytes([*payload.get(1)?, *payload.get(2)?]));
            payload.get(3..3 + length)?
        }
        _ => return None,
    };
    (unit.first()? & 0x1f == SPS).then(|| sequence_parameters(unit.get(1..)?)).flatten()
}

/// ITU-T H.264 section 7.3.2.1.1, as far as the size.
fn sequence_parameters(payload: &[u8]) -> Option<Size> {
    const WITH_CHROMA: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
    let mut bits = Bits::new(payload);
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.number()?;
    let mut chroma = 1;
    if WITH_CHROMA.contains(&profile) {
        chroma = bits.number()?;
        if chroma == 3 {
            bits.take(1)?;
        }
        bits.number()?;
        bits.number()?;
        bits.take(1)?;
        if bits.take(1)? == 1 {
            // Scaling lists: nobody who speaks WebRTC sends any.
            return None;
        }
    }
    bits.number()?;
    match bits.number()? {
        0 => {
            bits.number()?;
        }
        1 => return None,
        _ => {}
    }
    bits.number()?;
    bits.take(1)?;
    let width = bits.number()?.checked_add(1)?.checked_mul(16)?;
    let map_units = bits.number()?.checked_add(1)?;
    let frames_only = bits.take(1)?;
    if frames_only == 0 {
        bits.take(1)?;
    }
    let height = map_units.checked_mul(16 * (2 - frames_only))?;
    bits.take(1)?;
    let mut cropped = (0, 0);
    if bits.take(1)? == 1 {
        let mut side = || bits.number()?.checked_add(bits.number()?);
        let (unit_x, unit_y) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        cropped.0 = side()?.checked_mul(unit_x)?;
        cropped.1 = side()?.checked_mul(unit_y * (2 - frames_only))?;
    }
    let size = |whole: u32, cropped: u32| u16::try_from(whole.checked_sub(cropped)?).ok();
    Some((size(width, cropped.0)?, size(height, cropped.1)?))
}

/// Enough for all before the size.
const LONGEST: usize = 64;

/// Reads bits, without the bytes that prevent start codes (section 7.4.1).
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn new(payload: &[u8]) -> Self {
        let (mut bytes, mut zeros) = (Vec::new(), 0);
        for &byte in payload.iter().take(LONGEST) {
            if byte == 3 && zeros >= 2 {
                zeros = 0;
                continue;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Self { bytes, at: 0 }
    }

    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// An Exp-Golomb code (section 9.1).
    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 16 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vp8_keyframe_tells_its_size_and_another_frame_does_not() {
        let frame = [0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00];
        for descriptor in [&[0x10][..], &[0x90, 0x80, 0x11], &[0x90, 0xf0, 0x81, 0x23, 0x45, 0xa1]]
        {
            let payload = [descriptor, &frame].concat();
            assert_eq!(told(Codec::Vp8, &payload), Some((320, 240)), "{payload:x?}");
        }
        assert_eq!(told(Codec::Vp8, &[0x10, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None, "predicted");
        assert_eq!(told(Codec::Vp8, &[0x10, 0x00]), None, "cut off");
    }

    #[test]
    fn whatever_comes_is_read_without_harm() {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        for start in [0x67, 0x78, 0x10, 0x90] {
            for _ in 0..20_000 {
                let length = usize::from(next() % 40);
                let mut payload = vec![start];
                payload.extend((0..length).map(|_| next() & next()));
                told(Codec::H264, &payload);
                told(Codec::Vp8, &payload);
            }
        }
    }

    #[test]
    fn an_h264_parameter_set_tells_its_size() {
        // 1280 x 720, constrained baseline, level 3.1, as Chromium's OpenH264 writes it.
        let hd = [0x67, 0x42, 0xc0, 0x1f, 0x8c, 0x8d, 0x40, 0x28, 0x02, 0xdd, 0x80, 0x88];
        // 1920 x 1080 as x264 writes it: high profile, eight rows cropped.
        let full = [
            0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00,
            0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58,
        ];
        assert_eq!(told(Codec::H264, &hd), Some((1280, 720)));
        assert_eq!(told(Codec::H264, &full), Some((1920, 1080)));
        let together = [&[0x78, 0, hd.len() as u8][..], &hd, &[0, 1, 0x68]].concat();
        assert_eq!(told(Codec::H264, &together), Some((1280, 720)), "STAP-A");
        assert_eq!(told(Codec::H264, &[0x65, 0x88]), None, "a picture");
        for length in 0..hd.len() - 2 {
            let cut = told(Codec::H264, &hd[..length]);
            assert!(cut.is_none() || cut == Some((1280, 720)), "{cut:?}");
        }
    }
}
