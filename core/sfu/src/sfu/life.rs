//! What becomes of a transport: steps, what these bring to light, its end.

use std::time::Instant;

use str0m::RtcError;

use super::{Outbox, Sfu};
use crate::consumer::Consumer;
use crate::panics;
use crate::transport::{Happening, Transport};
use crate::words::{CloseCode, Event, MediaKey, TransportId};

/// The end of a transport, met while working on it.
pub(super) struct Failure {
    pub(super) code: CloseCode,
    pub(super) reason: String,
}

impl From<RtcError> for Failure {
    fn from(error: RtcError) -> Self {
        Self { code: CloseCode::Failed, reason: format!("the connection failed: {error}") }
    }
}

impl Sfu {
    /// Closes every transport properly.
    pub fn close_all(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        let mut ids: Vec<_> = self.transports.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.close(id, now, outbox);
        }
    }

    /// Closes a transport properly; false when it was gone, or failed in closing, which is told then.
    pub(super) fn close(&mut self, id: TransportId, now: Instant, outbox: &mut dyn Outbox) -> bool {
        let drained = self.work(id, now, |transport, happenings| {
            transport.close(now, outbox)?;
            transport.step(now, outbox)?;
            transport.drain(now, outbox, happenings)?;
            Ok(())
        });
        if drained.is_some() {
            self.remove(id);
        }
        drained.is_some()
    }

    /// Forgets a transport; what was attached to its producers stands still.
    fn remove(&mut self, id: TransportId) {
        let Some(mut transport) = self.transports.remove(&id) else {
            return;
        };
        self.demux.remove(&transport.fragment);
        self.settings.directory.remove_fragment(&transport.fragment);
        self.settings.directory.leave(id);
        self.timers.disarm(id);
        for remote in transport.paths.remotes() {
            self.loosen(remote, id);
        }
        for consumer in &mut transport.consumers {
            let key = MediaKey { transport: id, mid: consumer.mid };
            for source in consumer.clear() {
                self.unroute(source, key);
            }
        }
        for producer in &transport.producers {
            self.withdraw(MediaKey { transport: id, mid: producer.mid });
        }
    }

    pub(super) fn provoke_panic(&mut self, id: TransportId) {
        #[allow(clippy::panic, reason = "this command exists to show that a panic is contained")]
        let never = |_: &mut Transport, _: &mut Vec<Happening>| -> Result<(), Failure> {
            panic!("provoked by a test")
        };
        self.work(id, self.next_sweep, never);
    }

    /// Steps and drains one transport.
    pub(super) fn step(&mut self, id: TransportId, now: Instant, outbox: &mut dyn Outbox) {
        let next = self.work(id, now, |transport, happenings| {
            transport.step(now, outbox)?;
            transport.drain(now, outbox, happenings)?;
            Ok(transport.next_step)
        });
        if let Some(next) = next {
            self.timers.arm(id, next);
        }
    }

    /// Works on one transport; its panic or failure closes it, and it alone.
    pub(super) fn work<T>(
        &mut self,
        id: TransportId,
        now: Instant,
        work: impl FnOnce(&mut Transport, &mut Vec<Happening>) -> Result<T, Failure>,
    ) -> Option<T> {
        let transport = self.transports.get_mut(&id)?;
        let mut happenings = Vec::new();
        let result = panics::contain(|| work(transport, &mut happenings)).unwrap_or_else(|panic| {
            let reason = format!("a bug in the code of this connection: {panic}");
            Err(Failure { code: CloseCode::Panic, reason })
        });
        for happening in happenings {
            self.happened(id, &happening, now);
        }
        match result {
            Ok(value) => self.transports.contains_key(&id).then_some(value),
            Err(failure) => {
                self.end(id, failure);
                None
            }
        }
    }

    fn end(&mut self, id: TransportId, Failure { code, reason }: Failure) {
        if self.transports.contains_key(&id) {
            self.remove(id);
            self.events.push(Event::Closed { transport: id, code, reason });
        }
    }

    fn happened(&mut self, id: TransportId, happening: &Happening, now: Instant) {
        match *happening {
            Happening::Connected => self.connected(id, now),
            Happening::Filled(mid) => self.filled.push(MediaKey { transport: id, mid }),
            Happening::Started(mid) => {
                let producer = MediaKey { transport: id, mid };
                if let Some(codec) = self.codec_of(producer) {
                    self.events.push(Event::Started { producer, codec });
                }
                self.announce(id);
            }
            Happening::KeyframeWanted(mid, rid) => {
                let consumer = self.consumer(MediaKey { transport: id, mid });
                let shown = consumer.and_then(|it| it.shown_under(rid));
                if let Some((source, layers)) = shown {
                    self.ask_for_keyframe(source, layers, now);
                }
            }
            Happening::Left(mid, source) => self.unroute(source, MediaKey { transport: id, mid }),
            Happening::Path(remote) => self.tie(remote, id),
            Happening::PathDropped(remote) => self.loosen(remote, id),
            Happening::Unanswered => self.end(
                id,
                Failure {
                    code: CloseCode::Failed,
                    reason: "the other side answers no connectivity checks any more".to_owned(),
                },
            ),
            Happening::Closed => self.end(
                id,
                Failure {
                    code: CloseCode::Peer,
                    reason: "the other side closed the connection".to_owned(),
                },
            ),
        }
    }

    fn codec_of(&self, producer: MediaKey) -> Option<String> {
        let transport = self.transports.get(&producer.transport)?;
        transport.producers.iter().find(|found| found.mid == producer.mid)?.codec()
    }

    fn connected(&mut self, id: TransportId, now: Instant) {
        let Some(transport) = self.transports.get(&id) else {
            return;
        };
        let shows = |it: &Consumer| it.source().is_some().then_some(it.mid);
        let consumers: Vec<_> = transport.consumers.iter().filter_map(shows).collect();
        if let Some(path) = transport.paths.last() {
            self.events.push(Event::Connected { transport: id, remote: path.remote });
        }
        for mid in consumers {
            self.begin(MediaKey { transport: id, mid }, now);
        }
    }
}
