//! Two cores with a network between them: the near one dials the far one.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use sfu::{
    CloseCode, Command, Event, MediaDescription, MediaKey, OfferedMedium, Remote, TransportId,
};

use super::{Client, DELAY, Media, World, client_address, relay_address};

/// The transport on which the near one offers, and sends.
pub(crate) const OUT: TransportId = TransportId(100);
/// The transport on which the far one offers, and sends.
pub(crate) const BACK: TransportId = TransportId(101);

/// The port of a transport's own socket.
const LINES: u16 = 20_000;
const LINES_V6: u16 = 30_000;

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leg {
    /// From the near one to the far one.
    There,
    /// From the far one to the near one.
    Back,
}

/// The sockets of a transport that dials.
pub(crate) fn lines_of(transport: TransportId) -> [SocketAddr; 2] {
    [true, false].map(|is_ipv4| line_of(transport, is_ipv4))
}

/// The one of a family.
pub(crate) fn line_of(transport: TransportId, is_ipv4: bool) -> SocketAddr {
    let number = transport.0 as u16;
    if is_ipv4 {
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, LINES + number))
    } else {
        SocketAddr::from((Ipv6Addr::UNSPECIFIED, LINES_V6 + number))
    }
}

/// Both cores. Their clocks are one.
pub(crate) struct Hop {
    pub(crate) near: World,
    pub(crate) far: World,
    /// Datagrams to be lost, by their way, their number on it and what they are.
    pub(crate) loss: fn(Leg, u64, &[u8]) -> bool,
    /// What the router of the near one adds to its ports; 0: there is none.
    pub(crate) router: u16,
    /// Which families there is a way for.
    pub(crate) carries: fn(SocketAddr) -> bool,
    flying: VecDeque<(Instant, Leg, Remote, Vec<u8>)>,
    counts: [u64; 2],
}

impl Hop {
    pub(crate) fn new() -> Self {
        let (near, mut far) = (World::new(), World::new());
        far.now = near.now;
        Self {
            near,
            far,
            loss: |_, _, _| false,
            router: 0,
            carries: |_| true,
            flying: VecDeque::new(),
            counts: [0; 2],
        }
    }

    /// The near one offers media on `OUT`; both sides have the same names for them.
    pub(crate) fn offer(&mut self, media: &[OfferedMedium]) -> Vec<MediaKey> {
        let offer = offer(&mut self.near, OUT, media, false, true);
        let (answer, agreed) = answer(&mut self.far, OUT, offer, false);
        accept(&mut self.near, OUT, answer);
        keys(OUT, &agreed)
    }

    /// The far one offers media on `BACK`.
    pub(crate) fn offer_back(&mut self, media: &[OfferedMedium]) -> Vec<MediaKey> {
        let offer = offer(&mut self.far, BACK, media, false, false);
        let (answer, agreed) = answer(&mut self.near, BACK, offer, true);
        accept(&mut self.far, BACK, answer);
        keys(BACK, &agreed)
    }

    /// The near one restarts ICE on `OUT`, or the far one on `BACK`.
    pub(crate) fn restart(&mut self, transport: TransportId, media: &[OfferedMedium]) {
        let (from, to) = match transport {
            OUT => (&mut self.near, &mut self.far),
            _ => (&mut self.far, &mut self.near),
        };
        let offer = offer(from, transport, media, true, false);
        to.command(Command::Renegotiate { transport, offer });
        let (answer, _) = last_answer(to, transport);
        accept(from, transport, answer);
    }

    /// The near one changes what it offers on `OUT`.
    pub(crate) fn renew(&mut self, transport: TransportId, media: &[OfferedMedium]) {
        let offer = offer(&mut self.near, transport, media, false, false);
        self.far.command(Command::Renegotiate { transport, offer });
        let (answer, _) = last_answer(&self.far, transport);
        accept(&mut self.near, transport, answer);
    }

    /// Lets time pass on both sides and between them.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.near.now + time;
        while self.near.now < end {
            self.tick();
        }
    }

    /// Lets time pass until something is so.
    pub(crate) fn run_until(&mut self, limit: Duration, so: impl Fn(&Self) -> bool) {
        let end = self.near.now + limit;
        while !so(self) {
            let told = [&self.near.events, &self.far.events];
            assert!(self.near.now < end, "not within {limit:?}; events: {told:#?}");
            self.tick();
        }
    }

    /// Runs until both sides know of a connection.
    pub(crate) fn meet(&mut self, transport: TransportId) {
        self.run_until(Duration::from_secs(5), |hop| {
            [&hop.near, &hop.far].iter().all(|world| world.is_connected(transport))
        });
    }

    fn tick(&mut self) {
        self.near.tick();
        self.far.tick();
        for (remote, datagram) in std::mem::take(&mut self.near.away) {
            self.depart(Leg::There, remote, datagram);
        }
        for (remote, datagram) in std::mem::take(&mut self.far.away) {
            self.depart(Leg::Back, remote, datagram);
        }
        while self.flying.front().is_some_and(|(at, ..)| *at <= self.near.now) {
            let Some((_, leg, remote, datagram)) = self.flying.pop_front() else {
                break;
            };
            self.arrive(leg, remote, &datagram);
        }
    }

    fn depart(&mut self, leg: Leg, remote: Remote, datagram: Vec<u8>) {
        let count = &mut self.counts[usize::from(leg == Leg::Back)];
        *count += 1;
        if !(self.loss)(leg, *count, &datagram) && (self.carries)(remote.address) {
            self.flying.push_back((self.near.now + DELAY, leg, remote, datagram));
        }
    }

    fn arrive(&mut self, leg: Leg, remote: Remote, datagram: &[u8]) {
        match leg {
            Leg::There => {
                let transport = remote.line.expect("the near one uses its own sockets");
                let is_there = remote.address == relay_address(remote.address);
                let mut from = relay_address(remote.address);
                let port = line_of(transport, from.is_ipv4()).port();
                from.set_port(port + self.router);
                if is_there {
                    self.far.inject(from, datagram);
                }
            }
            Leg::Back => {
                let start = if remote.address.is_ipv4() { LINES } else { LINES_V6 };
                // What is sent to a port that the router has given up is lost.
                let port = remote.address.port().checked_sub(self.router);
                let number = port.and_then(|port| port.checked_sub(start));
                if let Some(number @ ..200) = number {
                    let line = Some(TransportId(u64::from(number)));
                    let from = Remote::udp(relay_address(remote.address)).through(line);
                    self.near.inject_from(from, datagram);
                }
            }
        }
    }
}

impl World {
    /// Whether the core has told that a transport is connected.
    pub(crate) fn is_connected(&self, transport: TransportId) -> bool {
        let told = |event: &Event| matches!(event, Event::Connected { transport: it, .. } if *it == transport);
        self.events.iter().any(told)
    }

    /// How any transport ended, if it did.
    pub(crate) fn end_of_transport(&self, transport: TransportId) -> Option<(CloseCode, String)> {
        self.end_of(transport.0 as usize)
    }
}

/// Makes a core offer.
pub(crate) fn offer(
    world: &mut World,
    transport: TransportId,
    media: &[OfferedMedium],
    restart: bool,
    dial: bool,
) -> String {
    world.command(Command::Offer { transport, media: media.to_vec(), data: false, restart, dial });
    match world.events.last() {
        Some(Event::Offered { offer, .. }) => offer.clone(),
        other => panic!("an offer was asked for, not {other:?}"),
    }
}

/// Makes a core answer.
pub(crate) fn answer(
    world: &mut World,
    transport: TransportId,
    offer: String,
    dial: bool,
) -> (String, Vec<MediaDescription>) {
    world.command(Command::AcceptOffer { transport, offer, sources: Vec::new(), dial });
    last_answer(world, transport)
}

fn last_answer(world: &World, transport: TransportId) -> (String, Vec<MediaDescription>) {
    match world.events.last() {
        Some(Event::Answered { transport: it, answer, media }) if *it == transport => {
            (answer.clone(), media.clone())
        }
        other => panic!("an answer was asked for, not {other:?}"),
    }
}

/// Gives a core the answer to its offer.
pub(crate) fn accept(world: &mut World, transport: TransportId, answer: String) {
    world.command(Command::AcceptAnswer { transport, answer });
    assert!(matches!(world.events.last(), Some(Event::Agreed { .. })), "{:?}", world.events.last());
}

fn keys(transport: TransportId, agreed: &[MediaDescription]) -> Vec<MediaKey> {
    agreed.iter().map(|one| MediaKey { transport, mid: one.mid }).collect()
}

/// Clients that are full agents themselves.
impl World {
    /// Adds a client that waits for an offer, and is dialled.
    pub(crate) fn await_dialled(&mut self) -> usize {
        let index = self.await_offer();
        self.dialled.push(index);
        self.clients[index].relay = line_towards(index);
        index
    }

    /// Adds a client whose offer is answered by a core that dials.
    pub(crate) fn dialled_offer(&mut self, media: &[Media]) -> usize {
        let index = self.clients.len();
        let address = client_address(index);
        let (mut client, offer) = Client::offer(address, self.client_protocol(), media, self.now);
        self.dialled.push(index);
        client.relay = line_towards(index);
        self.clients.push(client);
        self.addresses.push(address);
        let (answer, _) = answer(self, TransportId(index as u64), offer, true);
        self.clients[index].answer(&answer);
        index
    }

    /// What a client is sent on the first medium that was offered to it.
    pub(crate) fn consumer_of(&self, index: usize) -> MediaKey {
        let transport = TransportId(index as u64);
        let offered = |event: &Event| match event {
            Event::Offered { transport: it, media, .. } if *it == transport => Some(media[0]),
            _ => None,
        };
        let mid = self.events.iter().find_map(offered).expect("an offer");
        MediaKey { transport, mid }
    }
}

/// Where a client is dialled from.
fn line_towards(index: usize) -> SocketAddr {
    let mut line = relay_address(client_address(index));
    line.set_port(line_of(TransportId(index as u64), true).port());
    line
}
