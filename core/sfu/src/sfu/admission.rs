//! Offers taken or refused.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::{Settings, Sfu};
use crate::negotiation::{self, Refusal};
use crate::panics;
use crate::transport::Transport;
use crate::words::{Event, MediaKey, RefusalCode, TransportId};

impl Sfu {
    pub(super) fn accept_offer(
        &mut self,
        transport: TransportId,
        offer: &str,
        sources: &[MediaKey],
        now: Instant,
    ) {
        let event = match self.try_accept(transport, offer, sources, now) {
            Ok(event) => event,
            Err(Refusal { code, reason }) => Event::Refused { transport, code, reason },
        };
        self.events.push(event);
    }

    pub(super) fn renegotiate(&mut self, id: TransportId, offer: &str, now: Instant) {
        let Some(before) = self.transports.get(&id).map(|transport| transport.fragment.clone())
        else {
            return;
        };
        let candidates = self.settings.candidates.clone();
        let result =
            self.work(id, now, |transport, _| Ok(transport.renegotiate(offer, &candidates, now)));
        // A panic has closed the transport, and that was told.
        let Some(result) = result else { return };
        if let Some(transport) = self.transports.get(&id) {
            self.demux.remove(&before);
            self.demux.add(&transport.fragment, id);
            self.dirty.push(id);
        }
        self.events.push(match result {
            Ok((answer, media)) => Event::Answered { transport: id, answer, media },
            Err(Refusal { code, reason }) => Event::Refused { transport: id, code, reason },
        });
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
        now: Instant,
    ) -> Result<Event, Refusal> {
        if self.transports.len() >= self.settings.max_transports {
            let reason = format!("all {} transports are taken", self.settings.max_transports);
            return Err(Refusal::new(RefusalCode::Limit, reason));
        }
        let Settings { candidates, certificate, .. } = &self.settings;
        let accept = || negotiation::accept(offer, candidates, certificate, now);
        let agreement = panics::contain(accept).unwrap_or_else(|panic| {
            Err(Refusal::new(RefusalCode::Malformed, format!("the offer cannot be read: {panic}")))
        })?;
        let (answer, media) = (agreement.answer.clone(), agreement.media.clone());
        let transport = Transport::new(id, agreement, first_sequence(&answer), &self.settings, now);
        self.check_codecs(&transport, sources)?;
        self.demux.add(&transport.fragment, id);
        self.transports.insert(id, transport);
        self.dirty.push(id);
        Ok(Event::Answered { transport: id, answer, media })
    }

    /// Refuses a viewer that cannot take one of its sources.
    fn check_codecs(&self, viewer: &Transport, sources: &[MediaKey]) -> Result<(), Refusal> {
        for source in sources {
            let Some(transport) = self.transports.get(&source.transport) else {
                continue;
            };
            let sent = transport.producers.iter().find(|producer| producer.mid == source.mid);
            let Some(producer) = sent else { continue };
            let receiver = viewer.consumers.iter().find(|consumer| consumer.kind == producer.kind);
            let Some(receiver) = receiver else { continue };
            let sent = match producer.stream() {
                Some(stream) => vec![stream.params],
                None => negotiation::agreed(transport.rtc(), source.mid),
            };
            let takes =
                |params| negotiation::payload_for(viewer.rtc(), receiver.mid, params).is_some();
            if !sent.iter().any(takes) {
                let taken = negotiation::agreed(viewer.rtc(), receiver.mid);
                let reason = format!(
                    "no {} codec in common: sent is {}, and the offer takes {}",
                    producer.kind,
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
/// drawn from the random ICE password in its answer. Below 2^15, for room before the first rollover.
fn first_sequence(answer: &str) -> u16 {
    let password = answer.lines().find_map(|line| line.strip_prefix("a=ice-pwd:")).unwrap_or("");
    let folded = password.bytes().fold(0u16, |sum, byte| sum.wrapping_mul(31) ^ u16::from(byte));
    folded & 0x7fff
}
