//! Tracks in several encodings: each viewer is sent one, and cannot tell that there are others.

mod support;

use std::time::Duration;

use sfu::{Command, Event, LayerDescription, MediaKey, TransportId};
use support::client::simulcast::ENCODINGS;
use support::{Media, Way, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const ALL: [usize; 3] = [0, 1, 2];

/// A publisher of all encodings and viewers of it.
struct Call {
    world: World,
    publisher: usize,
    viewers: Vec<usize>,
    frame: u16,
    requests: [u32; 3],
}

impl Call {
    fn new(viewers: usize) -> Self {
        let mut world = World::new();
        let publisher = world.join(&[Media::SEND_VP8]);
        let offer = world.clients[publisher].add_simulcast();
        let transport = TransportId(publisher as u64);
        world.command(Command::Renegotiate { transport, offer });
        let answer = world.answer_for(publisher).expect("an answer");
        assert!(answer.contains("a=simulcast:recv c;a;b"), "{answer}");
        world.clients[publisher].answer(&answer);
        let viewers: Vec<_> = (0..viewers).map(|_| world.join(&[Media::TAKE_VP8])).collect();
        let everybody: Vec<_> = std::iter::once(publisher).chain(viewers.clone()).collect();
        world.connect(&everybody);
        let mut call = Self { world, publisher, viewers, frame: 0, requests: [0; 3] };
        for &viewer in &call.viewers.clone() {
            let (consumer, source) = (call.consumer(viewer), call.producer());
            call.world.command(Command::Attach { consumer, source });
        }
        call
    }

    fn producer(&self) -> MediaKey {
        MediaKey::new(self.publisher as u64, &self.world.clients[self.publisher].mids()[1])
    }

    fn consumer(&self, viewer: usize) -> MediaKey {
        MediaKey::new(viewer as u64, &self.world.clients[viewer].mids()[0])
    }

    fn limit(&mut self, viewer: usize, layer: Option<u8>) {
        let consumer = self.consumer(viewer);
        self.world.command(Command::Limit { consumer, layer });
    }

    /// Sends frames in these encodings; a keyframe is sent where one is asked for.
    fn send(&mut self, layers: &[usize], frames: u16) {
        for _ in 0..frames {
            let now = self.world.now;
            for &layer in layers {
                let asked = self.world.clients[self.publisher].requests_of(ENCODINGS[layer].rid);
                let first = self.frame == 0;
                let keyframe = std::mem::replace(&mut self.requests[layer], asked) != asked;
                let client = &mut self.world.clients[self.publisher];
                client.write_layer(1, layer, self.frame, first || keyframe, now);
            }
            self.frame += 1;
            self.world.run(FRAME);
        }
    }

    /// The encodings that a viewer was sent, one after the other.
    fn course(&self, viewer: usize) -> Vec<usize> {
        let mut course: Vec<_> =
            self.packets(viewer).iter().map(|&(_, _, (_, _, layer))| layer).collect();
        course.dedup();
        course
    }

    /// What a viewer has, in the order of its numbers: sequence number, timestamp, descriptor.
    fn packets(&self, viewer: usize) -> Vec<(u64, u32, (u16, u8, usize))> {
        self.world.clients[viewer].pictures()
    }

    /// Nothing that a viewer sees tells that there is more than one stream, and nothing is missing.
    fn check(&self, viewer: usize) {
        assert_eq!(self.missing(viewer), 0);
    }

    /// The same where packets may be missing, each of which is a picture; how many are.
    fn missing(&self, viewer: usize) -> u64 {
        self.world.clients[viewer].missing_pictures()
    }

    fn layers(&self) -> Vec<String> {
        let name = |layer: &LayerDescription| format!("{}:{}", layer.rid, layer.width);
        let told = self.world.events.iter().filter_map(|event| match event {
            Event::Layers { producer, layers } if *producer == self.producer() => {
                Some(layers.iter().map(name).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        });
        told.collect()
    }

    fn forwarded(&self, viewer: usize) -> Vec<u8> {
        let told = self.world.events.iter().filter_map(|event| match event {
            Event::Forwarded { consumer, layer } if consumer.transport.0 == viewer as u64 => {
                Some(*layer)
            }
            _ => None,
        });
        told.collect()
    }
}

#[test]
fn each_viewer_is_sent_the_best_that_it_may() {
    let mut call = Call::new(3);
    let [best, middle, lowest] = [call.viewers[0], call.viewers[1], call.viewers[2]];
    call.limit(middle, Some(1));
    call.limit(lowest, Some(0));
    call.send(&ALL, 90);
    assert_eq!(call.layers().last().map(String::as_str), Some("c:320 a:640 b:1280"));
    for (viewer, layer) in [(best, 2), (middle, 1), (lowest, 0)] {
        assert_eq!(call.course(viewer).last(), Some(&layer));
        assert_eq!(call.forwarded(viewer).last(), Some(&(layer as u8)));
        assert!(call.packets(viewer).len() > 80, "{}", call.packets(viewer).len());
        call.check(viewer);
    }
}

#[test]
fn another_limit_switches_at_a_keyframe_without_a_gap() {
    let mut call = Call::new(1);
    let viewer = call.viewers[0];
    call.send(&ALL, 60);
    for limit in [Some(0), Some(1), Some(0), None, Some(1)] {
        call.limit(viewer, limit);
        call.send(&ALL, 45);
        let layer = limit.map_or(2, usize::from);
        assert_eq!(call.course(viewer).last(), Some(&layer));
        call.check(viewer);
    }
    let sent = call.packets(viewer).len();
    assert!(sent > 270, "something flows all the time: {sent} of 285");
}

#[test]
fn switching_goes_on_while_packets_are_lost_on_the_way_up() {
    switch_under(|way, count| way == Way::Up(0) && count % 13 == 5);
}

#[test]
fn switching_goes_on_while_packets_are_lost_on_the_way_down() {
    switch_under(|way, count| way == Way::Down(1) && count % 11 == 3);
}

fn switch_under(loss: support::Loss) {
    let mut call = Call::new(1);
    let viewer = call.viewers[0];
    call.world.loss = loss;
    call.send(&ALL, 60);
    for limit in [Some(0), Some(2), Some(1), None] {
        call.limit(viewer, limit);
        call.send(&ALL, 60);
    }
    call.world.loss = |_, _| false;
    call.send(&ALL, 30);
    assert_eq!(call.course(viewer).last(), Some(&2));
    // A packet is asked for five times at most, and each of these may be lost, too.
    let (missing, all) = (call.missing(viewer), call.packets(viewer).len());
    assert!(missing <= 6, "{missing} of {all}");
}

#[test]
fn one_that_stops_gives_way_to_a_lower_one_and_comes_back() {
    let mut call = Call::new(1);
    let viewer = call.viewers[0];
    call.send(&ALL, 60);
    call.send(&[0, 1], 90);
    assert_eq!(call.layers().last().map(String::as_str), Some("c:320 a:640"));
    assert_eq!(call.course(viewer).last(), Some(&1));
    call.send(&[0], 90);
    assert_eq!(call.course(viewer).last(), Some(&0));
    call.send(&ALL, 90);
    assert_eq!(call.course(viewer).last(), Some(&2));
    assert_eq!(call.layers().last().map(String::as_str), Some("c:320 a:640 b:1280"));
    let numbers: Vec<_> = call.packets(viewer).iter().map(|packet| packet.0).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

#[test]
fn keyframes_are_asked_for_only_of_what_is_needed() {
    let mut call = Call::new(1);
    let viewer = call.viewers[0];
    call.limit(viewer, Some(0));
    call.send(&ALL, 60);
    let before = call.requests;
    call.limit(viewer, Some(1));
    call.send(&ALL, 60);
    let now = call.requests;
    assert_eq!(now[1], before[1] + 1, "once: {now:?}");
    assert_eq!([now[0], now[2]], [before[0], before[2]]);
    call.world.clients[viewer].ask_for_keyframe(0);
    call.send(&ALL, 60);
    assert!(call.requests[1] > now[1], "the viewer's own request");
    assert_eq!([call.requests[0], call.requests[2]], [before[0], before[2]]);
}

#[test]
fn a_limit_stays_over_changes_of_the_source() {
    let mut call = Call::new(1);
    let viewer = call.viewers[0];
    let (consumer, source) = (call.consumer(viewer), call.producer());
    call.limit(viewer, Some(0));
    call.send(&ALL, 30);
    call.world.command(Command::Detach { consumer });
    call.send(&ALL, 30);
    call.world.clients[viewer].packets.clear();
    call.world.command(Command::Attach { consumer, source });
    call.send(&ALL, 60);
    assert_eq!(call.course(viewer), [0]);
    call.check(viewer);
}

#[test]
fn a_limit_of_nobody_and_of_a_track_that_is_sent_once_is_nothing() {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    let consumer = MediaKey::new(viewer as u64, &world.clients[viewer].mids()[0]);
    world.command(Command::Limit { consumer: MediaKey::new(9, "0"), layer: Some(0) });
    world.command(Command::Limit { consumer, layer: Some(0) });
    for frame in 0..10 {
        let now = world.now;
        world.clients[publisher].write(0, frame * 2_970, frame == 0, now);
        world.run(FRAME);
    }
    world.run(SECOND);
    assert_eq!(world.clients[viewer].packets.len(), 10);
    let told = |event: &Event| matches!(event, Event::Layers { .. } | Event::Forwarded { .. });
    assert!(!world.events.iter().any(told));
}
