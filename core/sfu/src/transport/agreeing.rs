//! A transport whose media come and go: offers and answers on a live connection.

use std::net::SocketAddr;
use std::time::Instant;

use str0m::media::{MediaKind, Mid, Rid};

use super::Transport;
use crate::consumer::Consumer;
use crate::egress;
use crate::group::Budget;
use crate::negotiation::{self, Refusal};
use crate::offering::{Offering, Rejection, Wanted};
use crate::producer::Producer;
use crate::words::{Direction, MediaDescription, MediaKey, RefusalCode};

/// Media that came and went with an offer or answer, for the others to know.
#[derive(Debug, Default)]
pub(crate) struct Turnover {
    /// Producers that are gone.
    pub(crate) ended: Vec<Mid>,
    /// Consumers that are gone, and what they showed.
    pub(crate) detached: Vec<(Mid, MediaKey)>,
    /// Consumers that may receive from now on, or something else, and that show something.
    pub(crate) awaited: Vec<Mid>,
}

impl Transport {
    /// Takes a new offer of the remote's.
    pub(crate) fn renegotiate(
        &mut self,
        offer: &str,
        candidates: &[SocketAddr],
        budget: &Budget,
        now: Instant,
    ) -> Result<(String, Vec<MediaDescription>, Turnover), Refusal> {
        if self.offering.is_some() {
            let reason = "on this connection the relay offers, and the remote answers";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        }
        if self.direct.is_some() && negotiation::sends(offer) {
            let reason = "this connection takes media and sends none: send them on another";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        }
        let fragment = negotiation::fragment(offer);
        let restarts = fragment != self.remote_fragment;
        let candidates = self.told_from_now_on(restarts, candidates);
        let result = negotiation::renew(&mut self.rtc, offer, &self.ice, &candidates);
        let result = result.map(|(answer, media)| {
            self.ice.candidates = candidates;
            self.remote_fragment = fragment;
            let turnover = self.settle(&media, budget);
            (answer, media, turnover)
        });
        self.follow(now);
        result
    }

    /// Offers media to a remote that answers.
    pub(crate) fn offer(
        &mut self,
        wanted: &Wanted,
        candidates: &[SocketAddr],
    ) -> Result<(String, Vec<Mid>, Turnover), Refusal> {
        let candidates = self.told_from_now_on(wanted.restart, candidates);
        let Some(offering) = &mut self.offering else {
            let reason = "on this connection the remote offers, and the relay answers";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        };
        let offer = offering.offer(&mut self.rtc, wanted, &self.ice, &candidates)?;
        let (media, turnover) = self.await_answer();
        Ok((offer, media, turnover))
    }

    /// Makes consumers of what was offered, and none of what ends; gives all media.
    pub(crate) fn await_answer(&mut self) -> (Vec<Mid>, Turnover) {
        let lines = self.offering.as_ref().map_or(Vec::new(), |it| it.lines().to_vec());
        let mut turnover = Turnover::default();
        for line in &lines {
            if line.label.is_some() && !self.is_rejected(line.mid) {
                self.ready(line.mid, line.kind);
            } else {
                self.shelve(line.mid, &mut turnover);
            }
        }
        (lines.iter().map(|line| line.mid).collect(), turnover)
    }

    /// Takes the answer to what was offered.
    pub(crate) fn accept_answer(
        &mut self,
        answer: &str,
        budget: &Budget,
        now: Instant,
    ) -> Result<(Vec<MediaDescription>, Turnover), Rejection> {
        let Some(offering) = &mut self.offering else {
            let reason = "on this connection the remote offers, and the relay answers";
            return Err(Refusal::new(RefusalCode::Unsupported, reason).into());
        };
        let media = offering.accept(&mut self.rtc, answer, &mut self.ice)?;
        let turnover = self.settle(&media, budget);
        self.follow(now);
        Ok((media, turnover))
    }

    /// Whether the consumer `mid` can receive: it was agreed on, and the connection is up.
    pub(crate) fn reaches(&self, mid: Mid) -> bool {
        self.connected && self.consumers.iter().any(|it| it.mid == mid && it.agreed)
    }

    /// Without a restart ICE goes on with the candidates that it has.
    fn told_from_now_on(&self, restarts: bool, media_port: &[SocketAddr]) -> Vec<SocketAddr> {
        if restarts { self.ice.here(media_port) } else { self.ice.candidates.clone() }
    }

    /// Makes producers and consumers what was agreed on.
    fn settle(&mut self, media: &[MediaDescription], budget: &Budget) -> Turnover {
        let mut turnover = Turnover::default();
        let flows = |mid, way| media.iter().any(|it| it.mid == mid && it.direction == way);
        let ended = self.producers.extract_if(.., |it| !flows(it.mid, Direction::In));
        turnover.ended = ended.map(|producer| producer.mid).collect();
        let consumers: Vec<_> = self.consumers.iter().map(|consumer| consumer.mid).collect();
        for mid in consumers.into_iter().filter(|&mid| !flows(mid, Direction::Out)) {
            self.shelve(mid, &mut turnover);
        }
        for medium in media {
            match medium.direction {
                Direction::In if self.producer(medium.mid).is_none() => {
                    let producer = Producer::new(medium.mid, medium.kind, budget.clone());
                    self.producers.push(producer);
                }
                Direction::Out => {
                    let (is_named, rids) = self.names_of(medium.mid);
                    let consumer = self.ready(medium.mid, medium.kind);
                    let is_news = !std::mem::replace(&mut consumer.agreed, true) || is_named;
                    consumer.arrange(is_named, &rids);
                    if is_news && consumer.source().is_some() {
                        turnover.awaited.push(medium.mid);
                    }
                }
                Direction::In | Direction::None => {}
            }
        }
        turnover
    }

    /// Makes what sends follow what was agreed on.
    fn follow(&mut self, now: Instant) {
        let agreed = self.consumers.iter().filter(|it| it.agreed);
        let all = |it: &Consumer| {
            let mid = it.mid;
            let rids: Vec<_> = it.rids().map(move |rid| (mid, Some(rid))).collect();
            std::iter::once((mid, None)).chain(rids)
        };
        let out: Vec<_> = agreed.flat_map(all).collect();
        match &mut self.direct {
            Some(direct) => direct.agree(&mut self.rtc, &out, now),
            None => out.iter().for_each(|&(mid, _)| egress::open(&mut self.rtc, mid)),
        }
        self.fragment = self.rtc.direct_api().local_ice_credentials().ufrag;
    }

    /// Whether a medium was offered in several encodings, and the names that were agreed on.
    fn names_of(&self, mid: Mid) -> (bool, Vec<Rid>) {
        let lines = self.offering.as_ref().map_or(&[][..], Offering::lines);
        let line = lines.iter().find(|line| line.mid == mid);
        line.map_or((false, Vec::new()), |line| (!line.rids.is_empty(), line.agreed.clone()))
    }

    /// The consumer `mid`, which may be one of before: its numbers go on, as those of its SSRC must.
    fn ready(&mut self, mid: Mid, kind: MediaKind) -> &mut Consumer {
        let at = self.consumers.iter().position(|consumer| consumer.mid == mid);
        let at = at.unwrap_or_else(|| {
            let shelved = self.shelf.iter().position(|consumer| consumer.mid == mid);
            let consumer = match shelved {
                Some(at) => self.shelf.swap_remove(at),
                None => Consumer::new(mid, kind, self.first_sequence),
            };
            self.consumers.push(consumer);
            self.consumers.len() - 1
        });
        &mut self.consumers[at]
    }

    /// Takes the consumer `mid` away, for as long as nothing is sent under its name.
    fn shelve(&mut self, mid: Mid, turnover: &mut Turnover) {
        let Some(at) = self.consumers.iter().position(|consumer| consumer.mid == mid) else {
            return;
        };
        let mut consumer = self.consumers.remove(at);
        consumer.agreed = false;
        consumer.arrange(false, &[]);
        turnover.detached.extend(consumer.clear().map(|source| (mid, source)));
        self.shelf.push(consumer);
    }

    /// Whether the remote has refused a medium for good.
    fn is_rejected(&self, mid: Mid) -> bool {
        self.rtc.media(mid).is_some_and(str0m::media::Media::disabled)
    }
}
