//! Media that come and go on a transport on which the client offers.

mod support;

use std::time::Duration;

use sfu::{Command, Direction, Event, MediaKind, Mid, RefusalCode, TransportId};
use support::{Media, World};

const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;

/// A publisher of picture, and a viewer that takes two.
fn pair() -> (World, usize, usize) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_VP8, Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    (world, publisher, viewer)
}

/// Publishes these media; the first picture of each is a keyframe.
fn publish(world: &mut World, publisher: usize, media: &[usize], count: u32) {
    let start = world.elapsed().as_millis() as u32 * 90;
    for frame in 0..count {
        let now = world.now;
        for &index in media {
            world.clients[publisher].write(index, start + frame * VIDEO_FRAME, frame == 0, now);
        }
        world.run(FRAME);
    }
}

/// How many packets arrived of each medium of a viewer; panics where one is missing in between.
fn counts(world: &mut World, viewer: usize) -> Vec<usize> {
    let mids = world.clients[viewer].mids();
    let mut count = |mid: &String| {
        let numbers = world.clients[viewer].numbers_of(Mid::from(mid.as_str()));
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
        numbers.len()
    };
    mids.iter().map(&mut count).collect()
}

fn id(index: usize) -> TransportId {
    TransportId(index as u64)
}

#[test]
fn a_second_producer_is_added_while_the_first_flows() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, &[0], 20);
    // Other addresses are for those who come: without a restart of ICE there is no way to them.
    world.command(Command::SetCandidates { candidates: vec![[192, 0, 2, 7].into()] });
    let offer = world.clients[publisher].add(Media::SEND_VP8);
    publish(&mut world, publisher, &[0], 10);
    let media = world.renegotiate(publisher, offer);
    let ways: Vec<_> = media.iter().map(|medium| (medium.kind, medium.direction)).collect();
    assert_eq!(ways, [(MediaKind::Video, Direction::In); 2]);
    let answer = world.answer_for(publisher).expect("an answer");
    assert!(answer.contains("10.0.0.1") && !answer.contains("192.0.2.7"), "{answer}");
    world.watch(viewer, publisher);
    publish(&mut world, publisher, &[0, 1], 30);
    assert_eq!(counts(&mut world, viewer), [60, 30]);
    let producers = &world.statistics().transports[publisher].producers;
    assert_eq!(producers.iter().map(|it| it.packets).collect::<Vec<_>>(), [60, 30]);
}

#[test]
fn a_producer_that_stops_leaves_its_viewers_with_nothing_and_may_come_back() {
    let (mut world, publisher, viewer) = pair();
    let offer = world.clients[publisher].add(Media::SEND_VP8);
    world.renegotiate(publisher, offer);
    world.watch(viewer, publisher);
    publish(&mut world, publisher, &[0, 1], 20);
    let offer = world.clients[publisher].turn(0, true, false);
    let media = world.renegotiate(publisher, offer);
    let ways: Vec<_> = media.iter().map(|medium| medium.direction).collect();
    assert_eq!(ways, [Direction::None, Direction::In]);
    world.run(FRAME);
    let statistics = world.statistics();
    assert_eq!(statistics.transports[publisher].producers.len(), 1);
    let shown: Vec<_> =
        statistics.transports[viewer].consumers.iter().map(|it| it.source.is_some()).collect();
    assert_eq!(shown, [false, true]);
    publish(&mut world, publisher, &[1], 20);
    assert_eq!(counts(&mut world, viewer), [20, 40]);
    let offer = world.clients[publisher].turn(0, true, true);
    world.renegotiate(publisher, offer);
    world.watch(viewer, publisher);
    publish(&mut world, publisher, &[0, 1], 20);
    assert_eq!(counts(&mut world, viewer)[0], 40, "its numbers went on");
    assert_eq!(world.end_of(publisher), None);
}

#[test]
fn a_producer_that_ends_for_good_ends_alone() {
    let (mut world, publisher, viewer) = pair();
    let offer = world.clients[publisher].add(Media::SEND_VP8);
    world.renegotiate(publisher, offer);
    world.watch(viewer, publisher);
    publish(&mut world, publisher, &[0, 1], 20);
    let offer = world.clients[publisher].stop(0);
    assert!(offer.contains("m=video 0 "), "{offer}");
    let media = world.renegotiate(publisher, offer);
    assert_eq!(media[0].direction, Direction::None);
    publish(&mut world, publisher, &[1], 20);
    assert_eq!(counts(&mut world, viewer), [20, 40]);
    let offer = world.clients[publisher].restart();
    world.renegotiate(publisher, offer);
    let answer = world.answer_for(publisher).expect("an answer");
    let (ended, living) = answer.split_at(answer.rfind("m=video").expect("the second"));
    assert!(!ended.contains("a=candidate:"), "{answer}");
    assert!(living.contains("a=candidate:"), "who lives tells the candidates: {answer}");
    publish(&mut world, publisher, &[1], 200);
    assert_eq!(counts(&mut world, viewer), [20, 240]);
}

#[test]
fn a_client_may_begin_without_media() {
    let mut world = World::new();
    let publisher = world.join(&[]);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.connect(&[publisher, viewer]);
    let offer = world.clients[publisher].add(Media::SEND_VP8);
    let media = world.renegotiate(publisher, offer);
    assert_eq!(media[0].direction, Direction::In);
    world.watch(viewer, publisher);
    publish(&mut world, publisher, &[0], 20);
    assert_eq!(counts(&mut world, viewer), [20]);
}

#[test]
fn a_viewer_may_take_more_and_less() {
    let (mut world, publisher, _) = pair();
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[viewer]);
    publish(&mut world, publisher, &[0], 20);
    let offer = world.clients[viewer].add(Media::TAKE_VP8);
    let media = world.renegotiate(viewer, offer);
    assert_eq!(media[1].direction, Direction::Out);
    world.show(viewer, media[1].mid, publisher, 0);
    publish(&mut world, publisher, &[0], 20);
    let got = counts(&mut world, viewer);
    assert_eq!(got[0], 40);
    assert!(got[1] >= 20, "with what was kept of the publisher: {got:?}");
    let offer = world.clients[viewer].turn(0, false, false);
    world.renegotiate(viewer, offer);
    assert_eq!(world.statistics().transports[viewer].consumers.len(), 1);
    publish(&mut world, publisher, &[0], 20);
    assert_eq!(counts(&mut world, viewer), [40, got[1] + 20]);
    let offer = world.clients[viewer].turn(0, false, true);
    let media = world.renegotiate(viewer, offer);
    world.show(viewer, media[0].mid, publisher, 0);
    publish(&mut world, publisher, &[0], 20);
    let later = counts(&mut world, viewer);
    assert!(later[0] >= 60 && later[1] == got[1] + 40, "{later:?}");
}

#[test]
fn a_viewer_that_wants_to_send_is_refused_and_goes_on() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, &[0], 10);
    let offer = world.clients[viewer].add(Media::SEND_VP8);
    let (code, reason) = world.refusal(Command::Renegotiate { transport: id(viewer), offer });
    assert_eq!(code, RefusalCode::Unsupported);
    assert!(reason.contains("on another"), "{reason}");
    publish(&mut world, publisher, &[0], 10);
    assert_eq!(counts(&mut world, viewer)[0], 20);
}

#[test]
fn a_medium_may_flow_both_ways_and_one_way_again() {
    let mut world = World::new();
    let [ann, bob] = [world.join(&[Media::BOTH_VP8]), world.join(&[Media::BOTH_VP8])];
    world.watch(ann, bob);
    world.watch(bob, ann);
    world.connect(&[ann, bob]);
    publish(&mut world, ann, &[0], 20);
    publish(&mut world, bob, &[0], 10);
    assert_eq!((counts(&mut world, ann), counts(&mut world, bob)), (vec![10], vec![20]));
    let offer = world.clients[ann].turn(0, true, true);
    let media = world.renegotiate(ann, offer);
    assert_eq!(media.iter().map(|it| it.direction).collect::<Vec<_>>(), [Direction::In]);
    publish(&mut world, bob, &[0], 10);
    publish(&mut world, ann, &[0], 10);
    assert_eq!((counts(&mut world, ann), counts(&mut world, bob)), (vec![10], vec![30]));
}

#[test]
fn a_medium_that_flows_both_ways_is_told_once_for_each() {
    let mut world = World::new();
    let ann = world.join(&[Media::SEND_OPUS, Media::BOTH_VP8]);
    let told = world.events.iter().find_map(|event| match event {
        Event::Answered { media, .. } => Some(media),
        _ => None,
    });
    let told: Vec<_> = told.expect("an answer").iter().map(|it| (it.kind, it.direction)).collect();
    let video = MediaKind::Video;
    let expected = [(video, Direction::In), (video, Direction::Out)];
    assert_eq!(told, [&[(MediaKind::Audio, Direction::In)], &expected[..]].concat());
    assert_eq!(world.clients[ann].mids().len(), 2);
}
