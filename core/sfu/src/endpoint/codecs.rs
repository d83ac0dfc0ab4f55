//! Which codecs an endpoint agrees on, under which payload types.

use str0m::RtcConfig;
use str0m::format::{Codec as Format, CodecConfig, FormatParams, PayloadParams};
use str0m::media::{Frequency, MediaKind, Pt};

use crate::codec;

/// Without a list of the owner's; browsers decode the first one of each kind everywhere.
const ALL: [Codec; 9] = [
    Codec::of(Format::Opus),
    Codec::of(Format::G722),
    Codec::of(Format::PCMU),
    Codec::of(Format::PCMA),
    Codec::of(Format::Vp8),
    Codec::of(Format::H264),
    Codec::of(Format::Vp9),
    Codec::of(Format::Av1),
    Codec::of(Format::H265),
];
/// `profile-level-id` (RFC 6184 section 8.1): constrained baseline, baseline, main and high, which
/// every browser knows some of.
const H264_PROFILES: [u32; 4] = [0x0042_e01f, 0x0042_001f, 0x004d_001f, 0x0064_001f];
/// Dynamic payload types (RFC 3551 section 6), and those that are free when these do not do.
const PAYLOAD_TYPES: [std::ops::RangeInclusive<u8>; 2] = [96..=127, 35..=63];

/// A codec, as SDP names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codec {
    format: Format,
    /// Of H.264: one `profile-level-id` alone.
    profile: Option<u32>,
}

impl Codec {
    const fn of(format: Format) -> Self {
        Self { format, profile: None }
    }

    /// Reads "VP8", or "H264/42e01f".
    pub fn parse(name: &str) -> Option<Self> {
        let (name, profile) = match name.split_once('/') {
            Some((name, profile)) => (name, Some(profile)),
            None => (name, None),
        };
        let same = |codec: &&Self| label(codec.format).eq_ignore_ascii_case(name);
        let codec = *ALL.iter().find(same)?;
        let Some(profile) = profile else {
            return Some(codec);
        };
        let is_hexadecimal = profile.bytes().all(|byte| byte.is_ascii_hexdigit());
        if codec.format != Format::H264 || profile.len() != 6 || !is_hexadecimal {
            return None;
        }
        let profile = u32::from_str_radix(profile, 16).ok()?;
        Some(Self { profile: Some(profile), ..codec })
    }

    /// What it carries.
    pub fn kind(self) -> MediaKind {
        self.format.kind()
    }

    /// RTP timestamp units in a second (RFC 3551 section 6; G.722: 8,000).
    pub fn clock_rate(self) -> Frequency {
        match self.format {
            Format::Opus => Frequency::FORTY_EIGHT_KHZ,
            format if format.is_video() => Frequency::NINETY_KHZ,
            _ => Frequency::EIGHT_KHZ,
        }
    }

    /// The payload type to send it with, of those agreed on; packetization mode 1 goes before 0,
    /// which cannot carry a picture that is larger than a packet.
    pub(crate) fn payload(self, agreed: &[PayloadParams]) -> Option<Pt> {
        let profile = |params: &PayloadParams| params.spec().format.profile_level_id;
        let fits = |params: &&PayloadParams| {
            params.spec().codec == self.format
                && (self.profile.is_none() || self.profile == profile(params))
        };
        let mode = |params: &&PayloadParams| params.spec().format.packetization_mode != Some(0);
        let mut fitting = agreed.iter().filter(fits);
        let best = fitting.clone().find(mode).or_else(|| fitting.next());
        best.map(PayloadParams::pt)
    }
}

/// The name that SDP uses.
pub(crate) fn label(format: Format) -> &'static str {
    match format {
        Format::Opus => "opus",
        Format::G722 => "G722",
        Format::PCMU => "PCMU",
        Format::PCMA => "PCMA",
        Format::Vp8 => "VP8",
        Format::Vp9 => "VP9",
        Format::H264 => "H264",
        Format::H265 => "H265",
        Format::Av1 => "AV1",
        _ => "unknown",
    }
}

/// The names of what was agreed on, each once.
pub(super) fn names(agreed: &[PayloadParams]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in agreed.iter().map(|params| label(params.spec().codec)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// RTP timestamp units in a second.
pub(super) fn clock_rate(params: &PayloadParams) -> u32 {
    codec::clock_rate(params)
}

/// Enters every codec that there is.
pub(crate) fn enter_all(configuration: &mut RtcConfig) {
    enter(configuration, &[]);
}

/// Enters the codecs, preferred first.
pub(super) fn enter(configuration: &mut RtcConfig, wanted: &[Codec]) {
    let codecs = configuration.codec_config();
    codecs.clear();
    let mut numbers = PAYLOAD_TYPES.into_iter().flatten().map(Pt::from);
    for codec in if wanted.is_empty() { &ALL } else { wanted } {
        match codec.format {
            Format::PCMU => codecs.enable_pcmu(true),
            Format::PCMA => codecs.enable_pcma(true),
            Format::G722 => codecs.enable_g722(true),
            _ => variants(*codec).into_iter().for_each(|format| {
                add(codecs, *codec, format, &mut numbers);
            }),
        }
    }
}

fn add(
    codecs: &mut CodecConfig,
    codec: Codec,
    format: FormatParams,
    numbers: &mut impl Iterator<Item = Pt>,
) {
    let channels = (codec.format == Format::Opus).then_some(2);
    let number = numbers.next();
    let repair = if codec.format.is_video() { numbers.next() } else { None };
    // Who wishes for more than there are numbers does without the last ones.
    if let Some(number) = number {
        codecs.add_config(number, repair, codec.format, codec.clock_rate(), channels, format);
    }
}

/// What is told of a codec (`a=fmtp`), one for each variant.
fn variants(codec: Codec) -> Vec<FormatParams> {
    let usual = FormatParams::default();
    match codec.format {
        Format::Opus => {
            vec![FormatParams { min_p_time: Some(10), use_inband_fec: Some(true), ..usual }]
        }
        Format::Vp9 => vec![FormatParams { profile_id: Some(0), ..usual }],
        Format::H264 => {
            let profiles = codec.profile.map_or(H264_PROFILES.to_vec(), |profile| vec![profile]);
            let variant = |profile| FormatParams {
                level_asymmetry_allowed: Some(true),
                packetization_mode: Some(1),
                profile_level_id: Some(profile),
                ..FormatParams::default()
            };
            profiles.into_iter().map(variant).collect()
        }
        Format::H265 => h265(),
        _ => vec![usual],
    }
}

/// Main profile, main tier, level 6.0, as browsers list it.
fn h265() -> Vec<FormatParams> {
    let mut usual = CodecConfig::empty();
    usual.enable_h265(true);
    usual.params().iter().map(|params| params.spec().format).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for codec in ALL {
            assert_eq!(Codec::parse(label(codec.format)), Some(codec));
        }
        let profile = Codec::parse("h264/64001F").expect("a codec");
        assert_eq!(profile.profile, Some(0x0064_001f));
        for nonsense in ["", "VP7", "VP8/1", "H264/", "H264/42e01", "H264/+2e01f", "rtx"] {
            assert_eq!(Codec::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn every_codec_has_a_payload_type_of_its_own() {
        let mut configuration = RtcConfig::new();
        enter(&mut configuration, &[]);
        let params = configuration.codec_config().params().to_vec();
        assert_eq!(params.len(), 12, "four variants of H.264");
        let mut numbers: Vec<_> = params.iter().map(PayloadParams::pt).collect();
        numbers.extend(params.iter().filter_map(PayloadParams::resend));
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
        let names = names(&params);
        assert_eq!(names.len(), ALL.len());
        assert_eq!(Codec::of(Format::H264).payload(&params), params[5].pt().into());
        let high = Codec::parse("H264/64001f").expect("a codec");
        assert_eq!(high.payload(&params), params[8].pt().into());
    }
}
