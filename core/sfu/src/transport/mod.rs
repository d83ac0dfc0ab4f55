//! One transport: str0m's `Rtc` with our producers and consumers around it.

mod agreeing;
mod local;
mod reaching;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::DirectApi;
use str0m::media::{KeyframeRequestKind, Mid, Rid};
use str0m::net::{Protocol as RtcProtocol, Receive};
use str0m::rtp::{RtpPacket, StreamRx};
use str0m::{
    Event as RtcEvent, IceConnectionState, Input, Output, PacerReason, Reason, Rtc, RtcError,
};

use crate::arrival::Arrival;
use crate::clock::{PublisherClock, Report};
use crate::consumer::{Consumer, Delivery};
use crate::demux;
use crate::egress::{self, Direct, Egress};
use crate::ice::Ice;
use crate::negotiation::{self, Agreement};
use crate::offering::Offering;
use crate::paths::Paths;
use crate::producer::{Load, Producer};
use crate::sfu::{Outbox, Settings};
use crate::statistics::{ConsumerStatistics, ProducerStatistics, TransportStatistics};
use crate::words::{Direction, MediaKey, Protocol, Remote, TransportId};

pub(crate) use agreeing::Turnover;
use local::Local;

/// str0m without a pacer asks to be stepped at once after each packet sent; its queues are empty
/// then, so that nothing is lost by waiting.
const PACER_REST: Duration = Duration::from_millis(50);
const MIN_REST: Duration = Duration::from_millis(1);
/// A transport without a remote has no timers: it need not be stepped at all.
const LOCAL_REST: Duration = Duration::from_secs(3600);

/// What a step of a transport brought to light, for the others to know.
#[derive(Debug)]
pub(crate) enum Happening {
    /// ICE and DTLS are up.
    Connected,
    /// A producer has its first packet since the last flush.
    Filled(Mid),
    /// A producer's stream began, or is another one.
    Started(Mid),
    /// The receiver of a consumer asks for a keyframe, of an encoding of it where it has such.
    KeyframeWanted(Mid, Option<Rid>),
    /// A consumer has gone over from a source to another one.
    Left(Mid, MediaKey),
    /// A path proved to be the remote's.
    Path(Remote),
    /// A path was dropped for newer ones.
    PathDropped(Remote),
    /// The remote closed the connection.
    Closed,
    /// The remote, which we look for, answers no more: we may not send to it (RFC 7675 section 5.1).
    Unanswered,
}

/// One connection to one remote.
pub(crate) struct Transport {
    pub(crate) id: TransportId,
    pub(crate) fragment: String,
    pub(crate) connected: bool,
    pub(crate) created: Instant,
    pub(crate) heard: Instant,
    pub(crate) producers: Vec<Producer>,
    pub(crate) consumers: Vec<Consumer>,
    pub(crate) paths: Paths,
    /// When it wants to be stepped.
    pub(crate) next_step: Instant,
    /// What was last wrong with a datagram; tells why a connection was never completed.
    pub(crate) complaint: Option<String>,
    /// When a replay goes on.
    next_release: Option<Instant>,
    /// The way past `str0m`, where all media leave.
    direct: Option<Direct>,
    /// Where media went last.
    sent_to: Option<Remote>,
    ice: Ice,
    /// Where we offer: what, and what waits for an answer.
    offering: Option<Offering>,
    /// Where the remote offers: its user name fragment.
    remote_fragment: Option<String>,
    /// Consumers under whose names nothing is sent now.
    shelf: Vec<Consumer>,
    /// Without a remote: frames of a program on this machine come in.
    local: Option<Local>,
    /// Where the sequence numbers of consumers begin.
    first_sequence: u16,
    rtc: Rtc,
    clock: PublisherClock,
    received: u64,
    sent: u64,
}

impl Transport {
    pub(crate) fn new(
        id: TransportId,
        Agreement { mut rtc, tap, media, remote_fragment, offering, ice, .. }: Agreement,
        first_sequence: u16,
        settings: &Settings,
        now: Instant,
    ) -> Self {
        let flowing = |way: Direction| media.iter().filter(move |medium| medium.direction == way);
        let producers = flowing(Direction::In)
            .map(|medium| Producer::new(medium.mid, medium.kind, settings.replay_memory.clone()))
            .collect();
        let consumers = flowing(Direction::Out)
            .map(|medium| Consumer::new(medium.mid, medium.kind, first_sequence).agreed())
            .collect();
        let out: Vec<_> = flowing(Direction::Out).map(|medium| (medium.mid, None)).collect();
        let mut direct = tap.map(|tap| Direct::new(tap, first_sequence, settings.clock));
        match &mut direct {
            Some(direct) => direct.agree(&mut rtc, &out, now),
            None => out.iter().for_each(|&(mid, _)| egress::open(&mut rtc, mid)),
        }
        let fragment = rtc.direct_api().local_ice_credentials().ufrag;
        Self {
            id,
            fragment,
            connected: false,
            created: now,
            heard: now,
            producers,
            consumers,
            paths: Paths::default(),
            next_step: now,
            complaint: None,
            next_release: None,
            direct,
            sent_to: None,
            ice,
            offering,
            remote_fragment,
            shelf: Vec::new(),
            local: None,
            first_sequence,
            rtc,
            clock: PublisherClock::default(),
            received: 0,
            sent: 0,
        }
    }

    pub(crate) fn producer(&mut self, mid: Mid) -> Option<&mut Producer> {
        self.producers.iter_mut().find(|producer| producer.mid == mid)
    }

    pub(crate) fn consumer(&mut self, mid: Mid) -> Option<&mut Consumer> {
        self.consumers.iter_mut().find(|consumer| consumer.mid == mid)
    }

    pub(crate) fn rtc(&self) -> &Rtc {
        &self.rtc
    }

    /// Whether this side still waits for the remote's first answer: nothing is known of it.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.offering.as_ref().is_some_and(|offering| !offering.is_answered())
    }

    /// Takes one datagram; false when it is not valid for this transport.
    pub(crate) fn receive(
        &mut self,
        remote: Remote,
        local: SocketAddr,
        datagram: &[u8],
        now: Instant,
        happenings: &mut Vec<Happening>,
    ) -> bool {
        if remote.line != self.line() {
            return false;
        }
        let protocol = match remote.protocol {
            Protocol::Udp => RtcProtocol::Udp,
            Protocol::Tcp => RtcProtocol::Tcp,
        };
        let candidate = self.ice.candidate_for(local);
        let Ok(receive) = Receive::new(protocol, remote.address, candidate, datagram) else {
            return false;
        };
        let input = Input::Receive(now, receive);
        if demux::is_stun(datagram) {
            if !self.rtc.accepts(&input) {
                return false;
            }
            self.prove(remote, local.ip(), datagram, now, happenings);
            // It may make another path the one to send on.
            if let Some(direct) = &self.direct {
                direct.ask_for_path();
            }
        } else if self.is_unanswered() {
            // Who is to be which side of DTLS is not known. `str0m` keeps checks till then, alone.
            return false;
        } else {
            self.paths.hear(remote, now);
        }
        // An error here is about this datagram: anybody can forge one, so the transport goes on.
        if let Err(error) = self.rtc.handle_input(input) {
            self.complaint = Some(error.to_string());
            return false;
        }
        self.heard = now;
        self.received += datagram.len() as u64;
        true
    }

    /// Lets time pass: timers fire and what was written is sealed.
    pub(crate) fn step(&mut self, now: Instant, outbox: &mut dyn Outbox) -> Result<(), RtcError> {
        if self.is_local() {
            // Nobody is there for DTLS to shake hands with: it would give up after half a minute.
            return Ok(());
        }
        let releases = self.send(now, outbox, |consumers, egress| {
            egress.bid_farewell();
            consumers.iter_mut().filter_map(|consumer| consumer.release(egress, now)).min()
        });
        self.next_release = releases.flatten();
        self.rtc.handle_input(Input::Timeout(now))
    }

    /// Sends and tells all that is waiting, and sets the moment of the next step.
    pub(crate) fn drain(
        &mut self,
        now: Instant,
        outbox: &mut dyn Outbox,
        happenings: &mut Vec<Happening>,
    ) -> Result<(), RtcError> {
        if self.is_local() {
            self.next_step = now + LOCAL_REST;
            return Ok(());
        }
        loop {
            match self.rtc.poll_output()? {
                Output::Transmit(transmit) => self.transmit(&transmit, outbox),
                Output::Event(RtcEvent::RawPacket(packet)) => {
                    let hear = |consumers: &mut [_], egress: &mut Egress<'_>| {
                        egress.hear(&packet, consumers)
                    };
                    let asked = self.send(now, outbox, hear);
                    for (mid, rid) in asked.into_iter().flatten() {
                        self.note_request(mid, Some(rid), happenings);
                    }
                }
                Output::Event(event) => self.note(event, happenings),
                Output::Timeout(at) => {
                    let idle_pacer = matches!(
                        self.rtc.last_timeout_reason(),
                        Reason::Pacer(PacerReason::Handle)
                    );
                    let rest = if idle_pacer { PACER_REST } else { MIN_REST };
                    let next = at.max(now + rest);
                    self.next_step = self.next_release.map_or(next, |release| release.min(next));
                    return Ok(());
                }
            }
        }
    }

    /// Forwards a producer's packets to the consumer `mid`.
    pub(crate) fn deliver(
        &mut self,
        mid: Mid,
        load: Load<'_>,
        now: Instant,
        outbox: &mut dyn Outbox,
        happenings: &mut Vec<Happening>,
    ) -> Delivery {
        let Load { source, stream, .. } = load;
        let at = self.consumers.iter().position(|consumer| consumer.mid == mid);
        let Some(at) = at.filter(|_| self.reaches(mid)) else {
            return Delivery::Nothing;
        };
        let consumer = &mut self.consumers[at];
        if !consumer.has_met(source, stream) {
            let payload_type = negotiation::payload_for(&self.rtc, mid, &stream.params);
            consumer.meet(source, stream, payload_type);
            if payload_type.is_none() {
                return Delivery::Unplayable;
            }
        }
        let delivery =
            self.send(now, outbox, |consumers, egress| consumers[at].deliver(egress, load, now));
        self.note_left(mid, at, happenings);
        delivery.unwrap_or(Delivery::Nothing)
    }

    /// Starts the consumer `mid` with a group of pictures from before, if it waits for a keyframe;
    /// true when the transport must be stepped.
    pub(crate) fn replay(
        &mut self,
        mid: Mid,
        group: Load<'_>,
        now: Instant,
        happenings: &mut Vec<Happening>,
    ) -> bool {
        let Some(at) = self.consumers.iter().position(|consumer| consumer.mid == mid) else {
            return false;
        };
        let starts = self.consumers[at].start_replay(group, now);
        self.note_left(mid, at, happenings);
        starts
    }

    /// Tells when the consumer at a place has gone over to another source.
    fn note_left(&mut self, mid: Mid, at: usize, happenings: &mut Vec<Happening>) {
        let left = self.consumers[at].take_left();
        happenings.extend(left.map(|source| Happening::Left(mid, source)));
    }

    /// Sends the keyframe requests for a producer that are due; true when the transport must be stepped.
    pub(crate) fn request_keyframe(&mut self, mid: Mid, now: Instant) -> bool {
        let Some(producer) = self.producers.iter_mut().find(|producer| producer.mid == mid) else {
            return false;
        };
        let mut api = self.rtc.direct_api();
        let mut asked = false;
        for rid in producer.layers.due(now) {
            if self.local.is_some() {
                producer.asked_for_keyframe(rid, now);
                asked = true;
            } else if let Some(stream) = stream_of(&mut api, producer, rid) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
                producer.asked_for_keyframe(rid, now);
                asked = true;
            }
        }
        asked
    }

    /// Starts a proper end: RTCP BYE and DTLS `close_notify` leave with the next drain.
    pub(crate) fn close(&mut self, now: Instant, outbox: &mut dyn Outbox) -> Result<(), RtcError> {
        self.send(now, outbox, |_, egress| egress.close());
        self.rtc.close()
    }

    pub(crate) fn statistics(&self) -> TransportStatistics {
        TransportStatistics {
            transport: self.id,
            connected: self.connected,
            remote: self.sent_to,
            received: self.received,
            sent: self.sent + self.direct.as_ref().map_or(0, Direct::sent),
            producers: self.producers.iter().map(ProducerStatistics::from).collect(),
            consumers: self.consumers.iter().map(ConsumerStatistics::from).collect(),
        }
    }

    /// Works with the consumers and the way that their packets leave on; `None` before there is one.
    fn send<T>(
        &mut self,
        now: Instant,
        outbox: &mut dyn Outbox,
        work: impl FnOnce(&mut [Consumer], &mut Egress<'_>) -> T,
    ) -> Option<T> {
        let Self { consumers, rtc, direct, paths, sent_to, .. } = self;
        let mut egress = match direct {
            Some(direct) => {
                let path = *paths.towards(direct.chosen()?)?;
                *sent_to = Some(path.remote);
                Egress::Direct(direct.writer(path, outbox, now))
            }
            None => Egress::Queue(rtc),
        };
        Some(work(consumers, &mut egress))
    }

    fn connect(&mut self, happenings: &mut Vec<Happening>) {
        if self.direct.as_mut().is_some_and(|direct| !direct.connect()) {
            self.complaint = Some("DTLS gave no key to send media with".to_owned());
            return;
        }
        self.connected = true;
        happenings.push(Happening::Connected);
    }

    fn note(&mut self, event: RtcEvent, happenings: &mut Vec<Happening>) {
        match event {
            RtcEvent::RtpPacket(packet) => self.take(&packet, happenings),
            RtcEvent::KeyframeRequest(request) => {
                self.note_request(request.mid, None, happenings);
            }
            RtcEvent::SenderFeedback(feedback) => {
                let info = feedback.sender_info;
                let report = Report::new(info.rtp_time.numer() as u32, info.ntp_time);
                if let Some(producer) = self.producer(feedback.mid) {
                    producer.report(feedback.rid, report);
                }
            }
            RtcEvent::Connected => self.connect(happenings),
            RtcEvent::MediaIngressStats(stats) => {
                if let Some(producer) = self.producer(stats.mid) {
                    producer.update(&stats);
                }
            }
            RtcEvent::MediaEgressStats(stats) => {
                if let Some(consumer) = self.consumer(stats.mid) {
                    consumer.counters.update(&stats);
                }
            }
            RtcEvent::IceConnectionStateChange(IceConnectionState::Disconnected)
                if self.dials() && self.connected =>
            {
                happenings.push(Happening::Unanswered);
            }
            RtcEvent::Closed => happenings.push(Happening::Closed),
            _ => {}
        }
    }

    fn note_request(&mut self, mid: Mid, rid: Option<Rid>, happenings: &mut Vec<Happening>) {
        if let Some(consumer) = self.consumer(mid) {
            consumer.counters.keyframe_requests += 1;
        }
        happenings.push(Happening::KeyframeWanted(mid, rid));
    }

    fn take(&mut self, packet: &RtpPacket, happenings: &mut Vec<Happening>) {
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx(&packet.header.ssrc).map(|stream| (stream.mid(), stream.rid()));
        let Some((mid, rid)) = stream else {
            return;
        };
        let payload_type = packet.header.payload_type;
        let params = self.rtc.codec_config().find(|params| params.pt() == payload_type);
        let Some(params) = params.copied() else {
            return;
        };
        let Some(producer) = self.producers.iter_mut().find(|producer| producer.mid == mid) else {
            return;
        };
        let before = producer.batch.len();
        if producer.receive(&Arrival::from(packet), rid, &params, &mut self.clock) {
            happenings.push(Happening::Started(mid));
        }
        if producer.batch.len() == 1 && before != 1 {
            happenings.push(Happening::Filled(mid));
        }
    }
}

/// The stream of an encoding: by its SSRC, once that is known. `str0m` takes "no name" for "any name".
fn stream_of<'a>(
    api: &'a mut DirectApi<'_>,
    producer: &mut Producer,
    rid: Option<Rid>,
) -> Option<&'a mut StreamRx> {
    match producer.layers.by_rid(rid).and_then(|layer| layer.ssrc) {
        Some(ssrc) => api.stream_rx(&ssrc),
        None => api.stream_rx_by_mid(producer.mid, rid),
    }
}
