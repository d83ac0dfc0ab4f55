//! One core looks for another one, and for clients: the full agent of ICE.

mod support;

use std::time::Duration;

use sfu::{CloseCode, Command, Event, MediaKey, MediaKind, RefusalCode, Remote, TransportId};
use support::hop::{BACK, Hop, Leg, OUT, line_of, offer};
use support::offering::labelled;
use support::{Media, World, client_address, relay_address};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;
/// Frames after which everybody has checked anew.
const TILL_FOUND: u32 = 120;

fn video() -> Vec<sfu::OfferedMedium> {
    vec![labelled(MediaKind::Video, "ann", "camera")]
}

/// A publisher and a viewer at each end, and a trunk between them: each viewer sees the publisher
/// of the other end.
struct Trunk {
    hop: Hop,
    frame: u32,
    /// Keyframe requests that the publishers have answered.
    answered: [u32; 2],
}

const PUBLISHER: usize = 0;
const VIEWER: usize = 1;

impl Trunk {
    fn new() -> Self {
        Self::over(|_| {})
    }

    /// With a network that was made different first.
    fn over(change: impl Fn(&mut Hop)) -> Self {
        let mut hop = Hop::new();
        change(&mut hop);
        for world in [&mut hop.near, &mut hop.far] {
            assert_eq!(world.join(&[Media::SEND_VP8]), PUBLISHER);
            assert_eq!(world.join(&[Media::TAKE_VP8]), VIEWER);
        }
        let (out, back) = (hop.offer(&video()), hop.offer_back(&video()));
        attach(&mut hop.near, out[0], false);
        attach(&mut hop.far, out[0], true);
        attach(&mut hop.far, back[0], false);
        attach(&mut hop.near, back[0], true);
        hop.meet(OUT);
        hop.meet(BACK);
        Self { hop, frame: 0, answered: [u32::MAX; 2] }
    }

    /// Publishes on both sides; a keyframe where one was asked for.
    fn publish(&mut self, frames: u32) {
        for _ in 0..frames {
            let worlds = [&mut self.hop.near, &mut self.hop.far];
            for (world, answered) in worlds.into_iter().zip(&mut self.answered) {
                let (now, client) = (world.now, &mut world.clients[PUBLISHER]);
                let asked = client.keyframe_requests;
                let keyframe = std::mem::replace(answered, asked) != asked;
                client.write(0, self.frame * VIDEO_FRAME, keyframe, now);
            }
            self.frame += 1;
            self.hop.run(FRAME);
        }
    }

    /// How many packets each viewer has had.
    fn seen(&self) -> [usize; 2] {
        [&self.hop.near, &self.hop.far].map(|world| world.clients[VIEWER].packets.len())
    }

    /// Everything that is published now comes to both viewers.
    fn flows(&mut self) {
        let before = self.seen();
        self.publish(30);
        self.hop.run(SECOND / 5);
        let now = self.seen();
        for (before, now) in before.into_iter().zip(now) {
            assert!(now >= before + 29, "{before} and 30 are {now}");
        }
    }
}

/// Shows the viewer a producer, or a consumer the publisher's picture.
fn attach(world: &mut World, end: MediaKey, is_producer: bool) {
    let of = |client: usize| MediaKey::new(client as u64, &world.clients[client].mids()[0]);
    let command = if is_producer {
        Command::Attach { consumer: of(VIEWER), source: end }
    } else {
        Command::Attach { consumer: end, source: of(PUBLISHER) }
    };
    world.command(command);
}

#[test]
fn a_relay_that_dials_has_media_both_ways() {
    let mut trunk = Trunk::new();
    trunk.flows();
    let Hop { near, far, .. } = &mut trunk.hop;
    let way = |world: &mut World| {
        let all = world.statistics().transports.into_iter().filter(|one| one.transport.0 >= 100);
        all.map(|one| one.remote.expect("a path")).collect::<Vec<_>>()
    };
    // IPv6 has priority; each connection has a port of its own at the end that dials.
    let there = relay_address(line_of(OUT, false));
    let to = |line| Remote::udp(there).through(Some(line));
    assert_eq!(way(near), [to(OUT), to(BACK)]);
    let from = |line| {
        let mut from = there;
        from.set_port(line_of(line, false).port());
        Remote::udp(from)
    };
    assert_eq!(way(far), [from(OUT), from(BACK)]);
}

#[test]
fn who_dials_says_so_in_its_sdp() {
    let trunk = Trunk::new();
    let said = |world: &World| {
        let sdp = |event: &Event| match event {
            Event::Offered { offer, .. } => Some(offer.clone()),
            Event::Answered { transport, answer, .. } if transport.0 >= 100 => Some(answer.clone()),
            _ => None,
        };
        world.events.iter().filter_map(sdp).collect::<Vec<_>>()
    };
    for (transport, sdp) in [OUT, BACK].into_iter().zip(said(&trunk.hop.near)) {
        let port = line_of(transport, true).port();
        assert!(!sdp.contains("a=ice-lite") && !sdp.contains(" tcp "), "{sdp}");
        assert!(sdp.contains(&format!(" 10.0.0.1 {port} typ host")), "{sdp}");
        assert!(!sdp.contains(" 8444 "), "{sdp}");
    }
    for sdp in said(&trunk.hop.far) {
        assert!(sdp.contains("a=ice-lite") && sdp.contains(" 8444 typ host tcptype passive"));
    }
}

#[test]
fn either_family_alone_is_enough() {
    Trunk::over(|hop| hop.carries = |to| to.is_ipv4()).flows();
    Trunk::over(|hop| hop.carries = |to| to.is_ipv6()).flows();
}

#[test]
fn behind_a_router_the_addresses_that_are_told_need_not_be_true() {
    Trunk::over(|hop| hop.router = 5_000).flows();
}

#[test]
fn a_router_may_give_other_ports() {
    let mut trunk = Trunk::over(|hop| hop.router = 5_000);
    trunk.flows();
    for router in [5_200, 7_000, 5_000] {
        trunk.hop.router = router;
        trunk.publish(TILL_FOUND);
        trunk.flows();
    }
}

#[test]
fn what_is_lost_on_the_way_is_found_again() {
    let mut trunk = Trunk::over(|hop| hop.loss = |_, count, _| count % 7 == 3);
    trunk.publish(60);
    trunk.flows();
}

#[test]
fn when_a_family_fails_the_other_one_takes_its_place() {
    let mut trunk = Trunk::new();
    trunk.flows();
    trunk.hop.carries = |to| to.is_ipv4();
    trunk.publish(8 * 30);
    trunk.flows();
}

#[test]
fn ice_starts_again_from_either_side() {
    let mut trunk = Trunk::new();
    trunk.flows();
    for transport in [OUT, BACK] {
        trunk.hop.restart(transport, &video());
        trunk.publish(TILL_FOUND);
        trunk.flows();
    }
}

#[test]
fn candidates_of_a_new_address_have_the_port_of_the_line() {
    let mut trunk = Trunk::new();
    let candidates = vec!["10.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()];
    let more = [candidates, vec!["10.0.0.77".parse().unwrap()]].concat();
    trunk.hop.near.command(Command::SetCandidates { candidates: more });
    let sdp = offer(&mut trunk.hop.near, OUT, &video(), true, false);
    assert!(sdp.contains(&format!(" 10.0.0.77 {} typ host", line_of(OUT, true).port())), "{sdp}");
}

#[test]
fn either_side_may_close() {
    let mut trunk = Trunk::new();
    trunk.hop.near.command(Command::Close { transport: OUT });
    trunk.hop.far.command(Command::Close { transport: BACK });
    trunk.hop.run(SECOND);
    let end = |world: &World, transport| world.end_of_transport(transport).map(|(code, _)| code);
    assert_eq!(end(&trunk.hop.far, OUT), Some(CloseCode::Peer));
    assert_eq!(end(&trunk.hop.near, BACK), Some(CloseCode::Peer));
}

#[test]
fn silence_ends_both_sides() {
    let mut trunk = Trunk::new();
    trunk.hop.loss = |_, _, _| true;
    trunk.hop.run(7 * SECOND);
    for world in [&trunk.hop.near, &trunk.hop.far] {
        for transport in [OUT, BACK] {
            let (code, _) = world.end_of_transport(transport).expect("an end");
            assert_eq!(code, CloseCode::Silent);
        }
        assert!(!world.knows(Remote::udp(relay_address(client_address(0))).through(Some(OUT))));
    }
}

#[test]
fn who_answers_no_checks_is_sent_nothing_more() {
    let mut trunk = Trunk::new();
    trunk.hop.loss = |leg, _, datagram| leg == Leg::There && datagram.starts_with(&[0, 1]);
    trunk.publish(30 * 12);
    for transport in [OUT, BACK] {
        let (code, reason) = trunk.hop.near.end_of_transport(transport).expect("an end");
        assert_eq!(code, CloseCode::Failed, "{reason}");
        assert!(reason.contains("answers no connectivity checks"), "{reason}");
    }
}

#[test]
fn nobody_there_is_told_with_the_reason() {
    let mut hop = Hop::new();
    hop.loss = |_, _, _| true;
    hop.offer(&video());
    hop.run(16 * SECOND);
    let (code, reason) = hop.near.end_of_transport(OUT).expect("an end");
    assert_eq!(code, CloseCode::NeverConnected);
    assert!(reason.contains("nobody answered at any UDP address"), "{reason}");
}

#[test]
fn without_a_socket_nobody_dials() {
    let mut world = World::new();
    world.no_lines = Some("Too many open files");
    let dial =
        Command::Offer { transport: OUT, media: video(), data: false, restart: false, dial: true };
    let (code, reason) = world.refusal(dial);
    assert_eq!(code, RefusalCode::Limit);
    assert!(reason.contains("Too many open files"), "{reason}");
    assert!(world.directory.is_empty());
}

#[test]
fn a_line_is_for_its_transport_and_for_nobody_else() {
    let mut trunk = Trunk::new();
    trunk.flows();
    let remote = Remote::udp(relay_address(line_of(OUT, false)));
    let stranger = Remote::udp("[fd00::9]:9".parse().unwrap());
    let near = &mut trunk.hop.near;
    let before = near.statistics().datagrams_dropped;
    let rtp = [&[0x80, 96][..], &[0; 30]].concat();
    // Another port; a line of nobody's; what says that it is from the other end, at the media port.
    near.inject_from(stranger.through(Some(BACK)), &rtp);
    near.inject_from(remote, &rtp);
    near.inject_from(remote.through(Some(BACK)), &[1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0]);
    assert_eq!(near.statistics().datagrams_dropped, before + 3);
    trunk.flows();
}

/// The core dials a client that is a full agent, too: one that waits for an offer, or offers.
#[test]
fn of_two_full_agents_the_one_that_offers_controls() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let offered = world.await_dialled();
    let transport = TransportId(offered as u64);
    let sdp = offer(&mut world, transport, &video(), false, true);
    let answer = world.clients[offered].accept(&sdp);
    world.agree(offered, &answer);
    let offering = world.dialled_offer(&[Media::TAKE_VP8]);
    world.connect(&[publisher, offered, offering]);
    assert!(!world.clients[offered].controls, "it was offered to");
    assert!(world.clients[offering].controls);

    let source = MediaKey::new(publisher as u64, &world.clients[publisher].mids()[0]);
    world.watch(offering, publisher);
    let consumer = world.consumer_of(offered);
    world.command(Command::Attach { consumer, source });
    for frame in 0..30 {
        let now = world.now;
        world.clients[publisher].write(0, frame * VIDEO_FRAME, frame == 0, now);
        world.run(FRAME);
    }
    for viewer in [offered, offering] {
        assert_eq!(world.clients[viewer].packets.len(), 30);
        world.rebind(viewer);
    }
    world.run(8 * SECOND);
    for frame in 30..60 {
        let now = world.now;
        world.clients[publisher].write(0, frame * VIDEO_FRAME, false, now);
        world.run(FRAME);
    }
    for viewer in [offered, offering] {
        assert_eq!(world.clients[viewer].packets.len(), 60, "it is followed to another port");
    }
}
