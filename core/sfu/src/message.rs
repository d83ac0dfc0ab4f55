//! What one worker tells another.
//!
//! A worker that has viewers of another's producer subscribes to it once, whoever many they are. The
//! producer's worker sends every batch of packets once, by reference; the viewers' worker forwards
//! it as one of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::directory::WorkerId;
use crate::layers::LayerSet;
use crate::packet::Packet;
use crate::producer::Stream;
use crate::words::{MediaKey, Remote, TransportId};

/// One message from one worker to another.
#[derive(Debug)]
pub struct Message {
    pub(crate) from: WorkerId,
    pub(crate) to: WorkerId,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// These arrived here and belong to transports of yours.
    Datagrams(Parcel),
    /// A transport of mine proved to be there; yours is not any more.
    Moved { remote: Remote, transport: TransportId },
    /// Send me the packets of this producer from now on.
    Subscribe { source: MediaKey },
    /// Some of my viewers wait for a start: a keyframe, or what was kept instead.
    Start { source: MediaKey, layers: LayerSet },
    /// A viewer of mine asks for a keyframe.
    RequestKeyframe { source: MediaKey, layers: LayerSet },
    /// None of my viewers is left.
    Unsubscribe { source: MediaKey },
    /// What arrived of a producer of mine.
    Packets { source: MediaKey, stream: Stream, packets: Arc<[Arc<Packet>]> },
    /// What viewers that wait can start with: the packets of the last group of pictures.
    Group { source: MediaKey, stream: Stream, packets: Vec<Arc<Packet>> },
    /// This producer of mine is gone.
    Ended { source: MediaKey },
}

impl Message {
    /// Whom it is for.
    pub fn to(&self) -> WorkerId {
        self.to
    }

    /// Whether it carries packets of a producer.
    pub fn is_batch(&self) -> bool {
        matches!(self.content, Content::Packets { .. } | Content::Group { .. })
    }

    /// Bytes that wait with it; `None` for what must arrive.
    ///
    /// What may be lost is what the network may lose as well. The rest is a few words for each
    /// medium, said once, and repeated no more than every half second.
    pub fn size(&self) -> Option<usize> {
        const OVERHEAD: usize = 64;
        let payload = match &self.content {
            Content::Datagrams(parcel) => parcel.bytes.len(),
            Content::Packets { packets, .. } => {
                packets.iter().map(|packet| packet.payload.len() + OVERHEAD).sum()
            }
            // The payloads are kept anyway, and within a budget of their own.
            Content::Group { packets, .. } => size_of_val(&packets[..]),
            Content::Moved { .. } => 0,
            Content::Subscribe { .. }
            | Content::Start { .. }
            | Content::RequestKeyframe { .. }
            | Content::Unsubscribe { .. }
            | Content::Ended { .. } => return None,
        };
        Some(payload + OVERHEAD)
    }
}

/// Datagrams in one piece of memory, in the order of their arrival.
#[derive(Debug, Default)]
pub(crate) struct Parcel {
    bytes: Vec<u8>,
    datagrams: Vec<Arrival>,
}

#[derive(Debug, Clone, Copy)]
struct Arrival {
    remote: Remote,
    local: SocketAddr,
    end: usize,
}

impl Parcel {
    /// Adds a datagram.
    pub(crate) fn add(&mut self, remote: Remote, local: SocketAddr, datagram: &[u8]) {
        self.bytes.extend_from_slice(datagram);
        self.datagrams.push(Arrival { remote, local, end: self.bytes.len() });
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.datagrams.len()
    }

    /// Each with where it came from, and the local address it was sent to.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Remote, SocketAddr, &[u8])> {
        let starts = std::iter::once(0).chain(self.datagrams.iter().map(|arrival| arrival.end));
        self.datagrams.iter().zip(starts).map(|(arrival, start)| {
            (arrival.remote, arrival.local, &self.bytes[start..arrival.end])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_gives_back_what_was_put_in() {
        let [remote, local] = [5, 6].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let remote = Remote::udp(remote);
        let datagrams: [&[u8]; 3] = [b"one", b"", b"three"];
        let mut parcel = Parcel::default();
        for datagram in datagrams {
            parcel.add(remote, local, datagram);
        }
        let taken: Vec<_> = parcel.iter().collect();
        assert_eq!(parcel.len(), 3);
        assert_eq!(taken, datagrams.map(|datagram| (remote, local, datagram)));
    }
}
