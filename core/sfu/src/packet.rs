//! One RTP packet on its way from a producer to its consumers.

use std::sync::Arc;
use std::time::Instant;

use str0m::rtp::{ExtensionValues, RtpPacket};

/// A packet as all consumers share it; only numbers and payload type differ for each.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    /// Extended sequence number of the source.
    pub(crate) sequence: u64,
    /// RTP timestamp of the source.
    pub(crate) timestamp: u32,
    /// The RTP marker bit.
    pub(crate) marker: bool,
    /// Whether a decoder can start here.
    pub(crate) starts_keyframe: bool,
    /// The moment it belongs to, by our clock.
    pub(crate) moment: Instant,
    /// Header extensions that mean the same to every receiver.
    pub(crate) extensions: ExtensionValues,
    /// RTP payload.
    pub(crate) payload: Arc<[u8]>,
}

impl Packet {
    /// Takes what is to be forwarded of a received packet.
    ///
    /// Of the header extensions only those about the content go on: the others (mid, rid, transport
    /// sequence number, send time) belong to one hop.
    pub(crate) fn new(received: &RtpPacket, starts_keyframe: bool, moment: Instant) -> Self {
        let values = &received.header.ext_vals;
        Self {
            sequence: *received.seq_no,
            timestamp: received.header.timestamp,
            marker: received.header.marker,
            starts_keyframe,
            moment,
            extensions: ExtensionValues {
                audio_level: values.audio_level,
                voice_activity: values.voice_activity,
                video_orientation: values.video_orientation,
                ..ExtensionValues::default()
            },
            payload: Arc::clone(&received.payload),
        }
    }
}
