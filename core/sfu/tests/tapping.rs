//! Programs on this machine: they take frames of producers, and produce.

mod support;

use std::time::Duration;

use sfu::endpoint::{Codec, Frame, Outgoing};
use sfu::{
    Backlog, Command, Event, MediaKey, MediaKind, Mid, TapId, Tapped, TransportId, starts_keyframe,
};
use support::client::simulcast::ENCODINGS;
use support::{Media, Way, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const TICKS: u64 = 2_970;
const TAP: TapId = TapId(1);
const LOCAL: TransportId = TransportId(100);

fn frames(world: &World) -> Vec<&Frame> {
    let told = world.tapped.iter().filter_map(|(_, told)| match told {
        Tapped::Frame(frame) => Some(frame),
        Tapped::Ended { .. } => None,
    });
    told.collect()
}

fn ends(world: &World) -> usize {
    let is_end = |(_, told): &&(TapId, Tapped)| matches!(told, Tapped::Ended { .. });
    world.tapped.iter().filter(is_end).count()
}

fn requests(world: &World) -> usize {
    let is_request = |event: &&Event| matches!(event, Event::KeyframeRequested { .. });
    world.events.iter().filter(is_request).count()
}

/// A frame of VP8 of this number.
fn picture(number: u64, keyframe: bool) -> Vec<u8> {
    let mut data = vec![number as u8; 2_500];
    data[0] = u8::from(!keyframe);
    data
}

fn write(world: &mut World, number: u64, keyframe: bool) {
    let ticket = Backlog::default().enter(0).expect("room");
    let frame = Outgoing {
        mid: Mid::from("v"),
        codec: Codec::parse("VP8").expect("a codec"),
        data: picture(number, keyframe).into(),
        timestamp: number * TICKS,
        captured: None,
        level: None,
    };
    world.command(Command::Write { transport: LOCAL, frame, ticket });
}

fn produce(world: &mut World) -> MediaKey {
    let media = vec![(Mid::from("v"), MediaKind::Video)];
    world.command(Command::Produce { transport: LOCAL, media });
    MediaKey { transport: LOCAL, mid: Mid::from("v") }
}

#[test]
fn a_tap_fills_gaps_with_what_is_sent_again() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    world.connect(&[publisher]);
    let source = MediaKey::new(publisher as u64, &world.clients[publisher].mids()[0]);
    world.command(Command::Tap { tap: TAP, source });
    world.loss = |way, number| matches!(way, Way::Up(_)) && number % 10 == 4;
    for number in 0..100 {
        let now = world.now;
        world.clients[publisher].write(0, number * TICKS as u32, number % 30 == 0, now);
        world.run(FRAME);
    }
    world.loss = |_, _| false;
    world.run(SECOND);
    let frames = frames(&world);
    assert_eq!(frames.len(), 100);
    assert!(frames.iter().all(|frame| frame.contiguous && frame.codec == "VP8"));
    assert!(frames.windows(2).all(|two| two[1].timestamp - two[0].timestamp == TICKS));
    assert_eq!(frames.iter().filter(|frame| frame.keyframe).count(), 4);
    world.command(Command::Close { transport: TransportId(publisher as u64) });
    assert_eq!(ends(&world), 1);
}

#[test]
fn a_local_producer_is_seen_like_any_other_and_is_asked_for_keyframes() {
    let mut world = World::new();
    let source = produce(&mut world);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.connect(&[viewer]);
    let consumer = MediaKey::new(viewer as u64, &world.clients[viewer].mids()[0]);
    world.command(Command::Attach { consumer, source });
    world.command(Command::Tap { tap: TAP, source });
    let mut answered = 0;
    for number in 0..150 {
        let asked = requests(&world);
        write(&mut world, number, std::mem::replace(&mut answered, asked) != asked);
        world.run(FRAME);
    }
    assert!(answered >= 1);
    let seen = frames(&world);
    assert!(seen.len() >= 148, "{}", seen.len());
    assert!(seen.iter().all(|frame| frame.contiguous));
    let first = seen[0].data[9];
    assert_eq!(*seen[0].data, *picture(u64::from(first), true));
    let packets = &world.clients[viewer].packets;
    let starts = |payload: &[u8]| starts_keyframe(str0m::format::Codec::Vp8, payload);
    assert!(starts(&packets[0].payload), "the viewer begins with a keyframe");
    assert!(packets.len() >= 3 * 120, "three for each, from a keyframe on: {}", packets.len());
    assert!(packets.windows(2).all(|two| *two[1].seq_no == *two[0].seq_no + 1));
    world.run(10 * SECOND);
    assert!(world.end_of(100).is_none(), "silence is no end of a transport without a remote");
    world.command(Command::Close { transport: LOCAL });
    world.run(SECOND);
    assert_eq!(ends(&world), 1);
}

#[test]
fn a_local_producer_lives_as_long_as_its_program() {
    let mut world = World::new();
    let source = produce(&mut world);
    world.run(90 * SECOND);
    world.command(Command::Tap { tap: TAP, source });
    write(&mut world, 0, true);
    write(&mut world, 1, false);
    world.run(SECOND);
    let is_closed = |event: &Event| matches!(event, Event::Closed { .. });
    assert!(!world.events.iter().any(is_closed), "nobody ended it");
    assert_eq!(ends(&world), 0);
    assert!(!frames(&world).is_empty());
}

#[test]
fn of_several_encodings_a_tap_takes_the_best() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let offer = world.clients[publisher].add_simulcast();
    world.command(Command::Renegotiate { transport: TransportId(publisher as u64), offer });
    let answer = world.answer_for(publisher).expect("an answer");
    world.clients[publisher].answer(&answer);
    world.connect(&[publisher]);
    let source = MediaKey::new(publisher as u64, &world.clients[publisher].mids()[1]);
    world.command(Command::Tap { tap: TAP, source });
    let mut asked = [0; 3];
    for frame in 0..120 {
        let layers: &[usize] = if frame < 60 { &[0, 1] } else { &[0, 1, 2] };
        for &layer in layers {
            let client = &mut world.clients[publisher];
            let requests = client.requests_of(ENCODINGS[layer].rid);
            let keyframe = std::mem::replace(&mut asked[layer], requests) != requests;
            let (first, now) = (if layer == 2 { 60 } else { 0 }, world.now);
            world.clients[publisher].write_layer(1, layer, frame, frame == first || keyframe, now);
        }
        world.run(FRAME);
    }
    // Each tells in its second byte which encoding it is of.
    let mut course: Vec<_> = frames(&world).iter().map(|frame| frame.data[1]).collect();
    course.dedup();
    assert_eq!(course.last(), Some(&2), "{course:?}");
    assert!(frames(&world).iter().all(|frame| frame.contiguous || frame.keyframe));
}
