//! From an offer to a transport and its answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::error::SdpError;
use str0m::format::PayloadParams;
use str0m::media::{Direction as SdpDirection, Media, Mid, Pt};
use str0m::net::TcpType;
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Candidate, Rtc, RtcConfig};

use crate::codec;
use crate::egress::{self, Tap};
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

/// An offer that was taken.
pub(crate) struct Agreement {
    pub(crate) rtc: Rtc,
    /// Where the offer takes media and sends none: what is needed to send past `str0m`.
    pub(crate) tap: Option<Arc<Tap>>,
    pub(crate) answer: String,
    pub(crate) media: Vec<MediaDescription>,
}

/// Answers an offer as the ICE-lite side, with all candidates in the answer.
pub(crate) fn accept(
    offer: &str,
    candidates: &[SocketAddr],
    certificate: &DtlsCert,
    now: Instant,
) -> Result<Agreement, Refusal> {
    let kept = without_layers(offer);
    let offer = parse(&kept)?;
    let publishes = publishes(&kept);
    let configuration = configuration(certificate, extensions(publishes));
    let (mut rtc, tap) = if publishes {
        (configuration.build(now), None)
    } else {
        let (rtc, tap) = egress::tapped(|| only_sending(configuration).build(now));
        (rtc, Some(tap))
    };
    for &address in candidates {
        for candidate in hosts(address)? {
            rtc.add_local_candidate(candidate);
        }
    }
    let (answer, media) = answer(&mut rtc, offer)?;
    if let Some(medium) = media.iter().find(|medium| medium.codecs.is_empty()) {
        let reason = format!("none of the {} codecs of the offer is known here", medium.kind);
        return Err(Refusal::new(RefusalCode::Codec, reason));
    }
    Ok(Agreement { rtc, tap, answer, media })
}

/// Answers a new offer for the media of a live connection (RFC 8829 section 5.3.1).
///
/// The answer tells the candidates of now, `after`, in place of those told `before`. A refused offer
/// that was no SDP has changed nothing; more is not known, since `str0m` cannot undo.
pub(crate) fn renew(
    rtc: &mut Rtc,
    offer: &str,
    before: &[SocketAddr],
    after: &[SocketAddr],
) -> Result<(String, Vec<MediaDescription>), Refusal> {
    let offer = parse(&without_layers(offer))?;
    for &gone in before.iter().filter(|address| !after.contains(address)) {
        for candidate in hosts(gone)? {
            rtc.direct_api().invalidate_candidate(&candidate);
        }
    }
    for &new in after.iter().filter(|address| !before.contains(address)) {
        for candidate in hosts(new)? {
            rtc.add_local_candidate(candidate);
        }
    }
    answer(rtc, offer)
}

/// An address of ours as candidates: UDP, and passive TCP (RFC 6544 section 4.1) with less priority.
fn hosts(address: SocketAddr) -> Result<[Candidate; 2], Refusal> {
    let udp = Candidate::builder().udp().host(address).build();
    let tcp = Candidate::builder().tcp().host(address).tcptype(TcpType::Passive).build();
    match (udp, tcp) {
        (Ok(udp), Ok(tcp)) => Ok([udp, tcp]),
        (Err(error), _) | (_, Err(error)) => Err(Refusal::new(
            RefusalCode::Unsupported,
            format!("{address} is no candidate: {error}"),
        )),
    }
}

fn parse(offer: &str) -> Result<SdpOffer, Refusal> {
    SdpOffer::from_sdp_string(offer).map_err(|error| {
        Refusal::new(RefusalCode::Malformed, format!("the offer is not SDP: {}", plain(&error)))
    })
}

fn answer(rtc: &mut Rtc, offer: SdpOffer) -> Result<(String, Vec<MediaDescription>), Refusal> {
    let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| {
        Refusal::new(RefusalCode::Malformed, format!("the offer cannot be answered: {error}"))
    })?;
    let answer = answer.to_sdp_string();
    let media = media_lines(&answer).filter_map(|mid| describe(rtc, mid)).collect();
    Ok((answer, media))
}

/// The parser's words without its pointers and line ends.
fn plain(error: &SdpError) -> String {
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
    }
    extensions.set(4, Extension::RtpMid);
    extensions.set(13, Extension::VideoOrientation);
    extensions
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
        .set_ice_lite(true)
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

/// Whether the offer may send media: a medium that tells no direction sends and receives (RFC 8866
/// section 6.7).
fn publishes(offer: &str) -> bool {
    let sections = offer.split("\r\nm=").skip(1);
    let mut media = sections.filter(|section| !section.starts_with("application "));
    media.any(|section| !section.lines().any(|line| line == "a=recvonly" || line == "a=inactive"))
}

/// The offer without simulcast: a publisher whose layers are not taken up sends one (RFC 8853
/// section 5.3.2).
fn without_layers(offer: &str) -> String {
    let is_layer = |line: &str| line.starts_with("a=simulcast:") || line.starts_with("a=rid:");
    let mut kept = String::with_capacity(offer.len() + 2);
    for line in offer.lines().filter(|line| !is_layer(line) && !line.is_empty()) {
        kept.push_str(line);
        kept.push_str("\r\n");
    }
    kept
}

/// The `mid` of each m-line, in order.
fn media_lines(sdp: &str) -> impl Iterator<Item = Mid> {
    sdp.lines().filter_map(|line| line.strip_prefix("a=mid:")).map(|mid| Mid::from(mid.trim()))
}

fn describe(rtc: &Rtc, mid: Mid) -> Option<MediaDescription> {
    let media = rtc.media(mid)?;
    let codecs = codec_names(&agreed(rtc, mid));
    Some(MediaDescription { mid, kind: media.kind(), direction: direction(media), codecs })
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
