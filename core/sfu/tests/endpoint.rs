//! Two endpoints on a simulated link with delay, loss and reordering, and a clock of its own.

#![allow(clippy::panic, reason = "a broken expectation of a test")]

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use sfu::endpoint::{
    Codec, Command, Direction, Endpoint, Event, Frame, Outgoing, Settings, Wanted,
};
use sfu::{CloseCode, MediaKind, Mid, Outbox, Remote, WallClock};

const TICK: Duration = Duration::from_millis(1);
const DELAY: Duration = Duration::from_millis(20);
const FRAME: Duration = Duration::from_millis(20);

/// Whether to lose the datagram of this number, which comes from that endpoint.
type Loss = fn(usize, u64) -> bool;

#[derive(Default)]
struct Sent(Vec<(Remote, Vec<u8>)>);

impl Outbox for Sent {
    fn begin(&mut self, to: Remote, _local: Option<IpAddr>, length: usize) -> &mut Vec<u8> {
        self.0.push((to, Vec::with_capacity(length)));
        &mut self.0.last_mut().expect("the datagram just begun").1
    }

    fn unsent(&self) -> u64 {
        0
    }
}

/// Two endpoints and what is under way between them.
struct Link {
    now: Instant,
    ends: [Endpoint; 2],
    events: [Vec<Event>; 2],
    flying: VecDeque<(Instant, usize, Vec<u8>)>,
    counts: [u64; 2],
    loss: Loss,
    /// Every so many datagrams, one takes longer than those behind it.
    late: u64,
    cut: bool,
}

fn address(index: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1 + index as u8], 5_000))
}

impl Link {
    fn new() -> Self {
        #[allow(clippy::disallowed_methods, reason = "any moment to count from")]
        let now = Instant::now();
        let crypto = str0m::crypto::from_feature_flags();
        let made = [0, 1].map(|index| {
            let settings = Settings {
                locals: vec![address(index)],
                servers: Vec::new(),
                gathering: Duration::from_secs(1),
                codecs: Vec::new(),
                bandwidth: 1_000_000,
                silence: Duration::from_secs(10),
                clock: WallClock::new(now, SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30)),
                certificate: crypto.dtls_provider.generate_certificate().expect("a certificate"),
            };
            Endpoint::new(&settings, now)
        });
        Self {
            now,
            ends: made,
            events: [Vec::new(), Vec::new()],
            flying: VecDeque::new(),
            counts: [0, 0],
            loss: |_, _| false,
            late: u64::MAX,
            cut: false,
        }
    }

    fn command(&mut self, index: usize, command: Command) {
        let mut sent = Sent::default();
        self.ends[index].command(command, self.now, &mut sent);
        self.post(index, sent);
    }

    fn post(&mut self, from: usize, sent: Sent) {
        for (_, datagram) in sent.0 {
            self.counts[from] += 1;
            let number = self.counts[from];
            if self.cut || (self.loss)(from, number) {
                continue;
            }
            let late = number.is_multiple_of(self.late);
            let delay = if late { DELAY + Duration::from_millis(15) } else { DELAY };
            self.flying.push_back((self.now + delay, 1 - from, datagram));
        }
        let events = self.ends[from].take_events();
        self.events[from].extend(events);
    }

    fn run(&mut self, length: Duration) {
        let end = self.now + length;
        while self.now < end {
            self.now += TICK;
            let (arrived, flying) = self.flying.drain(..).partition(|it| it.0 <= self.now);
            self.flying = flying;
            let arrived: VecDeque<(Instant, usize, Vec<u8>)> = arrived;
            for (_, to, datagram) in arrived {
                let mut sent = Sent::default();
                let (remote, local) = (address(1 - to), address(to));
                self.ends[to].receive(remote, local, &datagram, self.now, &mut sent);
                self.post(to, sent);
            }
            for index in 0..2 {
                let mut sent = Sent::default();
                self.ends[index].timeout(self.now, &mut sent);
                self.post(index, sent);
            }
        }
    }

    /// Offers media of these kinds, which the first one sends; gives their names.
    fn connect(&mut self, kinds: &[MediaKind]) -> Vec<Mid> {
        let wanted =
            |&kind: &MediaKind| Wanted { kind, direction: Direction::SendOnly, label: None };
        let media = kinds.iter().map(wanted).collect();
        self.command(0, Command::Offer { media, restart: false });
        let (offer, mids) = self.described(0);
        self.command(1, Command::AcceptOffer { offer, labels: None });
        let (answer, _) = self.described(1);
        self.command(0, Command::AcceptAnswer { answer });
        self.run(Duration::from_secs(2));
        for events in &self.events {
            let connected = |event: &Event| matches!(event, Event::Connected { .. });
            assert!(events.iter().any(connected), "{events:?}");
        }
        mids
    }

    fn described(&self, index: usize) -> (String, Vec<Mid>) {
        let told = self.events[index].iter().find_map(|event| match event {
            Event::Described { sdp, media, .. } => {
                Some((sdp.clone(), media.iter().map(|medium| medium.mid).collect()))
            }
            _ => None,
        });
        told.expect("a description")
    }

    fn write(&mut self, mid: Mid, codec: &str, number: u64, data: Vec<u8>) {
        let codec = Codec::parse(codec).expect("a codec");
        let timestamp = number * u64::from(codec.clock_rate().get()) / 50;
        let (captured, level) = (None, None);
        let frame = Outgoing { mid, codec, data: data.into(), timestamp, captured, level };
        self.command(0, Command::Write(frame));
    }

    fn frames(&self, mid: Mid) -> Vec<&Frame> {
        let told = self.events[1].iter().filter_map(|event| match event {
            Event::Frame(frame) if frame.mid == mid => Some(frame),
            _ => None,
        });
        told.collect()
    }
}

/// A frame of VP8 that knows its number.
fn picture(number: u64) -> Vec<u8> {
    let mut data = vec![number as u8; 3_000];
    data[0] = u8::from(!number.is_multiple_of(50)) | 0x10;
    data
}

#[test]
fn what_is_lost_is_sent_again_and_comes_in_order() {
    let mut link = Link::new();
    let mid = link.connect(&[MediaKind::Video])[0];
    link.loss = |from, number| from == 0 && number % 20 == 3;
    link.late = 7;
    for number in 0..200 {
        link.write(mid, "VP8", number, picture(number));
        link.run(FRAME);
    }
    link.loss = |_, _| false;
    link.run(Duration::from_secs(1));
    let frames = link.frames(mid);
    let got: Vec<_> = frames.iter().map(|frame| frame.data.to_vec()).collect();
    assert_eq!(got, (0..200).map(picture).collect::<Vec<_>>());
    assert!(frames.iter().all(|frame| frame.contiguous));
    link.command(1, Command::RequestStatistics(7));
    let counted = link.events[1].iter().find_map(|event| match event {
        Event::Statistics(statistics) => Some(statistics.clone()),
        _ => None,
    });
    let counted = counted.expect("statistics");
    assert_eq!((counted.request, counted.media[0].incoming.frames), (7, 200));
    assert!(counted.media[0].incoming.nacks > 0, "{counted:?}");
}

#[test]
fn after_a_gap_that_stays_a_frame_says_so_and_a_keyframe_is_asked_for() {
    let mut link = Link::new();
    let mid = link.connect(&[MediaKind::Video])[0];
    for number in 0..10 {
        link.write(mid, "VP8", number, picture(number));
        link.run(FRAME);
    }
    // Nothing of two seconds comes, and nothing that is sent again of it.
    link.cut = true;
    for number in 10..110 {
        link.write(mid, "VP8", number, picture(number));
        link.run(FRAME);
    }
    link.cut = false;
    for number in 110..200 {
        link.write(mid, "VP8", number, picture(if number == 150 { 150 } else { 1 }));
        link.run(FRAME);
    }
    link.run(Duration::from_secs(1));
    let frames = link.frames(mid);
    let gaps = frames.iter().filter(|frame| !frame.contiguous).count();
    assert!(gaps >= 1, "{} frames came", frames.len());
    assert!(frames.len() < 200);
    let asked = |event: &Event| matches!(event, Event::KeyframeRequested(asked) if *asked == mid);
    assert!(link.events[0].iter().any(asked), "nobody asked");
}

#[test]
fn sound_goes_on_without_what_was_lost() {
    let mut link = Link::new();
    let mid = link.connect(&[MediaKind::Audio])[0];
    link.loss = |from, number| from == 0 && number % 10 == 5;
    for number in 0..200u64 {
        link.write(mid, "opus", number, number.to_be_bytes().to_vec());
        link.run(FRAME);
    }
    link.run(Duration::from_secs(1));
    let frames = link.frames(mid);
    let numbers: Vec<_> =
        frames.iter().map(|it| u64::from_be_bytes(it.data[..8].try_into().expect("8"))).collect();
    assert!(numbers.is_sorted() && numbers.len() > 150, "{numbers:?}");
    let steps: Vec<_> = frames.windows(2).map(|two| two[1].timestamp - two[0].timestamp).collect();
    assert!(steps.iter().all(|step| step % 960 == 0), "{steps:?}");
}

#[test]
fn an_estimate_of_the_bandwidth_grows_where_there_is_room() {
    let mut link = Link::new();
    let mid = link.connect(&[MediaKind::Video])[0];
    link.command(0, Command::SetBandwidth(3_000_000));
    for number in 0..500 {
        link.write(mid, "VP8", number, picture(number));
        link.run(FRAME);
    }
    let told = link.events[0].iter().filter_map(|event| match event {
        Event::Bandwidth(bitrate) => Some(*bitrate),
        _ => None,
    });
    let best = told.max().expect("estimates");
    assert!(best > 1_500_000, "{best}");
}

#[test]
fn a_picture_leaves_at_once_and_one_that_is_too_large_in_its_time() {
    let mut link = Link::new();
    let mid = link.connect(&[MediaKind::Video])[0];
    for number in 0..50 {
        link.write(mid, "VP8", number, picture(number));
        link.run(FRAME);
    }
    link.run(Duration::from_millis(100));
    let before = link.counts[0];
    link.write(mid, "VP8", 51, picture(51));
    assert!(link.counts[0] >= before + 3, "{} of three packets", link.counts[0] - before);
    link.run(Duration::from_millis(100));
    let before = link.counts[0];
    link.write(mid, "VP8", 52, vec![0x11; 60_000]);
    let at_once = link.counts[0] - before;
    link.run(Duration::from_millis(100));
    let soon = link.counts[0] - before;
    assert!(3 <= at_once && at_once < soon && soon < 40, "{at_once}, then {soon} of 52 packets");
    link.run(Duration::from_secs(1));
    assert_eq!(link.frames(mid).last().map(|frame| frame.data.len()), Some(60_000));
}

#[test]
fn silence_ends_a_connection_and_says_why() {
    let mut link = Link::new();
    link.connect(&[MediaKind::Audio]);
    link.cut = true;
    link.run(Duration::from_secs(12));
    for (end, events) in link.ends.iter().zip(&link.events) {
        assert!(end.is_ended());
        let Some(Event::Closed { code, reason }) = events.last() else {
            panic!("{events:?}");
        };
        assert_eq!(*code, CloseCode::Silent);
        assert!(reason.contains("10 s"), "{reason}");
    }
}

#[test]
fn a_connection_that_never_comes_up_is_given_up() {
    let mut link = Link::new();
    link.cut = true;
    let media =
        vec![Wanted { kind: MediaKind::Audio, direction: Direction::SendRecv, label: None }];
    link.command(0, Command::Offer { media, restart: false });
    let (offer, _) = link.described(0);
    link.run(Duration::from_secs(60));
    assert!(!link.ends[0].is_ended(), "{:?}", link.events[0]);
    link.command(1, Command::AcceptOffer { offer, labels: None });
    let (answer, _) = link.described(1);
    link.command(0, Command::AcceptAnswer { answer });
    link.run(Duration::from_secs(16));
    for events in &link.events {
        let Some(Event::Closed { code, reason }) = events.last() else {
            panic!("{events:?}");
        };
        assert_eq!(*code, CloseCode::NeverConnected);
        assert!(reason.contains("no packet came"), "{reason}");
    }
}
