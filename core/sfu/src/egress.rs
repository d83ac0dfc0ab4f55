//! Where a consumer's packets leave.
//!
//! The interface is narrow on purpose: str0m's send path costs about twice the floor (seal and
//! system calls), and a path of our own is to take its place.

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

/// Takes packets to seal, send and, when asked, send again.
pub(crate) trait Egress {
    /// Queues one packet of the medium `mid`; it leaves with the transport's next step.
    fn write(&mut self, mid: Mid, numbering: Numbering, packet: &Packet);
}

impl Egress for Rtc {
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
