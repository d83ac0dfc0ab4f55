//! A client that sends one picture in several sizes (RFC 8853).

use std::time::Instant;

use str0m::media::{Direction, MediaKind, Rid, Simulcast, SimulcastLayer};
use str0m::rtp::{ExtensionValues, RtpWrite};

use super::{Client, Media};

/// One of the encodings of a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoding {
    pub(crate) rid: &'static str,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

/// Not in the order of their names.
pub(crate) const ENCODINGS: [Encoding; 3] = [
    Encoding { rid: "c", width: 320, height: 180 },
    Encoding { rid: "a", width: 640, height: 360 },
    Encoding { rid: "b", width: 1280, height: 720 },
];

impl Client {
    /// An offer with one medium more, in all `ENCODINGS`.
    pub(crate) fn add_simulcast(&mut self) -> String {
        let mut simulcast = Simulcast::new();
        for encoding in ENCODINGS {
            simulcast.add_send_layer(SimulcastLayer::new(encoding.rid));
        }
        let mut changes = self.rtc.sdp_api();
        let stream = Some("stream".to_owned());
        let (kind, way) = (MediaKind::Video, Direction::SendOnly);
        let mid = changes.add_media(kind, way, stream, None, Some(simulcast));
        self.media.push((mid, kind));
        let changes = changes.apply();
        self.offer_changes(changes)
    }

    /// Keyframe requests for one encoding.
    pub(crate) fn requests_of(&self, rid: &str) -> u32 {
        self.requests.get(&Some(rid.to_owned())).copied().unwrap_or(0)
    }

    /// Writes one frame, a packet, in one of the `ENCODINGS` of the medium `index`.
    pub(crate) fn write_layer(
        &mut self,
        index: usize,
        layer: usize,
        frame: u16,
        keyframe: bool,
        at: Instant,
    ) {
        let (mid, _) = self.media[index];
        let rid = Rid::from(ENCODINGS[layer].rid);
        // Numbers of each encoding begin and wrap elsewhere.
        let key = 100 + layer;
        let sequence = self.sequences.get(&key).copied().unwrap_or(20_000 * (layer as u64 + 1));
        self.sequences.insert(key, sequence + 1);
        let timestamp = 1_000_000 * layer as u32 + u32::from(frame) * 2_970;
        let payload = vp8(layer, frame, keyframe);
        let codec = Media::SEND_VP8.codec;
        let pt = self.rtc.codec_config().find(|params| params.spec().codec == codec);
        let pt = pt.expect("the codec was offered").pt();
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, Some(rid)).expect("a stream");
        let values =
            ExtensionValues { mid: Some(mid), rid: Some(rid), ..ExtensionValues::default() };
        let write = RtpWrite::new(pt, sequence.into(), timestamp, at, payload);
        stream.write_rtp(write.marker(true).nackable(true).ext_vals(values));
        self.wake = at;
    }

    /// Writes one frame, a packet, of the medium `index`, which is sent once; numbered and marked as an
    /// encoding would be.
    pub(crate) fn write_picture(
        &mut self,
        index: usize,
        mark: usize,
        frame: u16,
        keyframe: bool,
        at: Instant,
    ) {
        let timestamp = 1_000_000 * mark as u32 + u32::from(frame) * 2_970;
        let codec = Media::SEND_VP8.codec;
        self.write_payload(index, codec, vp8(mark, frame, keyframe), timestamp, at);
    }

    /// What it has of a picture of which each packet is one, in the order of its numbers: sequence
    /// number, timestamp, descriptor.
    pub(crate) fn pictures(&self) -> Vec<(u64, u32, (u16, u8, usize))> {
        let packets = self.packets.iter();
        let mut packets: Vec<_> =
            packets.map(|it| (*it.seq_no, it.header.timestamp, read(&it.payload))).collect();
        packets.sort_unstable();
        packets
    }

    /// How many pictures are missing. Nothing that it sees may tell that there is more than one
    /// stream.
    pub(crate) fn missing_pictures(&self) -> u64 {
        let mut missing = 0;
        for pair in self.pictures().windows(2) {
            let [(number, time, (picture, base, _)), next] = [pair[0], pair[1]];
            let message = format!("{pair:?}");
            let step = next.0 - number;
            assert!((1..10).contains(&step), "{message}");
            let passed = next.1.wrapping_sub(time);
            assert!(0 < passed && passed < step as u32 * 90_000 / 4, "{message}");
            assert_eq!(next.2.0, (picture + step as u16) & 0x7fff, "{message}");
            assert_eq!(next.2.1, base.wrapping_add(step as u8), "{message}");
            missing += step - 1;
        }
        let values = self.packets.iter().map(|it| &it.header.ext_vals);
        assert!(values.clone().all(|values| values.rid.is_none()), "rid belongs to one hop");
        missing
    }
}

/// The picture number of a frame, other ones in each encoding, which wrap soon.
pub(crate) fn picture(layer: usize, frame: u16) -> u16 {
    (0x7ff0 + 500 * layer as u16 + frame) & 0x7fff
}

/// RFC 7741: X, S; I, L, K; picture number, TL0PICIDX, KEYIDX; then the frame, with its size if it is
/// a keyframe.
fn vp8(layer: usize, frame: u16, keyframe: bool) -> Vec<u8> {
    let [high, low] = (picture(layer, frame) | 0x8000).to_be_bytes();
    let base = (frame as u8).wrapping_add(70 * layer as u8);
    let mut payload = vec![0x90, 0xd0, high, low, base, (3 * layer as u8) & 0x1f];
    payload.extend([u8::from(!keyframe), layer as u8, 0]);
    if keyframe {
        let Encoding { width, height, .. } = ENCODINGS[layer];
        payload.extend([0x9d, 0x01, 0x2a]);
        payload.extend(width.to_le_bytes());
        payload.extend(height.to_le_bytes());
    }
    payload.extend(vec![0x55; 100 << layer]);
    payload
}

/// What a viewer reads in a packet: the picture's number, TL0PICIDX, and which encoding it is.
fn read(payload: &[u8]) -> (u16, u8, usize) {
    let picture = u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff;
    (picture, payload[4], usize::from(payload[7]))
}
