//! Frames as RTP payloads, and payloads as frames again.
//!
//! `str0m` does the same for endpoints, and keeps it to itself. Here a whole frame is made at once of
//! all of its payloads, so that nothing is kept from one packet to the next.

mod av1;
mod nal;
mod vp8;
mod vp9;

use str0m::format::Codec;

/// Bytes of one payload: with the headers and SRTP's tag it fits into a datagram of 1,200.
pub const MAX_PAYLOAD: usize = 1_130;

/// Makes payloads of frames, one after another of one medium.
#[derive(Debug, Default)]
pub struct Packetizer {
    /// VP8, VP9: counts the frames.
    picture: u16,
}

impl Packetizer {
    /// The payloads of a frame; none when it is not what its codec says.
    pub fn pack(&mut self, codec: Codec, frame: &[u8]) -> Vec<Vec<u8>> {
        if frame.is_empty() {
            return Vec::new();
        }
        if codec.is_video() {
            self.picture = (self.picture + 1) & 0x7fff;
        }
        match codec {
            Codec::Vp8 => vp8::pack(frame, self.picture),
            Codec::Vp9 => vp9::pack(frame, self.picture),
            Codec::Av1 => av1::pack(frame),
            Codec::H264 => nal::pack::<nal::H264>(frame),
            Codec::H265 => nal::pack::<nal::H265>(frame),
            // RFC 7587 section 4.2, RFC 3551 section 4.5: as it is.
            _ => vec![frame.to_vec()],
        }
    }
}

/// The frame whose payloads, all of them in order, these are; none when they are broken.
pub fn unpack(codec: Codec, payloads: &[&[u8]]) -> Option<Vec<u8>> {
    match codec {
        Codec::Vp8 => vp8::unpack(payloads),
        Codec::Vp9 => vp9::unpack(payloads),
        Codec::Av1 => av1::unpack(payloads),
        Codec::H264 => nal::unpack::<nal::H264>(payloads),
        Codec::H265 => nal::unpack::<nal::H265>(payloads),
        _ => Some(payloads.concat()),
    }
    .filter(|frame| !frame.is_empty())
}

/// Whether a frame begins with this payload, as far as it tells: what came before it may be lost.
pub fn begins(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Vp8 => vp8::begins(payload),
        Codec::Vp9 => vp9::begins(payload),
        Codec::Av1 => av1::begins(payload),
        Codec::H264 => nal::begins::<nal::H264>(payload),
        Codec::H265 => nal::begins::<nal::H265>(payload),
        _ => true,
    }
}

/// Cuts into pieces of about the same size, none above `most`.
fn pieces(data: &[u8], most: usize) -> impl ExactSizeIterator<Item = &[u8]> {
    let count = data.len().div_ceil(most).max(1);
    data.chunks(data.len().div_ceil(count).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) as usize % below
        }

        /// Without zeros, so that there is no start code in it.
        fn bytes(&mut self, count: usize) -> Vec<u8> {
            (0..count).map(|_| 1 + self.roll(255) as u8).collect()
        }
    }

    fn units(dice: &mut Dice, headers: &[&[u8]]) -> Vec<u8> {
        let count = 1 + dice.roll(5);
        let mut frame = Vec::new();
        for _ in 0..count {
            frame.extend_from_slice(&[0, 0, 0, 1]);
            frame.extend_from_slice(headers[dice.roll(headers.len())]);
            let size = 1 + dice.roll(4_000);
            frame.extend(dice.bytes(size));
        }
        frame
    }

    fn frame(codec: Codec, dice: &mut Dice) -> Vec<u8> {
        let size = 1 + dice.roll(5_000);
        match codec {
            Codec::H264 => units(dice, &[&[0x67], &[0x68], &[0x65, 0x88], &[0x41, 0x9a], &[0x06]]),
            Codec::H265 => units(dice, &[&[0x40, 1], &[0x42, 1], &[0x26, 1, 0x80], &[2, 1, 0x80]]),
            Codec::Av1 => {
                let count = 1 + dice.roll(6);
                let sizes: Vec<_> = (0..count).map(|_| dice.roll(3_000)).collect();
                sizes
                    .into_iter()
                    .flat_map(|size| av1::tests::unit(dice.roll(2), &dice.bytes(size)))
                    .collect()
            }
            _ => dice.bytes(size),
        }
    }

    const ALL: [Codec; 7] =
        [Codec::Opus, Codec::PCMU, Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::H265];

    #[test]
    fn frames_come_back_as_they_were() {
        let mut dice = Dice(1);
        for codec in ALL {
            let mut packetizer = Packetizer::default();
            for _ in 0..300 {
                let frame = frame(codec, &mut dice);
                let payloads = packetizer.pack(codec, &frame);
                if codec.is_video() {
                    let longest = payloads.iter().map(Vec::len).max();
                    assert!(longest <= Some(MAX_PAYLOAD), "{codec:?}: {longest:?}");
                    assert!(begins(codec, &payloads[0]), "{codec:?}: {:?}", &payloads[0][..4]);
                }
                let payloads: Vec<_> = payloads.iter().map(Vec::as_slice).collect();
                assert_eq!(unpack(codec, &payloads), Some(frame), "{codec:?}");
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let mut dice = Dice(2);
        for codec in ALL {
            for _ in 0..20_000 {
                let size = dice.roll(12);
                let mut noise = dice.bytes(size);
                if dice.roll(2) == 0 {
                    for byte in &mut noise {
                        *byte &= 0xf0;
                    }
                }
                begins(codec, &noise);
                let unpacked = unpack(codec, &[&noise, &noise]);
                assert!(unpacked.is_none_or(|frame| !frame.is_empty()));
                Packetizer::default().pack(codec, &noise);
            }
        }
    }

    #[test]
    fn a_frame_of_which_a_piece_is_missing_in_the_middle_of_a_unit_is_none() {
        let mut dice = Dice(3);
        for (codec, header) in [(Codec::H264, &[0x65][..]), (Codec::H265, &[0x26, 1])] {
            let unit = [&[0, 0, 0, 1], header, &dice.bytes(5_000)].concat();
            let payloads = Packetizer::default().pack(codec, &unit);
            let payloads: Vec<_> = payloads.iter().map(Vec::as_slice).collect();
            assert!(unpack(codec, &payloads).is_some());
            assert_eq!(unpack(codec, &payloads[1..]), None, "no start");
            assert_eq!(unpack(codec, &payloads[..2]), None, "no end");
        }
    }
}
