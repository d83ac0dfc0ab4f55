//! Payloads that become frames, and frames that become payloads.

use sfu::payload::{MAX_PAYLOAD, Packetizer, begins, unpack};
use str0m::format::Codec;

use crate::input::Input;

/// Whatever payloads are made a frame of, what is made of this frame becomes the same frame again.
///
/// The input is a codec in one byte, and payloads as [`Input::chunk`] reads them.
pub fn payload(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let codecs = [Codec::Opus, Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::H265];
    let Some(codec) = input.byte().map(|byte| codecs[usize::from(byte) % codecs.len()]) else {
        return;
    };
    let payloads: Vec<_> = std::iter::from_fn(|| input.piece()).collect();
    for payload in &payloads {
        begins(codec, payload);
    }
    let Some(frame) = unpack(codec, &payloads) else {
        return;
    };
    let packed = Packetizer::default().pack(codec, &frame);
    if codec.is_video() {
        assert!(packed.iter().all(|payload| payload.len() <= MAX_PAYLOAD), "{codec:?}");
    }
    let packed: Vec<_> = packed.iter().map(Vec::as_slice).collect();
    // What the first frame had beside units may be gone, and is gone for good.
    if let Some(again) = unpack(codec, &packed) {
        let packed = Packetizer::default().pack(codec, &again);
        let packed: Vec<_> = packed.iter().map(Vec::as_slice).collect();
        assert_eq!(unpack(codec, &packed), Some(again), "{codec:?}");
    }
}
