//! Transports on which we offer, and media that come and go on any.

use std::time::Instant;

use super::admission::{first_sequence, refused};
use super::life::Failure;
use super::{Settings, Sfu};
use crate::negotiation::{self, Refusal};
use crate::offering::{Rejection, Wanted};
use crate::panics;
use crate::transport::{Transport, Turnover};
use crate::words::{CloseCode, Event, MediaKey, RefusalCode, TransportId};

impl Sfu {
    pub(super) fn offer(&mut self, id: TransportId, wanted: &Wanted, dial: bool, now: Instant) {
        if !self.transports.contains_key(&id) {
            // Else it has ended since the command was given, and that was told.
            if self.settings.directory.owner(id) == Some(self.settings.worker) {
                let result = self.first_offer(id, wanted, dial, now);
                let event = result.unwrap_or_else(|refusal| self.never_was(id, refusal));
                self.events.push(event);
            }
            return;
        }
        let candidates = self.settings.candidates.clone();
        let result = self.work(id, now, |transport, _| Ok(transport.offer(wanted, &candidates)));
        let Some(result) = result else { return };
        let result = result.map(|(offer, media, turnover)| {
            self.settle(id, turnover, now);
            Event::Offered { transport: id, offer, media }
        });
        self.events.push(result.unwrap_or_else(|refusal| refused(id, refusal)));
    }

    pub(super) fn accept_answer(&mut self, id: TransportId, answer: &str, now: Instant) {
        let Some(transport) = self.transports.get(&id) else {
            return;
        };
        let before = transport.fragment.clone();
        let budget = self.settings.replay_memory.clone();
        let result = self.work(id, now, |transport, _| {
            match transport.accept_answer(answer, &budget, now) {
                Err(Rejection::Broken(reason)) => Err(Failure { code: CloseCode::Failed, reason }),
                Err(Rejection::Refused(refusal)) => Ok(Err(refusal)),
                Ok(agreed) => Ok(Ok(agreed)),
            }
        });
        // It was closed, and that was told.
        let Some(result) = result else { return };
        self.refind(id, &before);
        let result = result.map(|(media, turnover)| {
            self.settle(id, turnover, now);
            Event::Agreed { transport: id, media }
        });
        self.events.push(result.unwrap_or_else(|refusal| refused(id, refusal)));
    }

    /// Makes a transport findable by the user name fragment that it has now.
    pub(super) fn refind(&mut self, id: TransportId, before: &str) {
        let Some(transport) = self.transports.get(&id) else {
            return;
        };
        let Settings { directory, worker, .. } = &self.settings;
        // Other workers may look it up at any moment.
        if transport.fragment != before {
            self.demux.remove(before);
            self.demux.add(&transport.fragment, id);
            directory.add_fragment(&transport.fragment, *worker);
            directory.remove_fragment(before);
        }
        self.dirty.push(id);
    }

    /// Lets others know of media that came and went.
    pub(super) fn settle(&mut self, id: TransportId, turnover: Turnover, now: Instant) {
        for (mid, source) in turnover.detached {
            self.unroute(source, MediaKey { transport: id, mid });
        }
        for mid in turnover.ended {
            self.withdraw(MediaKey { transport: id, mid });
        }
        self.announce(id);
        if self.transports.get(&id).is_some_and(|transport| transport.connected) {
            for mid in turnover.awaited {
                self.begin(MediaKey { transport: id, mid }, now);
            }
        }
    }

    fn first_offer(
        &mut self,
        id: TransportId,
        wanted: &Wanted,
        dial: bool,
        now: Instant,
    ) -> Result<Event, Refusal> {
        self.check_room()?;
        let ice = self.ice(dial)?;
        let Settings { candidates, certificate, .. } = &self.settings;
        let offer = || negotiation::offer(wanted, ice, candidates, certificate, now);
        let agreement = panics::contain(offer).unwrap_or_else(|panic| {
            Err(Refusal::new(RefusalCode::Unsupported, format!("it cannot be offered: {panic}")))
        })?;
        let offer = agreement.sdp.clone();
        let mut transport =
            Transport::new(id, agreement, first_sequence(&offer), &self.settings, now);
        let (media, _) = transport.await_answer();
        self.admit(transport);
        Ok(Event::Offered { transport: id, offer, media })
    }
}
