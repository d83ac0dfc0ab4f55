//! A transport without a remote: a program on this machine gives its frames.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use str0m::format::PayloadParams;
use str0m::media::{MediaKind, Mid};
use str0m::rtp::Ssrc;
use str0m::{Rtc, RtcConfig};

use super::{Happening, Transport};
use crate::arrival::Arrival;
use crate::clock::WallClock;
use crate::endpoint::{Outgoing, enter_all_codecs};
use crate::ice::Ice;
use crate::negotiation::{self, Agreement};
use crate::packet::Content;
use crate::payload::Packetizer;
use crate::sfu::Settings;
use crate::words::{Direction, MediaDescription, TransportId};

/// A time of capture that is further from now is a mistake.
const CREDIBLE: Duration = Duration::from_secs(5);
/// What is at most so many dB below the loudest is told to be speech.
const SPEECH: u8 = 50;

/// What a transport without a remote has.
#[derive(Debug)]
pub(super) struct Local {
    /// Every codec that there is.
    params: Vec<PayloadParams>,
    media: BTreeMap<Mid, Medium>,
    clock: WallClock,
}

#[derive(Debug, Default)]
struct Medium {
    packetizer: Packetizer,
    sequence: u64,
}

impl Transport {
    /// A transport for frames of a program on this machine.
    pub(crate) fn local(
        id: TransportId,
        media: &[(Mid, MediaKind)],
        settings: &Settings,
        now: Instant,
    ) -> Self {
        let mut configuration = RtcConfig::new().set_dtls_cert(settings.certificate.clone());
        enter_all_codecs(&mut configuration);
        let params = configuration.codec_config().params().to_vec();
        let agreement = agreement(configuration.build(now), media);
        let media = media.iter().map(|&(mid, _)| (mid, Medium::default())).collect();
        let mut transport = Self::new(id, agreement, 0, settings, now);
        transport.local = Some(Local { params, media, clock: settings.clock });
        transport.connected = true;
        transport
    }

    /// Whether it has no remote.
    pub(crate) fn is_local(&self) -> bool {
        self.local.is_some()
    }

    /// The codecs that a producer may send before it has sent anything.
    pub(crate) fn may_send(&self, mid: Mid) -> Vec<PayloadParams> {
        let Some(local) = &self.local else {
            return negotiation::agreed(&self.rtc, mid);
        };
        let producer = self.producers.iter().find(|producer| producer.mid == mid);
        let fits = |params: &&PayloadParams| {
            producer.is_some_and(|producer| producer.kind == params.spec().codec.kind())
        };
        local.params.iter().filter(fits).copied().collect()
    }

    /// Takes a frame into one of its producers.
    pub(crate) fn write(
        &mut self,
        frame: &Outgoing,
        now: Instant,
        happenings: &mut Vec<Happening>,
    ) {
        let Some(local) = &mut self.local else {
            return;
        };
        let producer = self.producers.iter_mut().find(|producer| producer.mid == frame.mid);
        let payload_type = frame.codec.payload(&local.params);
        let params = local.params.iter().find(|params| Some(params.pt()) == payload_type).copied();
        let (Some(producer), Some(params)) = (producer, params) else {
            return;
        };
        if producer.kind != frame.codec.kind() {
            return;
        }
        let before = producer.batch.len();
        let mut started = false;
        for arrival in local.arrivals(frame, &params, now) {
            started |= producer.receive(&arrival, None, &params, &mut self.clock);
        }
        if started {
            happenings.push(Happening::Started(frame.mid));
        }
        if !producer.batch.is_empty() && (before == 0 || started) {
            happenings.push(Happening::Filled(frame.mid));
        }
    }
}

impl Local {
    fn arrivals(&mut self, frame: &Outgoing, params: &PayloadParams, now: Instant) -> Vec<Arrival> {
        let captured = frame.captured.and_then(|time| self.clock.moment_of(time));
        let is_credible = |at: &Instant| now.saturating_duration_since(*at) <= CREDIBLE;
        let moment = captured.filter(is_credible).unwrap_or(now).min(now);
        let voice = |level: u8| level.min(0x7f) | if level < SPEECH { 0x80 } else { 0 };
        let content = Content { audio_level: frame.level.map(voice), ..Content::default() };
        let Some(medium) = self.media.get_mut(&frame.mid) else {
            return Vec::new();
        };
        let payloads = medium.packetizer.pack(params.spec().codec, &frame.data);
        let last = payloads.len().wrapping_sub(1);
        let is_video = frame.codec.kind() == MediaKind::Video;
        let arrivals = payloads.into_iter().enumerate().map(|(index, payload)| {
            medium.sequence += 1;
            Arrival {
                // Nobody is told: each viewer has its own.
                ssrc: Ssrc::from(1),
                sequence: medium.sequence,
                timestamp: frame.timestamp as u32,
                marker: is_video && index == last,
                content,
                payload: payload.into(),
                at: now,
                moment: Some(moment),
            }
        });
        arrivals.collect()
    }
}

fn agreement(rtc: Rtc, media: &[(Mid, MediaKind)]) -> Agreement {
    let describe = |&(mid, kind): &(Mid, MediaKind)| MediaDescription {
        mid,
        kind,
        direction: Direction::In,
        codecs: Vec::new(),
    };
    Agreement {
        rtc,
        tap: None,
        sdp: String::new(),
        media: media.iter().map(describe).collect(),
        remote_fragment: None,
        offering: None,
        ice: Ice::lite(),
    }
}
