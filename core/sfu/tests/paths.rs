//! Remotes over TCP, remotes whose address changes, and our own addresses that come and go.

mod support;

use std::time::Duration;

use sfu::{Command, Protocol, TransportId};
use support::{Media, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;

/// A publisher of VP8 and a viewer of it that gets its first frames.
fn pair(protocol: Protocol) -> (World, usize, usize) {
    let mut world = World::new();
    world.protocol = protocol;
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    publish(&mut world, publisher, 10);
    assert_eq!(world.clients[viewer].packets.len(), 10);
    (world, publisher, viewer)
}

fn publish(world: &mut World, publisher: usize, count: u32) {
    for _ in 0..count {
        let now = world.now;
        let timestamp = (world.elapsed().as_millis() as u32).wrapping_mul(VIDEO_FRAME / 33);
        world.clients[publisher].write(0, timestamp, true, now);
        world.run(FRAME);
    }
}

/// Whether the viewer gets at least `share` percent of what is published from now on.
fn gets(world: &mut World, publisher: usize, viewer: usize, share: usize) -> bool {
    let before = world.clients[viewer].packets.len();
    publish(world, publisher, 100);
    world.clients[viewer].packets.len() - before >= share
}

#[test]
fn media_flow_over_tcp_as_over_udp() {
    let (mut world, publisher, viewer) = pair(Protocol::Tcp);
    assert!(gets(&mut world, publisher, viewer, 100));
    let remotes: Vec<_> =
        world.statistics().transports.iter().filter_map(|transport| transport.remote).collect();
    assert_eq!(remotes, [world.remote(publisher), world.remote(viewer)]);
}

#[test]
fn media_follow_a_viewer_to_its_new_port() {
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let (mut world, publisher, viewer) = pair(protocol);
        world.run(3 * SECOND);
        world.rebind(viewer);
        // Till its next check, and till the old port has been silent for a second.
        publish(&mut world, publisher, 120);
        assert!(gets(&mut world, publisher, viewer, 100), "{protocol}");
        assert_eq!(world.statistics().transports[viewer].remote, Some(world.remote(viewer)));
        assert_eq!(world.end_of(viewer), None);
    }
}

#[test]
fn media_follow_a_publisher_to_its_new_port() {
    let (mut world, publisher, viewer) = pair(Protocol::Udp);
    world.rebind(publisher);
    publish(&mut world, publisher, 120);
    assert!(gets(&mut world, publisher, viewer, 100));
    let before = world.clients[publisher].keyframe_requests;
    world.clients[viewer].ask_for_keyframe(0);
    world.run(SECOND);
    assert!(world.clients[publisher].keyframe_requests > before, "it is spoken to, too");
}

#[test]
fn media_follow_at_once_when_a_connection_is_closed() {
    let (mut world, publisher, viewer) = pair(Protocol::Tcp);
    let gone = world.remote(viewer);
    assert!(world.sfu.knows(gone));
    world.sfu.disconnected(gone);
    assert!(!world.sfu.knows(gone));
    world.rebind(viewer);
    world.run_until(5 * SECOND, |world| world.sfu.knows(world.remote(viewer)));
    assert!(gets(&mut world, publisher, viewer, 99));
}

#[test]
fn nothing_is_known_of_a_connection_when_its_transport_has_ended() {
    let (mut world, _, viewer) = pair(Protocol::Tcp);
    world.command(Command::Close { transport: TransportId(viewer as u64) });
    assert!(!world.sfu.knows(world.remote(viewer)));
}

#[test]
fn tcp_is_told_after_udp() {
    let mut world = World::new();
    let index = world.offer(&[Media::SEND_VP8], Vec::new());
    let answer = world.answer_for(index).expect("an answer");
    let candidates: Vec<Vec<_>> = answer
        .lines()
        .filter(|line| line.starts_with("a=candidate:"))
        .map(|line| line.split(' ').collect())
        .collect();
    let [udp, tcp] = &candidates[..] else {
        panic!("{candidates:?}");
    };
    assert_eq!(udp[4..8], ["10.0.0.1", "8444", "typ", "host"]);
    assert_eq!(tcp[4..10], ["10.0.0.1", "8444", "typ", "host", "tcptype", "passive"]);
    assert_eq!((udp[2], tcp[2]), ("udp", "tcp"));
    let priority = |words: &[&str]| words[3].parse::<u32>().expect("a priority");
    assert!(priority(udp) > priority(tcp));
    assert_ne!(udp[0], tcp[0], "another foundation (RFC 8445 section 5.1.1.3)");
}

#[test]
fn a_live_transport_learns_new_candidates_by_an_ice_restart() {
    let (mut world, publisher, viewer) = pair(Protocol::Udp);
    let candidates = vec![[10, 0, 0, 1].into(), [192, 0, 2, 7].into()];
    world.command(Command::SetCandidates { candidates });
    assert!(gets(&mut world, publisher, viewer, 100), "it goes on with what it was told");
    let transport = TransportId(viewer as u64);
    for (told, gone, candidates) in
        [("192.0.2.7", "none", [192, 0, 2, 7]), ("192.0.2.7", "10.0.0.1", [10, 0, 0, 1])]
    {
        let offer = world.clients[viewer].restart();
        world.command(Command::Renegotiate { transport, offer });
        let answer = world.answer_for(viewer).expect("an answer");
        assert!(answer.contains(told), "{answer}");
        assert!(!answer.contains(gone), "{answer}");
        world.clients[viewer].answer(&answer);
        assert!(gets(&mut world, publisher, viewer, 90));
        world.command(Command::SetCandidates { candidates: vec![candidates.into()] });
    }
    let offer = world.clients[viewer].restart();
    world.command(Command::Renegotiate { transport, offer });
    let answer = world.answer_for(viewer).expect("an answer");
    assert!(answer.contains("10.0.0.1") && !answer.contains("192.0.2.7"), "back: {answer}");
}
