//! The core offers, and clients answer.

mod support;

use std::collections::HashSet;
use std::time::Duration;

use sfu::{
    CloseCode, Command, Direction, MediaKey, MediaKind, Mid, Protocol, RefusalCode, TransportId,
};
use support::offering::{labelled, silent};
use support::{Media, Way, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;

/// A publisher of sound and picture, and a viewer that waits for offers.
fn pair() -> (World, usize, usize) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    let viewer = world.await_offer();
    world.connect(&[publisher]);
    (world, publisher, viewer)
}

/// Publishes sound and pictures; the first picture is a keyframe, and each that is asked for.
fn publish(world: &mut World, publisher: usize, count: u32) {
    let start = world.elapsed().as_millis() as u32;
    let mut answered = None;
    for frame in 0..count {
        let now = world.now;
        let asked = Some(world.clients[publisher].keyframe_requests);
        let keyframe = std::mem::replace(&mut answered, asked) != asked;
        world.clients[publisher].write(0, start * 48 + frame * 1_584, false, now);
        world.clients[publisher].write(1, start * 90 + frame * VIDEO_FRAME, keyframe, now);
        world.run(FRAME);
    }
}

fn audio(track: &str) -> sfu::OfferedMedium {
    labelled(MediaKind::Audio, "ann", track)
}

fn video(track: &str) -> sfu::OfferedMedium {
    labelled(MediaKind::Video, "ann", track)
}

/// Shows sound and picture of the publisher, and waits until the viewer is connected.
fn watch(world: &mut World, publisher: usize, viewer: usize) -> Vec<Mid> {
    let mids = world.settle(viewer, &[audio("a"), video("v")]);
    world.show(viewer, mids[0], publisher, 0);
    world.show(viewer, mids[1], publisher, 1);
    world.meet(viewer);
    mids
}

fn has_no_gap(numbers: &[u64]) -> bool {
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

fn id(index: usize) -> TransportId {
    TransportId(index as u64)
}

/// Each m-line of an SDP: its first line and its attributes.
fn sections(sdp: &str) -> Vec<Vec<&str>> {
    sdp.split("\r\nm=").skip(1).map(|section| section.lines().collect()).collect()
}

#[test]
fn what_is_agreed_on_flows_whoever_begins_dtls() {
    for (protocol, role) in [
        (Protocol::Udp, "passive"),
        (Protocol::Udp, "active"),
        (Protocol::Tcp, "passive"),
        (Protocol::Tcp, "active"),
    ] {
        let mut world = World::new();
        world.protocol = protocol;
        let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
        let viewer = world.await_offer();
        let (offer, mids) = world.offer_to(viewer, &[audio("a"), video("v")]);
        assert!(offer.contains("a=setup:actpass"), "{offer}");
        // The client leaves the choice to us where it may; it has none where we are passive.
        let offer = if role == "active" { offer.replace("actpass", "passive") } else { offer };
        let answer = world.clients[viewer].accept(&offer);
        assert!(answer.contains(&format!("a=setup:{role}")), "{answer}");
        let media = world.agree(viewer, &answer);
        let told: Vec<_> = media.iter().map(|it| (it.mid, it.kind, it.direction)).collect();
        let kinds = [MediaKind::Audio, MediaKind::Video];
        let expected: Vec<_> =
            mids.iter().zip(kinds).map(|(&mid, kind)| (mid, kind, Direction::Out)).collect();
        assert_eq!(told, expected);
        assert_eq!(
            (&media[0].codecs[..], &media[1].codecs[..]),
            (&["opus".to_owned()][..], &["VP8".to_owned()][..])
        );
        world.show(viewer, mids[0], publisher, 0);
        world.show(viewer, mids[1], publisher, 1);
        world.connect(&[publisher]);
        world.meet(viewer);
        publish(&mut world, publisher, 30);
        for mid in mids {
            let numbers = world.clients[viewer].numbers_of(mid);
            assert_eq!(numbers.len(), 30, "{protocol} {role}");
            assert!(has_no_gap(&numbers), "{numbers:?}");
        }
    }
}

#[test]
fn an_offer_tells_candidates_labels_and_its_number() {
    let (mut world, _, viewer) = pair();
    let (offer, mids) = world.offer_to(viewer, &[audio("camera-one"), silent(MediaKind::Video)]);
    let told = sections(&offer);
    let candidates = |section: &Vec<&str>| {
        section.iter().filter(|line| line.starts_with("a=candidate:")).count()
    };
    assert_eq!(
        told.iter().map(candidates).collect::<Vec<_>>(),
        [4, 0],
        "two addresses, UDP and TCP: {offer}"
    );
    assert!(offer.contains(" udp ") && offer.contains("tcptype passive"), "{offer}");
    assert!(offer.contains("a=ice-lite"), "{offer}");
    assert!(offer.contains(&format!("a=group:BUNDLE {} {}", mids[0], mids[1])), "{offer}");
    assert!(
        told[0].contains(&"a=sendonly") && told[0].contains(&"a=msid:ann camera-one"),
        "{offer}"
    );
    let of_sources = told[0].iter().filter(|line| line.ends_with(" msid:ann camera-one")).count();
    assert_eq!(of_sources, 1, "{offer}");
    assert!(told[1].contains(&"a=inactive"), "{offer}");
    assert!(!told[1].iter().any(|line| line.contains("msid") || line.contains("ssrc")), "{offer}");
    let answer = world.clients[viewer].accept(&offer);
    world.agree(viewer, &answer);
    let (again, same) = world.offer_to(viewer, &[audio("camera-two"), video("v1")]);
    assert_eq!(mids, same);
    let told = sections(&again);
    assert!(told[0].contains(&"a=msid:ann camera-two") && !again.contains("camera-one"), "{again}");
    assert!(told[1].contains(&"a=sendonly") && told[1].contains(&"a=msid:ann v1"), "{again}");
    let of_sources = told[1].iter().filter(|line| line.ends_with(" msid:ann v1")).count();
    assert_eq!(of_sources, 2, "of media and of what is sent again: {again}");
    let origin = |sdp: &str| -> Vec<String> {
        let line = sdp.lines().find(|line| line.starts_with("o="));
        line.expect("an origin").split(' ').map(str::to_owned).collect()
    };
    let (first, second) = (origin(&offer), origin(&again));
    assert_eq!(first[1], second[1], "one session");
    assert_ne!(first[2], second[2], "its next version");
}

#[test]
fn a_viewer_attached_before_it_answers_is_shown_what_comes_then() {
    let (mut world, publisher, viewer) = pair();
    let (offer, mids) = world.offer_to(viewer, &[audio("a"), video("v")]);
    world.show(viewer, mids[0], publisher, 0);
    world.show(viewer, mids[1], publisher, 1);
    let before = world.clients[publisher].keyframe_requests;
    publish(&mut world, publisher, 10);
    assert_eq!(world.clients[publisher].keyframe_requests, before, "it could not be received");
    assert_eq!(world.events.len(), 6, "{:#?}", world.events);
    let answer = world.clients[viewer].accept(&offer);
    world.agree(viewer, &answer);
    world.meet(viewer);
    publish(&mut world, publisher, 10);
    for mid in mids {
        assert_eq!(world.clients[viewer].numbers_of(mid).len(), 10);
    }
}

#[test]
fn a_client_may_be_quicker_than_its_answer() {
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let mut world = World::new();
        world.protocol = protocol;
        let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
        let viewer = world.await_offer();
        let (offer, mids) = world.offer_to(viewer, &[audio("a"), video("v")]);
        // As a client that begins DTLS: what it says too early is said again.
        let answer = world.clients[viewer].accept(&offer.replace("actpass", "passive"));
        let remote = world.remote(viewer);
        world.run_until(SECOND, |world| world.knows(remote));
        for first in [20, 22, 23, 128] {
            world.inject_from(remote, &[&[first, 254, 253][..], &[0; 40]].concat());
        }
        world.run(Duration::from_millis(2));
        world.agree(viewer, &answer);
        world.connect(&[publisher]);
        world.meet(viewer);
        world.show(viewer, mids[0], publisher, 0);
        publish(&mut world, publisher, 10);
        assert_eq!(world.clients[viewer].numbers_of(mids[0]).len(), 10, "{protocol}");
        assert_eq!(world.statistics().datagrams_dropped, 4);
    }
}

#[test]
fn media_go_on_while_another_is_added_and_a_label_changes() {
    let (mut world, publisher, viewer) = pair();
    let mids = watch(&mut world, publisher, viewer);
    publish(&mut world, publisher, 30);
    let (offer, now) = world.offer_to(viewer, &[audio("other"), video("v"), video("w")]);
    assert_eq!(now[..2], mids);
    world.show(viewer, now[2], publisher, 1);
    publish(&mut world, publisher, 30);
    assert!(world.clients[viewer].numbers_of(now[2]).is_empty(), "it was not agreed on");
    let answer = world.clients[viewer].accept(&offer);
    let before = world.clients[publisher].keyframe_requests;
    world.agree(viewer, &answer);
    world.run(FRAME);
    assert_eq!(world.clients[publisher].keyframe_requests, before + 1, "for the new one");
    publish(&mut world, publisher, 30);
    for (mid, count) in now.into_iter().zip([90, 90, 30]) {
        let numbers = world.clients[viewer].numbers_of(mid);
        assert_eq!(numbers.len(), count);
        assert!(has_no_gap(&numbers), "{numbers:?}");
    }
    assert_eq!(world.end_of(viewer), None);
}

#[test]
fn under_another_label_another_source_goes_on_with_the_numbers() {
    let (mut world, publisher, viewer) = pair();
    let other = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    let mids = watch(&mut world, publisher, viewer);
    world.connect(&[other]);
    publish(&mut world, publisher, 20);
    world.settle(viewer, &[audio("a"), labelled(MediaKind::Video, "bob", "v")]);
    world.show(viewer, mids[1], other, 1);
    publish(&mut world, other, 20);
    let numbers = world.clients[viewer].numbers_of(mids[1]);
    assert_eq!(numbers.len(), 40);
    assert!(has_no_gap(&numbers), "{numbers:?}");
}

#[test]
fn a_medium_that_was_silent_goes_on_with_its_numbers() {
    let (mut world, publisher, viewer) = pair();
    let mids = watch(&mut world, publisher, viewer);
    publish(&mut world, publisher, 20);
    let (offer, _) = world.offer_to(viewer, &[audio("a"), silent(MediaKind::Video)]);
    let of = |world: &mut World| world.statistics().transports[viewer].consumers.len();
    assert_eq!(of(&mut world), 1, "it ends with the offer");
    let answer = world.clients[viewer].accept(&offer);
    let media = world.agree(viewer, &answer);
    assert_eq!(media[1].direction, Direction::None);
    world.show(viewer, mids[1], publisher, 1);
    publish(&mut world, publisher, 20);
    assert_eq!(world.clients[viewer].numbers_of(mids[1]).len(), 20, "nothing while it is silent");
    world.settle(viewer, &[audio("a"), video("v")]);
    assert_eq!(of(&mut world), 2);
    world.show(viewer, mids[1], publisher, 1);
    publish(&mut world, publisher, 20);
    for (mid, count) in mids.into_iter().zip([60, 40]) {
        let numbers = world.clients[viewer].numbers_of(mid);
        assert_eq!(numbers.len(), count);
        assert!(has_no_gap(&numbers), "{numbers:?}");
    }
}

#[test]
fn a_data_channel_comes_after_the_first_medium_or_last() {
    let kinds = |offer: &str| -> Vec<String> {
        let first = |section: &Vec<&str>| section[0].split(' ').next().map(str::to_owned);
        sections(offer).iter().filter_map(first).collect()
    };
    let (mut world, publisher, viewer) = pair();
    let media = [silent(MediaKind::Audio), audio("a"), video("v")];
    let (offer, mids) = world.offer_with(viewer, &media, true, false);
    assert_eq!(kinds(&offer), ["audio", "application", "audio", "video"]);
    let answer = world.clients[viewer].accept(&offer);
    let agreed = world.agree(viewer, &answer);
    assert_eq!(agreed.iter().map(|it| it.mid).collect::<Vec<_>>(), mids, "media alone");
    world.show(viewer, mids[1], publisher, 0);
    world.show(viewer, mids[2], publisher, 1);
    world.meet(viewer);
    publish(&mut world, publisher, 30);
    assert_eq!(world.clients[viewer].numbers_of(mids[2]).len(), 30);
    assert_eq!(world.clients[viewer].channels, 1);
    let (offer, _) = world.offer_to(viewer, &media);
    assert_eq!(kinds(&offer).len(), 4, "it stays");

    let late = world.await_offer();
    world.settle(late, &media[1..]);
    let (offer, _) = world.offer_with(late, &media[1..], true, false);
    assert_eq!(kinds(&offer), ["audio", "video", "application"]);
    let alone = world.await_offer();
    let (offer, _) = world.offer_with(alone, &[], true, false);
    assert_eq!(kinds(&offer), ["application"]);
    let answer = world.clients[alone].accept(&offer);
    world.agree(alone, &answer);
    world.connect(&[alone]);
    let refused = Command::Offer {
        transport: id(alone),
        media: Vec::new(),
        data: true,
        restart: false,
        dial: false,
    };
    assert_eq!(world.refusal(refused).0, RefusalCode::Unsupported, "nothing is new");
}

#[test]
fn one_offer_at_a_time_waits_for_its_answer() {
    let (mut world, publisher, viewer) = pair();
    let mids = watch(&mut world, publisher, viewer);
    let (offer, _) = world.offer_to(viewer, &[audio("a"), video("v"), video("w")]);
    let media = vec![silent(MediaKind::Audio), silent(MediaKind::Video)];
    let early =
        Command::Offer { transport: id(viewer), media, data: true, restart: true, dial: false };
    let (code, reason) = world.refusal(early);
    assert_eq!(code, RefusalCode::Unsupported);
    assert!(reason.contains("no answer yet"), "{reason}");
    let answer = world.clients[viewer].accept(&offer);
    assert_eq!(world.agree(viewer, &answer).len(), 3);
    publish(&mut world, publisher, 20);
    for mid in mids {
        assert_eq!(world.clients[viewer].numbers_of(mid).len(), 20);
    }
    let late = Command::AcceptAnswer { transport: id(viewer), answer };
    let (code, reason) = world.refusal(late);
    assert_eq!(code, RefusalCode::Unsupported);
    assert_eq!(reason, "no offer waits for an answer");
}

#[test]
fn a_bad_answer_changes_nothing_and_a_good_one_may_follow() {
    let (mut world, publisher, viewer) = pair();
    watch(&mut world, publisher, viewer);
    let (offer, mids) = world.offer_to(viewer, &[audio("a"), video("v"), video("w")]);
    world.show(viewer, mids[2], publisher, 1);
    let good = world.clients[viewer].accept(&offer);
    let without = |start: &str| -> String {
        let kept = good.lines().filter(|line| !line.starts_with(start));
        kept.flat_map(|line| [line, "\r\n"]).collect()
    };
    let last = good.rfind("m=video").expect("the third m-line");
    let bad = [
        ("not SDP", "garbage".to_owned()),
        ("other m-lines", good[..last].to_owned()),
        ("other m-lines", good.replace(&format!("a=mid:{}", mids[0]), "a=mid:other")),
        ("sends", good.replacen("a=recvonly", "a=sendrecv", 1)),
        ("a=ice-ufrag", without("a=ice-ufrag")),
        ("a=ice-ufrag", without("a=fingerprint")),
        ("not bundled", without("a=group")),
        ("ICE-lite", good.replacen("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n", 1)),
        ("restarts", good.replace("a=ice-ufrag:", "a=ice-ufrag:x")),
    ];
    for (expected, answer) in bad {
        let (code, reason) = world.refusal(Command::AcceptAnswer { transport: id(viewer), answer });
        assert!(reason.contains(expected), "{expected}: {reason}");
        let unsupported = expected == "not bundled";
        let expected = if unsupported { RefusalCode::Unsupported } else { RefusalCode::Malformed };
        assert_eq!(code, expected, "{reason}");
    }
    world.agree(viewer, &good);
    publish(&mut world, publisher, 20);
    for mid in mids {
        assert_eq!(world.clients[viewer].numbers_of(mid).len(), 20);
    }
}

#[test]
fn what_is_turned_down_has_no_consumer_and_the_rest_flows() {
    let (mut world, publisher, viewer) = pair();
    let media = [audio("a"), video("v"), video("w")];
    let (offer, mids) = world.offer_to(viewer, &media);
    for (&mid, from) in mids.iter().zip([0, 1, 1]) {
        world.show(viewer, mid, publisher, from);
    }
    let answer = world.clients[viewer].accept(&offer);
    // The first is rejected for good, the second for now.
    let rejected = answer
        .replace("m=audio 9", "m=audio 0")
        .replace(&format!("BUNDLE {} ", mids[0]), "BUNDLE ");
    let (head, tail) = rejected.split_at(rejected.find("m=video").expect("the second"));
    let answer = format!("{head}{}", tail.replacen("a=recvonly", "a=inactive", 1));
    let agreed = world.agree(viewer, &answer);
    let ways: Vec<_> = agreed.iter().map(|medium| medium.direction).collect();
    assert_eq!(ways, [Direction::None, Direction::None, Direction::Out]);
    world.meet(viewer);
    publish(&mut world, publisher, 20);
    let consumers = &world.statistics().transports[viewer].consumers;
    assert_eq!(consumers.iter().map(|it| it.mid).collect::<Vec<_>>(), mids[2..]);
    assert_eq!(world.clients[viewer].numbers_of(mids[2]).len(), 20);
    let (again, _) = world.offer_to(viewer, &media);
    let told = sections(&again);
    assert_eq!(told[0][0], "audio 0 UDP/TLS/RTP/SAVPF 0", "{again}");
    let candidates = |section: &Vec<&str>| {
        section.iter().filter(|line| line.starts_with("a=candidate:")).count()
    };
    assert_eq!(told.iter().map(candidates).collect::<Vec<_>>(), [0, 4, 0], "{again}");
    assert!(again.contains(&format!("a=group:BUNDLE {} {}\r\n", mids[1], mids[2])), "{again}");
    // To the client the first is what it was: it answers as one that stopped it.
    let answer = world.clients[viewer].accept(&again);
    let agreed = world.agree(viewer, &answer);
    let ways: Vec<_> = agreed.iter().map(|medium| medium.direction).collect();
    assert_eq!(ways, [Direction::None, Direction::Out, Direction::Out]);
    world.show(viewer, mids[0], publisher, 0);
    world.show(viewer, mids[1], publisher, 1);
    publish(&mut world, publisher, 20);
    let counts: Vec<_> =
        mids.iter().map(|&mid| world.clients[viewer].numbers_of(mid).len()).collect();
    assert_eq!(counts, [0, 20, 40]);
}

#[test]
fn media_go_on_over_a_restart_of_ice_that_tells_new_candidates() {
    let (mut world, publisher, viewer) = pair();
    let mids = watch(&mut world, publisher, viewer);
    publish(&mut world, publisher, 20);
    let candidates = vec![[10, 0, 0, 1].into(), [192, 0, 2, 7].into()];
    world.command(Command::SetCandidates { candidates });
    let media = [audio("a"), video("v")];
    let (same, _) = world.offer_to(viewer, &media);
    assert!(!same.contains("192.0.2.7"), "{same}");
    let answer = world.clients[viewer].accept(&same);
    world.agree(viewer, &answer);
    for (told, gone, next) in
        [("192.0.2.7", "none", [192, 0, 2, 7]), ("192.0.2.7", "10.0.0.1", [10, 0, 0, 1])]
    {
        let (offer, _) = world.offer_with(viewer, &media, false, true);
        let credentials = |sdp: &str| {
            sdp.lines().find(|line| line.starts_with("a=ice-ufrag:")).map(str::to_owned)
        };
        assert_ne!(credentials(&offer), credentials(&same));
        assert!(offer.contains(told) && !offer.contains(gone), "{offer}");
        let answer = world.clients[viewer].accept(&offer);
        world.agree(viewer, &answer);
        world.command(Command::SetCandidates { candidates: vec![next.into()] });
        publish(&mut world, publisher, 300);
    }
    assert_eq!(world.end_of(viewer), None, "nor is it silent after 10 s");
    let numbers = world.clients[viewer].numbers_of(mids[1]);
    assert!(numbers.len() >= 600, "of 620: {}", numbers.len());
    publish(&mut world, publisher, 20);
    let later = world.clients[viewer].numbers_of(mids[1]);
    assert_eq!(later.len(), numbers.len() + 20);
}

#[test]
fn what_is_lost_of_offered_media_is_sent_again() {
    let (mut world, publisher, viewer) = pair();
    let mids = watch(&mut world, publisher, viewer);
    publish(&mut world, publisher, 5);
    world.loss = |way, count| matches!(way, Way::Down(1)) && count % 20 == 7;
    publish(&mut world, publisher, 200);
    world.loss = |_, _| false;
    world.run(SECOND);
    let numbers = world.clients[viewer].numbers_of(mids[1]);
    assert_eq!(numbers.len(), 205);
    assert!(has_no_gap(&numbers), "{numbers:?}");
    let consumer = world.statistics().transports[viewer].consumers[1].clone();
    assert!(consumer.nacks > 0 && consumer.retransmitted > 0, "{consumer:?}");
}

#[test]
fn what_cannot_be_offered_is_refused_and_changes_nothing() {
    let (mut world, publisher, viewer) = pair();
    let mids = watch(&mut world, publisher, viewer);
    let offer = |media: Vec<sfu::OfferedMedium>| Command::Offer {
        transport: id(viewer),
        media,
        data: false,
        restart: false,
        dial: false,
    };
    let both = [audio("a"), video("v")];
    let bad = [
        (RefusalCode::Malformed, "stay", vec![audio("a")]),
        (RefusalCode::Malformed, "stay", vec![video("v"), audio("a")]),
        (RefusalCode::Limit, "too many", vec![audio("a"); 257]),
    ];
    for (code, words, media) in bad {
        let (told, reason) = world.refusal(offer(media));
        assert_eq!(told, code);
        assert!(reason.contains(words), "{reason}");
    }
    for label in ["", "a b", "a\r\nm=audio", "a,b", "ä", &"x".repeat(65)] {
        for medium in
            [labelled(MediaKind::Video, label, "t"), labelled(MediaKind::Video, "s", label)]
        {
            let media = [&both[..], &[medium]].concat();
            let (told, reason) = world.refusal(offer(media));
            assert_eq!(told, RefusalCode::Malformed);
            assert!(reason.contains("RFC 8830"), "{reason}");
        }
    }
    let longest = format!("{{{}}}", "-".repeat(62));
    let media = [&both[..], &[labelled(MediaKind::Video, &longest, "!#$%&'*+-.^_`|~0zZ")]].concat();
    world.settle(viewer, &media);
    publish(&mut world, publisher, 10);
    assert_eq!(world.clients[viewer].numbers_of(mids[1]).len(), 10);
}

#[test]
fn each_transport_has_one_side_that_offers() {
    let (mut world, publisher, viewer) = pair();
    watch(&mut world, publisher, viewer);
    let ours = Command::Offer {
        transport: id(publisher),
        media: vec![audio("a")],
        data: false,
        restart: false,
        dial: false,
    };
    assert_eq!(world.refusal(ours).0, RefusalCode::Unsupported);
    let answer = "v=0\r\n".to_owned();
    let theirs = Command::AcceptAnswer { transport: id(publisher), answer };
    assert_eq!(world.refusal(theirs).0, RefusalCode::Unsupported);
    let offer = world.clients[publisher].restart();
    let theirs = Command::Renegotiate { transport: id(viewer), offer };
    assert_eq!(world.refusal(theirs).0, RefusalCode::Unsupported);
    assert_eq!(world.statistics().transports.len(), 2);
}

#[test]
fn many_media_have_a_name_each() {
    let (mut world, _, viewer) = pair();
    let media = vec![silent(MediaKind::Audio); 256];
    let (offer, mids) = world.offer_with(viewer, &media, true, false);
    assert_eq!(mids.iter().collect::<HashSet<_>>().len(), 256);
    let answer = world.clients[viewer].accept(&offer);
    assert_eq!(world.agree(viewer, &answer).len(), 256);
    world.meet(viewer);
    world.run_until(SECOND, |world| world.clients[viewer].channels == 1);
}

#[test]
fn an_offer_that_is_never_answered_ends() {
    let (mut world, publisher, viewer) = pair();
    let (_, mids) = world.offer_to(viewer, &[video("v")]);
    world.show(viewer, mids[0], publisher, 1);
    world.inject(support::client_address(viewer), &[22, 254, 253, 0, 0]);
    world.run(16 * SECOND);
    let (code, reason) = world.end_of(viewer).expect("it ended");
    assert_eq!(code, CloseCode::NeverConnected);
    assert_eq!(reason, "the offer was not answered");
    publish(&mut world, publisher, 5);
    let consumer = MediaKey { transport: id(viewer), mid: mids[0] };
    world.command(Command::Detach { consumer });
}

#[test]
fn the_number_of_transports_is_bounded() {
    let mut world = World::new();
    for index in 0..16 {
        world.offer_to(index, &[video("v")]);
    }
    let media = vec![video("v")];
    let more =
        Command::Offer { transport: id(16), media, data: false, restart: false, dial: false };
    assert_eq!(world.refusal(more).0, RefusalCode::Limit);
}

#[test]
fn a_medium_that_is_offered_may_flow_both_ways() {
    let mut world = World::new();
    let both = [sfu::OfferedMedium { takes: true, ..video("v") }];
    let pair = [world.await_offer(), world.await_offer()];
    for who in pair {
        let (offer, mids) = world.offer_to(who, &both);
        let answer = world.clients[who].accept(&offer);
        let media = world.agree(who, &answer);
        let ways: Vec<_> = media.iter().map(|it| (it.mid, it.direction)).collect();
        assert_eq!(ways, [(mids[0], Direction::In), (mids[0], Direction::Out)]);
        world.clients[who].send_on(mids[0], MediaKind::Video);
        world.meet(who);
    }
    let [ann, bob] = pair;
    world.watch(ann, bob);
    world.watch(bob, ann);
    for frame in 0..20 {
        let now = world.now;
        world.clients[ann].write(0, frame * 2_970, frame == 0, now);
        world.clients[bob].write(0, frame * 2_970, frame == 0, now);
        world.run(Duration::from_millis(33));
    }
    for who in pair {
        let mid = Mid::from(world.clients[who].mids()[0].as_str());
        assert_eq!(world.clients[who].numbers_of(mid).len(), 20);
    }
}

#[test]
fn a_connection_that_was_begun_to_send_alone_takes_nothing_later() {
    let (mut world, publisher, viewer) = pair();
    watch(&mut world, publisher, viewer);
    let taking = sfu::OfferedMedium { takes: true, ..video("w") };
    let media = vec![audio("a"), video("v"), taking];
    let offer =
        Command::Offer { transport: id(viewer), media, data: false, restart: false, dial: false };
    let (code, reason) = world.refusal(offer);
    assert_eq!(code, RefusalCode::Unsupported);
    assert!(reason.contains("on another"), "{reason}");
}
