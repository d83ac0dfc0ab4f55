//! A packet of a producer as it arrives: from a remote, or from a program on this machine.

use std::sync::Arc;
use std::time::Instant;

use str0m::rtp::{RtpPacket, Ssrc};

use crate::packet::Content;

/// What a producer takes.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) ssrc: Ssrc,
    /// Extended sequence number.
    pub(crate) sequence: u64,
    /// RTP timestamp.
    pub(crate) timestamp: u32,
    /// The RTP marker bit.
    pub(crate) marker: bool,
    pub(crate) content: Content,
    /// RTP payload.
    pub(crate) payload: Arc<[u8]>,
    /// When it came.
    pub(crate) at: Instant,
    /// The moment it belongs to, where its producer tells that; else sender reports do.
    pub(crate) moment: Option<Instant>,
}

impl From<&RtpPacket> for Arrival {
    fn from(received: &RtpPacket) -> Self {
        Self {
            ssrc: received.header.ssrc,
            sequence: *received.seq_no,
            timestamp: received.header.timestamp,
            marker: received.header.marker,
            content: Content::new(&received.header.ext_vals),
            payload: Arc::clone(&received.payload),
            at: received.timestamp,
            moment: None,
        }
    }
}
