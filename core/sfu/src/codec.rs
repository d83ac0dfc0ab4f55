//! Codecs: their names, what starts a keyframe, and which payload type of a viewer fits.

use str0m::format::{Codec, CodecConfig, PayloadParams};
use str0m::media::Pt;

/// The name that SDP uses (`a=rtpmap`).
pub(crate) fn name(codec: Codec) -> String {
    match codec {
        Codec::Opus => "opus".to_owned(),
        Codec::Vp8 => "VP8".to_owned(),
        Codec::Vp9 => "VP9".to_owned(),
        Codec::H264 => "H264".to_owned(),
        Codec::H265 => "H265".to_owned(),
        Codec::Av1 => "AV1".to_owned(),
        other => format!("{other:?}"),
    }
}

/// RTP timestamp units in a second. G.722 counts 8,000 for its 16,000 samples (RFC 3551 section
/// 4.5.2).
pub(crate) fn clock_rate(params: &PayloadParams) -> u32 {
    let spec = params.spec();
    if spec.codec == Codec::G722 { 8_000 } else { spec.clock_rate.get() }
}

/// Whether a decoder can start with this packet.
///
/// H.264 and H.265 parameter sets count: they precede the picture that they describe, and a decoder
/// that is given the picture without them shows nothing.
pub fn starts_keyframe(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Vp8 => str0m::format::detect_vp8_keyframe(payload),
        Codec::Vp9 => starts_vp9_keyframe(payload),
        Codec::Av1 => str0m::format::detect_av1_keyframe(payload),
        Codec::H264 => {
            h264_unit_type(payload) == Some(H264_SPS)
                || str0m::format::detect_h264_keyframe(payload)
        }
        Codec::H265 => {
            h265_unit_type(payload).is_some_and(|unit| (H265_VPS..=H265_SPS).contains(&unit))
                || str0m::format::detect_h265_keyframe(payload)
        }
        _ => true,
    }
}

const H264_SPS: u8 = 7;
const H265_VPS: u8 = 32;
const H265_SPS: u8 = 33;

/// RFC 6184 section 1.3; in a STAP-A (section 5.7.1) the first unit's type.
fn h264_unit_type(payload: &[u8]) -> Option<u8> {
    const STAP_A: u8 = 24;
    match payload.first()? & 0x1f {
        STAP_A => payload.get(3).map(|header| header & 0x1f),
        unit => Some(unit),
    }
}

/// RFC 7798 section 1.1.4; in an aggregation packet (section 4.4.2) the first unit's type.
fn h265_unit_type(payload: &[u8]) -> Option<u8> {
    const AGGREGATION: u8 = 48;
    match (payload.first()? >> 1) & 0x3f {
        AGGREGATION => payload.get(4).map(|header| (header >> 1) & 0x3f),
        unit => Some(unit),
    }
}

/// RFC 9628 section 4.2: P = 0 (not predicted), B = 1 (start of a frame), spatial layer 0 if any.
fn starts_vp9_keyframe(payload: &[u8]) -> bool {
    const PICTURE_ID: u8 = 0x80;
    const PREDICTED: u8 = 0x40;
    const LAYERS: u8 = 0x20;
    const BEGIN: u8 = 0x08;
    const LAYER_ID: u8 = 0x0e;
    let Some(&first) = payload.first() else {
        return false;
    };
    if first & PREDICTED != 0 || first & BEGIN == 0 {
        return false;
    }
    if first & LAYERS == 0 {
        return true;
    }
    let mut layer_at = 1;
    if first & PICTURE_ID != 0 {
        let long = payload.get(1).is_some_and(|id| id & 0x80 != 0);
        layer_at += if long { 2 } else { 1 };
    }
    payload.get(layer_at).is_some_and(|layer| layer & LAYER_ID == 0)
}

/// The viewer's payload type for a publisher's codec, if the viewer takes it.
///
/// H.264 is matched exactly first, then by packetization mode alone: what a decoder can show is more
/// than the profiles it lists (Firefox lists only constrained baseline), and FFmpeg calls its
/// constrained baseline plain.
pub(crate) fn viewer_payload(
    viewer: &CodecConfig,
    agreed: &[Pt],
    source: &PayloadParams,
) -> Option<Pt> {
    let usable = |params: &&PayloadParams| agreed.contains(&params.pt());
    if let Some(exact) = viewer.match_params(*source).filter(usable) {
        return Some(exact.pt());
    }
    let spec = source.spec();
    let same_codec = |params: &&PayloadParams| {
        params.spec().codec == spec.codec && params.spec().clock_rate == spec.clock_rate
    };
    let mut candidates = viewer.params().iter().filter(usable).filter(same_codec);
    match spec.codec {
        Codec::H264 => {
            let mode =
                |params: &PayloadParams| params.spec().format.packetization_mode.unwrap_or(0);
            let wanted = mode(source);
            candidates.find(|params| mode(params) >= wanted).map(PayloadParams::pt)
        }
        Codec::Vp9 | Codec::Av1 => None,
        _ => candidates.next().map(PayloadParams::pt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h264_starts_with_its_parameter_sets() {
        assert!(starts_keyframe(Codec::H264, &[0x67, 0x42]), "a sequence parameter set");
        assert!(starts_keyframe(Codec::H264, &[0x78, 0, 2, 0x67, 0x42]), "STAP-A with one");
        assert!(starts_keyframe(Codec::H264, &[0x65, 0x88]), "an IDR picture");
        assert!(!starts_keyframe(Codec::H264, &[0x61, 0x88]), "a predicted picture");
        assert!(!starts_keyframe(Codec::H264, &[]), "nothing");
    }

    #[test]
    fn vp9_starts_at_the_begin_of_an_unpredicted_base_layer() {
        assert!(starts_keyframe(Codec::Vp9, &[0x08, 0x82]));
        assert!(!starts_keyframe(Codec::Vp9, &[0x00, 0x82]), "middle of a frame");
        assert!(!starts_keyframe(Codec::Vp9, &[0x48, 0x82]), "predicted");
        assert!(starts_keyframe(Codec::Vp9, &[0xa8, 0x80, 0x01, 0x00]), "base layer after an id");
        assert!(!starts_keyframe(Codec::Vp9, &[0xa8, 0x01, 0x02, 0x00]), "upper layer");
    }

    #[test]
    fn h265_starts_with_its_parameter_sets() {
        assert!(starts_keyframe(Codec::H265, &[0x40, 0x01, 0x0c]), "a video parameter set");
        assert!(starts_keyframe(Codec::H265, &[0x26, 0x01, 0xaf]), "an IDR picture");
        assert!(!starts_keyframe(Codec::H265, &[0x02, 0x01, 0xd0]), "a trailing picture");
    }

    #[test]
    fn sound_starts_anywhere() {
        assert!(starts_keyframe(Codec::Opus, &[0x78]));
    }
}
