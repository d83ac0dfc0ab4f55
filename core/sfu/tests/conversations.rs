//! Publishers and viewers on a simulated network.

mod support;

use std::time::Duration;

use sfu::{CloseCode, Command, Event, MediaKey, RefusalCode, TransportId};
use str0m::format::Codec;
use support::{Media, Way, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;

/// A publisher of VP8 and a viewer of it, connected; the viewer is attached.
fn pair() -> (World, usize, usize) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    (world, publisher, viewer)
}

/// Publishes `count` frames, the first of them and every `gop`th a keyframe.
fn publish(world: &mut World, publisher: usize, start: u32, count: u32, gop: u32) {
    for frame in 0..count {
        let now = world.now;
        let timestamp = start.wrapping_add(frame * VIDEO_FRAME);
        world.clients[publisher].write(0, timestamp, frame % gop == 0, now);
        world.run(FRAME);
    }
}

fn sequences(world: &World, viewer: usize) -> Vec<u64> {
    let mut numbers: Vec<_> =
        world.clients[viewer].packets.iter().map(|packet| *packet.seq_no).collect();
    numbers.sort_unstable();
    numbers
}

fn has_no_gap(numbers: &[u64]) -> bool {
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

#[test]
fn a_viewer_gets_what_is_published_from_the_first_keyframe_on() {
    let (mut world, publisher, viewer) = pair();
    let now = world.now;
    world.clients[publisher].write(0, 1, false, now);
    world.run(FRAME);
    assert!(world.clients[viewer].packets.is_empty(), "a predicted frame starts nothing");
    publish(&mut world, publisher, VIDEO_FRAME, 10, 100);
    assert_eq!(world.clients[viewer].packets.len(), 10);
    let numbers = sequences(&world, viewer);
    assert!(has_no_gap(&numbers), "{numbers:?}");
    assert!(numbers[0] < 1 << 16, "the receiver assumes a rollover counter of 0");
    let first = &world.clients[viewer].packets[0];
    assert_eq!(first.payload[1] & 1, 0, "a VP8 keyframe");
    assert_eq!(first.header.timestamp, VIDEO_FRAME);
}

#[test]
fn what_is_lost_on_the_way_down_is_sent_again() {
    let (mut world, publisher, viewer) = pair();
    world.loss = |way, count| matches!(way, Way::Down(1)) && count % 20 == 7;
    publish(&mut world, publisher, 0, 200, 1_000);
    world.loss = |_, _| false;
    world.run(SECOND);
    let numbers = sequences(&world, viewer);
    assert_eq!(numbers.len(), 200);
    assert!(has_no_gap(&numbers), "{numbers:?}");
    let statistics = world.statistics();
    let consumer = &statistics.transports[viewer].consumers[0];
    assert!(consumer.nacks > 0, "{consumer:?}");
}

#[test]
fn what_is_lost_on_the_way_up_is_asked_for_again() {
    let (mut world, publisher, viewer) = pair();
    world.loss = |way, count| matches!(way, Way::Up(0)) && count % 20 == 7;
    publish(&mut world, publisher, 0, 200, 1_000);
    world.loss = |_, _| false;
    world.run(SECOND);
    assert_eq!(sequences(&world, viewer).len(), 200);
    let statistics = world.statistics();
    let producer = &statistics.transports[publisher].producers[0];
    assert!(producer.nacks > 0, "{producer:?}");
    assert_eq!(producer.packets, 200);
}

#[test]
fn many_requests_for_a_keyframe_become_one() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewers: Vec<_> = (0..5).map(|_| world.join(&[Media::TAKE_VP8])).collect();
    for &viewer in &viewers {
        world.watch(viewer, publisher);
    }
    world.connect(&[0, 1, 2, 3, 4, 5]);
    publish(&mut world, publisher, 0, 30, 1_000);
    let before = world.clients[publisher].keyframe_requests;
    for &viewer in &viewers {
        world.clients[viewer].ask_for_keyframe(0);
    }
    world.run(Duration::from_millis(100));
    assert_eq!(world.clients[publisher].keyframe_requests, before + 1);
}

#[test]
fn a_new_viewer_makes_the_core_ask_for_a_keyframe_at_once() {
    let (mut world, publisher, _) = pair();
    publish(&mut world, publisher, 0, 30, 1_000);
    let before = world.clients[publisher].keyframe_requests;
    let late = world.join(&[Media::TAKE_VP8]);
    world.watch(late, publisher);
    world.connect(&[late]);
    world.run(Duration::from_millis(20));
    assert!(world.clients[publisher].keyframe_requests > before);
}

#[test]
fn no_keyframe_is_asked_for_before_a_viewer_can_receive_it() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, 0, 30, 1);
    let before = world.clients[publisher].keyframe_requests;
    let late = world.join(&[Media::TAKE_VP8]);
    world.unplugged.push(late);
    world.watch(late, publisher);
    world.run(Duration::from_millis(100));
    assert_eq!(world.clients[publisher].keyframe_requests, before);
    world.watch(viewer, publisher);
    world.run(Duration::from_millis(100));
    assert_eq!(world.clients[publisher].keyframe_requests, before + 1, "this one can");
}

#[test]
fn an_unanswered_request_is_repeated() {
    let (mut world, publisher, _) = pair();
    let before = world.clients[publisher].keyframe_requests;
    for frame in 0..60 {
        let now = world.now;
        world.clients[publisher].write(0, frame * VIDEO_FRAME, false, now);
        world.run(FRAME);
    }
    let asked = world.clients[publisher].keyframe_requests - before;
    assert!((3..=5).contains(&asked), "every half second for two: {asked}");
}

#[test]
fn a_viewer_cannot_tell_that_its_publisher_changed() {
    let (mut world, first, viewer) = pair();
    publish(&mut world, first, 1_000, 20, 1_000);
    let second = world.join(&[Media::SEND_VP8]);
    world.connect(&[second]);
    world.watch(viewer, second);
    publish(&mut world, second, 77_000_000, 20, 1_000);
    let numbers = sequences(&world, viewer);
    assert_eq!(numbers.len(), 40);
    assert!(has_no_gap(&numbers), "{numbers:?}");
    let times: Vec<_> =
        world.clients[viewer].packets.iter().map(|packet| packet.header.timestamp).collect();
    assert!(times.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}");
    assert!(times[20] - times[19] < 90_000, "no jump: {times:?}");
}

#[test]
fn a_publisher_that_goes_leaves_its_viewers_connected() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, 0, 10, 1_000);
    world.clients[publisher].close();
    world.run(SECOND);
    assert_eq!(world.end_of(publisher).map(|(code, _)| code), Some(CloseCode::Peer));
    assert_eq!(world.end_of(viewer), None);
    assert_eq!(world.statistics().transports[0].consumers[0].source, None);
}

#[test]
fn sound_and_picture_keep_their_distance() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_OPUS, Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    // Sound is captured together with the picture but written 100 ms earlier than it.
    let origin = world.now;
    for frame in 0..90u32 {
        let now = world.now;
        let behind = now.checked_sub(Duration::from_millis(100)).expect("a moment");
        world.clients[publisher].write(0, 48_000 + frame * 1_584, false, now);
        world.clients[publisher].write(1, 900_000 + frame * VIDEO_FRAME, frame == 0, behind);
        world.run(FRAME);
    }
    let moment = |index: usize, rate: u32, start: u32| {
        let packets = world.clients[viewer].packets.iter();
        let mut of_kind = packets.filter(|packet| (packet.payload[0] == 0x78) == (index == 0));
        let packet = of_kind.next_back().expect("packets");
        let info = packet.last_sender_info.expect("a sender report");
        let ticks = packet.header.timestamp.wrapping_sub(info.rtp_time.numer() as u32);
        let ticks = f64::from(ticks.cast_signed()) / f64::from(rate);
        let media = f64::from(packet.header.timestamp - start) / f64::from(rate);
        let wall = info.ntp_time.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        // Where the start of the media lies on the sender's clock.
        wall.as_secs_f64() + ticks - media
    };
    assert!(world.now > origin);
    let sound = moment(0, 48_000, 48_000);
    let picture = moment(1, 90_000, 900_000);
    let distance = sound - picture;
    assert!((distance - 0.100).abs() < 0.010, "100 ms, not {distance:.3} s");
}

#[test]
fn a_viewer_without_the_codec_is_refused_with_a_reason() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let mid = world.clients[publisher].mids()[0].clone();
    world.offer(&[Media::TAKE_AV1], vec![MediaKey::new(publisher as u64, &mid)]);
    let Some(Event::Refused { code, reason, .. }) = world.events.last() else {
        panic!("{:#?}", world.events);
    };
    assert_eq!(*code, RefusalCode::Codec);
    assert_eq!(reason, "no video codec in common: sent is VP8, and the offer takes AV1");
    assert_eq!(world.statistics().transports.len(), 1, "nothing is left of it");
}

#[test]
fn a_viewer_attached_to_a_codec_that_it_cannot_take_is_told_of_once() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_AV1]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    publish(&mut world, publisher, 0, 10, 5);
    let told = world.events.iter().filter(|event| matches!(event, Event::Unplayable { .. }));
    assert_eq!(told.count(), 1);
    assert!(world.clients[viewer].packets.is_empty());
}

#[test]
fn what_was_left_of_one_codec_is_not_sent_as_another() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8, Media::TAKE_AV1]);
    let viewer = world.join(&[Media::TAKE_VP8, Media::TAKE_AV1]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    publish(&mut world, publisher, 0, 10, 1_000);
    // Both in one datagram's time: the last picture of the one and the first of the other.
    let now = world.now;
    world.clients[publisher].write(0, 10 * VIDEO_FRAME, true, now);
    // A sequence header (AV1 RTP specification section 4.4) makes it a keyframe.
    let picture = vec![0x18, 0x0a, 0x01, 0x00];
    world.clients[publisher].write_payload(0, Codec::Av1, picture, 11 * VIDEO_FRAME, now);
    world.run(SECOND);
    let packets = &world.clients[viewer].packets;
    let video: Vec<_> =
        packets.iter().map(|packet| (packet.header.payload_type, packet.payload[0])).collect();
    let old = video[0];
    assert_eq!(old.1, 0x10, "VP8");
    let later = video.iter().filter(|(payload_type, _)| *payload_type != old.0);
    assert_eq!(later.map(|(_, first)| *first).collect::<Vec<_>>(), [0x18], "{video:?}");
}

#[test]
fn a_panic_ends_its_own_transport_alone() {
    let (mut world, publisher, viewer) = pair();
    let other = world.join(&[Media::TAKE_VP8]);
    world.watch(other, publisher);
    world.connect(&[other]);
    publish(&mut world, publisher, 0, 10, 1_000);
    world.command(Command::ProvokePanic { transport: TransportId(viewer as u64) });
    publish(&mut world, publisher, 100_000, 10, 1_000);
    let (code, reason) = world.end_of(viewer).expect("it ended");
    assert_eq!(code, CloseCode::Panic);
    assert!(reason.contains("provoked by a test"), "{reason}");
    assert_eq!(world.end_of(other), None);
    assert_eq!(world.clients[other].packets.len(), 20);
}

#[test]
fn a_remote_that_falls_silent_is_closed() {
    let (mut world, publisher, viewer) = pair();
    world.unplugged.push(publisher);
    world.run(5 * SECOND);
    assert_eq!(world.end_of(publisher), None, "not before its time");
    world.run(2 * SECOND);
    let (code, reason) = world.end_of(publisher).expect("it ended");
    assert_eq!(code, CloseCode::Silent);
    assert!(reason.contains("6s"), "{reason}");
    assert_eq!(world.end_of(viewer), None);
}

#[test]
fn a_remote_that_never_comes_is_closed() {
    let mut world = World::new();
    let absent = world.offer(&[Media::SEND_VP8], Vec::new());
    world.unplugged.push(absent);
    world.run(16 * SECOND);
    let (code, reason) = world.end_of(absent).expect("it ended");
    assert_eq!(code, CloseCode::NeverConnected);
    assert!(reason.contains("no packet reached the media port"), "{reason}");
    assert!(world.sfu.deadline().is_none(), "nothing is left to wait for");
}

#[test]
fn the_number_of_transports_is_bounded() {
    let mut world = World::new();
    for _ in 0..17 {
        world.offer(&[Media::SEND_VP8], Vec::new());
    }
    let Some(Event::Refused { code, .. }) = world.events.last() else {
        panic!("{:#?}", world.events);
    };
    assert_eq!(*code, RefusalCode::Limit);
}

fn credentials(sdp: &str) -> Vec<&str> {
    sdp.lines().filter(|line| line.starts_with("a=ice-ufrag:")).collect()
}

#[test]
fn media_go_on_over_an_ice_restart() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, 0, 10, 1_000);
    let before = world.answer_for(viewer).expect("an answer");
    let offer = world.clients[viewer].restart();
    let transport = TransportId(viewer as u64);
    world.command(Command::Renegotiate { transport, offer });
    let after = world.answer_for(viewer).expect("another answer");
    assert_ne!(credentials(&before), credentials(&after));
    assert!(after.contains("10.0.0.1 8444 typ host"), "all candidates again: {after}");
    world.clients[viewer].answer(&after);
    publish(&mut world, publisher, 10 * VIDEO_FRAME, 300, 1_000);
    let numbers = sequences(&world, viewer);
    assert_eq!(numbers.len(), 310);
    assert!(has_no_gap(&numbers), "{numbers:?}");
    assert_eq!(world.end_of(viewer), None, "nor is it silent after 10 s");
}

#[test]
fn a_new_offer_that_is_no_sdp_changes_nothing() {
    let (mut world, publisher, viewer) = pair();
    let transport = TransportId(viewer as u64);
    world.command(Command::Renegotiate { transport, offer: "garbage".to_owned() });
    let Some(Event::Refused { code, .. }) = world.events.last() else {
        panic!("{:#?}", world.events);
    };
    assert_eq!(*code, RefusalCode::Malformed);
    publish(&mut world, publisher, 0, 300, 1_000);
    assert_eq!(world.clients[viewer].packets.len(), 300);
}

#[test]
fn new_candidates_are_told_from_then_on() {
    let mut world = World::new();
    world.command(Command::SetCandidates { candidates: vec![[192, 0, 2, 7].into()] });
    let index = world.offer(&[Media::SEND_VP8], Vec::new());
    let answer = world.answer_for(index).expect("an answer");
    assert!(answer.contains("192.0.2.7 8444 typ host"), "{answer}");
    assert!(!answer.contains("10.0.0.1"), "{answer}");
}

#[test]
fn closing_tells_the_other_side() {
    let (mut world, publisher, viewer) = pair();
    world.command(Command::Close { transport: TransportId(viewer as u64) });
    world.run(Duration::from_millis(100));
    assert!(world.clients[viewer].closed);
    assert_eq!(world.end_of(viewer), None, "what was asked for is no event");
    publish(&mut world, publisher, 0, 3, 1);
    assert_eq!(world.statistics().transports.len(), 1);
}

#[test]
fn garbage_replays_and_strangers_disturb_nobody() {
    let (mut world, publisher, viewer) = pair();
    let stranger = std::net::SocketAddr::from(([10, 9, 9, 9], 9));
    let known = support::client_address(publisher);
    let mut noise: u32 = 1;
    for length in 0..300usize {
        let datagram: Vec<u8> = (0..length)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 24) as u8
            })
            .collect();
        for first in [0u8, 1, 20, 22, 63, 128, 144, 191, 255] {
            let mut datagram = datagram.clone();
            if let Some(byte) = datagram.first_mut() {
                *byte = first;
            }
            world.inject(stranger, &datagram);
            world.inject(known, &datagram);
        }
    }
    publish(&mut world, publisher, 0, 20, 1_000);
    assert_eq!(world.clients[viewer].packets.len(), 20);
    let statistics = world.statistics();
    assert!(statistics.datagrams_dropped >= 300 * 9, "{}", statistics.datagrams_dropped);
    assert_eq!(statistics.transports.len(), 2);
}
