//! Frames in and out of an endpoint, and what is counted of them.

use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::media::{KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid};
use str0m::rtp::{SeqNo, StreamTxQueueInfo};
use str0m::stats::{MediaEgressStats, MediaIngressStats};

use super::codecs;
use super::words::{Flow, Frame, MediumStatistics, Outgoing, Transceiver};
use crate::clock::{Report, WallClock};
use crate::negotiation;

/// What is at most so many dB below the loudest is told to be speech.
const SPEECH: u8 = 50;
/// The shortest distance between two requests for a keyframe.
const KEYFRAME_REST: Duration = Duration::from_millis(300);
/// What waits longer than this to be sent is too late: further frames are dropped.
const MAX_QUEUE: Duration = Duration::from_secs(1);

/// All media of an endpoint.
pub(super) struct Media {
    all: Vec<Medium>,
    clock: WallClock,
}

struct Medium {
    counters: MediumStatistics,
    /// The sequence number that the last frame ended with.
    last: Option<u64>,
    /// Whether nothing came for so long that `str0m` has forgotten what was last.
    paused: bool,
    wants_keyframe: bool,
    asked: Option<Instant>,
}

impl Media {
    pub(super) fn new(clock: WallClock) -> Self {
        Self { all: Vec::new(), clock }
    }

    /// Takes note of media that were offered or agreed on.
    pub(super) fn meet(&mut self, media: &[Transceiver]) {
        for &Transceiver { mid, kind, .. } in media {
            if self.find(mid).is_none() {
                self.all.push(Medium::new(mid, kind));
            }
        }
    }

    /// Sends a frame, if there is a way.
    pub(super) fn write(&mut self, rtc: &mut Rtc, frame: Outgoing, connected: bool, now: Instant) {
        let clock = self.clock;
        let Some(medium) = self.find(frame.mid) else {
            return;
        };
        let flow = &mut medium.counters.outgoing;
        if connected && !is_congested(rtc, frame.mid, now) && send(rtc, frame, clock, now) {
            flow.frames += 1;
        } else {
            flow.dropped += 1;
        }
    }

    /// Takes note that a keyframe is needed.
    pub(super) fn want_keyframe(&mut self, mid: Mid) {
        if let Some(medium) = self.find(mid) {
            medium.wants_keyframe = true;
        }
    }

    /// Asks for the keyframes that are needed, where a stream has begun.
    pub(super) fn ask_keyframes(&mut self, rtc: &mut Rtc, now: Instant) {
        for medium in self.all.iter_mut().filter(|medium| medium.wants_keyframe) {
            let rests = medium.asked.is_some_and(|asked| now < asked + KEYFRAME_REST);
            let mut api = rtc.direct_api();
            if let Some(stream) = api.stream_rx_by_mid(medium.counters.mid, None)
                && !rests
            {
                stream.request_keyframe(KeyframeRequestKind::Pli);
                medium.wants_keyframe = false;
                medium.asked = Some(now);
            }
        }
    }

    /// A frame that came, as it goes to the owner.
    pub(super) fn take(&mut self, data: MediaData) -> Frame {
        let clock_rate = codecs::clock_rate(&data.params);
        let codec = data.params.spec().codec;
        let keyframe = codec.is_audio() || data.is_keyframe();
        let report = data.last_sender_info;
        let captured = report.and_then(|info| {
            let report = Report::new(info.rtp_time.numer() as u32, info.ntp_time);
            report.publisher_time(data.time.numer() as u32, data.time.denom())
        });
        let mut contiguous = data.contiguous;
        if let Some(medium) = self.find(data.mid) {
            medium.counters.incoming.frames += 1;
            contiguous &= medium.follows(*data.seq_range.start(), keyframe);
            medium.last = Some(**data.seq_range.end());
            medium.wants_keyframe |= !contiguous && !keyframe;
        }
        Frame {
            mid: data.mid,
            codec: codecs::label(codec),
            // `str0m` counts G.722 by its samples, RTP does not (RFC 3551 section 4.5.2).
            timestamp: data.time.numer() * u64::from(clock_rate) / u64::from(data.time.denom()),
            clock_rate,
            keyframe,
            contiguous,
            dropped: 0,
            received: self.clock.time_of(data.network_time),
            captured,
            level: data.ext_vals.audio_level.map(i8::unsigned_abs),
            color_space: data.ext_vals.user_values.get().copied(),
            data: data.data,
        }
    }

    /// Nothing has come of a medium for a while.
    pub(super) fn pause(&mut self, mid: Mid) {
        if let Some(medium) = self.find(mid) {
            medium.paused = true;
        }
    }

    pub(super) fn count_incoming(&mut self, stats: &MediaIngressStats) {
        if let Some(medium) = self.find(stats.mid) {
            let flow = &mut medium.counters.incoming;
            let (packets, bytes, nacks) = (stats.packets, stats.bytes, stats.nacks);
            *flow = Flow { packets, bytes, nacks, loss: stats.loss.or(flow.loss), ..*flow };
        }
    }

    pub(super) fn count_outgoing(&mut self, stats: &MediaEgressStats) {
        if let Some(medium) = self.find(stats.mid) {
            let flow = &mut medium.counters.outgoing;
            let (packets, bytes, nacks) = (stats.packets, stats.bytes, stats.nacks);
            *flow = Flow { packets, bytes, nacks, loss: stats.loss.or(flow.loss), ..*flow };
            medium.counters.rtt = stats.rtt.or(medium.counters.rtt);
        }
    }

    pub(super) fn statistics(&self) -> Vec<MediumStatistics> {
        self.all.iter().map(|medium| medium.counters.clone()).collect()
    }

    fn find(&mut self, mid: Mid) -> Option<&mut Medium> {
        self.all.iter_mut().find(|medium| medium.counters.mid == mid)
    }
}

impl Medium {
    fn new(mid: Mid, kind: MediaKind) -> Self {
        let (incoming, outgoing) = (Flow::default(), Flow::default());
        let counters = MediumStatistics { mid, kind, incoming, outgoing, rtt: None };
        Self { counters, last: None, paused: false, wants_keyframe: false, asked: None }
    }

    /// Whether a frame that begins with this sequence number may follow the last one, as far as
    /// `str0m` does not know better.
    fn follows(&mut self, first: SeqNo, keyframe: bool) -> bool {
        let paused = std::mem::take(&mut self.paused);
        self.last.map_or(keyframe, |last| !paused || *first == last + 1)
    }
}

/// Whether what was written before could not be sent for long.
fn is_congested(rtc: &mut Rtc, mid: Mid, now: Instant) -> bool {
    let mut api = rtc.direct_api();
    let queue = api.stream_tx_by_mid(mid, None).and_then(|stream| stream.queue_info());
    let oldest = queue.and_then(StreamTxQueueInfo::first_unsent);
    oldest.is_some_and(|oldest| now.saturating_duration_since(oldest) > MAX_QUEUE)
}

/// Gives a frame to `str0m`; false when it cannot be sent.
fn send(rtc: &mut Rtc, frame: Outgoing, clock: WallClock, now: Instant) -> bool {
    let agreed = negotiation::agreed(rtc, frame.mid);
    let Some((payload, writer)) = frame.codec.payload(&agreed).zip(rtc.writer(frame.mid)) else {
        return false;
    };
    // A sender report of the future would be none.
    let captured = frame.captured.and_then(|time| clock.moment_of(time)).unwrap_or(now).min(now);
    let time = MediaTime::new(frame.timestamp, frame.codec.clock_rate());
    let writer = match frame.level {
        Some(level) => writer.audio_level(-level.min(127).cast_signed(), level < SPEECH),
        None => writer,
    };
    writer.write(payload, captured, time, frame.data).is_ok()
}
