//! A client that answers, and one whose media come and go.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::RtcConfig;
use str0m::change::SdpOffer;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::Protocol;
use str0m::rtp::RtpPacket;

use super::{Client, Media};

impl Client {
    /// A client that waits for an offer.
    pub(crate) fn answerer(address: SocketAddr, protocol: Protocol, now: Instant) -> Self {
        let config = RtcConfig::new()
            .set_rtp_mode(true)
            .clear_codecs()
            .set_rtcp_report_interval_audio(Duration::from_millis(500))
            .set_rtcp_report_interval_video(Duration::from_millis(500))
            .enable_opus(true)
            .enable_vp8(true);
        Self::new(config.build(now), address, protocol, now)
    }

    /// Answers an offer.
    pub(crate) fn accept(&mut self, offer: &str) -> String {
        self.try_accept(offer).expect("an acceptable offer")
    }

    /// Answers an offer, if it is one for this connection.
    pub(crate) fn try_accept(&mut self, offer: &str) -> Option<String> {
        let offer = SdpOffer::from_sdp_string(offer).expect("an offer");
        let answer = self.rtc.sdp_api().accept_offer(offer).ok()?;
        Some(answer.to_sdp_string())
    }

    /// Lets a medium that the core offered be written to.
    pub(crate) fn send_on(&mut self, mid: Mid, kind: MediaKind) {
        self.media.push((mid, kind));
    }

    /// An offer with one medium more.
    pub(crate) fn add(&mut self, medium: Media) -> String {
        let mut changes = self.rtc.sdp_api();
        let stream = Some("stream".to_owned());
        let mid = changes.add_media(medium.kind, medium.way(), stream, None, None);
        self.media.push((mid, medium.kind));
        let changes = changes.apply();
        self.offer_changes(changes)
    }

    /// An offer in which the medium `index` flows, or flows no more.
    pub(crate) fn turn(&mut self, index: usize, sends: bool, on: bool) -> String {
        let mut changes = self.rtc.sdp_api();
        let way = if on { way(sends) } else { Direction::Inactive };
        changes.set_direction(self.media[index].0, way);
        let changes = changes.apply();
        self.offer_changes(changes)
    }

    /// An offer in which the medium `index` has ended for good.
    pub(crate) fn stop(&mut self, index: usize) -> String {
        let mut changes = self.rtc.sdp_api();
        changes.stop_media(self.media[index].0);
        let changes = changes.apply();
        self.offer_changes(changes)
    }

    /// Whether the first medium is sent.
    pub(crate) fn sends(&self) -> bool {
        let media = self.media.first().and_then(|&(mid, _)| self.rtc.media(mid));
        media.is_some_and(|media| media.direction().is_sending())
    }

    /// What arrived of one medium.
    pub(crate) fn packets_of(&mut self, mid: Mid) -> Vec<&RtpPacket> {
        let mut api = self.rtc.direct_api();
        let mut is_of = |packet: &&RtpPacket| {
            api.stream_rx(&packet.header.ssrc).is_some_and(|stream| stream.mid() == mid)
        };
        self.packets.iter().filter(|packet| is_of(packet)).collect()
    }

    /// The numbers of what arrived of one medium, in order.
    pub(crate) fn numbers_of(&mut self, mid: Mid) -> Vec<u64> {
        let mut numbers: Vec<_> =
            self.packets_of(mid).iter().map(|packet| *packet.seq_no).collect();
        numbers.sort_unstable();
        numbers
    }
}

fn way(sends: bool) -> Direction {
    if sends { Direction::SendOnly } else { Direction::RecvOnly }
}
