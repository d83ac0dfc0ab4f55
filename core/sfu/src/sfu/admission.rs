//! Offers taken or refused.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::{Settings, Sfu};
use crate::directory::Sent;
use crate::ice::Ice;
use crate::negotiation::{self, Refusal};
use crate::panics;
use crate::transport::Transport;
use crate::words::{Event, MediaKey, MediaKind, Mid, RefusalCode, TransportId};

impl Sfu {
    pub(super) fn accept_offer(
        &mut self,
        transport: TransportId,
        offer: &str,
        sources: &[MediaKey],
        dial: bool,
        now: Instant,
    ) {
        let result = self.try_accept(transport, offer, sources, dial, now);
        let result = result.unwrap_or_else(|refusal| self.never_was(transport, refusal));
        self.events.push(result);
    }

    pub(super) fn renegotiate(&mut self, id: TransportId, offer: &str, now: Instant) {
        let Some(before) = self.transports.get(&id).map(|transport| transport.fragment.clone())
        else {
            return;
        };
        let Settings { candidates, replay_memory: budget, .. } = self.settings.clone();
        let result = self.work(id, now, |transport, _| {
            Ok(transport.renegotiate(offer, &candidates, &budget, now))
        });
        // A panic has closed the transport, and that was told.
        let Some(result) = result else { return };
        self.refind(id, &before);
        let result = result.map(|(answer, media, turnover)| {
            self.settle(id, turnover, now);
            Event::Answered { transport: id, answer, media }
        });
        self.events.push(result.unwrap_or_else(|refusal| refused(id, refusal)));
    }

    /// Candidates of new answers; transports that live keep theirs till they restart ICE.
    pub(super) fn set_candidates(&mut self, addresses: &[IpAddr]) {
        let known = self.settings.candidates.first().map(SocketAddr::port);
        let Some(port) = known.filter(|_| !addresses.is_empty()) else { return };
        self.settings.candidates =
            addresses.iter().map(|&address| SocketAddr::new(address, port)).collect();
    }

    fn try_accept(
        &mut self,
        id: TransportId,
        offer: &str,
        sources: &[MediaKey],
        dial: bool,
        now: Instant,
    ) -> Result<Event, Refusal> {
        self.check_room()?;
        let ice = self.ice(dial)?;
        let Settings { candidates, certificate, .. } = &self.settings;
        let accept = || negotiation::accept(offer, ice, candidates, certificate, now);
        let agreement = panics::contain(accept).unwrap_or_else(|panic| {
            Err(Refusal::new(RefusalCode::Malformed, format!("the offer cannot be read: {panic}")))
        })?;
        let (answer, media) = (agreement.sdp.clone(), agreement.media.clone());
        let transport = Transport::new(id, agreement, first_sequence(&answer), &self.settings, now);
        self.check_codecs(&transport, sources)?;
        self.admit(transport);
        Ok(Event::Answered { transport: id, answer, media })
    }

    /// A new transport was refused, and its place is free again.
    pub(super) fn never_was(&self, id: TransportId, refusal: Refusal) -> Event {
        self.settings.directory.leave(id);
        refused(id, refusal)
    }

    /// Makes a transport for frames of a program on this machine.
    pub(super) fn produce(&mut self, id: TransportId, media: &[(Mid, MediaKind)], now: Instant) {
        if let Err(refusal) = self.check_room() {
            let refused = self.never_was(id, refusal);
            self.events.push(refused);
            return;
        }
        self.admit(Transport::local(id, media, &self.settings, now));
    }

    /// How a new transport takes part in ICE.
    pub(super) fn ice(&mut self, dial: bool) -> Result<Ice, Refusal> {
        if !dial {
            return Ok(Ice::lite());
        }
        let problem = match self.lent.take() {
            Some(Ok(sockets)) if !sockets.is_empty() => return Ok(Ice::full(sockets)),
            Some(Err(problem)) => problem,
            _ => "there is none".to_owned(),
        };
        let reason = format!("no socket to look for the other side with: {problem}");
        Err(Refusal::new(RefusalCode::Limit, reason))
    }

    pub(super) fn check_room(&self) -> Result<(), Refusal> {
        // The new one is among them: it was placed before.
        if self.settings.directory.transports() <= self.settings.max_transports {
            return Ok(());
        }
        let reason = format!("all {} transports are taken", self.settings.max_transports);
        Err(Refusal::new(RefusalCode::Limit, reason))
    }

    pub(super) fn admit(&mut self, transport: Transport) {
        let id = transport.id;
        self.demux.add(&transport.fragment, id);
        self.settings.directory.add_fragment(&transport.fragment, self.settings.worker);
        self.transports.insert(id, transport);
        self.announce(id);
        self.dirty.push(id);
    }

    /// Writes down what the producers of a transport send, for viewers on any worker.
    pub(super) fn announce(&self, id: TransportId) {
        let Some(transport) = self.transports.get(&id) else {
            return;
        };
        for producer in &transport.producers {
            let params = match producer.stream() {
                Some(stream) => vec![stream.params],
                None => transport.may_send(producer.mid),
            };
            let key = MediaKey { transport: id, mid: producer.mid };
            self.settings.directory.announce(key, Sent { kind: producer.kind, params });
        }
    }

    /// Refuses a viewer that cannot take one of its sources.
    fn check_codecs(&self, viewer: &Transport, sources: &[MediaKey]) -> Result<(), Refusal> {
        for source in sources {
            let Some(Sent { kind, params: sent }) = self.settings.directory.sent_by(*source) else {
                continue;
            };
            let receiver = viewer.consumers.iter().find(|consumer| consumer.kind == kind);
            let Some(receiver) = receiver else { continue };
            let takes =
                |params| negotiation::payload_for(viewer.rtc(), receiver.mid, params).is_some();
            if !sent.iter().any(takes) {
                let taken = negotiation::agreed(viewer.rtc(), receiver.mid);
                let reason = format!(
                    "no {kind} codec in common: sent is {}, and the offer takes {}",
                    negotiation::codec_names(&sent).join(", "),
                    negotiation::codec_names(&taken).join(", ")
                );
                return Err(Refusal::new(RefusalCode::Codec, reason));
            }
        }
        Ok(())
    }
}

/// A start for a receiver's sequence numbers that an observer cannot guess (RFC 3550 section 5.1):
/// drawn from the random ICE password in our SDP. Below 2^15, for room before the first rollover.
pub(super) fn first_sequence(sdp: &str) -> u16 {
    let password = sdp.lines().find_map(|line| line.strip_prefix("a=ice-pwd:")).unwrap_or("");
    let folded = password.bytes().fold(0u16, |sum, byte| sum.wrapping_mul(31) ^ u16::from(byte));
    folded & 0x7fff
}

pub(super) fn refused(transport: TransportId, Refusal { code, reason }: Refusal) -> Event {
    Event::Refused { transport, code, reason }
}
