//! Where a consumer's packets leave: through `str0m` where it also receives media, past it elsewhere.

mod direct;
mod header;
mod history;
mod once;
mod report;
mod srtp;
mod tap;
mod track;

use std::sync::Arc;
use std::time::Instant;

use str0m::Rtc;
use str0m::media::{Mid, Pt, Rid};
use str0m::rtp::{RawPacket, RtpWrite};

pub(crate) use direct::{Direct, Writer};
pub(crate) use tap::{Tap, provider, tapped};

use crate::consumer::{Consumer, Delivery};
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
    /// The moment of our clock that the timestamp belongs to; sender reports tell it.
    pub(crate) moment: Instant,
}

/// Takes packets to seal, send and, when asked, send again.
pub(crate) enum Egress<'a> {
    /// They are queued, and leave with the transport's next step.
    Queue(&'a mut Rtc),
    /// They leave at once.
    Direct(Writer<'a>),
}

impl Egress<'_> {
    /// Takes one packet of the medium `mid`, or of an encoding of it, which only we offer.
    pub(crate) fn write(
        &mut self,
        mid: Mid,
        rid: Option<Rid>,
        numbering: Numbering,
        packet: &Arc<Packet>,
    ) {
        match self {
            Self::Queue(rtc) => queue(rtc, mid, numbering, packet),
            Self::Direct(writer) => writer.write(mid, rid, numbering, packet),
        }
    }

    /// Ends a batch of packets of the medium `mid`.
    pub(crate) fn rest(&mut self, mid: Mid) -> Delivery {
        match self {
            Self::Queue(_) => Delivery::Written,
            Self::Direct(writer) => {
                writer.rest(mid);
                Delivery::Sent
            }
        }
    }

    /// Takes what the receiver tells; `str0m` hears that of its own packets itself. Gives the encodings
    /// that are to begin anew.
    pub(crate) fn hear(
        &mut self,
        packet: &RawPacket,
        consumers: &mut [Consumer],
    ) -> Vec<(Mid, Rid)> {
        match (self, packet) {
            (Self::Direct(writer), RawPacket::RtcpRx(told)) => writer.hear(told, consumers),
            _ => Vec::new(),
        }
    }

    /// Tells what has ended.
    pub(crate) fn bid_farewell(&mut self) {
        if let Self::Direct(writer) = self {
            writer.bid_farewell();
        }
    }

    /// Says that all streams end, as `str0m` does of its own.
    pub(crate) fn close(&mut self) {
        if let Self::Direct(writer) = self {
            writer.close();
        }
    }
}

/// Makes the medium `mid` of an `Rtc` ready to be written to.
pub(crate) fn open(rtc: &mut Rtc, mid: Mid) {
    let mut api = rtc.direct_api();
    if let Some(stream) = api.stream_tx_by_mid(mid, None) {
        let most = Some(history::MAX_RETRANSMITTED);
        stream.set_rtx_cache(history::MAX_PACKETS, history::MAX_AGE, most);
    }
}

fn queue(rtc: &mut Rtc, mid: Mid, numbering: Numbering, packet: &Packet) {
    let mut api = rtc.direct_api();
    let Some(stream) = api.stream_tx_by_mid(mid, None) else {
        return;
    };
    stream.write_rtp(
        RtpWrite::new(
            numbering.payload_type,
            numbering.sequence.into(),
            numbering.timestamp,
            numbering.moment,
            packet.payload.clone(),
        )
        .marker(packet.marker)
        .ext_vals(packet.content.values())
        .nackable(true),
    );
}
