//! One RTP packet on its way from a producer to its consumers.

use std::sync::Arc;
use std::time::Instant;

use str0m::rtp::ExtensionValues;

use crate::arrival::Arrival;
use crate::layers::LayerIndex;

/// What header extensions tell of a packet's content, as they are sent: the others (mid, rid, transport
/// sequence number, send time) belong to one hop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// RFC 6464: voice activity in the highest bit, the level below zero in the others.
    pub(crate) audio_level: Option<u8>,
    /// 3GPP TS 26.114 section 7.4.5: how the picture is to be rotated.
    pub(crate) video_orientation: Option<u8>,
    /// What libwebrtc tells of a keyframe's colours: primaries, transfer, matrix, range and siting. What
    /// it adds for HDR is left out.
    pub(crate) color_space: Option<[u8; 4]>,
}

impl Content {
    pub(crate) fn new(values: &ExtensionValues) -> Self {
        let voice = u8::from(values.voice_activity == Some(true)) << 7;
        Self {
            audio_level: values.audio_level.map(|level| voice | (level.unsigned_abs() & 0x7f)),
            video_orientation: values.video_orientation.map(|orientation| orientation as u8),
            color_space: values.user_values.get().copied(),
        }
    }

    /// How loud it is: in dB below the loudest there is.
    pub(crate) fn level(self) -> Option<u8> {
        self.audio_level.map(|level| level & 0x7f)
    }

    /// The same for `str0m`.
    pub(crate) fn values(self) -> ExtensionValues {
        let mut values = ExtensionValues {
            audio_level: self.audio_level.map(|level| -((level & 0x7f).cast_signed())),
            voice_activity: self.audio_level.map(|level| level & 0x80 != 0),
            video_orientation: self.video_orientation.map(Into::into),
            ..ExtensionValues::default()
        };
        if let Some(color_space) = self.color_space {
            values.user_values.set(color_space);
        }
        values
    }
}

/// A packet as all consumers share it; only numbers and payload type differ for each.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    /// Extended sequence number of the source.
    pub(crate) sequence: u64,
    /// Which encoding of the source it is of.
    pub(crate) layer: LayerIndex,
    /// RTP timestamp of the source.
    pub(crate) timestamp: u32,
    /// The RTP marker bit.
    pub(crate) marker: bool,
    /// Whether a decoder can start here.
    pub(crate) starts_keyframe: bool,
    /// The moment it belongs to, by our clock.
    pub(crate) moment: Instant,
    /// What header extensions tell of it.
    pub(crate) content: Content,
    /// RTP payload.
    pub(crate) payload: Arc<[u8]>,
}

impl Packet {
    /// Takes what is to be forwarded of a received packet.
    pub(crate) fn new(
        received: &Arrival,
        layer: LayerIndex,
        starts_keyframe: bool,
        moment: Instant,
    ) -> Self {
        Self {
            sequence: received.sequence,
            layer,
            timestamp: received.timestamp,
            marker: received.marker,
            starts_keyframe,
            moment,
            content: received.content,
            payload: Arc::clone(&received.payload),
        }
    }
}

#[cfg(test)]
mod tests {
    use str0m::rtp::VideoOrientation;

    use super::*;

    #[test]
    fn content_survives_the_way_to_the_wire_and_back() {
        let mut values = ExtensionValues {
            audio_level: Some(-42),
            voice_activity: Some(true),
            video_orientation: Some(VideoOrientation::Deg90),
            ..ExtensionValues::default()
        };
        values.user_values.set([9_u8, 16, 9, 2]);
        let content = Content::new(&values);
        let color_space = Some([9, 16, 9, 2]);
        let expected = Content { audio_level: Some(0xaa), video_orientation: Some(3), color_space };
        assert_eq!(content, expected);
        assert_eq!(content.values(), values);
        assert_eq!(Content::default().values(), ExtensionValues::default());
    }
}
