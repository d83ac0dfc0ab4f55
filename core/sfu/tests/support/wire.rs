//! A running core of two workers, and clients with sockets of their own on the loopback interface.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use sfu::io::{Core, Deframer, Start};
use sfu::{Command, Event, MediaKey, Protocol, Statistics, TransportId};

use crate::support::{Client, Media};

const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;
/// Of these one is a keyframe.
const GROUP: u32 = 30;
/// What a loaded machine may need for anything that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A client with its socket.
pub(crate) struct Party {
    pub(crate) client: Client,
    pub(crate) publishes: bool,
    /// Sends and reads nothing any more.
    pub(crate) gone: bool,
    line: Line,
    frames: u32,
    next_frame: Instant,
}

/// A client's end of the way to the core.
enum Line {
    Udp(UdpSocket),
    /// Nothing is said on it before a connectivity check.
    Tcp {
        stream: TcpStream,
        inbox: Deframer,
        begun: bool,
    },
}

/// The core and everybody who ever offered, by transport.
pub(crate) struct Wire {
    pub(crate) core: Core,
    pub(crate) parties: BTreeMap<TransportId, Party>,
    pub(crate) ended: Vec<Event>,
    /// Events that are no party's.
    pub(crate) told: Vec<Event>,
    statistics: Option<Statistics>,
    requests: u64,
    opened: u64,
}

#[allow(clippy::disallowed_methods, reason = "here the clock is the real one")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The loopback addresses that this machine has.
pub(crate) fn families() -> Vec<IpAddr> {
    let all = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    all.into_iter().filter(|&family| try_socket(family).is_ok()).collect()
}

#[allow(clippy::disallowed_methods, reason = "here the sockets are real ones")]
fn try_socket(family: IpAddr) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind((family, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

impl Line {
    #[allow(clippy::disallowed_methods, reason = "here the sockets are real ones")]
    fn open(protocol: Protocol, relay: SocketAddr) -> Self {
        match protocol {
            Protocol::Udp => Self::Udp(try_socket(relay.ip()).expect("a socket")),
            Protocol::Tcp => {
                let stream = TcpStream::connect(relay).expect("a connection");
                stream.set_nonblocking(true).expect("a socket");
                Self::Tcp { stream, inbox: Deframer::default(), begun: false }
            }
        }
    }

    fn protocol(&self) -> Protocol {
        match self {
            Self::Udp(_) => Protocol::Udp,
            Self::Tcp { .. } => Protocol::Tcp,
        }
    }

    fn address(&self) -> SocketAddr {
        let address = match self {
            Self::Udp(socket) => socket.local_addr(),
            Self::Tcp { stream, .. } => stream.local_addr(),
        };
        address.expect("an address")
    }

    /// A full buffer loses a datagram, as a network may; one that is half written would break the
    /// stream, and does not occur with so little.
    fn send(&mut self, relay: SocketAddr, datagram: &[u8]) {
        match self {
            Self::Udp(socket) => drop(socket.send_to(datagram, relay)),
            Self::Tcp { stream, begun, .. } => {
                // A binding request (RFC 8489 section 5).
                *begun |= datagram.starts_with(&[0, 1]);
                if !*begun {
                    return;
                }
                let length = u16::try_from(datagram.len()).expect("a datagram").to_be_bytes();
                drop(stream.write_all(&[&length, datagram].concat()));
            }
        }
    }

    fn receive(&mut self, relay: SocketAddr, mut take: impl FnMut(&[u8])) {
        let mut buffer = [0; 1 << 13];
        match self {
            Self::Udp(socket) => {
                while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                    if from == relay {
                        take(&buffer[..length]);
                    }
                }
            }
            Self::Tcp { stream, inbox, .. } => {
                while let Ok(length @ 1..) = stream.read(&mut buffer) {
                    inbox.push(&buffer[..length], &mut take).expect("frames");
                }
            }
        }
    }
}

impl Wire {
    /// With each worker on a thread of its own.
    pub(crate) fn new(silence: Duration) -> Self {
        Self::spread_at(silence, 0)
    }

    /// With both on one thread until that works so much, in thousandths.
    pub(crate) fn spread_at(silence: Duration, spread_at: u32) -> Self {
        Self::at(families(), 2, silence, spread_at)
    }

    /// With these addresses and so many workers.
    pub(crate) fn at(
        addresses: Vec<IpAddr>,
        workers: usize,
        silence: Duration,
        spread_at: u32,
    ) -> Self {
        let start = Start {
            listen: addresses.iter().map(|&address| SocketAddr::new(address, 0)).collect(),
            candidates: addresses,
            silence,
            workers,
            spread_at,
        };
        Self {
            core: Core::start(&start).expect("the core starts"),
            parties: BTreeMap::new(),
            ended: Vec::new(),
            told: Vec::new(),
            statistics: None,
            requests: 0,
            opened: 0,
        }
    }

    /// A new client offers; the answer is taken when it comes.
    pub(crate) fn open(&mut self, family: IpAddr, media: Media) -> TransportId {
        self.open_over(Protocol::Udp, family, media)
    }

    /// The same over UDP or TCP.
    pub(crate) fn open_over(
        &mut self,
        protocol: Protocol,
        family: IpAddr,
        media: Media,
    ) -> TransportId {
        let transport = TransportId(self.opened);
        self.opened += 1;
        let relay = SocketAddr::new(family, self.core.port());
        let line = Line::open(protocol, relay);
        let said = match protocol {
            Protocol::Udp => str0m::net::Protocol::Udp,
            Protocol::Tcp => str0m::net::Protocol::Tcp,
        };
        let (mut client, offer) = Client::offer(line.address(), said, &[media], now());
        client.relay = relay;
        let publishes = media.sends;
        let party = Party { client, publishes, gone: false, line, frames: 0, next_frame: now() };
        self.parties.insert(transport, party);
        self.submit(Command::AcceptOffer { transport, offer, sources: Vec::new(), dial: false });
        transport
    }

    pub(crate) fn watch(&mut self, viewer: TransportId, publisher: TransportId) {
        let key = |transport: TransportId| {
            let mids = self.parties.get(&transport).map(|party| party.client.mids());
            mids.map(|mids| MediaKey::new(transport.0, &mids[0]))
        };
        if let (Some(consumer), Some(source)) = (key(viewer), key(publisher)) {
            self.submit(Command::Attach { consumer, source });
        }
    }

    pub(crate) fn submit(&self, command: Command) {
        assert!(self.core.submit(command), "the core takes commands");
    }

    /// Sends from another port from now on.
    pub(crate) fn rebind(&mut self, transport: TransportId) {
        if let Some(party) = self.parties.get_mut(&transport) {
            party.line = Line::open(party.line.protocol(), party.client.relay);
        }
    }

    pub(crate) fn restart(&mut self, transport: TransportId) {
        let party = self.parties.get_mut(&transport);
        // One that waits for an answer may not offer again.
        if let Some(party) = party.filter(|party| !party.client.awaits_answer()) {
            let offer = party.client.restart();
            self.submit(Command::Renegotiate { transport, offer });
        }
    }

    /// How many packets a client has.
    pub(crate) fn received(&self, transport: TransportId) -> usize {
        self.parties.get(&transport).map_or(0, |party| party.client.packets.len())
    }

    /// Lets a little time pass: publishers write, everybody sends and reads, events are taken.
    pub(crate) fn turn(&mut self) {
        let at = now();
        for party in self.parties.values_mut().filter(|party| !party.gone) {
            party.turn(at);
        }
        for event in self.core.drain() {
            match event {
                Event::Answered { transport, ref answer, .. } => {
                    if let Some(party) = self.parties.get_mut(&transport) {
                        party.client.answer(answer);
                    } else {
                        self.told.push(event);
                    }
                }
                Event::Statistics(statistics) => self.statistics = Some(statistics),
                Event::Closed { transport, .. } => {
                    self.parties.remove(&transport);
                    self.ended.push(event);
                }
                Event::Refused { .. } | Event::Died { .. } => self.ended.push(event),
                event => self.told.push(event),
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }

    pub(crate) fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let deadline = now() + PATIENCE;
        while !so(self) {
            assert!(now() < deadline, "{what}: not within {PATIENCE:?}; ended: {:?}", self.ended);
            self.turn();
        }
    }

    pub(crate) fn statistics(&mut self) -> Statistics {
        self.requests += 1;
        let request = self.requests;
        self.statistics = None;
        self.submit(Command::RequestStatistics { request });
        self.until("statistics", |wire| wire.statistics.is_some());
        let statistics = self.statistics.take().expect("statistics");
        assert_eq!(statistics.request, request);
        statistics
    }
}

impl Party {
    fn turn(&mut self, at: Instant) {
        let Self { client, line, .. } = self;
        line.receive(client.relay, |datagram| client.receive(datagram, at));
        if self.publishes && self.client.connected && at >= self.next_frame {
            let keyframe = self.frames.is_multiple_of(GROUP);
            self.client.write(0, self.frames * VIDEO_FRAME, keyframe, at);
            self.frames += 1;
            self.next_frame = at + FRAME;
        }
        for datagram in self.client.step(at) {
            self.line.send(self.client.relay, &datagram);
        }
    }
}
