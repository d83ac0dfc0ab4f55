//! Two running cores, one of which looks for the other, on the loopback interface.

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::net::IpAddr;
use std::time::Duration;

use sfu::{Command, Event, MediaKey, MediaKind, Protocol, TransportId};
use support::Media;
use support::offering::labelled;
use wire::{PATIENCE, Wire, families, now};

/// Longer than a loaded machine stands still.
const SILENCE: Duration = Duration::from_secs(30);
/// Packets that show that media flow.
const SOME: usize = 20;
/// As many connections as fall to every worker, and to every socket of the port.
const TRUNKS: u64 = 4;

/// Two cores with a publisher and a viewer each, and connections between them.
struct Pair {
    near: Wire,
    far: Wire,
}

impl Pair {
    fn new(addresses: &[IpAddr], workers: usize) -> Self {
        let core = || Wire::at(addresses.to_vec(), workers, SILENCE, 0);
        Self { near: core(), far: core() }
    }

    fn until<T>(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = now() + PATIENCE;
        loop {
            if let Some(found) = so(self) {
                return found;
            }
            let ended = [&self.near.ended, &self.far.ended];
            assert!(now() < deadline, "{what}: not within {PATIENCE:?}; ended: {ended:?}");
            self.near.turn();
            self.far.turn();
        }
    }

    /// The near one dials: on a transport of its own offer, or of the far one's.
    fn dial(&mut self, transport: TransportId, offers: bool) -> MediaKey {
        let media = vec![labelled(MediaKind::Video, "ann", "camera")];
        self.side(offers).submit(Command::Offer {
            transport,
            media,
            data: false,
            restart: false,
            dial: offers,
        });
        let offer = self.until("an offer", |pair| sdp_of(pair.side(offers), transport));
        let sources = Vec::new();
        let accept = Command::AcceptOffer { transport, offer, sources, dial: !offers };
        self.side(!offers).submit(accept);
        let answer = self.until("an answer", |pair| sdp_of(pair.side(!offers), transport));
        self.side(offers).submit(Command::AcceptAnswer { transport, answer });
        self.until("media", |pair| agreed_of(pair.side(offers), transport))
    }

    fn side(&mut self, near: bool) -> &mut Wire {
        if near { &mut self.near } else { &mut self.far }
    }
}

fn sdp_of(wire: &Wire, transport: TransportId) -> Option<String> {
    wire.told.iter().find_map(|event| match event {
        Event::Offered { transport: it, offer: sdp, .. }
        | Event::Answered { transport: it, answer: sdp, .. }
            if *it == transport =>
        {
            Some(sdp.clone())
        }
        _ => None,
    })
}

fn agreed_of(wire: &Wire, transport: TransportId) -> Option<MediaKey> {
    wire.told.iter().find_map(|event| match event {
        Event::Agreed { transport: it, media } if *it == transport => {
            Some(MediaKey { transport, mid: media[0].mid })
        }
        _ => None,
    })
}

/// Media flow over several connections between the same two cores, both ways.
fn flows(addresses: &[IpAddr], workers: usize) {
    let mut pair = Pair::new(addresses, workers);
    let family = addresses[0];
    for number in 0..TRUNKS {
        let near_sends = number % 2 == 0;
        let publisher = pair.side(near_sends).open(family, Media::SEND_VP8);
        let viewer = pair.side(!near_sends).open(family, Media::TAKE_VP8);
        let trunk = pair.dial(TransportId(1_000 + number), near_sends);
        let of = |wire: &Wire, party: TransportId| {
            MediaKey::new(party.0, &wire.parties[&party].client.mids()[0])
        };
        let source = of(pair.side(near_sends), publisher);
        pair.side(near_sends).submit(Command::Attach { consumer: trunk, source });
        let consumer = of(pair.side(!near_sends), viewer);
        pair.side(!near_sends).submit(Command::Attach { consumer, source: trunk });
        pair.until("a picture", |pair| {
            (pair.side(!near_sends).received(viewer) > SOME).then_some(())
        });
    }
    for wire in [&mut pair.near, &mut pair.far] {
        let statistics = wire.statistics();
        let trunks = statistics.transports.iter().filter(|one| one.transport.0 >= 1_000);
        let remotes: Vec<_> = trunks.filter_map(|one| one.remote).collect();
        assert_eq!(remotes.len() as u64, TRUNKS);
        assert!(remotes.iter().all(|remote| remote.protocol == Protocol::Udp));
    }
    pair.near.core.stop();
    let ended = |pair: &mut Pair| (pair.far.ended.len() as u64 == TRUNKS).then_some(());
    pair.until("the end of every connection", ended);
    assert!(pair.near.core.directory().is_empty());
}

#[test]
fn two_cores_have_several_connections_between_them() {
    for workers in [1, 2] {
        flows(&families(), workers);
    }
}

#[test]
fn each_family_alone_is_enough() {
    for family in families() {
        flows(&[family], 2);
    }
}
