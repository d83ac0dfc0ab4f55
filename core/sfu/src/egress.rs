//! Where a consumer's packets leave.
//!
//! The interface is narrow on purpose: str0m's send path costs about twice the floor (seal and
//! system calls), and a path of our own is to take its place.

use std::time::Duration;

use str0m::Rtc;
use str0m::media::{Mid, Pt};
use str0m::rtp::RtpWrite;

use crate::packet::Packet;

/// What differs from one receiver of a packet to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbering {
    /// Extended sequence number.
    pub(crate) sequence: u64,
    /// RTP timestamp.
    pub(crate) timestamp: u32,
    /// The receiver's payload type.
    pub(crate) payload_type: Pt,
}

/// Packets kept for retransmission to one receiver, and for how long: half a second of 20 Mbit/s, and
/// more round-trip time than a conversation bears. What is kept for longer falls out of the
/// processor's cache and costs memory for each viewer.
const HISTORY: (usize, Duration) = (1_000, Duration::from_millis(500));
/// The share of retransmissions beyond which what is asked for again is dropped: one NACK of a few
/// bytes may ask for thousands of packets.
const MAX_RETRANSMITTED: f32 = 0.3;

/// Takes packets to seal, send and, when asked, send again.
pub(crate) trait Egress {
    /// Makes the medium `mid` ready to be written to.
    fn open(&mut self, mid: Mid);

    /// Queues one packet of the medium `mid`; it leaves with the transport's next step.
    fn write(&mut self, mid: Mid, numbering: Numbering, packet: &Packet);
}

impl Egress for Rtc {
    fn open(&mut self, mid: Mid) {
        let mut api = self.direct_api();
        if let Some(stream) = api.stream_tx_by_mid(mid, None) {
            let (packets, age) = HISTORY;
            stream.set_rtx_cache(packets, age, Some(MAX_RETRANSMITTED));
        }
    }

    fn write(&mut self, mid: Mid, numbering: Numbering, packet: &Packet) {
        let mut api = self.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else {
            return;
        };
        stream.write_rtp(
            RtpWrite::new(
                numbering.payload_type,
                numbering.sequence.into(),
                numbering.timestamp,
                packet.moment,
                packet.payload.clone(),
            )
            .marker(packet.marker)
            .ext_vals(packet.extensions.clone())
            .nackable(true),
        );
    }
}
