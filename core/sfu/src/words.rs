//! The words that the core and its owner share: ids, commands down, events up.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

pub use str0m::media::{MediaKind, Mid};

use crate::directory::WorkerId;
use crate::endpoint::{Frame, Outgoing};
use crate::statistics::Statistics;
use crate::ticket::Ticket;

/// One ICE + DTLS connection to one remote; chosen by the owner, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransportId(pub u64);

/// One medium (m-line) of one transport: a producer or a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MediaKey {
    /// The transport that carries it.
    pub transport: TransportId,
    /// Its SDP `mid` (RFC 5888).
    pub mid: Mid,
}

impl MediaKey {
    /// Names the medium `mid` of `transport`.
    pub fn new(transport: u64, mid: &str) -> Self {
        Self { transport: TransportId(transport), mid: Mid::from(mid) }
    }
}

/// Somebody on this machine who takes the frames of one producer; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TapId(pub u64);

/// What a tap tells.
#[derive(Debug)]
pub enum Tapped {
    /// A frame.
    Frame(Frame),
    /// There is nothing more to come.
    Ended {
        /// A sentence for a person.
        reason: String,
    },
}

/// How datagrams travel (RFC 8839 section 5.1: `transport`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// As they are.
    Udp,
    /// Framed in a stream (RFC 4571).
    Tcp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        })
    }
}

/// Where datagrams come from and go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Remote {
    /// UDP and TCP have ports of their own: the same number may be two remotes.
    pub protocol: Protocol,
    /// Address and port.
    pub address: SocketAddr,
    /// The transport whose own sockets are between us; `None`: the media port. One port that is
    /// reached through two sockets is two remotes.
    pub line: Option<TransportId>,
}

impl Remote {
    /// Somebody's UDP port.
    pub fn udp(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Udp, address, line: None }
    }

    /// The other end of a TCP connection.
    pub fn tcp(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Tcp, address, line: None }
    }

    /// The same, reached through the sockets of a transport that dials.
    #[must_use]
    pub fn through(self, line: Option<TransportId>) -> Self {
        Self { line, ..self }
    }
}

/// What the owner asks for. Nothing is answered but by an [`Event`].
#[derive(Debug, Clone)]
pub enum Command {
    /// Make a transport from an SDP offer: `Answered` or `Refused` follows.
    AcceptOffer {
        /// The new transport.
        transport: TransportId,
        /// SDP (RFC 8866).
        offer: String,
        /// Producers whose codecs the offer must share; empty for a publisher.
        sources: Vec<MediaKey>,
        /// Whether this side looks for the remote (RFC 8445, a full agent); else it is found by it.
        dial: bool,
    },
    /// Take a new offer on a transport that was made from one: `Answered` or `Refused` follows.
    ///
    /// Media may come, as producers or consumers, and end (inactive, the other direction, port 0);
    /// whoever was attached to a producer that ends is detached. New ICE credentials restart ICE.
    Renegotiate {
        /// Which transport.
        transport: TransportId,
        /// SDP (RFC 8866).
        offer: String,
    },
    /// Offer media to a remote, on a transport on which the core alone offers: `Offered` or `Refused`
    /// follows. The first offer makes the transport.
    Offer {
        /// Which transport.
        transport: TransportId,
        /// All media, those offered before first, in their order and of their kind.
        media: Vec<OfferedMedium>,
        /// Whether to offer a data channel; once offered, it stays.
        data: bool,
        /// Whether ICE is to start again.
        restart: bool,
        /// As with `AcceptOffer`; told by the first offer.
        dial: bool,
    },
    /// Take the answer to the last `Offer`: `Agreed` or `Refused` follows, or `Closed` when it leaves
    /// a transport that cannot go on.
    AcceptAnswer {
        /// Which transport.
        transport: TransportId,
        /// SDP (RFC 8866).
        answer: String,
    },
    /// Tell clients these addresses from now on.
    SetCandidates {
        /// IP addresses, best first; at least one.
        candidates: Vec<IpAddr>,
    },
    /// Forward `source` to `consumer`, instead of what it showed before. Of a medium that is offered
    /// and not yet agreed on this is kept, and packets flow when it is.
    Attach {
        /// Where to.
        consumer: MediaKey,
        /// Where from.
        source: MediaKey,
    },
    /// The same where `source` is another way of the pictures that `consumer` shows: they go on until
    /// its keyframe is here, and under numbers that go on.
    HandOver {
        /// Where to.
        consumer: MediaKey,
        /// Where from.
        source: MediaKey,
    },
    /// Forward to `consumer` no encoding of its source above this one, until another limit is told.
    Limit {
        /// Which consumer.
        consumer: MediaKey,
        /// Its place among the source's layers, 0 is the lowest; `None`: the best.
        layer: Option<u8>,
    },
    /// Forward to `consumer`, which was offered with `rids`, those of its source's encodings that have
    /// these names, each for itself, until others are told. At first nothing is. A source that is
    /// sent once goes under the first of the names offered, if any is selected.
    Select {
        /// Which consumer.
        consumer: MediaKey,
        /// Their names (RFC 8851).
        rids: Vec<String>,
    },
    /// Forward nothing to `consumer`.
    Detach {
        /// Which consumer.
        consumer: MediaKey,
    },
    /// Make a transport without a remote, whose media come by `Write`; `Refused` may follow.
    Produce {
        /// The new transport.
        transport: TransportId,
        /// Its producers.
        media: Vec<(Mid, MediaKind)>,
    },
    /// Take a frame into a producer of a transport without a remote.
    Write {
        /// Which transport.
        transport: TransportId,
        /// The frame.
        frame: Outgoing,
        /// Its place among those that wait.
        ticket: Ticket,
    },
    /// Tell the frames of a producer, from its next keyframe on.
    Tap {
        /// A new id.
        tap: TapId,
        /// Which producer.
        source: MediaKey,
    },
    /// Ask a producer for a keyframe.
    RequestKeyframe {
        /// Which producer.
        source: MediaKey,
    },
    /// Close a transport properly.
    Close {
        /// Which transport.
        transport: TransportId,
    },
    /// Ask for `Statistics`: one answer for all workers.
    RequestStatistics {
        /// Comes back in the answer.
        request: u64,
    },
    /// Panic in the code of one transport; for tests of the containment.
    ProvokePanic {
        /// Which transport.
        transport: TransportId,
    },
}

impl Command {
    /// The transport that this makes with sockets of its own, unless it exists.
    pub(crate) fn dials(&self) -> Option<TransportId> {
        match *self {
            Self::AcceptOffer { transport, dial: true, .. }
            | Self::Offer { transport, dial: true, .. } => Some(transport),
            _ => None,
        }
    }
}

/// One medium that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedMedium {
    /// Audio or video.
    pub kind: MediaKind,
    /// What is sent; `None` while nothing is.
    pub label: Option<Label>,
    /// Names of the encodings that it is sent in (RFC 8851), 4 at most; none: it is sent once.
    pub rids: Vec<String>,
    /// Whether the remote may send, too. Without such a medium in the first offer there is none later.
    pub takes: bool,
}

/// What the remote is told that a medium is (RFC 8830 section 2: `msid`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The stream that it is part of; media of one stream are played in step.
    pub stream: String,
    /// The track.
    pub track: String,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// An offer was taken.
    Answered {
        /// The transport made.
        transport: TransportId,
        /// SDP with all candidates.
        answer: String,
        /// The media agreed on, in the order of the m-lines.
        media: Vec<MediaDescription>,
    },
    /// Media were offered; the remote's answer is awaited.
    Offered {
        /// The transport made or changed.
        transport: TransportId,
        /// SDP with all candidates.
        offer: String,
        /// The media in the order of the command.
        media: Vec<Mid>,
    },
    /// The answer to an offer was taken.
    Agreed {
        /// Which transport.
        transport: TransportId,
        /// All media in the order of the command; those turned down have no direction.
        media: Vec<MediaDescription>,
    },
    /// An offer or answer was not taken, or cannot be made: a new transport does not exist, a live one
    /// goes on as it was.
    Refused {
        /// The transport asked for.
        transport: TransportId,
        /// The kind of refusal.
        code: RefusalCode,
        /// A sentence for a person.
        reason: String,
    },
    /// ICE and DTLS are up.
    Connected {
        /// Which transport.
        transport: TransportId,
        /// Where it sends from.
        remote: Remote,
    },
    /// A producer sent its first packet, or changed its codec.
    Started {
        /// Which producer.
        producer: MediaKey,
        /// The codec's name as in SDP.
        codec: String,
    },
    /// A producer sends several encodings (RFC 8853); told when one begins, changes or stops.
    Layers {
        /// Which producer.
        producer: MediaKey,
        /// Those that come, lowest first.
        layers: Vec<LayerDescription>,
    },
    /// The size of a producer's pictures is known, or is another one; not told of several encodings.
    Resized {
        /// Which producer.
        producer: MediaKey,
        /// In pixels.
        width: u16,
        /// In pixels.
        height: u16,
    },
    /// A consumer is sent another one of its source's encodings, from a keyframe on.
    Forwarded {
        /// Which consumer.
        consumer: MediaKey,
        /// Its place among the source's layers.
        layer: u8,
    },
    /// Nothing has come from a producer that had begun for 1.5 s; or packets come again.
    Stalled {
        /// Which producer.
        producer: MediaKey,
        /// Whether it stands still.
        stalled: bool,
    },
    /// Who speaks, of the producers of one worker; it takes the place of this worker's last list.
    Speakers {
        /// Which worker.
        worker: WorkerId,
        /// Loudest first, with the level in dB below the loudest there is (RFC 6464).
        speakers: Vec<(MediaKey, u8)>,
    },
    /// A keyframe of a producer without a remote is needed.
    KeyframeRequested {
        /// Which producer.
        producer: MediaKey,
    },
    /// A consumer cannot take the codec of its source.
    Unplayable {
        /// Which consumer.
        consumer: MediaKey,
        /// The source's codec.
        codec: String,
    },
    /// A transport ended by itself and is gone.
    Closed {
        /// Which transport.
        transport: TransportId,
        /// The kind of end.
        code: CloseCode,
        /// A sentence for a person.
        reason: String,
    },
    /// A worker ended by a bug.
    Died {
        /// A sentence for a person.
        reason: String,
    },
    /// The answer to `RequestStatistics`.
    Statistics(Statistics),
}

/// One encoding of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerDescription {
    /// Its name (RFC 8851).
    pub rid: String,
    /// In pixels; 0 while not known.
    pub width: u16,
    /// In pixels; 0 while not known.
    pub height: u16,
    /// In bits a second, over the last second; 0 while not known.
    pub bitrate: u32,
}

/// One medium of an offer and its answer; of an offer of the remote's, one that flows both ways is
/// told twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaDescription {
    /// Its SDP `mid`.
    pub mid: Mid,
    /// Audio or video.
    pub kind: MediaKind,
    /// As the core sees it.
    pub direction: Direction,
    /// The codecs agreed on, preferred first, by their SDP names.
    pub codecs: Vec<String>,
}

/// Which way a medium flows, seen from the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The remote sends: a producer.
    In,
    /// The core sends: a consumer.
    Out,
    /// Nothing flows: refused or inactive.
    None,
}

/// Why an offer or answer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCode {
    /// Not SDP, or SDP that contradicts itself.
    Malformed,
    /// Good SDP that asks for what the core does not do.
    Unsupported,
    /// No codec in common.
    Codec,
    /// Too many transports.
    Limit,
}

/// Why a transport ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The remote closed it.
    Peer,
    /// Nothing was heard for too long.
    Silent,
    /// ICE or DTLS never came up.
    NeverConnected,
    /// The connection failed.
    Failed,
    /// A bug in the code of this transport.
    Panic,
}
