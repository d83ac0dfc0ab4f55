//! A whole run: sessions, threads, windows, figures.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::arguments::Load;
use crate::error::Error;
use crate::output::Json;
use crate::peer::Peer;
use crate::process;
use crate::publisher;
use crate::schedule::Schedule;
use crate::tally::{Faults, Tally};
use crate::viewer::{self, Sight, Viewer};

/// Sessions must be up, and every viewer served, within this time.
const PATIENCE: Duration = Duration::from_secs(20);
/// For what was sent at the end of the last window to arrive, retransmissions included.
const GRACE: Duration = Duration::from_secs(1);

/// What the windows showed.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// One object for each window.
    pub(crate) windows: Vec<Json>,
    /// What went wrong in the whole run.
    pub(crate) faults: Json,
    /// Resident memory of the server in the last window, in KiB.
    pub(crate) memory: Option<u64>,
}

type Publishing = JoinHandle<Result<(Vec<Tally>, Faults), Error>>;
type Watching = JoinHandle<Result<Sight, Error>>;

/// A run under way.
#[derive(Debug)]
pub(crate) struct Run {
    load: Load,
    schedule: Arc<Schedule>,
    publishing: Publishing,
    watching: Vec<Watching>,
}

/// CPU time used by the server, by ourselves, and by everybody together.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    server: Duration,
    own: Duration,
    all: Duration,
}

impl Run {
    /// Starts to publish; `groups` has the peers of each source.
    pub(crate) fn start(load: Load, groups: Vec<Vec<Peer>>) -> Result<Self, Error> {
        let schedule = Arc::new(Schedule::new(load.window, load.windows));
        let shared = Arc::clone(&schedule);
        let publishing = spawn("publishers", move || publisher::publish(groups, &load, &shared))?;
        Ok(Self { load, schedule, publishing, watching: vec![] })
    }

    /// Starts to watch.
    pub(crate) fn watch(&mut self, viewers: Vec<Viewer>) -> Result<(), Error> {
        let mut shares: Vec<Vec<Viewer>> = (0..self.load.threads).map(|_| vec![]).collect();
        for (index, viewer) in viewers.into_iter().enumerate() {
            shares[index % self.load.threads].push(viewer);
        }
        for share in shares {
            let (load, shared) = (self.load, Arc::clone(&self.schedule));
            let thread = spawn("viewers", move || viewer::watch(share, &load, &shared))?;
            self.watching.push(thread);
        }
        Ok(())
    }

    /// Waits till so many publishers are connected and viewers served.
    pub(crate) fn await_flow(&self, wanted: usize, whom: &str) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let flowing = self.schedule.flowing.load(Ordering::Relaxed);
            if flowing >= wanted {
                return Ok(());
            }
            if self.publishing.is_finished() || self.watching.iter().any(JoinHandle::is_finished) {
                return Err(Error::Failed("a thread of the generator ended early".into()));
            }
            if Instant::now() > deadline {
                return Err(Error::Failed(format!(
                    "only {flowing} of {wanted} {whom} after {} s: does the server's answer have \
                     an address that can be reached from {}?",
                    PATIENCE.as_secs(),
                    self.load.local
                )));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Measures, stops and reports; `pids` are the server's processes.
    pub(crate) fn measure(self, pids: &[u32]) -> Result<Outcome, Error> {
        let mut clocks = vec![];
        for edge in self.schedule.begin(self.load.warmup) {
            thread::sleep(edge.saturating_duration_since(Instant::now()));
            clocks.push(Clocks::read(pids)?);
        }
        let memory = (!pids.is_empty()).then(|| process::memory(pids)).transpose()?;
        thread::sleep(GRACE);
        self.schedule.stop();
        let (mut tallies, mut faults) = join(self.publishing)?;
        let mut drops = 0;
        for thread in self.watching {
            let sight = join(thread)?;
            tallies.iter_mut().zip(&sight.tallies).for_each(|(all, share)| all.add(share));
            faults.add(sight.faults);
            drops += sight.drops;
        }
        let used = clocks.windows(2).map(|pair| pair[1].since(pair[0]));
        let known = !pids.is_empty();
        let windows = tallies.iter_mut().zip(used);
        Ok(Outcome {
            windows: windows.map(|(tally, used)| figures(tally, used, self.load, known)).collect(),
            faults: describe(faults, drops),
            memory,
        })
    }
}

impl Clocks {
    fn read(pids: &[u32]) -> Result<Self, Error> {
        let (server, own) = (process::cpu(pids)?, process::own_cpu()?);
        Ok(Self { server, own, all: process::machine_cpu()? })
    }

    fn since(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            own: self.own.saturating_sub(before.own),
            all: self.all.saturating_sub(before.all),
        }
    }

    /// Processors that neither the server nor we kept busy, but somebody did.
    fn others(self, window: Duration) -> f64 {
        let others = self.all.saturating_sub(self.server + self.own);
        others.as_secs_f64() / window.as_secs_f64()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn figures(tally: &mut Tally, used: Clocks, load: Load, known: bool) -> Json {
    let expected = tally.sent * load.viewers as u64;
    let per_packet = |time: Duration, packets: u64| {
        Json::Number(time.as_secs_f64() * 1e6 / packets.max(1) as f64)
    };
    let server = |packets| {
        if known { per_packet(used.server, packets) } else { Json::Null }
    };
    Json::Object(vec![
        ("sent", Json::Count(tally.sent)),
        ("expected", Json::Count(expected)),
        ("received", Json::Count(tally.received)),
        ("lost", Json::Count(expected.saturating_sub(tally.received))),
        ("server_us_per_packet", server(expected)),
        ("server_us_per_packet_received", server(tally.received)),
        ("generator_us_per_packet", per_packet(used.own, expected)),
        ("other_cores", Json::Number(used.others(load.window))),
        ("latency_ms", tally.latency()),
        ("latest_frame_ms", Json::Number(f64::from(tally.lateness) / 1000.0)),
    ])
}

fn describe(faults: Faults, drops: u64) -> Json {
    Json::Object(vec![
        ("duplicates", Json::Count(faults.duplicates)),
        ("damaged", Json::Count(faults.damaged)),
        ("sessions_ended", Json::Count(faults.ended)),
        ("generator_unsent", Json::Count(faults.unsent)),
        ("generator_drops", Json::Count(drops)),
    ])
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Error> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Error::io("starting a thread"))
}

fn join<T>(thread: JoinHandle<Result<T, Error>>) -> Result<T, Error> {
    thread.join().map_err(|_| Error::Failed("a thread of the generator panicked".into()))?
}
