//! A viewer goes over from one way of its pictures to another one, and sees no break.

mod support;

use std::time::Duration;

use sfu::{Command, MediaKey, TransportId};
use support::client::simulcast::ENCODINGS;
use support::{Media, World};

const FRAME: Duration = Duration::from_millis(33);
const SECOND: Duration = Duration::from_secs(1);

/// Two ways, each a publisher with a plain picture, its sound and a picture in several encodings, and
/// one who watches.
struct Ways {
    world: World,
    ways: [usize; 2],
    viewer: usize,
    frame: u16,
}

impl Ways {
    fn new() -> Self {
        let mut world = World::new();
        let ways = [(); 2].map(|()| {
            let publisher = world.join(&[Media::SEND_VP8, Media::SEND_OPUS]);
            let offer = world.clients[publisher].add_simulcast();
            let transport = TransportId(publisher as u64);
            world.command(Command::Renegotiate { transport, offer });
            let answer = world.answer_for(publisher).expect("an answer");
            world.clients[publisher].answer(&answer);
            publisher
        });
        let viewer = world.join(&[Media::TAKE_VP8, Media::TAKE_OPUS]);
        world.connect(&[ways[0], ways[1], viewer]);
        Self { world, ways, viewer, frame: 0 }
    }

    fn source(&self, way: usize, medium: usize) -> MediaKey {
        let publisher = self.ways[way];
        MediaKey::new(publisher as u64, &self.world.clients[publisher].mids()[medium])
    }

    fn consumer(&self, medium: usize) -> MediaKey {
        MediaKey::new(self.viewer as u64, &self.world.clients[self.viewer].mids()[medium])
    }

    fn attach(&mut self, way: usize) {
        let (consumer, source) = (self.consumer(0), self.source(way, 0));
        self.world.command(Command::Attach { consumer, source });
    }

    fn hand_over(&mut self, way: usize) {
        let (consumer, source) = (self.consumer(0), self.source(way, 0));
        self.world.command(Command::HandOver { consumer, source });
    }

    fn requests(&self) -> [u32; 2] {
        self.ways.map(|way| self.world.clients[way].keyframe_requests)
    }

    /// Sends pictures by these ways; a keyframe where one was asked for `late` pictures ago.
    fn send(&mut self, ways: &[usize], pictures: u16, late: u16) {
        let mut answered = self.requests();
        let mut due = [None; 2];
        for _ in 0..pictures {
            let (now, asked) = (self.world.now, self.requests());
            for &way in ways {
                if std::mem::replace(&mut answered[way], asked[way]) != asked[way] {
                    due[way] = Some(self.frame + late);
                }
                let keyframe = due[way].take_if(|at| *at <= self.frame).is_some();
                let first = self.frame == 0;
                let client = &mut self.world.clients[self.ways[way]];
                client.write_picture(0, way, self.frame, keyframe || first, now);
            }
            self.frame += 1;
            self.world.run(FRAME);
        }
    }

    /// By which ways the pictures came, one after the other; none may be missing, nor a moment.
    fn course(&self) -> Vec<usize> {
        let client = &self.world.clients[self.viewer];
        assert_eq!(client.missing_pictures(), 0);
        let pictures = client.pictures();
        let times = pictures.windows(2).map(|pair| pair[1].1.wrapping_sub(pair[0].1));
        let longest = times.max().unwrap_or(0);
        assert!(longest < 2 * 2_970, "a break of {} ms", longest / 90);
        let mut course: Vec<_> = pictures.iter().map(|&(_, _, (_, _, way))| way).collect();
        course.dedup();
        course
    }
}

#[test]
fn what_flows_goes_on_till_the_other_way_has_a_keyframe() {
    let mut ways = Ways::new();
    ways.attach(0);
    ways.send(&[0, 1], 60, 0);
    for way in [1, 0, 1] {
        ways.hand_over(way);
        // Its keyframe takes a third of a second.
        ways.send(&[0, 1], 45, 10);
    }
    assert_eq!(ways.course(), [0, 1, 0, 1]);
    let seen = ways.world.clients[ways.viewer].pictures().len();
    assert!(seen > 190, "{seen} of 195");
}

#[test]
fn a_way_that_begins_is_taken_with_its_first_packet() {
    let mut ways = Ways::new();
    ways.attach(0);
    ways.send(&[0], 60, 0);
    ways.hand_over(1);
    ways.send(&[0], 30, 0);
    assert_eq!(ways.course(), [0], "nothing comes by the other one yet");
    let now = ways.world.now;
    let client = &mut ways.world.clients[ways.ways[1]];
    client.write_picture(0, 1, ways.frame, true, now);
    ways.frame += 1;
    ways.world.run(FRAME);
    ways.send(&[1], 30, 0);
    assert_eq!(ways.course(), [0, 1]);
    let seen = ways.world.clients[ways.viewer].pictures().len();
    assert!(seen > 115, "{seen} of 121");
}

#[test]
fn from_nothing_it_is_as_any_other_beginning() {
    let mut ways = Ways::new();
    ways.hand_over(0);
    ways.send(&[0, 1], 30, 0);
    ways.hand_over(0);
    ways.send(&[0, 1], 30, 0);
    assert_eq!(ways.course(), [0]);
}

#[test]
fn who_asks_for_a_keyframe_meanwhile_asks_the_way_that_flows() {
    let mut ways = Ways::new();
    ways.attach(0);
    ways.send(&[0], 60, 0);
    ways.hand_over(1);
    let before = ways.requests()[0];
    ways.world.clients[ways.viewer].ask_for_keyframe(0);
    ways.send(&[0], 30, 0);
    assert_eq!(ways.requests()[0], before + 1);
}

#[test]
fn when_the_old_way_ends_the_other_one_is_left() {
    let mut ways = Ways::new();
    ways.attach(0);
    ways.send(&[0], 30, 0);
    ways.hand_over(1);
    ways.world.command(Command::Close { transport: TransportId(ways.ways[0] as u64) });
    ways.send(&[1], 30, 0);
    let last = ways.world.clients[ways.viewer].pictures().last().map(|picture| picture.2.2);
    assert_eq!(last, Some(1));
}

#[test]
fn when_the_other_way_ends_it_stays() {
    let mut ways = Ways::new();
    ways.attach(0);
    ways.send(&[0], 30, 0);
    ways.hand_over(1);
    ways.world.command(Command::Close { transport: TransportId(ways.ways[1] as u64) });
    ways.send(&[0], 30, 0);
    assert_eq!(ways.course(), [0]);
    let seen = ways.world.clients[ways.viewer].pictures().len();
    assert!(seen > 55, "{seen} of 60");
}

#[test]
fn who_changes_its_mind_stays_too_and_whoever_left_is_gone() {
    let mut ways = Ways::new();
    ways.attach(0);
    ways.send(&[0], 30, 0);
    ways.hand_over(1);
    ways.send(&[0], 10, 0);
    ways.hand_over(0);
    ways.send(&[0, 1], 30, 0);
    assert_eq!(ways.course(), [0]);
    let consumer = ways.consumer(0);
    ways.hand_over(1);
    ways.world.command(Command::Detach { consumer });
    ways.world.clients[ways.viewer].packets.clear();
    ways.send(&[0, 1], 30, 0);
    assert!(ways.world.clients[ways.viewer].packets.is_empty());
}

#[test]
fn sound_goes_over_with_the_next_packet() {
    let mut ways = Ways::new();
    let consumer = ways.consumer(1);
    let heard = |ways: &Ways| ways.world.clients[ways.viewer].packets.len();
    for way in [0, 1, 0] {
        let source = ways.source(way, 1);
        ways.world.command(Command::HandOver { consumer, source });
        let before = heard(&ways);
        for packet in 0..50 {
            let now = ways.world.now;
            for publisher in ways.ways {
                ways.world.clients[publisher].write(1, packet * 960, false, now);
            }
            ways.world.run(Duration::from_millis(20));
        }
        ways.world.run(FRAME);
        // What both ways bring in the same moment may be heard of both.
        assert!((50..=51).contains(&(heard(&ways) - before)));
    }
    ways.world.run(SECOND);
    let packets = &ways.world.clients[ways.viewer].packets;
    let numbers: Vec<_> = packets.iter().map(|packet| *packet.seq_no).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

#[test]
fn of_several_encodings_the_best_follows() {
    let mut ways = Ways::new();
    let consumer = ways.consumer(0);
    let (mut frame, mut answered) = (0, 0);
    for way in [0, 1, 0] {
        let source = ways.source(way, 2);
        ways.world.command(Command::HandOver { consumer, source });
        for _ in 0..60 {
            let now = ways.world.now;
            for (number, publisher) in ways.ways.into_iter().enumerate() {
                let client = &mut ways.world.clients[publisher];
                let asked = client.requests_of(ENCODINGS[2].rid);
                let is_due = number == way && answered != asked;
                for layer in [0, 1, 2] {
                    client.write_layer(2, layer, frame, frame == 0 || is_due, now);
                }
                if is_due {
                    answered = asked;
                }
            }
            frame += 1;
            ways.world.run(FRAME);
        }
        let last = ways.world.clients[ways.viewer].pictures().last().map(|picture| picture.2.2);
        assert_eq!(last, Some(2));
        answered = u16::MAX.into();
    }
    ways.course();
    let seen = ways.world.clients[ways.viewer].pictures().len();
    assert!(seen > 170, "{seen} of 180");
}
