//! Counters of every transport, as they are told to the owner.

use crate::consumer::Consumer;
use crate::producer::Producer;
use crate::words::{MediaKey, MediaKind, Mid, Remote, TransportId};

/// All transports at one moment.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// The request's number.
    pub request: u64,
    /// Every transport, by id.
    pub transports: Vec<TransportStatistics>,
    /// Datagrams that belonged to no transport or were not valid.
    pub datagrams_dropped: u64,
    /// Datagrams that were to leave and had to go, because too many waited for the network.
    pub datagrams_unsent: u64,
}

/// One transport.
#[derive(Debug, Clone)]
pub struct TransportStatistics {
    /// Which.
    pub transport: TransportId,
    /// Whether ICE and DTLS are up.
    pub connected: bool,
    /// Where it is sent to.
    pub remote: Option<Remote>,
    /// Datagram bytes received.
    pub received: u64,
    /// Datagram bytes sent.
    pub sent: u64,
    /// Tracks that enter.
    pub producers: Vec<ProducerStatistics>,
    /// Tracks that leave.
    pub consumers: Vec<ConsumerStatistics>,
}

/// One track that enters; totals since it was made.
#[derive(Debug, Clone)]
pub struct ProducerStatistics {
    /// Its SDP `mid`.
    pub mid: Mid,
    /// Audio or video.
    pub kind: MediaKind,
    /// Once it has sent something.
    pub codec: Option<String>,
    /// RTP packets.
    pub packets: u64,
    /// RTP payload bytes.
    pub bytes: u64,
    /// Keyframes.
    pub keyframes: u64,
    /// PLI sent.
    pub keyframe_requests: u64,
    /// NACK sent.
    pub nacks: u64,
    /// Fraction lost lately.
    pub loss: Option<f32>,
}

/// One track that leaves; totals since it was made.
#[derive(Debug, Clone)]
pub struct ConsumerStatistics {
    /// Its SDP `mid`.
    pub mid: Mid,
    /// Audio or video.
    pub kind: MediaKind,
    /// The producer forwarded.
    pub source: Option<MediaKey>,
    /// RTP packets, retransmissions not counted.
    pub packets: u64,
    /// RTP payload bytes, retransmissions not counted.
    pub bytes: u64,
    /// Payload bytes sent again.
    pub retransmitted: u64,
    /// NACK received.
    pub nacks: u64,
    /// PLI and FIR received.
    pub keyframe_requests: u64,
    /// Fraction lost as the receiver reports it.
    pub loss: Option<f32>,
    /// Round-trip time in seconds.
    pub rtt: Option<f32>,
}

impl From<&Producer> for ProducerStatistics {
    fn from(producer: &Producer) -> Self {
        let counters = producer.counters;
        Self {
            mid: producer.mid,
            kind: producer.kind,
            codec: producer.codec(),
            packets: counters.packets,
            bytes: counters.bytes,
            keyframes: counters.keyframes,
            keyframe_requests: counters.keyframe_requests,
            nacks: counters.nacks,
            loss: counters.loss,
        }
    }
}

impl From<&Consumer> for ConsumerStatistics {
    fn from(consumer: &Consumer) -> Self {
        let counters = consumer.counters;
        Self {
            mid: consumer.mid,
            kind: consumer.kind,
            source: consumer.source(),
            packets: counters.packets,
            bytes: counters.bytes,
            retransmitted: counters.retransmitted,
            nacks: counters.nacks,
            keyframe_requests: counters.keyframe_requests,
            loss: counters.loss,
            rtt: counters.rtt,
        }
    }
}
