//! Viewers of publishers that do not answer keyframe requests.

mod support;

use std::time::Duration;

use sfu::Command;
use sfu::MediaKey;
use str0m::format::Codec;
use support::{Media, REPLAY_MEMORY, Way, World};

const FRAME: Duration = Duration::from_millis(40);
const VIDEO_FRAME: u32 = 3_600;
/// Two seconds: the core has probed by then.
const KNOWN: u32 = 50;

/// A publisher that is connected.
fn publisher(world: &mut World) -> usize {
    let publisher = world.join(&[Media::SEND_VP8]);
    world.connect(&[publisher]);
    publisher
}

/// Publishes frames `from..to`; of them `keyframe` is one.
fn publish(world: &mut World, who: usize, frames: std::ops::Range<u32>, keyframe: u32) {
    for frame in frames {
        let now = world.now;
        world.clients[who].write(0, 5_000_000 + frame * VIDEO_FRAME, frame == keyframe, now);
        world.run(FRAME);
    }
}

/// A viewer that joins now; publishing goes on with frame `from` till it is connected, and 400 ms
/// longer. Gives back the viewer and the next frame.
fn join(world: &mut World, from: u32, publisher: usize) -> (usize, u32) {
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    let mut frame = from;
    while !world.clients[viewer].connected {
        publish(world, publisher, frame..frame + 1, 0);
        frame += 1;
        assert!(frame < from + 100, "never connected");
    }
    publish(world, publisher, frame..frame + 10, 0);
    (viewer, frame + 10)
}

/// Sequence numbers by arrival.
fn sequences(world: &World, viewer: usize) -> Vec<u64> {
    world.clients[viewer].packets.iter().map(|packet| *packet.seq_no).collect()
}

fn timestamps(world: &World, viewer: usize) -> Vec<u32> {
    world.clients[viewer].packets.iter().map(|packet| packet.header.timestamp).collect()
}

/// Everything came once and in order, beginning with a keyframe.
fn is_seamless(world: &World, viewer: usize) {
    let numbers = sequences(world, viewer);
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    let times = timestamps(world, viewer);
    assert!(times.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}");
    assert_eq!(world.clients[viewer].packets[0].payload[1] & 1, 0, "a VP8 keyframe");
}

#[test]
fn a_new_viewer_gets_the_last_group_at_once_and_goes_on_live() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..200, 0);
    let (viewer, next) = join(&mut world, 200, publisher);
    is_seamless(&world, viewer);
    let times = timestamps(&world, viewer);
    assert_eq!(times.len() as u32, next, "from the only keyframe on");
    let live = 5_000_000 + (next - 1) * VIDEO_FRAME;
    assert_eq!(*times.last().expect("packets"), live, "live packets keep their timestamps");
    let packets = &world.clients[viewer].packets;
    let catching_up = packets[200].timestamp - packets[0].timestamp;
    assert!(catching_up < Duration::from_millis(200), "{catching_up:?}");
    assert!(times[200] - times[0] < 90_000 / 5, "squeezed to less than 200 ms");
}

#[test]
fn a_replay_is_no_burst() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..240, 0);
    let (viewer, _) = join(&mut world, 240, publisher);
    let packets = &world.clients[viewer].packets;
    let most = packets
        .iter()
        .map(|first| packets.iter().filter(|packet| packet.timestamp == first.timestamp).count())
        .max();
    assert!(most < Some(20), "{most:?} packets in one millisecond");
}

#[test]
fn viewers_join_whenever_they_like() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    let mut next = KNOWN;
    publish(&mut world, publisher, 0..next, 0);
    let mut viewers = Vec::new();
    for _ in 0..3 {
        let (viewer, after) = join(&mut world, next, publisher);
        viewers.push(viewer);
        publish(&mut world, publisher, after..after + 7, 0);
        next = after + 7;
    }
    for viewer in viewers {
        is_seamless(&world, viewer);
        assert_eq!(world.clients[viewer].packets.len() as u32, next);
    }
}

#[test]
fn the_first_viewer_of_an_unknown_publisher_waits_till_its_deafness_is_known() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..3, 0);
    let (viewer, mut next) = join(&mut world, 3, publisher);
    publish(&mut world, publisher, next..next + 10, 0);
    next += 10;
    is_seamless(&world, viewer);
    assert_eq!(world.clients[viewer].packets.len() as u32, next);
}

#[test]
fn a_keyframe_in_the_middle_of_a_replay_follows_it() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..200, 0);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[viewer]);
    world.run_until(FRAME, |world| !world.clients[viewer].packets.is_empty());
    publish(&mut world, publisher, 200..220, 200);
    is_seamless(&world, viewer);
    assert_eq!(world.clients[viewer].packets.len(), 220);
}

#[test]
fn a_publisher_that_answers_costs_no_memory_and_is_not_replayed() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    let mut answered = world.clients[publisher].keyframe_requests;
    let mut keyframes = 0;
    let mut write = |world: &mut World, frame: u32| {
        let asked = world.clients[publisher].keyframe_requests;
        let keyframe = frame == 0 || asked > answered;
        answered = asked;
        keyframes += u32::from(keyframe);
        publish(world, publisher, frame..frame + 1, if keyframe { frame } else { u32::MAX });
    };
    (0..10).for_each(|frame| write(&mut world, frame));
    assert!(world.replay_memory.left() < REPLAY_MEMORY, "it is not known yet");
    (10..100).for_each(|frame| write(&mut world, frame));
    assert_eq!(world.replay_memory.left(), REPLAY_MEMORY);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    (100..130).for_each(|frame| write(&mut world, frame));
    is_seamless(&world, viewer);
    assert!(world.clients[viewer].packets.len() < 31, "nothing from before");
    assert!(keyframes < 6, "{keyframes}: it is not asked for ever");
}

#[test]
fn sender_reports_stay_on_the_live_line() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..200, 0);
    let (viewer, mut next) = join(&mut world, 200, publisher);
    publish(&mut world, publisher, next..next + 75, 0);
    next += 75;
    let packets = &world.clients[viewer].packets;
    let starts: Vec<f64> = packets
        .iter()
        .filter_map(|packet| {
            let info = packet.last_sender_info?;
            let wall = info.ntp_time.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
            let ticks = (info.rtp_time.numer() as u32).wrapping_sub(5_000_000).cast_signed();
            Some(wall.as_secs_f64() - f64::from(ticks) / 90_000.0)
        })
        .collect();
    assert!(starts.len() > 50, "reports for {} of {next} packets", starts.len());
    let spread = starts.iter().fold(0.0f64, |most, start| most.max((start - starts[0]).abs()));
    assert!(spread < 0.015, "{spread:.3} s");
}

#[test]
fn what_is_lost_of_a_replay_is_sent_again() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    // The viewer of this test asks again for the last hundred packets only.
    publish(&mut world, publisher, 0..KNOWN, 0);
    world.loss = |way, count| matches!(way, Way::Down(1)) && count > 10 && count % 10 == 7;
    let (viewer, next) = join(&mut world, KNOWN, publisher);
    world.loss = |_, _| false;
    publish(&mut world, publisher, next..next + 10, 0);
    let mut numbers = sequences(&world, viewer);
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    assert_eq!(numbers.len() as u32, next + 10);
}

#[test]
fn what_arrives_late_from_the_publisher_takes_its_place() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..KNOWN, 0);
    world.loss = |way, count| matches!(way, Way::Up(0)) && count % 10 == 7;
    let (viewer, next) = join(&mut world, KNOWN, publisher);
    world.loss = |_, _| false;
    publish(&mut world, publisher, next..next + 10, 0);
    let packets = &world.clients[viewer].packets;
    let mut numbers: Vec<_> =
        packets.iter().map(|packet| (*packet.seq_no, packet.header.timestamp)).collect();
    numbers.sort_unstable();
    assert_eq!(numbers.len() as u32, next + 10);
    let in_order = |pair: &[(u64, u32)]| pair[1].0 == pair[0].0 + 1 && pair[1].1 > pair[0].1;
    assert!(numbers.windows(2).all(in_order), "{numbers:?}");
}

#[test]
fn a_viewer_that_changes_to_a_deaf_publisher_cannot_tell() {
    let mut world = World::new();
    let (one, two) = (publisher(&mut world), publisher(&mut world));
    let mut frame = 0;
    let both = |world: &mut World, frame: u32| {
        let now = world.now;
        world.clients[two].write(0, 77 + frame * VIDEO_FRAME, frame == 0, now);
        publish(world, one, frame..frame + 1, 0);
    };
    let viewer = world.join(&[Media::TAKE_VP8]);
    for source in [one, two, one] {
        for _ in 0..KNOWN + 25 {
            both(&mut world, frame);
            frame += 1;
        }
        world.watch(viewer, source);
    }
    (frame..frame + 20).for_each(|frame| both(&mut world, frame));
    is_seamless(&world, viewer);
    let expected = 3 * (KNOWN + 25) + 2 * (KNOWN + 25) + 2 * (KNOWN + 25) + 20;
    let seen = world.clients[viewer].packets.len() as u32;
    assert!(seen > expected, "every change brought a whole group: {seen}");
}

#[test]
fn detached_in_the_middle_of_a_replay_nothing_more_comes() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..240, 0);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[viewer]);
    world.run_until(FRAME, |world| !world.clients[viewer].packets.is_empty());
    let consumer = MediaKey::new(viewer as u64, &world.clients[viewer].mids()[0].clone());
    world.command(Command::Detach { consumer });
    world.run(Duration::from_millis(6));
    let before = world.clients[viewer].packets.len();
    world.run(FRAME * 10);
    assert!(before < 240);
    assert_eq!(world.clients[viewer].packets.len(), before);
}

#[test]
fn another_codec_empties_the_group() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8, Media::TAKE_AV1]);
    world.connect(&[publisher]);
    publish(&mut world, publisher, 0..KNOWN, 0);
    for frame in KNOWN..KNOWN + 5 {
        let now = world.now;
        let timestamp = 5_000_000 + frame * VIDEO_FRAME;
        world.clients[publisher].write_payload(0, Codec::Av1, vec![0; 9], timestamp, now);
        world.run(FRAME);
    }
    let viewer = world.join(&[Media::TAKE_VP8, Media::TAKE_AV1]);
    world.watch(viewer, publisher);
    world.connect(&[viewer]);
    world.run(FRAME * 10);
    assert!(world.clients[viewer].packets.is_empty(), "there is no keyframe of the new codec");
    assert_eq!(world.replay_memory.left(), REPLAY_MEMORY);
}

#[test]
fn a_publisher_that_goes_gives_its_memory_back() {
    let mut world = World::new();
    let publisher = publisher(&mut world);
    publish(&mut world, publisher, 0..KNOWN, 0);
    assert!(world.replay_memory.left() < REPLAY_MEMORY - KNOWN as usize * 600);
    world.clients[publisher].close();
    world.run(Duration::from_secs(1));
    assert_eq!(world.replay_memory.left(), REPLAY_MEMORY);
}
