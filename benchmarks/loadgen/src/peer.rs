//! One WebRTC session of ours: an `Rtc` and its socket.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use socket2::SockRef;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use crate::chance::Chance;
use crate::error::Error;

/// Holds some frames of 54 packets, should our thread be kept from reading.
const RECEIVE_BUFFER: usize = 2 << 20;
/// str0m asks for an immediate timeout after each send: this is the least that we wait.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// Makes sessions that share a certificate, so that sixty of them start quickly.
#[derive(Debug)]
pub(crate) struct Factory {
    config: RtcConfig,
    local: IpAddr,
}

/// A session that waits for its answer.
#[derive(Debug)]
pub(crate) struct Offer {
    peer: Peer,
    pending: SdpPendingOffer,
    /// The SDP to send.
    pub(crate) sdp: String,
}

/// A session.
#[derive(Debug)]
pub(crate) struct Peer {
    rtc: Rtc,
    pub(crate) socket: mio::net::UdpSocket,
    local: SocketAddr,
    mid: Mid,
    /// When it wants to be called although nothing came.
    pub(crate) deadline: Instant,
    /// Whether it has ended.
    pub(crate) ended: bool,
    /// Datagrams that the socket would not take.
    pub(crate) unsent: u64,
    loss: Loss,
}

/// Datagrams that are lost on purpose.
#[derive(Debug)]
struct Loss {
    percent: u64,
    chance: Chance,
}

impl Factory {
    /// For sessions that use this address of ours, and VP8.
    pub(crate) fn new(local: IpAddr) -> Result<Self, Error> {
        let provider = str0m::crypto::from_feature_flags();
        let certificate = provider
            .dtls_provider
            .generate_certificate()
            .ok_or_else(|| Error::Failed("no DTLS certificate can be made".into()))?;
        let config = Rtc::builder()
            .set_crypto_provider(provider.into())
            .set_dtls_cert(certificate)
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_vp8(true);
        Ok(Self { config, local })
    }

    /// A session that sends or receives one video, as WHIP and WHEP clients offer it.
    pub(crate) fn offer(&self, direction: Direction) -> Result<Offer, Error> {
        let mut peer = self.peer(false)?;
        let mut change = peer.rtc.sdp_api();
        peer.mid = change.add_media(MediaKind::Video, direction, None, None, None);
        let (offer, pending) =
            change.apply().ok_or_else(|| Error::Failed("the offer is empty".into()))?;
        Ok(Offer { peer, pending, sdp: offer.to_sdp_string() })
    }

    /// The other end of an offer, ICE-lite as a server is, with its answer.
    pub(crate) fn answer(&self, mid: Mid, offer: &str) -> Result<(Peer, String), Error> {
        let mut peer = self.peer(true)?;
        peer.mid = mid;
        let sdp = SdpOffer::from_sdp_string(offer)
            .map_err(|error| Error::rtc("reading our own offer")(error.into()))?;
        let answer =
            peer.rtc.sdp_api().accept_offer(sdp).map_err(Error::rtc("answering our own offer"))?;
        Ok((peer, answer.to_sdp_string()))
    }

    fn peer(&self, lite: bool) -> Result<Peer, Error> {
        let trouble = || Error::io(format!("opening a UDP socket on {}", self.local));
        let socket = UdpSocket::bind((self.local, 0)).map_err(trouble())?;
        socket.set_nonblocking(true).map_err(trouble())?;
        SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER).map_err(trouble())?;
        let local = socket.local_addr().map_err(trouble())?;
        let now = Instant::now();
        let mut rtc = self.config.clone().set_ice_lite(lite).build(now);
        let candidate = Candidate::host(local, "udp")
            .map_err(|error| Error::Failed(format!("{local} cannot be a candidate: {error}")))?;
        rtc.add_local_candidate(candidate);
        Ok(Peer {
            rtc,
            socket: mio::net::UdpSocket::from_std(socket),
            local,
            mid: Mid::from("0"),
            deadline: now,
            ended: false,
            unsent: 0,
            loss: Loss { percent: 0, chance: Chance::new(0) },
        })
    }
}

impl Offer {
    /// The name of its video (RFC 5888).
    pub(crate) fn mid(&self) -> Mid {
        self.peer.mid
    }

    /// The session, once its answer is there.
    pub(crate) fn accept(mut self, answer: &str) -> Result<Peer, Error> {
        let answer = SdpAnswer::from_sdp_string(answer)
            .map_err(|error| Error::rtc("reading the server's answer")(error.into()))?;
        self.peer
            .rtc
            .sdp_api()
            .accept_answer(self.pending, answer)
            .map_err(Error::rtc("taking the server's answer"))?;
        Ok(self.peer)
    }
}

impl Peer {
    /// Our UDP port.
    pub(crate) fn port(&self) -> u16 {
        self.local.port()
    }

    /// From now on, loses so many of a hundred datagrams, both ways.
    pub(crate) fn lose(&mut self, percent: u64, chance: Chance) {
        self.loss = Loss { percent, chance };
    }

    /// Begins an ICE restart; what is to be sent by PATCH (RFC 9725 section 4.3.3).
    pub(crate) fn restart(&mut self) -> Option<(SdpPendingOffer, String)> {
        let mut change = self.rtc.sdp_api();
        change.ice_restart(true);
        let (offer, pending) = change.apply()?;
        let offer = offer.to_sdp_string();
        let line = |name| offer.lines().find(|line| line.starts_with(name));
        let credentials = [line("a=ice-ufrag:")?, line("a=ice-pwd:")?];
        let media = ["m=video 9 UDP/TLS/RTP/SAVPF 0", line("a=mid:")?];
        let candidates = offer.lines().filter(|line| line.starts_with("a=candidate:"));
        let lines = credentials.into_iter().chain(media).chain(candidates);
        Some((pending, lines.flat_map(|line| [line, "\r\n"]).collect()))
    }

    /// Ends an ICE restart with the whole answer, its new credentials in it.
    pub(crate) fn restarted(
        &mut self,
        pending: SdpPendingOffer,
        answer: &str,
    ) -> Result<(), Error> {
        let answer = SdpAnswer::from_sdp_string(answer)
            .map_err(|error| Error::rtc("reading the answer to a restart")(error.into()))?;
        let taken = self.rtc.sdp_api().accept_answer(pending, answer);
        self.deadline = Instant::now();
        taken.map_err(Error::rtc("taking the answer to a restart"))
    }

    /// Tells the other end by DTLS that this is over.
    pub(crate) fn goodbye(&mut self, now: Instant) {
        self.ended |= self.rtc.close().and_then(|()| self.drain(now, &mut |_| {})).is_err();
    }

    /// Queues a packet of the video; `tick` sends it.
    pub(crate) fn write(&mut self, packet: impl FnOnce(str0m::media::Pt) -> RtpWrite) {
        let codecs = self.rtc.codec_config().params();
        let Some(vp8) = codecs.iter().find(|codec| codec.spec().codec == Codec::Vp8) else {
            return;
        };
        let packet = packet(vp8.pt());
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(self.mid, None) {
            stream.write_rtp(packet);
        }
    }

    /// Lets time pass.
    pub(crate) fn tick(&mut self, now: Instant, on: &mut impl FnMut(Event)) {
        self.input(now, Input::Timeout(now), on);
    }

    /// Reads what has come, till the socket is empty.
    pub(crate) fn receive(&mut self, buffer: &mut [u8], on: &mut impl FnMut(Event)) {
        while let Ok((length, source)) = self.socket.recv_from(buffer) {
            if self.loss.strikes() {
                continue;
            }
            let now = Instant::now();
            // Whatever is no STUN, DTLS or RTP is not for us.
            if let Ok(datagram) = Receive::new(Protocol::Udp, source, self.local, &buffer[..length])
            {
                self.input(now, Input::Receive(now, datagram), on);
            }
        }
    }

    fn input(&mut self, now: Instant, input: Input<'_>, on: &mut impl FnMut(Event)) {
        let whole = self.rtc.handle_input(input).and_then(|()| self.drain(now, on));
        self.ended |= whole.is_err() || !self.rtc.is_alive();
        if self.ended {
            // Nothing will come of it any more.
            self.deadline = now + Duration::from_secs(3600);
        }
    }

    fn drain(&mut self, now: Instant, on: &mut impl FnMut(Event)) -> Result<(), str0m::RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.deadline = at.max(now + LEAST_WAIT);
                    return Ok(());
                }
                Output::Transmit(_) if self.loss.strikes() => {}
                Output::Transmit(datagram) => {
                    let sent = self.socket.send_to(&datagram.contents, datagram.destination);
                    self.unsent += u64::from(sent.is_err());
                }
                Output::Event(
                    Event::Closed
                    | Event::IceConnectionStateChange(IceConnectionState::Disconnected),
                ) => self.ended = true,
                Output::Event(event) => on(event),
            }
        }
    }
}

impl Loss {
    fn strikes(&mut self) -> bool {
        self.percent > 0 && self.chance.percent(self.percent)
    }
}
