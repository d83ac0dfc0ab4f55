//! One medium on the direct way, or one encoding of it: its numbers, what was sent of it, and what its receiver knows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::media::{Mid, Rid};

use super::Numbering;
use super::header::{ExtensionIds, Fixed, Header, Name};
use super::history::{History, Share};
use super::once::Once;
use super::report::Progress;
use crate::codec;
use crate::negotiation;
use crate::packet::Packet;

/// How often a sender report leaves while there are packets.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// A medium that leaves, or one of its encodings.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) mid: Mid,
    pub(super) rid: Option<Rid>,
    pub(super) ssrc: u32,
    pub(super) cname: String,
    /// The fraction lost as the receiver reported it last.
    pub(super) loss: Option<f32>,
    /// What was sent last, and in all.
    progress: Option<Progress>,
    report_at: Instant,
    ids: ExtensionIds,
    formats: Vec<Format>,
    /// Whether the receiver has shown that it knows whose SSRC it is: it needs no `mid` then.
    known: bool,
    once: Once,
    retransmission: Option<Retransmission>,
}

/// A payload type that was agreed on.
#[derive(Debug, Clone, Copy)]
struct Format {
    payload_type: u8,
    /// The payload type of its retransmissions.
    again: Option<u8>,
    clock_rate: u32,
}

/// The second stream of a track (RFC 4588 section 4): packets that are sent again.
#[derive(Debug)]
struct Retransmission {
    ssrc: u32,
    next_sequence: u64,
    known: bool,
    history: History,
    share: Share,
}

/// A packet to be sent again.
#[derive(Debug)]
pub(super) struct Again {
    pub(super) header: Header,
    pub(super) ssrc: u32,
    pub(super) index: u64,
    /// The number that it had, which precedes its payload.
    pub(super) original: u16,
    pub(super) packet: Arc<Packet>,
}

impl Track {
    /// A track for a medium of `str0m`'s, once that has agreed on one. Encodings are none of its
    /// affairs: these have SSRCs of our own choice.
    pub(super) fn new(
        rtc: &mut Rtc,
        (mid, rid): (Mid, Option<Rid>),
        first_sequence: u16,
        now: Instant,
    ) -> Option<Self> {
        let cname = rtc.media(mid)?.cname().to_owned();
        let mut track = Self {
            mid,
            rid,
            ssrc: 0,
            cname,
            loss: None,
            progress: None,
            report_at: now,
            ids: ExtensionIds::default(),
            formats: Vec::new(),
            known: false,
            once: Once::new(),
            retransmission: None,
        };
        track.agree(rtc, first_sequence, now);
        Some(track)
    }

    /// Takes over what was agreed on; numbers go on while the SSRC stays.
    pub(super) fn agree(&mut self, rtc: &mut Rtc, first_sequence: u16, now: Instant) {
        let formats = negotiation::agreed(rtc, self.mid);
        self.formats = formats
            .iter()
            .map(|params| Format {
                payload_type: *params.pt(),
                again: params.resend().map(|pt| *pt),
                clock_rate: codec::clock_rate(params),
            })
            .collect();
        if let Some(media) = rtc.media(self.mid) {
            self.ids = ExtensionIds::agreed(media.remote_extmap());
        }
        let Some((ssrc, again)) = self.ssrcs_agreed(rtc) else {
            return;
        };
        if self.ssrc != ssrc {
            self.ssrc = ssrc;
            self.known = false;
            self.progress = None;
            self.once = Once::new();
        }
        if again != self.retransmission.as_ref().map(|stream| stream.ssrc) {
            self.retransmission = again.map(|ssrc| Retransmission {
                ssrc,
                next_sequence: u64::from(first_sequence),
                known: false,
                history: History::new(now),
                share: Share::new(now),
            });
        }
    }

    /// Its SSRC, and that of what is sent again.
    fn ssrcs_agreed(&self, rtc: &mut Rtc) -> Option<(u32, Option<u32>)> {
        let mut api = rtc.direct_api();
        if self.rid.is_none() {
            let stream = api.stream_tx_by_mid(self.mid, None)?;
            return Some((*stream.ssrc(), stream.rtx().map(|ssrc| *ssrc)));
        }
        let ssrc = if self.ssrc == 0 { *api.new_ssrc() } else { self.ssrc };
        let known = self.retransmission.as_ref().map(|stream| stream.ssrc);
        let is_wanted = self.formats.iter().any(|format| format.again.is_some());
        Some((ssrc, is_wanted.then(|| known.unwrap_or_else(|| *api.new_ssrc()))))
    }

    /// What it is called.
    fn name(&self, repairs: bool) -> Name {
        Name { mid: self.mid, rid: self.rid, repairs }
    }

    /// The header of a packet, which is kept to be sent again; none if its number is not fresh.
    pub(super) fn send(
        &mut self,
        numbering: Numbering,
        packet: &Arc<Packet>,
        now: Instant,
    ) -> Option<Header> {
        let payload_type = *numbering.payload_type;
        let Numbering { sequence, timestamp, .. } = numbering;
        if !self.once.take(sequence) {
            return None;
        }
        let format = self.format(payload_type);
        self.count(&numbering, format, packet.payload.len());
        let may_again = format.is_some_and(|format| format.again.is_some());
        if let Some(stream) = self.retransmission.as_mut().filter(|_| may_again) {
            stream.history.add(Arc::clone(packet), sequence, timestamp, payload_type, now);
            stream.share.sent(packet.payload.len(), now);
        }
        let fixed = Fixed {
            marker: packet.marker,
            payload_type,
            sequence: sequence as u16,
            timestamp,
            ssrc: self.ssrc,
        };
        let name = (!self.known).then(|| self.name(false));
        Some(Header::write(fixed, self.ids, name, packet.content))
    }

    /// A packet that the receiver misses, under its next number of the second stream.
    pub(super) fn again(&mut self, number: u16, now: Instant) -> Option<Again> {
        let stream = self.retransmission.as_mut()?;
        let sent = stream.history.get(number)?;
        let format = self.formats.iter().find(|format| format.payload_type == sent.payload_type)?;
        let payload_type = format.again?;
        if !stream.share.take(sent.packet.payload.len(), now) {
            return None;
        }
        let index = stream.next_sequence;
        stream.next_sequence += 1;
        let fixed = Fixed {
            marker: sent.packet.marker,
            payload_type,
            sequence: index as u16,
            timestamp: sent.timestamp,
            ssrc: stream.ssrc,
        };
        let (ssrc, is_known) = (stream.ssrc, stream.known);
        let (original, packet) = (sent.sequence as u16, Arc::clone(&sent.packet));
        let name = (!is_known).then(|| self.name(true));
        let header = Header::write(fixed, self.ids, name, packet.content);
        Some(Again { header, ssrc, index, original, packet })
    }

    /// Forgets what is too old; gives what a sender report tells, when one is due.
    pub(super) fn rest(&mut self, now: Instant) -> Option<Progress> {
        if let Some(stream) = &mut self.retransmission {
            stream.history.forget(now);
        }
        let progress = self.progress.filter(|_| now >= self.report_at)?;
        self.report_at = now + REPORT_INTERVAL;
        Some(progress)
    }

    /// The receiver reported on this SSRC; false when it is none of this track's.
    pub(super) fn is_known(&mut self, ssrc: u32) -> bool {
        if ssrc == self.ssrc {
            self.known = true;
            return true;
        }
        if let Some(stream) = self.retransmission.as_mut().filter(|stream| stream.ssrc == ssrc) {
            stream.known = true;
        }
        false
    }

    /// Its SSRCs.
    pub(super) fn ssrcs(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.ssrc).chain(self.retransmission.as_ref().map(|stream| stream.ssrc))
    }

    fn format(&self, payload_type: u8) -> Option<Format> {
        self.formats.iter().find(|format| format.payload_type == payload_type).copied()
    }

    fn count(&mut self, numbering: &Numbering, format: Option<Format>, octets: usize) {
        let (packets, before) =
            self.progress.map_or((0, 0), |progress| (progress.packets, progress.octets));
        self.progress = Some(Progress {
            timestamp: numbering.timestamp,
            moment: numbering.moment,
            clock_rate: format.map_or(0, |format| format.clock_rate),
            // RFC 3550 section 6.4.1: 32 bits that wrap.
            packets: packets.wrapping_add(1),
            octets: before.wrapping_add(octets as u32),
        });
    }
}
