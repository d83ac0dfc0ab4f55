//! One worker's transports, sans-IO: what comes in, what goes out, what is due.

mod admission;
mod forwarding;
mod sweep;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use str0m::RtcError;
use str0m::config::DtlsCert;

use crate::clock::WallClock;
use crate::demux::Demux;
use crate::group::Budget;
use crate::panics;
use crate::routes::Routes;
use crate::statistics::Statistics;
use crate::timers::Timers;
use crate::transport::{Happening, Transport};
use crate::words::{CloseCode, Command, Event, MediaKey, Remote, TransportId};

/// How often silence, missing connections and unanswered keyframe requests are looked for.
const SWEEP: Duration = Duration::from_millis(100);

/// Where datagrams leave.
pub trait Outbox {
    /// Begins a datagram to be sent, from the local address given if there is one: exactly `length`
    /// bytes are to be appended to what this gives back. It may be dropped, as on any network.
    fn begin(&mut self, remote: Remote, local: Option<IpAddr>, length: usize) -> &mut Vec<u8>;

    /// Sends a datagram.
    fn send(&mut self, remote: Remote, local: Option<IpAddr>, datagram: &[u8]) {
        self.begin(remote, local, datagram.len()).extend_from_slice(datagram);
    }

    /// How many datagrams were dropped because too many waited.
    fn unsent(&self) -> u64;
}

/// What a worker is told when it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Told to clients as ICE host candidates, best first; at least one.
    pub candidates: Vec<SocketAddr>,
    /// A transport that is not heard for so long is closed.
    pub silence: Duration,
    /// Transports at the same time; an offer beyond is refused.
    pub max_transports: usize,
    /// Memory for the last groups of pictures of publishers that do not answer keyframe requests.
    pub replay_memory: Budget,
    /// The time of day that viewers are told.
    pub clock: WallClock,
    /// The certificate of every DTLS connection.
    pub certificate: DtlsCert,
}

/// All transports of one worker, and who gets what from whom.
pub struct Sfu {
    settings: Settings,
    transports: HashMap<TransportId, Transport>,
    routes: Routes,
    demux: Demux,
    timers: Timers,
    /// Producers with packets to forward.
    filled: Vec<MediaKey>,
    /// Transports to be stepped and drained before the next wait.
    dirty: Vec<TransportId>,
    events: Vec<Event>,
    next_sweep: Instant,
    dropped: u64,
}

/// The end of a transport, met while working on it.
struct Failure {
    code: CloseCode,
    reason: String,
}

impl From<RtcError> for Failure {
    fn from(error: RtcError) -> Self {
        Self { code: CloseCode::Failed, reason: format!("the connection failed: {error}") }
    }
}

impl Sfu {
    /// An empty worker.
    pub fn new(settings: Settings, now: Instant) -> Self {
        Self {
            settings,
            transports: HashMap::new(),
            routes: Routes::default(),
            demux: Demux::default(),
            timers: Timers::default(),
            filled: Vec::new(),
            dirty: Vec::new(),
            events: Vec::new(),
            next_sweep: now + SWEEP,
            dropped: 0,
        }
    }

    /// Carries out a command.
    pub fn command(&mut self, command: Command, now: Instant, outbox: &mut dyn Outbox) {
        match command {
            Command::AcceptOffer { transport, offer, sources } => {
                self.accept_offer(transport, &offer, &sources, now);
            }
            Command::Renegotiate { transport, offer } => self.renegotiate(transport, &offer, now),
            Command::SetCandidates { candidates } => self.set_candidates(&candidates),
            Command::Attach { consumer, source } => self.attach(consumer, source, now),
            Command::Detach { consumer } => self.detach(consumer),
            Command::Close { transport } => {
                self.close(transport, now, outbox);
            }
            Command::RequestStatistics { request } => self.report(request, outbox.unsent()),
            Command::ProvokePanic { transport } => self.provoke_panic(transport),
        }
    }

    /// Takes one datagram. `local` is the address it was sent to.
    pub fn receive(
        &mut self,
        remote: Remote,
        local: SocketAddr,
        datagram: &[u8],
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        let Some(id) = self.demux.find(remote, datagram) else {
            self.dropped += 1;
            return;
        };
        let taken = self.work(id, now, |transport, happenings| {
            let taken = transport.receive(remote, local, datagram, now, happenings);
            // str0m keeps one received packet: it must be drained before the next datagram.
            transport.drain(now, outbox, happenings)?;
            Ok((taken, transport.next_step))
        });
        if let Some((taken, next)) = taken {
            self.timers.arm(id, next);
            self.dropped += u64::from(!taken);
        }
    }

    /// Whether a remote has proved to be some transport's.
    pub fn knows(&self, remote: Remote) -> bool {
        self.demux.owner(remote).is_some()
    }

    /// Takes note that a remote cannot be reached any more: its connection is closed.
    pub fn disconnected(&mut self, remote: Remote) {
        let Some(id) = self.demux.owner(remote) else {
            return;
        };
        self.demux.loosen(remote, id);
        if let Some(transport) = self.transports.get_mut(&id) {
            transport.paths.forget(remote);
        }
    }

    /// Forwards what was received since the last flush, and sends all that is waiting.
    pub fn flush(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        for source in std::mem::take(&mut self.filled) {
            self.forward(source, now, outbox);
        }
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        dirty.dedup();
        for id in dirty {
            self.step(id, now, outbox);
        }
    }

    /// Does what is due.
    pub fn timeout(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        while let Some(id) = self.timers.pop(now) {
            match self.transports.get(&id).map(|transport| transport.next_step) {
                // It was stepped for another reason meanwhile, and has time now.
                Some(later) if later > now => self.timers.arm(id, later),
                _ => self.step(id, now, outbox),
            }
        }
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP;
            self.sweep(now, outbox);
        }
    }

    /// When `timeout` wants to be called at the latest; `None` while there is nothing to wait for.
    pub fn deadline(&self) -> Option<Instant> {
        if self.transports.is_empty() {
            return None;
        }
        Some(self.timers.next().map_or(self.next_sweep, |next| next.min(self.next_sweep)))
    }

    /// Takes the events since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Closes every transport properly.
    pub fn close_all(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        let mut ids: Vec<_> = self.transports.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.close(id, now, outbox);
        }
    }

    fn consumer(&mut self, key: MediaKey) -> Option<&mut crate::consumer::Consumer> {
        self.transports.get_mut(&key.transport)?.consumer(key.mid)
    }

    /// Closes a transport properly; false when it was gone, or failed in closing, which is told then.
    fn close(&mut self, id: TransportId, now: Instant, outbox: &mut dyn Outbox) -> bool {
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
        self.timers.disarm(id);
        for remote in transport.paths.remotes() {
            self.demux.loosen(remote, id);
        }
        for consumer in &mut transport.consumers {
            let key = MediaKey { transport: id, mid: consumer.mid };
            if let Some(source) = consumer.show(None) {
                self.routes.remove(source, key);
            }
        }
        for producer in &transport.producers {
            let key = MediaKey { transport: id, mid: producer.mid };
            for consumer in self.routes.remove_source(key) {
                if let Some(state) = self.consumer(consumer) {
                    state.show(None);
                }
            }
        }
    }

    fn report(&mut self, request: u64, datagrams_unsent: u64) {
        let mut transports: Vec<_> = self.transports.values().map(Transport::statistics).collect();
        transports.sort_unstable_by_key(|statistics| statistics.transport);
        let datagrams_dropped = self.dropped;
        self.events.push(Event::Statistics(Statistics {
            request,
            transports,
            datagrams_dropped,
            datagrams_unsent,
        }));
    }

    fn provoke_panic(&mut self, id: TransportId) {
        #[allow(clippy::panic, reason = "this command exists to show that a panic is contained")]
        let never = |_: &mut Transport, _: &mut Vec<Happening>| -> Result<(), Failure> {
            panic!("provoked by a test")
        };
        self.work(id, self.next_sweep, never);
    }

    /// Steps and drains one transport.
    fn step(&mut self, id: TransportId, now: Instant, outbox: &mut dyn Outbox) {
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
    fn work<T>(
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
            }
            Happening::KeyframeWanted(mid) => {
                let consumer = MediaKey { transport: id, mid };
                let source = self.consumer(consumer).and_then(|consumer| consumer.source());
                if let Some(source) = source {
                    self.ask_for_keyframe(source, now);
                }
            }
            Happening::Path(remote) => {
                let before = self.demux.tie(remote, id);
                if let Some(transport) = before.and_then(|id| self.transports.get_mut(&id)) {
                    transport.paths.forget(remote);
                }
            }
            Happening::PathDropped(remote) => self.demux.loosen(remote, id),
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
        let sources: Vec<_> =
            transport.consumers.iter().filter_map(crate::consumer::Consumer::source).collect();
        if let Some(path) = transport.paths.last() {
            self.events.push(Event::Connected { transport: id, remote: path.remote });
        }
        for source in sources {
            self.start(source, now);
        }
    }
}
