//! From an offer to a transport and its answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::error::SdpError;
use str0m::format::PayloadParams;
use str0m::media::{Direction as SdpDirection, Media, Mid, Pt};
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Rtc, RtcConfig};

use crate::codec;
use crate::egress::{self, Tap};
use crate::ice::Ice;
use crate::offering::{Offering, Wanted};
use crate::sdp::{self, Sdp, Section};
use crate::words::{Direction, MediaDescription, RefusalCode};

/// How often receivers and senders report (RFC 3550 section 6.2 allows a fixed short interval).
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
const STATISTICS_INTERVAL: Duration = Duration::from_secs(1);
/// Where `str0m` is not to report, since the direct way does.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// An offer that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Refusal {
    pub(crate) code: RefusalCode,
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// An offer that was taken, or the first one of ours.
pub(crate) struct Agreement {
    pub(crate) rtc: Rtc,
    /// Where the remote takes media and sends none: what is needed to send past `str0m`.
    pub(crate) tap: Option<Arc<Tap>>,
    /// The answer, or our offer.
    pub(crate) sdp: String,
    pub(crate) media: Vec<MediaDescription>,
    /// Of an offer of the remote's: its user name fragment.
    pub(crate) remote_fragment: Option<String>,
    /// What we offer, where we do.
    pub(crate) offering: Option<Offering>,
    pub(crate) ice: Ice,
}

/// Answers an offer, with all candidates in the answer.
pub(crate) fn accept(
    offer: &str,
    mut ice: Ice,
    media_port: &[SocketAddr],
    certificate: &DtlsCert,
    now: Instant,
) -> Result<Agreement, Refusal> {
    let kept = understood(offer);
    let offer = parse(&kept)?;
    let publishes = publishes(&kept);
    let configuration = ice.configure(configuration(certificate, extensions(publishes)));
    let (mut rtc, tap) = if publishes {
        (configuration.build(now), None)
    } else {
        let (rtc, tap) = egress::tapped(|| only_sending(configuration).build(now));
        (rtc, Some(tap))
    };
    ice.begin(&mut rtc, media_port)?;
    let (sdp, media) = answer(&mut rtc, offer, &kept)?;
    if let Some(medium) = media.iter().find(|medium| medium.codecs.is_empty()) {
        let reason = format!("none of the {} codecs of the offer is known here", medium.kind);
        return Err(Refusal::new(RefusalCode::Codec, reason));
    }
    let remote_fragment = fragment(&kept);
    Ok(Agreement { rtc, tap, sdp, media, remote_fragment, offering: None, ice })
}

/// Makes the first offer of a connection on which we offer.
pub(crate) fn offer(
    wanted: &Wanted,
    mut ice: Ice,
    media_port: &[SocketAddr],
    certificate: &DtlsCert,
    now: Instant,
) -> Result<Agreement, Refusal> {
    let takes = wanted.takes();
    let mut extensions = extensions(takes);
    name_encodings(&mut extensions);
    let configuration = ice.configure(configuration(certificate, extensions));
    let (mut rtc, tap) = if takes {
        (configuration.build(now), None)
    } else {
        let (rtc, tap) = egress::tapped(|| only_sending(configuration).build(now));
        (rtc, Some(tap))
    };
    let mut offering = Offering::new(takes);
    ice.begin(&mut rtc, media_port)?;
    let sdp = offering.offer(&mut rtc, wanted, &ice, &ice.candidates)?;
    Ok(Agreement {
        rtc,
        tap,
        sdp,
        media: Vec::new(),
        remote_fragment: None,
        offering: Some(offering),
        ice,
    })
}

/// Answers a new offer on a live connection (RFC 8829 section 5.3.1).
///
/// The answer tells the candidates of now, `after`, in place of those told before. A refused offer
/// that was no SDP has changed nothing; more is not known, since `str0m` cannot undo.
pub(crate) fn renew(
    rtc: &mut Rtc,
    offer: &str,
    ice: &Ice,
    after: &[SocketAddr],
) -> Result<(String, Vec<MediaDescription>), Refusal> {
    let kept = understood(offer);
    let offer = parse(&kept)?;
    ice.withdraw(rtc, after)?;
    ice.tell(rtc, after)?;
    answer(rtc, offer, &kept)
}

fn parse(offer: &str) -> Result<SdpOffer, Refusal> {
    SdpOffer::from_sdp_string(offer).map_err(|error| {
        Refusal::new(RefusalCode::Malformed, format!("the offer is not SDP: {}", plain(&error)))
    })
}

fn answer(
    rtc: &mut Rtc,
    offer: SdpOffer,
    text: &str,
) -> Result<(String, Vec<MediaDescription>), Refusal> {
    let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| {
        Refusal::new(RefusalCode::Malformed, format!("the offer cannot be answered: {error}"))
    })?;
    let mut answer = Sdp::read(&answer.to_sdp_string());
    answer.mend();
    for (section, offered) in answer.media.iter_mut().zip(&Sdp::read(text).media) {
        section.take_encodings(offered);
    }
    let media = sdp::mids(&answer).flat_map(|mid| describe(rtc, mid)).collect();
    Ok((answer.to_string(), media))
}

/// The parser's words without its pointers and line ends.
pub(crate) fn plain(error: &SdpError) -> String {
    let words = error.to_string();
    let told: Vec<_> =
        words.lines().filter(|line| !line.is_empty() && !line.contains("PointerOffset")).collect();
    told.join(", ")
}

/// The payload type under which the medium `mid` takes a source's codec.
pub(crate) fn payload_for(rtc: &Rtc, mid: Mid, source: &PayloadParams) -> Option<Pt> {
    codec::viewer_payload(rtc.codec_config(), rtc.media(mid)?.remote_pts(), source)
}

/// Every codec agreed on for the medium `mid`.
pub(crate) fn agreed(rtc: &Rtc, mid: Mid) -> Vec<PayloadParams> {
    let Some(media) = rtc.media(mid) else {
        return Vec::new();
    };
    let params = rtc.codec_config().params();
    let of = |pt: &Pt| params.iter().find(|params| params.pt() == *pt).copied();
    media.remote_pts().iter().filter_map(of).collect()
}

/// The number of the header extension that tells what a picture's colours mean.
pub(crate) const COLOR_SPACE_EXTENSION: u8 = 12;

/// The header extensions that are agreed on.
///
/// Sequence numbers for the whole transport and send times serve the sender's estimate of the
/// bandwidth. A publisher estimates; the core does not, so that a viewer's feedback on every packet
/// would be read for nothing.
fn extensions(publishes: bool) -> ExtensionMap {
    let mut extensions = ExtensionMap::empty();
    extensions.set(1, Extension::AudioLevel);
    if publishes {
        extensions.set(2, Extension::AbsoluteSendTime);
        extensions.set(3, Extension::TransportSequenceNumber);
        name_encodings(&mut extensions);
    }
    extensions.set(4, Extension::RtpMid);
    extensions.set(COLOR_SPACE_EXTENSION, Extension::ColorSpace);
    extensions.set(13, Extension::VideoOrientation);
    extensions
}

/// Where a medium may have several encodings: either side sends them.
fn name_encodings(extensions: &mut ExtensionMap) {
    extensions.set(sdp::RID_EXTENSION, Extension::RtpStreamId);
    extensions.set(sdp::REPAIRED_RID_EXTENSION, Extension::RepairedRtpStreamId);
}

/// The names of codecs, each once.
pub(crate) fn codec_names(params: &[PayloadParams]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for params in params {
        let name = codec::name(params.spec().codec);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn configuration(certificate: &DtlsCert, extensions: ExtensionMap) -> RtcConfig {
    RtcConfig::new()
        .set_extension_map(extensions)
        .set_rtp_mode(true)
        .set_dtls_cert(certificate.clone())
        .set_stats_interval(Some(STATISTICS_INTERVAL))
        .set_rtcp_report_interval_audio(REPORT_INTERVAL)
        .set_rtcp_report_interval_video(REPORT_INTERVAL)
        .enable_opus(true)
        .enable_pcmu(true)
        .enable_pcma(true)
        .enable_g722(true)
        .enable_vp8(true)
        .enable_vp9(true)
        .enable_h264(true)
        .enable_h265(true)
        .enable_av1(true)
}

/// For a transport on which all media leave past `str0m`: it tells what the receiver reports, and
/// reports nothing itself.
fn only_sending(configuration: RtcConfig) -> RtcConfig {
    configuration
        .set_crypto_provider(egress::provider())
        .enable_raw_packets(true)
        .set_stats_interval(None)
        .set_rtcp_report_interval_audio(NEVER)
        .set_rtcp_report_interval_video(NEVER)
}

/// Whether the remote may send media, now or later: one that takes some and sends none is a viewer.
pub fn publishes(offer: &str) -> bool {
    let offer = Sdp::read(offer);
    offer.media.iter().any(Section::sends) || !offer.media.iter().any(Section::only_receives)
}

/// Whether the remote sends media now.
pub(crate) fn sends(offer: &str) -> bool {
    Sdp::read(offer).media.iter().any(Section::sends)
}

/// The user name fragment of an offer: another one restarts ICE (RFC 8839 section 5.4).
pub(crate) fn fragment(offer: &str) -> Option<String> {
    Sdp::read(offer).credentials().map(|(fragment, _)| fragment.to_owned())
}

/// The offer as it is to be understood: without the connection of m-lines that are rejected, with
/// what goes without saying.
fn understood(offer: &str) -> String {
    let mut offer = Sdp::read(offer);
    offer.sift();
    offer.complete();
    offer.to_string()
}

/// What was agreed on for one medium, which is told once for each way that it flows.
pub(crate) fn describe(rtc: &Rtc, mid: Mid) -> impl Iterator<Item = MediaDescription> + use<> {
    let told = rtc.media(mid).map(|media| {
        let codecs = codec_names(&agreed(rtc, mid));
        MediaDescription { mid, kind: media.kind(), direction: direction(media), codecs }
    });
    let flows = told.as_ref().is_some_and(|medium| medium.direction == Direction::In);
    let returns = flows && rtc.media(mid).is_some_and(|media| media.direction().is_sending());
    let back = told.clone().filter(|_| returns);
    let back = back.map(|medium| MediaDescription { direction: Direction::Out, ..medium });
    told.into_iter().chain(back)
}

fn direction(media: &Media) -> Direction {
    if media.disabled() || media.stopped() || media.remote_pts().is_empty() {
        return Direction::None;
    }
    match media.direction() {
        SdpDirection::RecvOnly | SdpDirection::SendRecv => Direction::In,
        SdpDirection::SendOnly => Direction::Out,
        SdpDirection::Inactive => Direction::None,
    }
}
