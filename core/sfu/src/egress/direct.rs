//! A way past `str0m` for transports that only send media: packets are sealed into the outbox.
//!
//! `str0m` asks DTLS, SCTP, ICE and every stream for something to say before each datagram, which costs
//! more than sealing it. It goes on with all that, but hears nothing of the packets.

use std::sync::Arc;
use std::time::Instant;

use str0m::Rtc;
use str0m::media::{Mid, Rid};
use str0m::rtp::rtcp::{Nack, ReceptionReport, Rtcp};

use super::Numbering;
use super::header::Header;
use super::report;
use super::srtp::Sealer;
use super::tap::{PROBE, Tap};
use super::track::Track;
use crate::clock::WallClock;
use crate::consumer::Consumer;
use crate::packet::Packet;
use crate::paths::Path;
use crate::sfu::Outbox;
use crate::words::Remote;

/// The send side of one transport.
pub(crate) struct Direct {
    tap: Arc<Tap>,
    sealer: Option<Sealer>,
    tracks: Vec<Track>,
    /// Those that have ended, and whose receiver is to be told.
    ended: Vec<Track>,
    first_sequence: u16,
    clock: WallClock,
    chosen: Option<Remote>,
    /// Bytes of datagrams.
    sent: u64,
}

/// The send side with what it needs to send now.
pub(crate) struct Writer<'a> {
    direct: &'a mut Direct,
    outbox: &'a mut dyn Outbox,
    path: Path,
    now: Instant,
}

impl Direct {
    /// `first_sequence` is where the numbers of retransmissions begin.
    pub(crate) fn new(tap: Arc<Tap>, first_sequence: u16, clock: WallClock) -> Self {
        Self {
            tap,
            sealer: None,
            tracks: Vec::new(),
            ended: Vec::new(),
            first_sequence,
            clock,
            chosen: None,
            sent: 0,
        }
    }

    /// Takes over what was agreed on for these media, and encodings of them. Encodings that are not
    /// among these end.
    pub(crate) fn agree(&mut self, rtc: &mut Rtc, media: &[(Mid, Option<Rid>)], now: Instant) {
        let is_over =
            |track: &mut Track| track.rid.is_some() && !media.contains(&(track.mid, track.rid));
        self.ended.extend(self.tracks.extract_if(.., is_over));
        for &(mid, rid) in media {
            let mut tracks = self.tracks.iter_mut();
            if let Some(track) = tracks.find(|track| (track.mid, track.rid) == (mid, rid)) {
                track.agree(rtc, self.first_sequence, now);
            } else {
                self.tracks.extend(Track::new(rtc, (mid, rid), self.first_sequence, now));
            }
        }
    }

    /// DTLS has agreed on keys; false when they are of no use.
    pub(crate) fn connect(&mut self) -> bool {
        self.sealer = self.tap.take_key().and_then(|key| Sealer::new(&key).ok());
        self.ask_for_path();
        self.sealer.is_some()
    }

    /// Makes the next drain tell the path that `str0m` sends on.
    pub(crate) fn ask_for_path(&self) {
        if self.sealer.is_some() {
            self.tap.ask_for_path();
        }
    }

    /// Learns the path from what `str0m` wants to send; true when that is the answer to a question,
    /// and not to be sent.
    pub(crate) fn learn_path(&mut self, path: Remote, datagram: &[u8]) -> bool {
        let answer = datagram == PROBE;
        if answer {
            self.chosen = Some(path);
        }
        answer
    }

    /// Bytes of datagrams sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Where ICE chose to send; `None` before it did.
    pub(crate) fn chosen(&self) -> Option<Remote> {
        self.chosen
    }

    /// The send side ready to send.
    pub(crate) fn writer<'a>(
        &'a mut self,
        path: Path,
        outbox: &'a mut dyn Outbox,
        now: Instant,
    ) -> Writer<'a> {
        Writer { direct: self, outbox, path, now }
    }
}

impl Writer<'_> {
    /// Sends one packet of the medium `mid`, or of an encoding of it.
    pub(crate) fn write(
        &mut self,
        mid: Mid,
        rid: Option<Rid>,
        numbering: Numbering,
        packet: &Arc<Packet>,
    ) {
        let mut tracks = self.direct.tracks.iter_mut();
        let track = tracks.find(|track| (track.mid, track.rid) == (mid, rid));
        let Some(track) = track else {
            return;
        };
        let ssrc = track.ssrc;
        if let Some(header) = track.send(numbering, packet, self.now) {
            self.seal(&header, ssrc, numbering.sequence, &[], &packet.payload);
        }
    }

    /// Ends a batch of packets: sends the reports that are due.
    pub(crate) fn rest(&mut self, mid: Mid) {
        for index in 0..self.direct.tracks.len() {
            let Direct { tracks, clock, .. } = &mut *self.direct;
            let track = &mut tracks[index];
            if track.mid == mid
                && let Some(progress) = track.rest(self.now)
            {
                let ssrc = track.ssrc;
                let report = report::sender_report(ssrc, &track.cname, &progress, *clock, self.now);
                self.seal_rtcp(report, ssrc);
            }
        }
    }

    /// Takes what the receiver tells; gives the encodings that it asks for keyframes of. `str0m` tells
    /// of all other such requests.
    pub(crate) fn hear(&mut self, told: &Rtcp, consumers: &mut [Consumer]) -> Vec<(Mid, Rid)> {
        match told {
            Rtcp::Pli(request) => return self.encodings([*request.ssrc]),
            Rtcp::Fir(request) => {
                return self.encodings(request.reports.iter().map(|entry| *entry.ssrc));
            }
            Rtcp::Nack(nack) => self.resend(nack, consumers),
            Rtcp::ReceiverReport(told) => {
                told.reports.iter().for_each(|report| self.note(report, consumers));
            }
            Rtcp::SenderReport(told) => {
                told.reports.iter().for_each(|report| self.note(report, consumers));
            }
            _ => {}
        }
        Vec::new()
    }

    /// Says that what has ended does.
    pub(crate) fn bid_farewell(&mut self) {
        let ended = std::mem::take(&mut self.direct.ended);
        let ssrcs: Vec<_> = ended.iter().flat_map(Track::ssrcs).collect();
        for some in ssrcs.chunks(report::MAX_SSRCS) {
            self.seal_rtcp(report::goodbye(some, &ended[0].cname), some[0]);
        }
    }

    /// Says that all streams end.
    pub(crate) fn close(&mut self) {
        let Direct { tracks, ended, .. } = &mut *self.direct;
        ended.append(tracks);
        self.bid_farewell();
    }

    /// Which encodings have these SSRCs.
    fn encodings(&self, ssrcs: impl IntoIterator<Item = u32>) -> Vec<(Mid, Rid)> {
        let of = |ssrc| {
            let mut tracks = self.direct.tracks.iter();
            let track = tracks.find(|track| track.rid.is_some() && track.ssrc == ssrc)?;
            Some((track.mid, track.rid?))
        };
        ssrcs.into_iter().filter_map(of).collect()
    }

    fn resend(&mut self, nack: &Nack, consumers: &mut [Consumer]) {
        let tracks = &self.direct.tracks;
        let Some(index) = tracks.iter().position(|track| track.ssrc == *nack.ssrc) else {
            return;
        };
        let mid = tracks[index].mid;
        let mut bytes = 0;
        for entry in &nack.reports {
            // RFC 4585 section 6.2.1: one number, and a bit for each of the sixteen after it.
            let followers = (0..16).filter(|bit| entry.blp & (1 << bit) != 0);
            for offset in std::iter::once(0).chain(followers.map(|bit| bit + 1)) {
                bytes += self.send_again(index, entry.pid.wrapping_add(offset));
            }
        }
        if let Some(consumer) = consumers.iter_mut().find(|consumer| consumer.mid == mid) {
            consumer.counters.nacks += 1;
            consumer.counters.retransmitted += bytes;
        }
    }

    /// Sends a packet once more, if it is there and may be; gives its bytes.
    fn send_again(&mut self, index: usize, number: u16) -> u64 {
        let Some(again) = self.direct.tracks[index].again(number, self.now) else {
            return 0;
        };
        let original = again.original.to_be_bytes();
        let payload = &again.packet.payload;
        self.seal(&again.header, again.ssrc, again.index, &original, payload);
        payload.len() as u64
    }

    fn note(&mut self, report: &ReceptionReport, consumers: &mut [Consumer]) {
        let clock = self.direct.clock;
        let mut tracks = self.direct.tracks.iter_mut();
        let Some(track) = tracks.find_map(|track| track.is_known(*report.ssrc).then_some(track))
        else {
            return;
        };
        track.loss = Some(f32::from(report.fraction_lost) / 256.0);
        let mid = track.mid;
        if let Some(consumer) = consumers.iter_mut().find(|consumer| consumer.mid == mid) {
            let rtt = report::round_trip(report, clock, self.now);
            let of_it = self.direct.tracks.iter().filter(|track| track.mid == mid);
            let counters = &mut consumer.counters;
            // Of several encodings, that of the one that suffers most.
            counters.loss = of_it.filter_map(|track| track.loss).reduce(f32::max);
            counters.rtt = rtt.map(|rtt| rtt.as_secs_f32()).or(counters.rtt);
        }
    }

    /// Puts a packet into the outbox and seals it there.
    fn seal(&mut self, header: &Header, ssrc: u32, index: u64, prefix: &[u8], payload: &[u8]) {
        let Some(sealer) = &self.direct.sealer else {
            return;
        };
        let header = header.as_bytes();
        let length = header.len() + prefix.len() + payload.len() + sealer.rtp_overhead();
        let bytes = self.outbox.begin(self.path.remote, Some(self.path.local), length);
        let start = bytes.len();
        bytes.extend_from_slice(header);
        bytes.extend_from_slice(prefix);
        bytes.extend_from_slice(payload);
        sealer.seal_rtp(bytes, start, header.len(), ssrc, index);
        self.direct.sent += length as u64;
    }

    fn seal_rtcp(&mut self, mut packet: Vec<u8>, ssrc: u32) {
        let Some(sealer) = &mut self.direct.sealer else {
            return;
        };
        if sealer.seal_rtcp(&mut packet, ssrc) {
            self.outbox.send(self.path.remote, Some(self.path.local), &packet);
            self.direct.sent += packet.len() as u64;
        }
    }
}
