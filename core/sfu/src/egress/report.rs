//! RTCP of a sender (RFC 3550 sections 6.4.1, 6.5 and 6.6), and what it reads of a receiver's.

use std::time::{Duration, Instant};

use str0m::rtp::rtcp::ReceptionReport;

use crate::clock::WallClock;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
/// The longest name that fits the length byte of an item.
const MAX_CNAME: usize = 255;
/// What the count in a header can say: those that end with one packet.
pub(super) const MAX_SSRCS: usize = 31;

/// Where a stream stands: which moment its latest timestamp belongs to, and what was sent of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) timestamp: u32,
    pub(super) moment: Instant,
    pub(super) clock_rate: u32,
    pub(super) packets: u32,
    pub(super) octets: u32,
}

impl Progress {
    /// The media timestamp of this moment.
    fn timestamp_at(&self, now: Instant) -> u32 {
        let ticks =
            |time: Duration| (time.as_nanos() * u128::from(self.clock_rate) / 1_000_000_000) as u32;
        match now.checked_duration_since(self.moment) {
            Some(since) => self.timestamp.wrapping_add(ticks(since)),
            None => self.timestamp.wrapping_sub(ticks(self.moment - now)),
        }
    }
}

/// A sender report with its source description.
pub(super) fn sender_report(
    ssrc: u32,
    cname: &str,
    progress: &Progress,
    clock: WallClock,
    now: Instant,
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64);
    header(&mut bytes, 0, SENDER_REPORT, 6);
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend(clock.ntp(now).to_be_bytes());
    bytes.extend(progress.timestamp_at(now).to_be_bytes());
    bytes.extend(progress.packets.to_be_bytes());
    bytes.extend(progress.octets.to_be_bytes());
    describe(&mut bytes, ssrc, cname);
    bytes
}

/// The end of these streams; a compound packet begins with a report, which may be empty.
pub(super) fn goodbye(ssrcs: &[u32], cname: &str) -> Vec<u8> {
    let ssrcs = &ssrcs[..ssrcs.len().min(MAX_SSRCS)];
    let mut bytes = Vec::with_capacity(64);
    let Some(first) = ssrcs.first() else {
        return bytes;
    };
    header(&mut bytes, 0, RECEIVER_REPORT, 1);
    bytes.extend(first.to_be_bytes());
    describe(&mut bytes, *first, cname);
    header(&mut bytes, ssrcs.len(), GOODBYE, ssrcs.len());
    bytes.extend(ssrcs.iter().flat_map(|ssrc| ssrc.to_be_bytes()));
    bytes
}

/// The round-trip time that a report tells of (RFC 3550 section 6.4.1).
pub(super) fn round_trip(
    report: &ReceptionReport,
    clock: WallClock,
    now: Instant,
) -> Option<Duration> {
    if report.last_sr_time == 0 {
        return None;
    }
    let now = (clock.ntp(now) >> 16) as u32;
    let units = now.wrapping_sub(report.last_sr_time).wrapping_sub(report.last_sr_delay);
    // A clock that counts a little fast tells of a time before zero.
    let units = u32::try_from(units.cast_signed()).ok()?;
    Some(Duration::from_secs(1) * units / (1 << 16))
}

fn header(bytes: &mut Vec<u8>, count: usize, packet_type: u8, words: usize) {
    bytes.extend([0x80 | count as u8, packet_type]);
    bytes.extend((words as u16).to_be_bytes());
}

fn describe(bytes: &mut Vec<u8>, ssrc: u32, cname: &str) {
    let cname = &cname.as_bytes()[..cname.len().min(MAX_CNAME)];
    // A zero ends the list of items, and more of them fill up the word.
    let items = (2 + cname.len() + 1).next_multiple_of(4);
    header(bytes, 1, SOURCE_DESCRIPTION, 1 + items / 4);
    bytes.extend(ssrc.to_be_bytes());
    let end = bytes.len() + items;
    bytes.extend([CNAME, cname.len() as u8]);
    bytes.extend(cname);
    bytes.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use str0m::rtp::rtcp::Rtcp;

    use super::*;

    fn clock() -> (WallClock, Instant) {
        let now = crate::io::now();
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000_500);
        (WallClock::new(now, time), now)
    }

    /// The packets of a compound packet, as `str0m` reads them.
    fn read(mut bytes: &[u8]) -> Vec<Rtcp> {
        let mut packets = Vec::new();
        while !bytes.is_empty() {
            let words = u16::from_be_bytes([bytes[2], bytes[3]]);
            let (packet, rest) = bytes.split_at(4 + 4 * usize::from(words));
            packets.push(Rtcp::try_from(packet).expect("well-formed"));
            bytes = rest;
        }
        packets
    }

    fn cname(packet: &Rtcp) -> (u32, String) {
        let Rtcp::SourceDescription(descriptions) = packet else {
            panic!("{packet:?}");
        };
        let description = descriptions.reports.get(0).expect("a description");
        (*description.ssrc, description.values.get(0).expect("an item").1.clone())
    }

    #[test]
    fn a_report_tells_the_timestamp_of_now() {
        let (clock, now) = clock();
        let progress = Progress {
            timestamp: u32::MAX,
            moment: now,
            clock_rate: 90_000,
            packets: 7,
            octets: 7_000,
        };
        let later = now + Duration::from_millis(100);
        let packets = read(&sender_report(9, "name", &progress, clock, later));
        let Rtcp::SenderReport(report) = &packets[0] else {
            panic!("{packets:?}");
        };
        let info = &report.sender_info;
        assert_eq!(*info.ssrc, 9);
        assert_eq!(info.rtp_time.numer(), 8_999, "it wraps");
        let time = info.ntp_time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
        let off = time.as_secs_f64() - 1_000_000.6;
        assert!(off.abs() < 1e-6, "{off}");
        assert_eq!((info.sender_packet_count, info.sender_octet_count), (7, 7_000));
        assert_eq!(cname(&packets[1]), (9, "name".to_owned()));
        assert_eq!(packets.len(), 2);
    }

    #[test]
    fn a_moment_ahead_of_now_has_a_report_too() {
        let (_, now) = clock();
        let moment = now + Duration::from_millis(10);
        let progress =
            Progress { timestamp: 900, moment, clock_rate: 90_000, packets: 1, octets: 1 };
        assert_eq!(progress.timestamp_at(now), 0);
    }

    #[test]
    fn an_end_names_all_its_streams() {
        for name in ["", "a", "ab", "abc", "abcd", "abcde"] {
            let packets = read(&goodbye(&[1, 2, 3], name));
            assert!(matches!(packets[0], Rtcp::ReceiverReport(_)), "{packets:?}");
            assert_eq!(cname(&packets[1]), (1, name.to_owned()));
            let Rtcp::Goodbye(end) = &packets[2] else {
                panic!("{packets:?}");
            };
            assert_eq!(end.reports.iter().map(|ssrc| **ssrc).collect::<Vec<_>>(), [1, 2, 3]);
        }
        assert!(goodbye(&[], "name").is_empty(), "nothing ends");
    }

    #[test]
    fn the_round_trip_is_what_the_receiver_did_not_hold_the_report() {
        let (clock, now) = clock();
        let report = |delay: u32| ReceptionReport {
            ssrc: 9.into(),
            fraction_lost: 0,
            packets_lost: 0,
            max_seq: 0,
            jitter: 0,
            last_sr_time: (clock.ntp(now) >> 16) as u32,
            last_sr_delay: delay,
        };
        let later = now + Duration::from_millis(750);
        let time = round_trip(&report(1 << 15), clock, later).expect("a time");
        assert!(time.abs_diff(Duration::from_millis(250)) < Duration::from_millis(1), "{time:?}");
        assert_eq!(round_trip(&report(1 << 16), clock, later), None, "it held it for longer");
        let none = ReceptionReport { last_sr_time: 0, ..report(0) };
        assert_eq!(round_trip(&none, clock, later), None, "it has seen no report");
    }
}
