//! The words that an endpoint and its owner share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use str0m::media::{Direction, MediaKind, Mid};

use super::codecs::Codec;
use crate::words::{CloseCode, Label, RefusalCode};

/// What the owner asks for.
#[derive(Debug)]
pub enum Command {
    /// Make an offer: `Described` or `Refused` follows.
    Offer {
        /// All media, those agreed on before first.
        media: Vec<Wanted>,
        /// Whether ICE is to start again.
        restart: bool,
    },
    /// Answer an offer: `Described` or `Refused` follows.
    AcceptOffer {
        /// SDP (RFC 8866).
        offer: String,
        /// What is sent on each m-line with media; none at all: whatever is asked for.
        labels: Option<Vec<Option<Label>>>,
    },
    /// Take the answer to the last offer: `Negotiated`, `Refused` or `Closed` follows.
    AcceptAnswer {
        /// SDP (RFC 8866).
        answer: String,
    },
    /// Send a frame.
    Write(Outgoing),
    /// Ask the remote for a keyframe.
    RequestKeyframe(Mid),
    /// Bits a second that would be sent if there were no limit.
    SetBandwidth(u64),
    /// Ask for `Statistics`.
    RequestStatistics(u64),
    /// Close the connection properly.
    Close,
    /// Panic; for tests of the containment.
    ProvokePanic,
}

/// One medium of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Audio or video.
    pub kind: MediaKind,
    /// As this side sees it.
    pub direction: Direction,
    /// What the remote is told; none: made up.
    pub label: Option<Label>,
}

/// A frame that leaves.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Which medium.
    pub mid: Mid,
    /// In which codec it is.
    pub codec: Codec,
    /// The frame.
    pub data: Arc<[u8]>,
    /// In the codec's clock rate.
    pub timestamp: u64,
    /// When it was captured.
    pub captured: Option<SystemTime>,
    /// In dB below the loudest.
    pub level: Option<u8>,
}

/// A frame that came.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Which medium.
    pub mid: Mid,
    /// Its SDP name.
    pub codec: &'static str,
    /// The frame.
    pub data: Arc<[u8]>,
    /// In units of `clock_rate`, without a wrap.
    pub timestamp: u64,
    /// RTP timestamp units in a second.
    pub clock_rate: u32,
    /// Whether decoding can begin here.
    pub keyframe: bool,
    /// Whether it follows the one before.
    pub contiguous: bool,
    /// Frames of this medium before it that the owner did not take in time.
    pub dropped: u64,
    /// When its first packet came.
    pub received: SystemTime,
    /// When it was captured, by the sender's clock.
    pub captured: Option<SystemTime>,
    /// In dB below the loudest.
    pub level: Option<u8>,
    /// Primaries, transfer, matrix, range and siting, where the sender tells of them beside the stream.
    pub color_space: Option<[u8; 4]>,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// An offer or answer for the remote.
    Described {
        /// Whether it is an offer.
        is_offer: bool,
        /// With all candidates.
        sdp: String,
        /// In the order of the m-lines.
        media: Vec<Transceiver>,
    },
    /// An answer was taken.
    Negotiated {
        /// In the order of the m-lines.
        media: Vec<Transceiver>,
    },
    /// An offer or answer was not taken, or cannot be made.
    Refused {
        /// The kind of refusal.
        code: RefusalCode,
        /// A sentence for a person.
        reason: String,
    },
    /// ICE and DTLS are up.
    Connected {
        /// Where the remote is.
        remote: SocketAddr,
    },
    /// A frame came.
    Frame(Frame),
    /// The remote asks for a keyframe.
    KeyframeRequested(Mid),
    /// Bits a second that may be sent.
    Bandwidth(u64),
    /// The answer to `RequestStatistics`.
    Statistics(Statistics),
    /// The connection has ended by itself.
    Closed {
        /// The kind of end.
        code: CloseCode,
        /// A sentence for a person.
        reason: String,
    },
}

/// One medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transceiver {
    /// Its SDP `mid`.
    pub mid: Mid,
    /// Audio or video.
    pub kind: MediaKind,
    /// As this side sees it.
    pub direction: Direction,
    /// Preferred first, by their SDP names.
    pub codecs: Vec<&'static str>,
    /// What the remote tells that it sends.
    pub label: Option<Label>,
}

/// Counters of an endpoint.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// From the command.
    pub request: u64,
    /// Whether ICE and DTLS are up.
    pub connected: bool,
    /// Where media go.
    pub remote: Option<SocketAddr>,
    /// Whether they go by a TURN server of ours.
    pub relayed: bool,
    /// Datagram bytes.
    pub received: u64,
    /// Datagram bytes.
    pub sent: u64,
    /// Bits a second.
    pub bandwidth: Option<u64>,
    /// Of each medium.
    pub media: Vec<MediumStatistics>,
}

/// Counters of one medium.
#[derive(Debug, Clone)]
pub struct MediumStatistics {
    /// Its SDP `mid`.
    pub mid: Mid,
    /// Audio or video.
    pub kind: MediaKind,
    /// What came.
    pub incoming: Flow,
    /// What left.
    pub outgoing: Flow,
    /// By the remote's reports.
    pub rtt: Option<Duration>,
}

/// One direction of a medium.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flow {
    /// RTP packets.
    pub packets: u64,
    /// RTP payload bytes.
    pub bytes: u64,
    /// Whole frames.
    pub frames: u64,
    /// Frames that were dropped between the owner and the connection.
    pub dropped: u64,
    /// Requests for retransmission.
    pub nacks: u64,
    /// Fraction lost.
    pub loss: Option<f32>,
}
