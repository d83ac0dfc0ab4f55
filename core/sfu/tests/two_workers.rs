//! The same conversations with publishers and viewers on different workers, and what only these
//! have to say to each other.

#![allow(clippy::duplicate_mod, reason = "each of these files is a test of its own as well")]

#[path = "conversations.rs"]
mod conversations;
#[path = "dialling.rs"]
mod dialling;
#[path = "direct_way.rs"]
mod direct_way;
#[path = "encodings.rs"]
mod encodings;
#[path = "handover.rs"]
mod handover;
#[path = "instant_picture.rs"]
mod instant_picture;
#[path = "offering.rs"]
mod offering;
#[path = "paths.rs"]
mod paths;
#[path = "renegotiation.rs"]
mod renegotiation;
#[path = "simulcast.rs"]
mod simulcast;
mod support;
#[path = "tapping.rs"]
mod tapping;
#[path = "watching.rs"]
mod watching;

use std::time::Duration;

use sfu::{Command, MediaKey, TransportId};
use support::{Media, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;
/// Frames till a remote has checked its new port, and the old one was silent for a second.
const TILL_REBOUND: u32 = 120;

/// A publisher and viewers of it, connected and attached, the first one on the other worker.
fn call(viewers: usize) -> (World, usize, Vec<usize>) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewers: Vec<_> = (0..viewers).map(|_| world.join(&[Media::TAKE_VP8])).collect();
    assert_ne!(owner(&world, publisher), owner(&world, viewers[0]));
    for &viewer in &viewers {
        world.watch(viewer, publisher);
    }
    let all: Vec<_> = std::iter::once(publisher).chain(viewers.clone()).collect();
    world.connect(&all);
    (world, publisher, viewers)
}

fn owner(world: &World, client: usize) -> Option<usize> {
    world.directory.owner(TransportId(client as u64))
}

/// Publishes frames of these numbers; the first of them is a keyframe.
fn publish(world: &mut World, publisher: usize, frames: std::ops::Range<u32>) {
    let first = frames.start;
    for frame in frames {
        let now = world.now;
        world.clients[publisher].write(0, frame * VIDEO_FRAME, frame == first, now);
        world.run(FRAME);
    }
}

/// How many frames a client has, after the assertion that none is missing between.
fn whole(world: &World, viewer: usize) -> usize {
    let packets = &world.clients[viewer].packets;
    let mut numbers: Vec<_> = packets.iter().map(|packet| *packet.seq_no).collect();
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    numbers.len()
}

#[test]
fn each_side_may_have_its_own_family() {
    let mut world = World::new();
    let publishers = [world.join(&[Media::SEND_VP8]), world.join_v6(&[Media::SEND_VP8])];
    let viewers = [world.join_v6(&[Media::TAKE_VP8]), world.join(&[Media::TAKE_VP8])];
    for (publisher, viewer) in publishers.into_iter().zip(viewers) {
        world.watch(viewer, publisher);
    }
    world.connect(&[0, 1, 2, 3]);
    for publisher in publishers {
        publish(&mut world, publisher, 0..20);
    }
    assert_eq!(viewers.map(|viewer| whole(&world, viewer)), [20, 20]);
}

#[test]
fn one_subscription_serves_all_viewers_of_a_worker_and_ends_with_the_last() {
    let (mut world, publisher, viewers) = call(6);
    publish(&mut world, publisher, 0..30);
    for &viewer in &viewers {
        assert_eq!(whole(&world, viewer), 30);
    }
    assert_eq!(world.batches, 30, "each batch goes to the other worker once");
    let far = viewers.iter().filter(|&&viewer| owner(&world, viewer) != owner(&world, publisher));
    let far: Vec<_> = far.copied().collect();
    assert_eq!(far.len(), 3);
    for viewer in far {
        world.command(Command::Close { transport: TransportId(viewer as u64) });
    }
    world.run(FRAME);
    publish(&mut world, publisher, 30..60);
    assert_eq!(world.batches, 30, "nobody there wants them any more");
}

#[test]
fn a_viewer_that_changes_its_port_keeps_its_picture() {
    let (mut world, publisher, viewers) = call(2);
    publish(&mut world, publisher, 0..30);
    for &viewer in &viewers {
        world.rebind(viewer);
    }
    publish(&mut world, publisher, 30..30 + TILL_REBOUND);
    for viewer in viewers {
        assert_eq!(world.end_of(viewer), None);
        let last = world.clients[viewer].packets.last().expect("packets");
        assert_eq!(last.header.timestamp, (29 + TILL_REBOUND) * VIDEO_FRAME);
    }
}

#[test]
fn a_publisher_that_changes_its_port_is_still_seen() {
    let (mut world, publisher, viewers) = call(2);
    publish(&mut world, publisher, 0..30);
    world.rebind(publisher);
    publish(&mut world, publisher, 30..330);
    for viewer in viewers {
        let last = world.clients[viewer].packets.last().expect("packets");
        assert_eq!(last.header.timestamp, 329 * VIDEO_FRAME);
    }
    assert_eq!(world.end_of(publisher), None);
}

#[test]
fn media_go_on_over_an_ice_restart_from_another_port() {
    let (mut world, publisher, viewers) = call(2);
    publish(&mut world, publisher, 0..10);
    for &client in viewers.iter().chain([&publisher]) {
        let offer = world.clients[client].restart();
        world.rebind(client);
        let transport = TransportId(client as u64);
        world.command(Command::Renegotiate { transport, offer });
        let answer = world.answer_for(client).expect("an answer");
        world.clients[client].answer(&answer);
    }
    publish(&mut world, publisher, 10..310);
    for viewer in viewers {
        assert_eq!(world.end_of(viewer), None);
        let last = world.clients[viewer].packets.last().expect("packets");
        assert_eq!(last.header.timestamp, 309 * VIDEO_FRAME);
    }
}

#[test]
fn an_address_belongs_to_whoever_proved_last_to_be_there_on_any_worker() {
    let (mut world, publisher, viewers) = call(2);
    publish(&mut world, publisher, 0..10);
    let [far, near] = viewers[..] else { panic!("two viewers") };
    assert_ne!(owner(&world, far), owner(&world, near));
    // Two clients behind one router, which gives the port of one to the other.
    let port = world.rebind(far);
    world.addresses[near] = port;
    publish(&mut world, publisher, 10..10 + TILL_REBOUND);
    for viewer in [far, near] {
        assert_eq!(world.end_of(viewer), None);
        let last = world.clients[viewer].packets.last().expect("packets");
        assert_eq!(last.header.timestamp, (9 + TILL_REBOUND) * VIDEO_FRAME);
    }
    let remotes: Vec<_> =
        world.statistics().transports.iter().map(|transport| transport.remote).collect();
    assert_eq!(remotes[far..=near], [Some(world.remote(far)), Some(world.remote(near))]);
}

#[test]
fn what_finds_a_full_queue_is_counted_and_a_keyframe_follows() {
    let (mut world, publisher, viewers) = call(1);
    publish(&mut world, publisher, 0..30);
    let asked = world.clients[publisher].keyframe_requests;
    world.full = true;
    publish(&mut world, publisher, 30..60);
    assert_eq!(whole(&world, viewers[0]), 30);
    assert!(world.clients[publisher].keyframe_requests > asked);
    assert!(world.statistics().batches_dropped > 0);
    world.full = false;
    publish(&mut world, publisher, 60..90);
    let last = world.clients[viewers[0]].packets.last().expect("packets");
    assert_eq!(last.header.timestamp, 89 * VIDEO_FRAME);
}

#[test]
fn a_viewer_whose_first_pictures_found_a_full_queue_gets_them_later() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    world.connect(&[publisher]);
    // Long enough to know that it answers no request.
    publish(&mut world, publisher, 0..90);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.full = true;
    world.connect(&[viewer]);
    for frame in 90..100 {
        let now = world.now;
        world.clients[publisher].write(0, frame * VIDEO_FRAME, false, now);
        world.run(FRAME);
    }
    assert_eq!(whole(&world, viewer), 0);
    world.full = false;
    for frame in 100..130 {
        let now = world.now;
        world.clients[publisher].write(0, frame * VIDEO_FRAME, false, now);
        world.run(FRAME);
    }
    assert_eq!(whole(&world, viewer), 130);
}

#[test]
fn a_viewer_is_told_of_a_publisher_that_went_while_it_was_attached() {
    let (mut world, publisher, _) = call(1);
    let late = world.offer(&[Media::TAKE_VP8], Vec::new());
    let late = if owner(&world, late) == owner(&world, publisher) {
        world.offer(&[Media::TAKE_VP8], Vec::new())
    } else {
        late
    };
    let mid = world.clients[late].mids()[0].clone();
    let source = MediaKey::new(publisher as u64, &world.clients[publisher].mids()[0]);
    world.command(Command::Attach { consumer: MediaKey::new(late as u64, &mid), source });
    world.command(Command::Close { transport: TransportId(publisher as u64) });
    world.run(Duration::from_millis(5));
    let counted = world.statistics();
    let sources = counted.transports.iter().flat_map(|transport| &transport.consumers);
    assert!(sources.map(|consumer| consumer.source).all(|source| source.is_none()));
}

#[test]
fn nothing_is_left_when_all_have_gone() {
    let (mut world, publisher, viewers) = call(4);
    publish(&mut world, publisher, 0..10);
    assert!(!world.directory.is_empty());
    for &viewer in &viewers {
        world.rebind(viewer);
    }
    publish(&mut world, publisher, 10..100);
    let offer = world.clients[publisher].restart();
    world.command(Command::Renegotiate { transport: TransportId(publisher as u64), offer });
    world.clients[viewers[0]].close();
    world.unplugged.push(viewers[1]);
    world.command(Command::ProvokePanic { transport: TransportId(viewers[2] as u64) });
    world.command(Command::Close { transport: TransportId(viewers[3] as u64) });
    world.command(Command::Close { transport: TransportId(publisher as u64) });
    world.run(7 * SECOND);
    assert!(world.statistics().transports.is_empty());
    assert!(world.directory.is_empty(), "{:?}", world.directory);
    assert!(world.is_idle());
}
