//! What viewers get past `str0m`, looked at from outside.

mod support;

use std::collections::HashSet;
use std::time::Duration;

use sfu::{Command, TransportId};
use str0m::rtp::RtpPacket;
use support::{Media, Way, World};

const FRAME: Duration = Duration::from_millis(33);
const VIDEO_FRAME: u32 = 2_970;

/// A publisher and a viewer of sound and picture, connected; what the viewer gets is recorded.
fn pair() -> (World, usize, usize) {
    let mut world = World::new();
    world.record = Some(Vec::new());
    let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_OPUS, Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    (world, publisher, viewer)
}

/// Publishes sound and pictures `from..to`; the first picture of all is a keyframe.
fn publish(world: &mut World, publisher: usize, frames: std::ops::Range<u32>) {
    for frame in frames {
        let now = world.now;
        world.clients[publisher].write(0, frame * 1_584, false, now);
        world.clients[publisher].write(1, frame * VIDEO_FRAME, frame == 0, now);
        world.run(FRAME);
    }
}

/// RTP or RTCP (RFC 7983 section 7).
fn is_media(datagram: &[u8]) -> bool {
    (128..192).contains(&datagram[0])
}

/// RFC 5761 section 4.
fn is_rtcp(datagram: &[u8]) -> bool {
    is_media(datagram) && (192..224).contains(&datagram[1])
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes.try_into().expect("four bytes"))
}

/// What was recorded of one client's media.
fn recorded(world: &World, client: usize) -> impl Iterator<Item = &Vec<u8>> {
    let record = world.record.as_ref().expect("it is recorded");
    let own = record.iter().filter(move |(index, _)| *index == client);
    own.map(|(_, datagram)| datagram).filter(|datagram| is_media(datagram))
}

#[test]
fn nothing_is_sealed_twice_under_one_number() {
    let (mut world, publisher, viewer) = pair();
    world.loss = |way, count| matches!(way, Way::Down(1)) && count % 9 == 4;
    publish(&mut world, publisher, 0..100);
    let offer = world.clients[viewer].restart();
    let transport = TransportId(viewer as u64);
    world.command(Command::Renegotiate { transport, offer });
    let answer = world.answer_for(viewer).expect("an answer");
    world.clients[viewer].answer(&answer);
    publish(&mut world, publisher, 100..200);
    world.command(Command::Close { transport });
    let mut numbers = HashSet::new();
    let mut reports = 0;
    for datagram in recorded(&world, viewer) {
        // The index of SRTCP stands behind the tag (RFC 7714 section 9.2).
        let number = if is_rtcp(datagram) {
            let index = word(&datagram[datagram.len() - 4..]) & !(1 << 31);
            reports += u32::from(index >= 1 << 30);
            (true, word(&datagram[4..8]), index)
        } else {
            let sequence = u32::from(u16::from_be_bytes([datagram[2], datagram[3]]));
            (false, word(&datagram[8..12]), sequence)
        };
        assert!(numbers.insert(number), "twice: {number:x?}");
    }
    assert!(numbers.len() > 400 + 20, "retransmissions, too: {}", numbers.len());
    assert!(reports > 2 * 6, "{reports} reports in nearly seven seconds, and an end");
}

#[test]
fn statistics_tell_what_the_viewer_reports() {
    let (mut world, publisher, viewer) = pair();
    world.loss = |way, count| matches!(way, Way::Down(1)) && count % 7 == 4;
    let mut losses = Vec::new();
    for second in 0..5 {
        publish(&mut world, publisher, second * 30..(second + 1) * 30);
        losses.extend(world.statistics().transports[viewer].consumers[1].loss);
    }
    // How much `str0m` takes for lost is its own business.
    assert!(losses.iter().any(|&loss| loss > 0.0 && loss < 1.0), "{losses:?}");
    let statistics = world.statistics();
    let video = &statistics.transports[viewer].consumers[1];
    assert_eq!(video.packets, 150);
    assert!(video.nacks > 0, "{video:?}");
    assert!((600 * 5..video.bytes).contains(&video.retransmitted), "{video:?}");
    let rtt = video.rtt.expect("a report on a report");
    assert!((0.009..0.020).contains(&rtt), "5 ms each way, not {rtt}");
    let sent: usize = recorded(&world, viewer).map(Vec::len).sum();
    assert!(statistics.transports[viewer].sent > sent as u64, "and the handshake");
}

#[test]
fn sender_reports_count_what_was_sent() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, 0..100);
    let packets = &world.clients[viewer].packets;
    let video: Vec<_> = packets.iter().filter(|packet| packet.payload[0] == 0x10).collect();
    let info = video.last().and_then(|packet| packet.last_sender_info).expect("a report");
    let count = info.sender_packet_count as usize;
    assert!((60..=100).contains(&count), "of the last second: {count}");
    let octets: usize = video[..count].iter().map(|packet| packet.payload.len()).sum();
    assert_eq!(info.sender_octet_count as usize, octets);
}

#[test]
fn a_medium_is_named_until_its_receiver_knows_it() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, 0..100);
    let extended: Vec<_> = recorded(&world, viewer)
        .filter(|datagram| !is_rtcp(datagram))
        .map(|datagram| datagram[0] & 0x10 != 0)
        .collect();
    assert_eq!(extended[..4], [true; 4]);
    assert_eq!(extended[extended.len() - 4..], [false; 4]);
}

#[test]
fn a_viewer_that_got_another_address_is_followed() {
    let (mut world, publisher, viewer) = pair();
    publish(&mut world, publisher, 0..30);
    world.rebind(viewer);
    publish(&mut world, publisher, 30..1_000);
    let packets = &world.clients[viewer].packets;
    let last = |packet: &RtpPacket| packet.header.timestamp == 999 * VIDEO_FRAME;
    assert!(packets.iter().any(last), "it gets the last picture");
    assert_eq!(world.end_of(viewer), None);
}
