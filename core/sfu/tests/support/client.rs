//! A client of str0m: offers, publishes VP8 or Opus, and notes what arrives.

mod negotiating;
pub(crate) mod simulcast;
mod speaking;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::relay_address;

/// What a client offers: a kind, the ways, and for video the one codec.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Media {
    pub(crate) kind: MediaKind,
    pub(crate) sends: bool,
    pub(crate) takes: bool,
    pub(crate) codec: Codec,
}

impl Media {
    pub(crate) const SEND_VP8: Self =
        Self { kind: MediaKind::Video, sends: true, takes: false, codec: Codec::Vp8 };
    pub(crate) const SEND_OPUS: Self =
        Self { kind: MediaKind::Audio, sends: true, takes: false, codec: Codec::Opus };
    pub(crate) const TAKE_VP8: Self =
        Self { kind: MediaKind::Video, sends: false, takes: true, codec: Codec::Vp8 };
    pub(crate) const TAKE_OPUS: Self =
        Self { kind: MediaKind::Audio, sends: false, takes: true, codec: Codec::Opus };
    pub(crate) const TAKE_AV1: Self =
        Self { kind: MediaKind::Video, sends: false, takes: true, codec: Codec::Av1 };
    pub(crate) const BOTH_VP8: Self =
        Self { kind: MediaKind::Video, sends: true, takes: true, codec: Codec::Vp8 };

    fn way(self) -> Direction {
        match (self.sends, self.takes) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, _) => Direction::RecvOnly,
        }
    }
}

/// A client and all that it has seen.
pub(crate) struct Client {
    pub(crate) connected: bool,
    pub(crate) packets: Vec<RtpPacket>,
    pub(crate) keyframe_requests: u32,
    pub(crate) closed: bool,
    pub(crate) channels: u32,
    /// Whether its last check said that it decides on the path (RFC 8445 section 7.1.3).
    pub(crate) controls: bool,
    /// Where it sends to.
    pub(crate) relay: SocketAddr,
    rtc: Rtc,
    address: SocketAddr,
    protocol: Protocol,
    pending: Option<SdpPendingOffer>,
    media: Vec<(Mid, MediaKind)>,
    /// Keyframe requests, of each encoding.
    requests: HashMap<Option<String>, u32>,
    /// The next number of each medium that has written.
    sequences: HashMap<usize, u64>,
    wake: Instant,
    /// Made while receiving; they leave with the next step.
    unsent: Vec<Vec<u8>>,
}

impl Client {
    pub(crate) fn offer(
        address: SocketAddr,
        protocol: Protocol,
        media: &[Media],
        now: Instant,
    ) -> (Self, String) {
        let mut config = RtcConfig::new()
            .set_rtp_mode(true)
            .clear_codecs()
            .set_rtcp_report_interval_audio(Duration::from_millis(500))
            .set_rtcp_report_interval_video(Duration::from_millis(500));
        if media.is_empty() {
            config = config.enable_vp8(true);
        }
        for medium in media {
            config = match medium.codec {
                Codec::Opus => config.enable_opus(true),
                Codec::Av1 => config.enable_av1(true),
                _ => config.enable_vp8(true),
            };
        }
        let mut client = Self::new(config.build(now), address, protocol, now);
        let mut changes = client.rtc.sdp_api();
        client.media = media
            .iter()
            .map(|medium| {
                let stream = Some("stream".to_owned());
                (changes.add_media(medium.kind, medium.way(), stream, None, None), medium.kind)
            })
            .collect();
        if media.is_empty() {
            changes.add_channel("data".to_owned());
        }
        let changes = changes.apply();
        let offer = client.offer_changes(changes);
        (client, offer)
    }

    /// A new offer for the same media, with new ICE credentials.
    pub(crate) fn restart(&mut self) -> String {
        let mut changes = self.rtc.sdp_api();
        changes.ice_restart(true);
        let changes = changes.apply();
        self.offer_changes(changes)
    }

    fn new(mut rtc: Rtc, address: SocketAddr, protocol: Protocol, now: Instant) -> Self {
        rtc.add_local_candidate(candidate(address, protocol));
        Self {
            connected: false,
            packets: Vec::new(),
            keyframe_requests: 0,
            closed: false,
            channels: 0,
            controls: false,
            relay: relay_address(address),
            rtc,
            address,
            protocol,
            pending: None,
            media: Vec::new(),
            requests: HashMap::new(),
            sequences: HashMap::new(),
            wake: now,
            unsent: Vec::new(),
        }
    }

    fn offer_changes(&mut self, changes: Option<(SdpOffer, SdpPendingOffer)>) -> String {
        let (offer, pending) = changes.expect("an offer");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub(crate) fn answer(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        let pending = self.pending.take().expect("an offer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("an acceptable answer");
    }

    pub(crate) fn awaits_answer(&self) -> bool {
        self.pending.is_some()
    }

    pub(crate) fn mids(&self) -> Vec<String> {
        self.media.iter().map(|(mid, _)| mid.to_string()).collect()
    }

    /// Writes one packet of the medium `index`; a VP8 keyframe if asked, else a predicted frame.
    pub(crate) fn write(&mut self, index: usize, timestamp: u32, keyframe: bool, at: Instant) {
        match self.media[index].1 {
            MediaKind::Audio => {
                let payload = vec![0x78, self.sequence(index) as u8];
                self.write_payload(index, Codec::Opus, payload, timestamp, at);
            }
            MediaKind::Video => {
                let payload = vp8(keyframe, self.sequence(index));
                self.write_payload(index, Codec::Vp8, payload, timestamp, at);
            }
        }
    }

    /// Writes one packet of the medium `index` in a codec that was offered.
    pub(crate) fn write_payload(
        &mut self,
        index: usize,
        codec: Codec,
        payload: Vec<u8>,
        timestamp: u32,
        at: Instant,
    ) {
        self.write_packet(index, codec, payload, ExtensionValues::default(), timestamp, at);
    }

    fn write_packet(
        &mut self,
        index: usize,
        codec: Codec,
        payload: Vec<u8>,
        values: ExtensionValues,
        timestamp: u32,
        at: Instant,
    ) {
        let (mid, _) = self.media[index];
        let sequence = self.sequence(index);
        self.sequences.insert(index, sequence + 1);
        let pt = self.rtc.codec_config().find(|params| params.spec().codec == codec);
        let pt = pt.expect("the codec was offered").pt();
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None).expect("a stream");
        let write = RtpWrite::new(pt, sequence.into(), timestamp, at, payload);
        stream.write_rtp(write.marker(true).nackable(true).ext_vals(values));
        self.wake = at;
    }

    /// The next number of a medium: at first far beyond 2^16, so that the core must start its own
    /// count (RFC 3711 section 3.3.1).
    fn sequence(&self, index: usize) -> u64 {
        self.sequences.get(&index).copied().unwrap_or(60_000)
    }

    pub(crate) fn ask_for_keyframe(&mut self, index: usize) {
        let (mid, _) = self.media[index];
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx_by_mid(mid, None).expect("a stream");
        stream.request_keyframe(KeyframeRequestKind::Pli);
    }

    pub(crate) fn close(&mut self) {
        self.rtc.close().expect("a close");
    }

    pub(crate) fn receive(&mut self, datagram: &[u8], now: Instant) {
        let receive = Receive::new(self.protocol, self.relay, self.address, datagram);
        let receive = receive.expect("the core sends valid datagrams");
        self.rtc.handle_input(Input::Receive(now, receive)).expect("valid input");
        let mut datagrams = std::mem::take(&mut self.unsent);
        self.drain(&mut datagrams);
        self.unsent = datagrams;
        self.wake = now;
    }

    /// Lets time pass; gives the datagrams that leave.
    pub(crate) fn step(&mut self, now: Instant) -> Vec<Vec<u8>> {
        if (self.pending.is_some() && !self.connected) || now < self.wake {
            return Vec::new();
        }
        self.rtc.handle_input(Input::Timeout(now)).expect("time passes");
        let mut datagrams = std::mem::take(&mut self.unsent);
        self.wake = self.drain(&mut datagrams).max(now + super::TICK);
        for check in datagrams.iter().filter(|datagram| datagram.starts_with(&[0, 1])) {
            self.controls = check.windows(4).any(|attribute| attribute == [0x80, 0x2a, 0, 8]);
        }
        datagrams
    }

    fn drain(&mut self, datagrams: &mut Vec<Vec<u8>>) -> Instant {
        loop {
            match self.rtc.poll_output().expect("no failure") {
                Output::Timeout(at) => return at,
                Output::Transmit(transmit) => datagrams.push(transmit.contents.to_vec()),
                Output::Event(event) => self.note(event),
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::RtpPacket(packet) => self.packets.push(packet),
            Event::KeyframeRequest(request) => {
                self.keyframe_requests += 1;
                *self.requests.entry(request.rid.map(|rid| rid.to_string())).or_default() += 1;
            }
            Event::Closed => self.closed = true,
            Event::ChannelOpen(..) => self.channels += 1,
            _ => {}
        }
    }
}

fn vp8(keyframe: bool, sequence: u64) -> Vec<u8> {
    // RFC 7741: a descriptor with S=1, then the frame header whose lowest bit is 0 for a keyframe.
    let mut payload = vec![0x10, u8::from(!keyframe), 0, 0];
    if keyframe {
        payload.extend([0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]);
    }
    payload.extend(sequence.to_be_bytes());
    payload.extend([0x55; 600]);
    payload
}

fn candidate(address: SocketAddr, protocol: Protocol) -> Candidate {
    let candidate = match protocol {
        Protocol::Udp => Candidate::builder().udp().host(address).build(),
        _ => Candidate::builder().tcp().host(address).tcptype(TcpType::Active).build(),
    };
    candidate.expect("a candidate")
}
