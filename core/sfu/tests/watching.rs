//! What the core tells of producers: that nothing comes from them, and which of them speak.

mod support;

use std::time::Duration;

use sfu::{Command, Event, MediaKey, TransportId};
use str0m::format::Codec;
use support::{Media, World};

const SECOND: Duration = Duration::from_secs(1);
const SOUND: Duration = Duration::from_millis(20);
const SOUND_SAMPLES: u32 = 960;
const SILENCE: i8 = 127;

/// Publishers of sound, connected.
fn speakers(count: usize) -> (World, Vec<usize>) {
    let mut world = World::new();
    let all: Vec<_> = (0..count).map(|_| world.join(&[Media::SEND_OPUS])).collect();
    world.connect(&all);
    (world, all)
}

/// Everybody says something at these levels for so long.
fn say(world: &mut World, levels: &[i8], length: Duration) {
    for _ in 0..length.as_millis() / SOUND.as_millis() {
        let timestamp = (world.elapsed().as_millis() as u32) / 20 * SOUND_SAMPLES;
        let now = world.now;
        for (client, &level) in levels.iter().enumerate() {
            world.clients[client].say(0, level, timestamp, now);
        }
        world.run(SOUND);
    }
}

/// The lists told so far, of all workers: who, in order.
fn lists(world: &World) -> Vec<Vec<u64>> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::Speakers { speakers, .. } => Some(speakers),
        _ => None,
    });
    told.map(|list| list.iter().map(|(key, _)| key.transport.0).collect()).collect()
}

/// Who speaks now, of all workers together.
fn speaking(world: &World) -> Vec<u64> {
    let mut last = std::collections::BTreeMap::new();
    for event in &world.events {
        if let Event::Speakers { worker, speakers } = event {
            last.insert(worker, speakers.clone());
        }
    }
    let mut all: Vec<_> = last.into_values().flatten().collect();
    all.sort_by_key(|&(_, level)| level);
    all.into_iter().map(|(key, _)| key.transport.0).collect()
}

fn stalls(world: &World) -> Vec<(MediaKey, bool)> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::Stalled { producer, stalled } => Some((*producer, *stalled)),
        _ => None,
    });
    told.collect()
}

#[test]
fn who_speaks_is_told_loudest_first_and_silence_once() {
    let (mut world, _) = speakers(3);
    say(&mut world, &[SILENCE, SILENCE, SILENCE], SECOND);
    assert!(lists(&world).is_empty(), "{:?}", lists(&world));
    say(&mut world, &[30, SILENCE, 20], SECOND);
    assert_eq!(speaking(&world), [2, 0]);
    say(&mut world, &[30, 20, SILENCE], 2 * SECOND);
    assert_eq!(speaking(&world), [1, 0]);
    say(&mut world, &[SILENCE, SILENCE, SILENCE], 2 * SECOND);
    assert_eq!(speaking(&world), Vec::<u64>::new());
    let told = lists(&world).len();
    say(&mut world, &[SILENCE, SILENCE, SILENCE], 2 * SECOND);
    assert_eq!(lists(&world).len(), told, "nobody: told once");
}

#[test]
fn levels_that_hardly_change_are_not_told() {
    let (mut world, _) = speakers(2);
    say(&mut world, &[30, 33], SECOND);
    assert_eq!(speaking(&world).len(), 2);
    let told = lists(&world).len();
    for turn in 0..10 {
        say(&mut world, if turn % 2 == 0 { &[34, 31] } else { &[30, 35] }, SECOND / 5);
    }
    assert_eq!(lists(&world).len(), told, "{:?}", lists(&world));
}

#[test]
fn who_leaves_or_falls_silent_without_a_word_speaks_no_more() {
    let (mut world, _) = speakers(2);
    say(&mut world, &[20, 20], SECOND);
    assert_eq!(speaking(&world).len(), 2);
    world.command(Command::Close { transport: TransportId(0) });
    say(&mut world, &[20, 20], SECOND);
    assert_eq!(speaking(&world), [1]);
    world.run(SECOND);
    assert_eq!(speaking(&world), Vec::<u64>::new(), "no packet comes");
    assert!(world.end_of(1).is_none());
}

#[test]
fn when_the_last_one_leaves_in_mid_speech_silence_is_told() {
    let (mut world, _) = speakers(1);
    say(&mut world, &[20], SECOND);
    assert_eq!(speaking(&world), [0]);
    world.command(Command::Close { transport: TransportId(0) });
    world.run(SECOND);
    assert_eq!(speaking(&world), Vec::<u64>::new());
    assert!(world.is_idle());
}

#[test]
fn nothing_is_said_of_sound_that_tells_no_level() {
    let (mut world, all) = speakers(1);
    for frame in 0..50 {
        let now = world.now;
        world.clients[all[0]].write(0, frame * SOUND_SAMPLES, false, now);
        world.run(SOUND);
    }
    assert!(lists(&world).is_empty());
}

#[test]
fn a_producer_that_stands_still_is_told_and_told_again_when_it_goes_on() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    world.connect(&[publisher]);
    world.run(3 * SECOND);
    assert!(stalls(&world).is_empty(), "it has not begun");
    let now = world.now;
    world.clients[publisher].write(1, 0, true, now);
    say(&mut world, &[SILENCE], 3 * SECOND);
    let mids = world.clients[publisher].mids();
    let [sound, picture] = [0, 1].map(|index| MediaKey::new(publisher as u64, &mids[index]));
    assert_eq!(stalls(&world), [(picture, true)]);
    world.run(2 * SECOND);
    assert_eq!(stalls(&world)[1..], [(sound, true)], "the transport lives, and nothing comes");
    assert!(world.end_of(publisher).is_none());
    let now = world.now;
    world.clients[publisher].write(1, 90_000, false, now);
    say(&mut world, &[SILENCE], SECOND);
    let back = stalls(&world)[2..].to_vec();
    assert_eq!(back.len(), 2);
    assert!(back.contains(&(sound, false)) && back.contains(&(picture, false)), "{back:?}");
}

#[test]
fn a_transport_that_is_cut_off_stands_still_before_it_ends() {
    let (mut world, all) = speakers(1);
    say(&mut world, &[SILENCE], SECOND);
    world.unplugged.push(all[0]);
    world.run(2 * SECOND);
    assert_eq!(stalls(&world).len(), 1);
    assert!(world.end_of(all[0]).is_none());
    world.run(6 * SECOND);
    assert!(world.end_of(all[0]).is_some());
}

/// A VP8 keyframe of this size (RFC 7741, RFC 6386 section 9.1).
fn keyframe(width: u16, height: u16) -> Vec<u8> {
    let (width, height) = (width.to_le_bytes(), height.to_le_bytes());
    [&[0x10, 0, 0, 0, 0x9d, 0x01, 0x2a], &width[..], &height[..], &[0x55; 80]].concat()
}

#[test]
fn the_size_of_a_picture_is_told_when_it_is_another_one() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    world.connect(&[publisher]);
    for (frame, (width, height)) in [(640, 360), (640, 360), (1280, 720)].into_iter().enumerate() {
        let (now, timestamp) = (world.now, frame as u32 * 90_000);
        let picture = keyframe(width, height);
        world.clients[publisher].write_payload(0, Codec::Vp8, picture, timestamp, now);
        world.run(SECOND);
    }
    let sizes: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Resized { width, height, .. } => Some((*width, *height)),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [(640, 360), (1280, 720)]);
}
