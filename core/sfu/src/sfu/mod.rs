//! One worker's transports, sans-IO: what comes in, what goes out, what is due.

mod admission;
mod arrival;
mod exchange;
mod forwarding;
mod layering;
mod life;
mod offering;
mod sweep;
mod tapping;
mod watching;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::config::DtlsCert;

use crate::clock::WallClock;
use crate::demux::Demux;
use crate::directory::{Directory, WorkerId};
use crate::group::Budget;
use crate::message::{Content, Message, Parcel};
use crate::offering::Wanted;
use crate::packet::Packet;
use crate::producer::Stream;
use crate::routes::Routes;
use crate::speakers::Speakers;
use crate::statistics::Statistics;
use crate::subscription::{Subscribers, Subscriptions};
use crate::timers::Timers;
use crate::transport::Transport;
use crate::words::{Command, Event, MediaKey, Remote, TapId, Tapped, TransportId};

use tapping::Tap;

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
    /// Transports at the same time, of all workers together; an offer beyond is refused.
    pub max_transports: usize,
    /// Memory for the last groups of pictures of publishers that do not answer keyframe requests.
    pub replay_memory: Budget,
    /// The time of day that viewers are told.
    pub clock: WallClock,
    /// The certificate of every DTLS connection.
    pub certificate: DtlsCert,
    /// Which of the workers this is.
    pub worker: WorkerId,
    /// What the workers know of each other.
    pub directory: Directory,
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
    /// What other workers were given, and is to be forwarded here as well.
    shared: Vec<Batch>,
    subscriptions: Subscriptions,
    subscribers: Subscribers,
    /// Datagrams for transports of other workers, for each of these.
    strays: BTreeMap<WorkerId, Parcel>,
    messages: Vec<Message>,
    /// Transports to be stepped and drained before the next wait.
    dirty: Vec<TransportId>,
    events: Vec<Event>,
    speakers: Speakers,
    taps: BTreeMap<TapId, Tap>,
    tapped: Vec<(TapId, Tapped)>,
    /// Sockets for the transport that the command at hand makes, or why there are none.
    lent: Option<Result<Vec<SocketAddr>, String>>,
    next_sweep: Instant,
    dropped: u64,
    batches_dropped: u64,
}

/// Packets of one producer that several workers forward.
struct Batch {
    source: MediaKey,
    stream: Stream,
    packets: Arc<[Arc<Packet>]>,
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
            shared: Vec::new(),
            subscriptions: Subscriptions::new(),
            subscribers: Subscribers::default(),
            strays: BTreeMap::new(),
            messages: Vec::new(),
            dirty: Vec::new(),
            events: Vec::new(),
            speakers: Speakers::default(),
            taps: BTreeMap::new(),
            tapped: Vec::new(),
            lent: None,
            next_sweep: now + SWEEP,
            dropped: 0,
            batches_dropped: 0,
        }
    }

    /// Carries out a command that makes a transport with these sockets of its own.
    pub fn dial(
        &mut self,
        command: Command,
        sockets: Result<Vec<SocketAddr>, String>,
        now: Instant,
        outbox: &mut dyn Outbox,
    ) {
        self.lent = Some(sockets);
        self.command(command, now, outbox);
        self.lent = None;
    }

    /// Whether a transport is here.
    pub fn has(&self, transport: TransportId) -> bool {
        self.transports.contains_key(&transport)
    }

    /// Carries out a command; one that dials by `dial`.
    pub fn command(&mut self, command: Command, now: Instant, outbox: &mut dyn Outbox) {
        match command {
            Command::AcceptOffer { transport, offer, sources, dial } => {
                self.accept_offer(transport, &offer, &sources, dial, now);
            }
            Command::Renegotiate { transport, offer } => self.renegotiate(transport, &offer, now),
            Command::Offer { transport, media, data, restart, dial } => {
                self.offer(transport, &Wanted { media, data, restart }, dial, now);
            }
            Command::AcceptAnswer { transport, answer } => {
                self.accept_answer(transport, &answer, now);
            }
            Command::SetCandidates { candidates } => self.set_candidates(&candidates),
            Command::Attach { consumer, source } => self.attach(consumer, source, now),
            Command::HandOver { consumer, source } => self.hand_over(consumer, source, now),
            Command::Limit { consumer, layer } => self.limit(consumer, layer),
            Command::Select { consumer, rids } => self.select(consumer, &rids, now),
            Command::Detach { consumer } => self.detach(consumer),
            Command::Produce { transport, media } => self.produce(transport, &media, now),
            Command::Write { transport, frame, .. } => self.write(transport, &frame, now),
            Command::Tap { tap, source } => self.tap(tap, source, now),
            Command::RequestKeyframe { source } => self.ask_for_keyframe(source, 0, now),
            Command::Close { transport } => {
                self.close(transport, now, outbox);
            }
            Command::RequestStatistics { request } => self.report(request, outbox.unsent()),
            Command::ProvokePanic { transport } => self.provoke_panic(transport),
        }
    }

    /// Forwards what was received since the last flush, and sends all that is waiting.
    pub fn flush(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        self.share();
        for Batch { source, stream, packets } in std::mem::take(&mut self.shared) {
            self.forward_batch(source, &stream, &packets, now, outbox);
        }
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
        // Somebody was said to speak, and may have left since.
        if self.transports.is_empty() && self.speakers.is_empty() {
            return None;
        }
        Some(self.timers.next().map_or(self.next_sweep, |next| next.min(self.next_sweep)))
    }

    /// Takes the events since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Takes the messages for other workers since the last call.
    pub fn take_messages(&mut self) -> Vec<Message> {
        for (to, parcel) in std::mem::take(&mut self.strays) {
            self.tell(to, Content::Datagrams(parcel));
        }
        std::mem::take(&mut self.messages)
    }

    fn consumer(&mut self, key: MediaKey) -> Option<&mut crate::consumer::Consumer> {
        self.transports.get_mut(&key.transport)?.consumer(key.mid)
    }

    fn report(&mut self, request: u64, datagrams_unsent: u64) {
        let mut transports: Vec<_> = self.transports.values().map(Transport::statistics).collect();
        transports.sort_unstable_by_key(|statistics| statistics.transport);
        self.events.push(Event::Statistics(Statistics {
            request,
            transports,
            datagrams_dropped: self.dropped,
            batches_dropped: self.batches_dropped,
            datagrams_unsent,
        }));
    }
}
