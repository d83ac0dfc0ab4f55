//! Which thread drives which workers.
//!
//! To wake a thread costs more than most of what it is woken for. While all workers together have
//! little to do, the first thread drives them all, each in its turn. When that keeps it busy, the others
//! take their own workers, and bring them back when it has been quiet for long.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io};

use mio::unix::SourceFd;
use mio::{Events as Readiness, Interest, Poll, Token};
use rustix::time::{ClockId, clock_gettime};

use super::mailbox::Mailbox;
use super::now;
use super::wake::Events;
use super::worker::{Course, Worker};
use crate::panics;
use crate::words::Event;

/// How long a thread's work is added up before it is judged.
const WINDOW: Duration = Duration::from_millis(250);
/// Windows in a row that are busy before the others help: who joins is work for a moment.
const BUSY_WINDOWS: u32 = 4;
/// Windows in a row that are quiet before a worker is brought back.
const QUIET_WINDOWS: u32 = 20;
/// The thread that drives what no other one does.
const FIRST: usize = 0;

/// What all threads share.
pub(super) struct Shifts {
    /// In thousandths of its time: what the first thread may work before the others take their
    /// workers. 0: they have them from the start, for good.
    spread_at: u32,
    /// How much each thread worked in its last window, in thousandths.
    work: Box<[AtomicU32]>,
    /// How many threads drive workers.
    driving: AtomicUsize,
    mailboxes: Arc<[Mailbox]>,
    events: Arc<Events>,
    /// Workers that are brought back to the first thread; `None` once that has ended.
    returning: Mutex<Option<Vec<Worker>>>,
}

impl fmt::Debug for Shifts {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Shifts").field("driving", &self.driving).finish_non_exhaustive()
    }
}

impl Shifts {
    pub(super) fn new(spread_at: u32, mailboxes: Arc<[Mailbox]>, events: Arc<Events>) -> Self {
        Self {
            spread_at,
            work: mailboxes.iter().map(|_| AtomicU32::new(0)).collect(),
            driving: AtomicUsize::new(1),
            mailboxes,
            events,
            returning: Mutex::new(Some(Vec::new())),
        }
    }

    /// How many threads drive workers now.
    pub(super) fn driving(&self) -> usize {
        self.driving.load(Ordering::Relaxed)
    }

    fn note(&self, thread: usize, work: u32) {
        self.work[thread].store(work, Ordering::Relaxed);
    }

    /// Whether one thread could well do all that all of them do.
    fn is_quiet(&self) -> bool {
        let work: u32 = self.work.iter().map(|one| one.load(Ordering::Relaxed)).sum();
        work < self.spread_at / 2
    }

    /// Brings a worker back; gives it back when there is nobody to take it.
    fn bring_back(&self, mut worker: Worker) -> Option<Worker> {
        let mut returning = self.returning();
        let Some(waiting) = returning.as_mut() else {
            return Some(worker);
        };
        self.note(worker.index, 0);
        worker.hand_over(FIRST);
        waiting.push(worker);
        drop(returning);
        self.driving.fetch_sub(1, Ordering::Relaxed);
        self.mailboxes[FIRST].wake();
        None
    }

    /// Whether the first thread can end: nothing is on its way to it, and nothing will be.
    fn close(&self) -> bool {
        let mut returning = self.returning();
        let is_over = returning.as_ref().is_none_or(Vec::is_empty);
        if is_over {
            *returning = None;
        }
        is_over
    }

    fn returning(&self) -> MutexGuard<'_, Option<Vec<Worker>>> {
        self.returning.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a thread's work; whatever ends it but the end of its workers ends the core.
    fn run(&self, work: impl FnOnce() -> io::Result<()>) {
        let reason = match panics::contain(work) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("the media worker failed: {error}"),
            Err(panic) => format!("a bug in the media worker: {panic}"),
        };
        self.events.push(vec![Event::Died { reason }]);
    }
}

/// How much of its time this thread works.
struct Gauge {
    since: Instant,
    worked: Duration,
}

impl Gauge {
    fn new() -> Self {
        Self { since: now(), worked: processor_time() }
    }

    /// Once a window is over, in thousandths of it.
    fn read(&mut self) -> Option<u32> {
        let at = now();
        let window = at.saturating_duration_since(self.since);
        if window < WINDOW {
            return None;
        }
        let before = std::mem::replace(self, Self { since: at, worked: processor_time() });
        let worked = self.worked.saturating_sub(before.worked);
        Some((worked.as_micros() * 1_000 / window.as_micros()) as u32)
    }
}

/// What this thread had of a processor: not what it waited for one.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The first thread.
pub(super) struct First {
    shifts: Arc<Shifts>,
    /// Its own and those of the threads that rest.
    workers: Vec<Worker>,
    /// The way to each other thread, from the second on.
    homes: Vec<Sender<Worker>>,
    /// Tells whose poll has something to tell, when there are several.
    poll: Poll,
    gauge: Gauge,
    /// Windows in a row.
    busy: u32,
}

impl First {
    /// With all workers, in their order.
    pub(super) fn new(
        shifts: Arc<Shifts>,
        workers: Vec<Worker>,
        homes: Vec<Sender<Worker>>,
    ) -> io::Result<Self> {
        let first =
            Self { shifts, workers, homes, poll: Poll::new()?, gauge: Gauge::new(), busy: 0 };
        for worker in &first.workers {
            first.attend(worker)?;
        }
        Ok(first)
    }

    pub(super) fn run(mut self) {
        let shifts = Arc::clone(&self.shifts);
        shifts.run(|| self.drive());
        // Whoever comes back now finds nobody, also after a bug.
        *shifts.returning() = None;
    }

    fn drive(&mut self) -> io::Result<()> {
        let mut readiness = Readiness::with_capacity(self.workers.len());
        if self.shifts.spread_at == 0 {
            self.spread()?;
        }
        loop {
            self.take_back()?;
            if self.workers.is_empty() && self.shifts.close() {
                return Ok(());
            }
            self.wait(&mut readiness)?;
            self.turn(&readiness)?;
            if let Some(work) = self.gauge.read() {
                self.shifts.note(FIRST, work);
                self.busy = if work > self.shifts.spread_at { self.busy + 1 } else { 0 };
                if self.busy >= BUSY_WINDOWS {
                    self.spread()?;
                }
            }
        }
    }

    fn wait(&mut self, readiness: &mut Readiness) -> io::Result<()> {
        if let [alone] = &mut self.workers[..] {
            readiness.clear();
            // While others drive, it is to be seen that nothing comes here.
            let limit = (self.shifts.driving() > 1).then_some(WINDOW);
            let patience = [alone.patience(), limit].into_iter().flatten().min();
            return alone.wait(patience);
        }
        let patience = self.workers.iter().filter_map(Worker::patience).min();
        match self.poll.poll(readiness, patience) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Gives a turn to each worker that has something to do.
    fn turn(&mut self, readiness: &Readiness) -> io::Result<()> {
        let is_alone = self.workers.len() == 1;
        let mut ended = Vec::new();
        for (place, worker) in self.workers.iter_mut().enumerate() {
            let is_told = readiness.iter().any(|event| event.token() == Token(worker.index));
            if is_told {
                worker.wait(Some(Duration::ZERO))?;
            }
            let is_due = is_alone || is_told || worker.patience() == Some(Duration::ZERO);
            if is_due && worker.turn()? == Course::End {
                ended.push(place);
            }
        }
        for place in ended.into_iter().rev() {
            self.leave(&self.workers[place])?;
            self.workers.remove(place);
        }
        Ok(())
    }

    /// Lets the other threads have their workers.
    fn spread(&mut self) -> io::Result<()> {
        let (own, others): (Vec<_>, Vec<_>) =
            self.workers.drain(..).partition(|worker| worker.index == FIRST);
        self.workers = own;
        for mut worker in others {
            self.leave(&worker)?;
            let thread = worker.index;
            worker.hand_over(thread);
            self.shifts.driving.fetch_add(1, Ordering::Relaxed);
            if self.homes[thread - 1].send(worker).is_err() {
                return Err(io::Error::other("another thread has ended before its worker"));
            }
        }
        Ok(())
    }

    /// Takes those that are brought back.
    fn take_back(&mut self) -> io::Result<()> {
        let returning = self.shifts.returning().as_mut().map(std::mem::take);
        for worker in returning.into_iter().flatten() {
            self.attend(&worker)?;
            self.workers.push(worker);
        }
        Ok(())
    }

    fn attend(&self, worker: &Worker) -> io::Result<()> {
        let token = Token(worker.index);
        let registry = self.poll.registry();
        registry.register(&mut SourceFd(&worker.descriptor()), token, Interest::READABLE)
    }

    fn leave(&self, worker: &Worker) -> io::Result<()> {
        self.poll.registry().deregister(&mut SourceFd(&worker.descriptor()))
    }
}

/// Another thread: rests until it is given its worker.
pub(super) struct Other {
    shifts: Arc<Shifts>,
    inbox: Receiver<Worker>,
}

impl Other {
    pub(super) fn new(shifts: Arc<Shifts>, inbox: Receiver<Worker>) -> Self {
        Self { shifts, inbox }
    }

    pub(super) fn run(self) {
        self.shifts.run(|| {
            while let Ok(worker) = self.inbox.recv() {
                let mut kept = Some(worker);
                while let Some(worker) = kept {
                    kept = self.drive(worker)?.and_then(|rests| self.shifts.bring_back(rests));
                }
            }
            Ok(())
        });
    }

    /// Drives a worker until it ends, or until all has been quiet for long.
    fn drive(&self, mut worker: Worker) -> io::Result<Option<Worker>> {
        let mut gauge = Gauge::new();
        let mut quiet = 0;
        loop {
            // Also when nothing comes, it is to be seen that nothing does.
            worker.wait(Some(worker.patience().map_or(WINDOW, |patience| patience.min(WINDOW))))?;
            if worker.turn()? == Course::End {
                return Ok(None);
            }
            let Some(work) = gauge.read() else {
                continue;
            };
            self.shifts.note(worker.index, work);
            quiet = if self.shifts.is_quiet() { quiet + 1 } else { 0 };
            if quiet >= QUIET_WINDOWS {
                return Ok(Some(worker));
            }
        }
    }
}
