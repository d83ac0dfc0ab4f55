//! A picture in several encodings goes on from one core to the next.

mod support;

use std::time::Duration;

use sfu::{Command, Event, LayerDescription, MediaKey, RefusalCode, TransportId};
use support::client::simulcast::ENCODINGS;
use support::hop::{Hop, Leg, OUT};
use support::offering::encoded;
use support::{Media, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const ALL: [usize; 3] = [0, 1, 2];
/// In no order that tells anything.
const RIDS: [&str; 3] = ["b", "c", "a"];
const PUBLISHER: usize = 0;

/// A publisher of all encodings at the near end, viewers at the far end.
struct Trunk {
    hop: Hop,
    /// What crosses: a consumer at the near end, a producer at the far one.
    medium: MediaKey,
    viewers: Vec<usize>,
    frame: u16,
    requests: [u32; 3],
}

impl Trunk {
    fn new(rids: &[&str], viewers: usize) -> Self {
        let mut hop = Hop::new();
        assert_eq!(hop.near.join(&[Media::SEND_VP8]), PUBLISHER);
        let offer = hop.near.clients[PUBLISHER].add_simulcast();
        let transport = TransportId(PUBLISHER as u64);
        hop.near.command(Command::Renegotiate { transport, offer });
        let answer = hop.near.answer_for(PUBLISHER).expect("an answer");
        hop.near.clients[PUBLISHER].answer(&answer);
        let viewers = (0..viewers).map(|_| hop.far.join(&[Media::TAKE_VP8])).collect();
        let medium = hop.offer(&[encoded(rids)])[0];
        hop.meet(OUT);
        hop.run(SECOND);
        let mut this = Self { hop, medium, viewers, frame: 0, requests: [0; 3] };
        let source = this.published();
        this.hop.near.command(Command::Attach { consumer: medium, source });
        for viewer in this.viewers.clone() {
            let (consumer, source) = (this.seen_by(viewer), medium);
            this.hop.far.command(Command::Attach { consumer, source });
        }
        this
    }

    /// With everything selected.
    fn open(viewers: usize) -> Self {
        let mut this = Self::new(&RIDS, viewers);
        this.select(&RIDS);
        this
    }

    fn published(&self) -> MediaKey {
        MediaKey::new(PUBLISHER as u64, &self.hop.near.clients[PUBLISHER].mids()[1])
    }

    fn seen_by(&self, viewer: usize) -> MediaKey {
        MediaKey::new(viewer as u64, &self.hop.far.clients[viewer].mids()[0])
    }

    fn select(&mut self, rids: &[&str]) {
        let rids = rids.iter().map(|&rid| rid.to_owned()).collect();
        self.hop.near.command(Command::Select { consumer: self.medium, rids });
    }

    fn limit(&mut self, viewer: usize, layer: Option<u8>) {
        let consumer = self.seen_by(viewer);
        self.hop.far.command(Command::Limit { consumer, layer });
    }

    /// Sends frames in these encodings; a keyframe is sent where one is asked for.
    fn send(&mut self, layers: &[usize], frames: u16) {
        for _ in 0..frames {
            let now = self.hop.near.now;
            let client = &mut self.hop.near.clients[PUBLISHER];
            for &layer in layers {
                let asked = client.requests_of(ENCODINGS[layer].rid);
                let first = self.frame == 0;
                let keyframe = std::mem::replace(&mut self.requests[layer], asked) != asked;
                client.write_layer(1, layer, self.frame, first || keyframe, now);
            }
            self.frame += 1;
            self.hop.run(FRAME);
        }
    }

    /// A plain picture of the publisher's other medium.
    fn send_plain(&mut self, frames: u32) {
        let mut answered = None;
        for frame in 0..frames {
            let now = self.hop.near.now;
            let client = &mut self.hop.near.clients[PUBLISHER];
            let asked = Some(client.keyframe_requests);
            let keyframe = std::mem::replace(&mut answered, asked) != asked;
            client.write(0, frame * 2_970, keyframe, now);
            self.hop.run(FRAME);
        }
    }

    /// The encoding that a viewer was sent last.
    fn last(&self, viewer: usize) -> Option<usize> {
        Some(self.hop.far.clients[viewer].pictures().last()?.2.2)
    }

    /// The encodings that come to the far end, lowest first.
    fn layers(&self) -> Option<String> {
        layers(&self.hop.far, self.medium)
    }

    /// Requests for keyframes that crossed.
    fn crossed(&mut self) -> u64 {
        self.counters().keyframe_requests
    }

    fn counters(&mut self) -> sfu::ConsumerStatistics {
        let all = self.hop.near.statistics().transports;
        let of_it = all.into_iter().find(|one| one.transport == OUT).expect("a transport");
        of_it.consumers[0].clone()
    }

    /// Changes what is offered.
    fn offer(&mut self, rids: &[&str]) {
        self.hop.renew(OUT, &[encoded(rids)]);
    }
}

fn layers(world: &World, producer: MediaKey) -> Option<String> {
    let name = |layer: &LayerDescription| format!("{}:{}", layer.rid, layer.width);
    let told = |event: &Event| match event {
        Event::Layers { producer: it, layers } if *it == producer => {
            Some(layers.iter().map(name).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    };
    world.events.iter().rev().find_map(told)
}

#[test]
fn encodings_are_offered_as_a_browser_offers_them() {
    let trunk = Trunk::new(&RIDS, 0);
    let offered = |event: &Event| match event {
        Event::Offered { offer, .. } => Some(offer.clone()),
        _ => None,
    };
    let offer = trunk.hop.near.events.iter().find_map(offered).expect("an offer");
    for line in ["a=rid:b send", "a=rid:c send", "a=rid:a send", "a=simulcast:send b;c;a"] {
        assert!(offer.contains(&format!("{line}\r\n")), "{offer}");
    }
    assert!(offer.contains("rtp-hdrext:sdes:rtp-stream-id\r\n"), "{offer}");
    assert!(offer.contains("rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"), "{offer}");
    assert!(!offer.contains("a=ssrc"), "{offer}");
    let answered = |event: &Event| match event {
        Event::Answered { transport: OUT, answer, .. } => Some(answer.clone()),
        _ => None,
    };
    let answer = trunk.hop.far.events.iter().find_map(answered).expect("an answer");
    assert!(answer.contains("a=simulcast:recv b;c;a\r\n"), "{answer}");
}

#[test]
fn the_next_relay_sees_the_same_layers_and_its_viewers_switch_as_usual() {
    let mut trunk = Trunk::open(3);
    let viewers = trunk.viewers.clone();
    for (&viewer, limit) in viewers.iter().zip([None, Some(1), Some(0)]) {
        trunk.limit(viewer, limit);
    }
    trunk.send(&ALL, 90);
    assert_eq!(trunk.layers().as_deref(), Some("c:320 a:640 b:1280"));
    assert_eq!(trunk.layers(), layers(&trunk.hop.near, trunk.published()));
    for (&viewer, layer) in viewers.iter().zip([2, 1, 0]) {
        assert_eq!(trunk.last(viewer), Some(layer));
    }
    for limit in [Some(0), Some(2), Some(1), None] {
        trunk.limit(viewers[0], limit);
        trunk.send(&ALL, 45);
        assert_eq!(trunk.last(viewers[0]), Some(limit.map_or(2, usize::from)));
    }
    for &viewer in &viewers {
        let client = &trunk.hop.far.clients[viewer];
        assert_eq!(client.missing_pictures(), 0);
        assert!(client.pictures().len() > 240, "{}", client.pictures().len());
    }
}

#[test]
fn what_is_lost_on_the_way_is_sent_again_for_each_encoding() {
    for leg in [Leg::There, Leg::Back] {
        let mut trunk = Trunk::open(1);
        let viewer = trunk.viewers[0];
        trunk.hop.loss = match leg {
            Leg::There => |leg, count, _| leg == Leg::There && count % 9 == 4,
            Leg::Back => |leg, count, _| leg == Leg::Back && count % 3 == 1,
        };
        for limit in [None, Some(0), Some(1), Some(2)] {
            trunk.limit(viewer, limit);
            trunk.send(&ALL, 60);
        }
        trunk.hop.loss = |_, _, _| false;
        trunk.send(&ALL, 30);
        assert_eq!(trunk.last(viewer), Some(2));
        let client = &trunk.hop.far.clients[viewer];
        let (missing, all) = (client.missing_pictures(), client.pictures().len());
        assert!(missing <= 6 && all > 200, "{missing} of {all}");
        let counters = trunk.counters();
        if leg == Leg::There {
            assert!(counters.nacks > 0 && counters.retransmitted > 0, "{counters:?}");
        }
        assert!(counters.loss.is_some() && counters.rtt.is_some(), "{counters:?}");
    }
}

#[test]
fn what_is_not_selected_does_not_cross() {
    let mut trunk = Trunk::new(&RIDS, 1);
    trunk.send(&ALL, 30);
    assert_eq!(trunk.counters().packets, 0, "nothing is selected at first");
    assert_eq!(trunk.requests, [0; 3], "and nobody asks for anything");
    for (rids, told) in [
        (&["c"][..], "c:320"),
        (&["c", "b"], "c:320 b:1280"),
        (&["a"], "a:640"),
        (&["none"], ""),
        (&RIDS, "c:320 a:640 b:1280"),
        (&[], ""),
    ] {
        trunk.select(rids);
        trunk.send(&ALL, 75);
        assert_eq!(trunk.layers().as_deref(), Some(told));
        let before = trunk.counters().packets;
        trunk.send(&ALL, 10);
        let crossing = told.split_whitespace().count() as u64;
        assert_eq!(trunk.counters().packets, before + 10 * crossing);
    }
}

#[test]
fn one_that_the_publisher_stops_is_missed_and_comes_back() {
    let mut trunk = Trunk::open(1);
    let viewer = trunk.viewers[0];
    trunk.send(&ALL, 60);
    trunk.send(&[0, 1], 90);
    assert_eq!(trunk.layers().as_deref(), Some("c:320 a:640"));
    assert_eq!(trunk.last(viewer), Some(1));
    let requests = trunk.requests;
    trunk.send(&[0, 1], 90);
    assert_eq!(trunk.requests, requests, "nobody asks for what does not come");
    trunk.send(&ALL, 90);
    assert_eq!(trunk.layers().as_deref(), Some("c:320 a:640 b:1280"));
    assert_eq!(trunk.last(viewer), Some(2));
}

#[test]
fn a_keyframe_is_asked_for_once_and_of_what_needs_one() {
    let mut trunk = Trunk::open(6);
    for viewer in trunk.viewers.clone() {
        trunk.limit(viewer, Some(0));
    }
    trunk.send(&ALL, 90);
    let (crossed, requests) = (trunk.crossed(), trunk.requests);
    for viewer in trunk.viewers.clone() {
        trunk.hop.far.clients[viewer].ask_for_keyframe(0);
    }
    trunk.send(&ALL, 30);
    assert_eq!(trunk.crossed(), crossed + 1, "six ask");
    assert_eq!(trunk.requests, [requests[0] + 1, requests[1], requests[2]]);
    for viewer in trunk.viewers.clone() {
        trunk.limit(viewer, Some(1));
    }
    trunk.send(&ALL, 30);
    assert_eq!(trunk.crossed(), crossed + 2, "six switch");
    assert_eq!(trunk.requests, [requests[0] + 1, requests[1] + 1, requests[2]]);
}

#[test]
fn whom_nobody_sees_asks_for_nothing() {
    let mut trunk = Trunk::open(0);
    trunk.send(&ALL, 150);
    assert_eq!(trunk.layers().as_deref(), Some("c:320 a:640 b:1280"));
    assert_eq!(trunk.crossed(), 0);
    let source = trunk.published();
    trunk.hop.near.command(Command::Detach { consumer: trunk.medium });
    let requests = trunk.requests;
    trunk.send(&ALL, 60);
    trunk.select(&[]);
    trunk.hop.near.command(Command::Attach { consumer: trunk.medium, source });
    trunk.send(&ALL, 60);
    assert_eq!(trunk.requests, requests);
}

#[test]
fn encodings_come_and_go_with_offers() {
    let mut trunk = Trunk::open(1);
    let viewer = trunk.viewers[0];
    trunk.send(&ALL, 60);
    for (rids, told, last) in [
        (&["a"][..], "a:640", 1),
        (&["c", "a"], "c:320 a:640", 1),
        (&["b", "c"], "c:320 b:1280", 2),
        (&RIDS, "c:320 a:640 b:1280", 2),
    ] {
        trunk.offer(rids);
        trunk.send(&ALL, 90);
        assert_eq!(trunk.layers().as_deref(), Some(told));
        assert_eq!(trunk.last(viewer), Some(last));
    }
    trunk.hop.far.clients[viewer].packets.clear();
    trunk.send(&ALL, 60);
    let client = &trunk.hop.far.clients[viewer];
    assert_eq!((client.missing_pictures(), client.pictures().len()), (0, 60));
}

#[test]
fn a_medium_may_be_sent_once_and_then_in_encodings_and_back() {
    let mut trunk = Trunk::new(&[], 1);
    let viewer = trunk.viewers[0];
    trunk.send(&ALL, 60);
    assert_eq!(trunk.layers(), None, "it is sent once: the best");
    assert_eq!(trunk.last(viewer), Some(2));
    trunk.offer(&RIDS);
    trunk.select(&["c", "a"]);
    trunk.send(&ALL, 90);
    assert_eq!(trunk.layers().as_deref(), Some("c:320 a:640"));
    assert_eq!(trunk.last(viewer), Some(1));
    trunk.offer(&[]);
    trunk.send(&ALL, 120);
    assert_eq!(trunk.last(viewer), Some(2));
}

#[test]
fn a_track_that_is_sent_once_goes_under_the_first_name() {
    let mut trunk = Trunk::new(&RIDS, 1);
    let source = MediaKey::new(0, &trunk.hop.near.clients[PUBLISHER].mids()[0]);
    trunk.hop.near.command(Command::Attach { consumer: trunk.medium, source });
    trunk.send_plain(30);
    assert_eq!(trunk.counters().packets, 0);
    trunk.select(&["c", "b"]);
    trunk.send_plain(60);
    assert_eq!(trunk.layers().as_deref(), Some("b:320"));
    assert!(trunk.hop.far.clients[trunk.viewers[0]].packets.len() > 50);
    trunk.select(&["c"]);
    let before = trunk.counters().packets;
    trunk.send_plain(30);
    assert_eq!(trunk.counters().packets, before, "it is not selected");
}

#[test]
fn who_knows_no_encodings_is_sent_one_stream() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.await_offer();
    let (offer, mids) = world.offer_to(viewer, &[encoded(&RIDS)]);
    let answer = world.clients[viewer].accept(&offer);
    let of_none = |line: &&str| !line.starts_with("a=rid:") && !line.starts_with("a=simulcast:");
    let answer: Vec<_> = answer.lines().filter(of_none).collect();
    world.agree(viewer, &format!("{}\r\n", answer.join("\r\n")));
    world.show(viewer, mids[0], publisher, 0);
    let consumer = MediaKey { transport: TransportId(viewer as u64), mid: mids[0] };
    world.connect(&[publisher]);
    world.meet(viewer);
    let publish = |world: &mut World, frames: std::ops::Range<u32>| {
        let first = frames.start;
        for frame in frames {
            let now = world.now;
            world.clients[publisher].write(0, frame * 2_970, frame == first, now);
            world.run(FRAME);
        }
        let all = world.statistics().transports;
        all.iter().find(|one| one.transport.0 == viewer as u64).expect("it").consumers[0].packets
    };
    assert_eq!(publish(&mut world, 0..10), 0, "nothing is selected");
    world.command(Command::Select { consumer, rids: vec!["a".to_owned()] });
    assert_eq!(publish(&mut world, 10..20), 10);
}

#[test]
fn names_that_cannot_be_are_refused() {
    let mut world = World::new();
    let viewer = world.await_offer();
    let transport = TransportId(viewer as u64);
    let (data, restart, dial) = (false, false, false);
    let long = "x".repeat(9);
    for rids in [&["a", "a"][..], &["a", "b", "c", "d", "e"], &[""], &["a b"], &["a;b"], &[&long]] {
        let media = vec![encoded(rids)];
        let (code, reason) =
            world.refusal(Command::Offer { transport, media, data, restart, dial });
        assert_eq!(code, RefusalCode::Malformed);
        assert!(reason.contains("4 encodings"), "{reason}");
    }
    let media = vec![sfu::OfferedMedium { kind: sfu::MediaKind::Audio, ..encoded(&["a"]) }];
    let (code, _) = world.refusal(Command::Offer { transport, media, data, restart, dial });
    assert_eq!(code, RefusalCode::Unsupported);
    let nobody = MediaKey::new(9, "0");
    world.command(Command::Select { consumer: nobody, rids: vec!["a".to_owned()] });
}
