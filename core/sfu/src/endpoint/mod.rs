//! One connection of a program to a WebRTC peer, with whole encoded frames at its end. Sans-IO.
//!
//! [`Endpoint`] is given commands, datagrams and the time, and hands datagrams and events back. Other
//! than a transport of [`Sfu`](crate::Sfu) it does full ICE, and `str0m` packetises, waits for lost
//! packets and estimates the bandwidth.

mod codecs;
mod ending;
mod media;
mod negotiating;
mod servers;
mod words;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::bwe::{Bitrate, BweKind};
use str0m::config::DtlsCert;
use str0m::net::{Protocol, Receive, Transmit};
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Candidate, Event as RtcEvent, Input, Output, Rtc, RtcConfig, RtcError};

use crate::Outbox;
use crate::clock::WallClock;
use crate::demux;
use crate::negotiation::{COLOR_SPACE_EXTENSION, Refusal};
use crate::offering::Rejection;
use crate::words::{CloseCode, RefusalCode, Remote};

pub use codecs::Codec;
pub(crate) use codecs::{enter_all as enter_all_codecs, label as codec_label};
pub use servers::{Server, UrlError};
pub use str0m::media::Direction;
pub use words::{
    Command, Event, Flow, Frame, MediumStatistics, Outgoing, Statistics, Transceiver, Wanted,
};

use media::Media;
use negotiating::Negotiation;
use servers::{Arrived, Datagram, Servers};

/// How often receivers and senders report (RFC 3550 section 6.2 allows a fixed short interval).
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// ICE and DTLS must be up so long after both sides know each other.
const CONNECTING: Duration = Duration::from_secs(15);
/// Offers and answers that wait for candidates.
const MAX_WAITING: usize = 16;
/// When there is nothing to wait for.
const FAR: Duration = Duration::from_secs(3600);
/// `str0m` may ask to be stepped at once, again and again.
const MIN_REST: Duration = Duration::from_millis(1);
/// Packets that leave without a rest at most.
const BURST: usize = 64;

/// How an endpoint is made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Sockets bound, best first.
    pub locals: Vec<SocketAddr>,
    /// STUN and TURN servers.
    pub servers: Vec<Server>,
    /// How long their answers are waited for.
    pub gathering: Duration,
    /// Preferred first; none stands for all.
    pub codecs: Vec<Codec>,
    /// Bits a second that may be sent before more is known.
    pub bandwidth: u64,
    /// A connection that is not heard for so long is closed.
    pub silence: Duration,
    /// The time of day.
    pub clock: WallClock,
    /// Our side of DTLS.
    pub certificate: DtlsCert,
}

/// One connection.
pub struct Endpoint {
    rtc: Rtc,
    negotiation: Negotiation,
    media: Media,
    servers: Servers,
    /// Offers and answers that wait for candidates.
    waiting: Vec<Command>,
    events: Vec<Event>,
    silence: Duration,
    /// When both sides first knew each other.
    agreed: Option<Instant>,
    heard: Option<Instant>,
    connected: bool,
    ended: bool,
    remote: Option<SocketAddr>,
    relayed: bool,
    bandwidth: Option<u64>,
    received: u64,
    sent: u64,
    next_step: Instant,
    /// What was last wrong with a datagram.
    complaint: Option<String>,
}

impl Endpoint {
    /// An endpoint that waits for its first offer.
    pub fn new(settings: &Settings, now: Instant) -> Self {
        let mut rtc = configuration(settings).build(now);
        for &local in &settings.locals {
            // An address that is no candidate (an unspecified one) is one that nobody could send to.
            if let Ok(candidate) = Candidate::host(local, Protocol::Udp) {
                rtc.add_local_candidate(candidate);
            }
        }
        let secret = rtc.direct_api().local_ice_credentials().pass;
        let (locals, deadline) = (&settings.locals, now + settings.gathering);
        let servers = Servers::new(&settings.servers, locals, secret, deadline);
        rtc.bwe().set_desired_bitrate(Bitrate::bps(settings.bandwidth));
        Self {
            rtc,
            negotiation: Negotiation::default(),
            media: Media::new(settings.clock),
            servers,
            waiting: Vec::new(),
            events: Vec::new(),
            silence: settings.silence,
            agreed: None,
            heard: None,
            connected: false,
            ended: false,
            remote: None,
            relayed: false,
            bandwidth: None,
            received: 0,
            sent: 0,
            next_step: now,
            complaint: None,
        }
    }

    /// What has happened since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Whether it has ended and may be dropped.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// When it wants to be stepped.
    pub fn deadline(&self) -> Instant {
        self.next_step.min(self.patience())
    }

    /// Obeys the owner.
    pub fn command(&mut self, command: Command, now: Instant, outbox: &mut dyn Outbox) {
        if matches!(command, Command::Offer { .. } | Command::AcceptOffer { .. }) {
            self.wait_for_candidates(command);
        } else {
            self.obey(command, now, outbox);
        }
        self.step(now, outbox);
    }

    fn wait_for_candidates(&mut self, command: Command) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push(command);
        } else {
            let reason = "too many offers wait for candidates: wait for `Described`";
            self.events.push(refused(Refusal::new(RefusalCode::Limit, reason)));
        }
    }

    fn obey(&mut self, command: Command, now: Instant, outbox: &mut dyn Outbox) {
        if !self.negotiation.is_agreed() && !matches!(command, Command::Write(_)) {
            // From here on DTLS counts how long its handshake takes. Nothing can fail yet.
            let _ = self.rtc.handle_input(Input::Timeout(now));
        }
        match command {
            Command::Offer { media, restart } => {
                let made = self.negotiation.offer(&mut self.rtc, &media, restart);
                self.describe(made, true);
            }
            Command::AcceptOffer { offer, labels } => {
                let made = self.negotiation.answer(&mut self.rtc, &offer, labels.as_deref());
                self.describe(made, false);
            }
            Command::AcceptAnswer { answer } => self.accept(&answer),
            Command::Write(frame) => self.media.write(&mut self.rtc, frame, self.connected, now),
            Command::RequestKeyframe(mid) => self.media.want_keyframe(mid),
            Command::SetBandwidth(bitrate) => {
                self.rtc.bwe().set_desired_bitrate(Bitrate::bps(bitrate));
            }
            Command::RequestStatistics(request) => self.count(request),
            Command::Close => {
                // What is left to say is said by the drain below; it is over in any case.
                let _ = self.rtc.close();
                self.drain(now, outbox);
                self.servers.close();
                self.ask_servers(outbox);
                self.ended = true;
            }
            Command::ProvokePanic => provoke(),
        }
        if self.negotiation.is_agreed() {
            self.agreed.get_or_insert(now);
        }
    }

    /// Asks servers what is to be asked, takes up what they answered, and goes on with what waited
    /// for them.
    fn gather(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        self.servers.timeout(now);
        self.ask_servers(outbox);
        for candidate in self.servers.take_candidates() {
            self.rtc.add_local_candidate(candidate);
        }
        if self.servers.are_asked(now) {
            for command in std::mem::take(&mut self.waiting) {
                self.obey(command, now, outbox);
            }
        }
    }

    fn ask_servers(&mut self, outbox: &mut dyn Outbox) {
        for Datagram { server, local, contents } in self.servers.take_outgoing() {
            self.sent += contents.len() as u64;
            outbox.send(Remote::udp(server), Some(local.ip()), &contents);
        }
    }

    /// Takes a datagram that `local` received.
    pub fn receive(
        &mut self,
        remote: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        if self.ended {
            return;
        }
        self.received += datagram.len() as u64;
        match self.servers.receive(remote, local, datagram, now) {
            Arrived::Other => self.hear(remote, local, datagram, now),
            Arrived::Answer => self.gather(now, outbox),
            Arrived::Relayed { peer, relayed, contents } => self.hear(peer, relayed, contents, now),
        }
        self.drain(now, outbox);
    }

    /// Does what is due.
    pub fn timeout(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        if self.ended || now < self.deadline() {
            return;
        }
        self.step(now, outbox);
        if !self.ended && now >= self.patience() {
            self.give_up(now);
        }
    }

    fn step(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        if self.ended {
            return;
        }
        self.gather(now, outbox);
        if !self.negotiation.is_agreed() {
            // DTLS would give up on somebody who does not know of it yet.
            self.next_step = self.servers.wake(now).unwrap_or(now + FAR);
            return;
        }
        match self.rtc.handle_input(Input::Timeout(now)) {
            Ok(()) => self.drain(now, outbox),
            Err(error) => self.fail(&error),
        }
    }

    /// One datagram that cannot be read never ends a connection, since anybody can forge one.
    fn hear(&mut self, remote: SocketAddr, local: SocketAddr, datagram: &[u8], now: Instant) {
        let Ok(receive) = Receive::new(Protocol::Udp, remote, local, datagram) else {
            return;
        };
        let input = Input::Receive(now, receive);
        if !self.rtc.accepts(&input) {
            return;
        }
        self.heard = Some(now);
        if let Err(error) = self.rtc.handle_input(input) {
            self.complaint = Some(error.to_string());
        }
    }

    fn drain(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        self.media.ask_keyframes(&mut self.rtc, now);
        if let Err(error) = self.send_due(now, outbox) {
            self.fail(&error);
        }
    }

    /// Sends all that may leave now.
    ///
    /// After each packet str0m's pacer asks to be stepped a microsecond later, even where the next
    /// one may leave at once: a picture of ten packets would wait for ten wakes.
    fn send_due(&mut self, now: Instant, outbox: &mut dyn Outbox) -> Result<(), RtcError> {
        let mut steps = 1;
        loop {
            let before = self.sent;
            let at = self.poll(now, outbox)?;
            if at >= now + MIN_REST || self.sent == before || steps == BURST {
                let next = self.servers.wake(now).map_or(at, |wake| wake.min(at));
                self.next_step = next.max(now + MIN_REST);
                return Ok(());
            }
            self.rtc.handle_input(Input::Timeout(at))?;
            steps += 1;
        }
    }

    /// When it wants to be stepped again.
    fn poll(&mut self, now: Instant, outbox: &mut dyn Outbox) -> Result<Instant, RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Transmit(transmit) => self.transmit(&transmit, now, outbox),
                Output::Event(event) => self.note(event),
                Output::Timeout(at) => return Ok(at),
            }
        }
    }

    fn transmit(&mut self, transmit: &Transmit, now: Instant, outbox: &mut dyn Outbox) {
        let contents: &[u8] = &transmit.contents;
        let relayed = self.servers.relay(transmit.source, transmit.destination, contents, now);
        if !demux::is_stun(contents) {
            self.remote = Some(transmit.destination);
            self.relayed = relayed.is_some();
        }
        if relayed.is_some() {
            self.ask_servers(outbox);
            return;
        }
        self.sent += contents.len() as u64;
        outbox.send(Remote::udp(transmit.destination), Some(transmit.source.ip()), contents);
    }

    fn note(&mut self, event: RtcEvent) {
        match event {
            RtcEvent::Connected => {
                self.connected = true;
                if let Some(remote) = self.remote {
                    self.events.push(Event::Connected { remote });
                }
            }
            RtcEvent::MediaData(data) => self.events.push(Event::Frame(self.media.take(data))),
            RtcEvent::KeyframeRequest(request) => {
                self.events.push(Event::KeyframeRequested(request.mid));
            }
            RtcEvent::EgressBitrateEstimate(BweKind::Twcc(bitrate) | BweKind::Remb(_, bitrate)) => {
                self.estimate(bitrate.as_u64());
            }
            RtcEvent::StreamPaused(stream) if stream.paused => self.media.pause(stream.mid),
            RtcEvent::MediaIngressStats(stats) => self.media.count_incoming(&stats),
            RtcEvent::MediaEgressStats(stats) => self.media.count_outgoing(&stats),
            RtcEvent::Closed => {
                let reason = "the remote closed the connection".to_owned();
                self.end(CloseCode::Peer, reason);
            }
            _ => {}
        }
    }

    fn estimate(&mut self, bitrate: u64) {
        if self.bandwidth != Some(bitrate) {
            self.bandwidth = Some(bitrate);
            self.events.push(Event::Bandwidth(bitrate));
        }
    }

    fn describe(&mut self, made: Result<(String, Vec<Transceiver>), Refusal>, is_offer: bool) {
        self.events.push(match made {
            Ok((sdp, media)) => {
                self.media.meet(&media);
                Event::Described { is_offer, sdp, media }
            }
            Err(refusal) => refused(refusal),
        });
    }

    fn accept(&mut self, answer: &str) {
        match self.negotiation.accept(&mut self.rtc, answer) {
            Ok(media) => {
                self.media.meet(&media);
                self.events.push(Event::Negotiated { media });
            }
            Err(Rejection::Refused(refusal)) => self.events.push(refused(refusal)),
            Err(Rejection::Broken(reason)) => self.end(CloseCode::Failed, reason),
        }
    }

    fn count(&mut self, request: u64) {
        self.events.push(Event::Statistics(Statistics {
            request,
            connected: self.connected,
            remote: self.remote,
            relayed: self.relayed,
            received: self.received,
            sent: self.sent,
            bandwidth: self.bandwidth,
            media: self.media.statistics(),
        }));
    }
}

fn refused(Refusal { code, reason }: Refusal) -> Event {
    Event::Refused { code, reason }
}

fn configuration(settings: &Settings) -> RtcConfig {
    let mut extensions = ExtensionMap::standard();
    extensions.set(COLOR_SPACE_EXTENSION, Extension::ColorSpace);
    let mut configuration = RtcConfig::new()
        .set_extension_map(extensions)
        .set_dtls_cert(settings.certificate.clone())
        .set_stats_interval(Some(REPORT_INTERVAL))
        .set_rtcp_report_interval_audio(REPORT_INTERVAL)
        .set_rtcp_report_interval_video(REPORT_INTERVAL)
        .enable_bwe(Some(Bitrate::bps(settings.bandwidth)));
    codecs::enter(&mut configuration, &settings.codecs);
    configuration
}

#[allow(clippy::panic, reason = "panicking is what it is for")]
fn provoke() {
    panic!("provoked");
}
