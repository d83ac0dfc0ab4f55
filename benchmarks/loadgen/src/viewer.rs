//! A thread that watches: it reads, decrypts and counts what comes.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use str0m::Event;

use crate::arguments::Load;
use crate::error::Error;
use crate::peer::Peer;
use crate::picture::Canvas;
use crate::pool::Pool;
use crate::process;
use crate::schedule::Schedule;
use crate::tally::{Faults, Seen, Tally};

/// How soon a thread that gets nothing notices that it should end.
const NAP: Duration = Duration::from_millis(50);

/// A session that watches one publisher.
#[derive(Debug)]
pub(crate) struct Viewer {
    /// The session.
    pub(crate) peer: Peer,
    /// Whom it should see.
    pub(crate) publisher: u32,
}

/// What a thread of viewers saw.
#[derive(Debug)]
pub(crate) struct Sight {
    /// Counts of each window.
    pub(crate) tallies: Vec<Tally>,
    /// What went wrong.
    pub(crate) faults: Faults,
    /// Datagrams that the kernel dropped since we did not read them in time.
    pub(crate) drops: u64,
}

struct Audience<'a> {
    canvas: Canvas,
    schedule: &'a Schedule,
    /// Whom each viewer should see, and what it has had.
    viewers: Vec<(u32, Seen, bool)>,
    tallies: Vec<Tally>,
    faults: Faults,
}

/// Watches until the schedule stops.
pub(crate) fn watch(
    viewers: Vec<Viewer>,
    load: &Load,
    schedule: &Schedule,
) -> Result<Sight, Error> {
    let ports: BTreeSet<u16> = viewers.iter().map(|viewer| viewer.peer.port()).collect();
    let mut audience = Audience {
        canvas: Canvas::new(load.size),
        schedule,
        viewers: viewers.iter().map(|viewer| (viewer.publisher, Seen::default(), false)).collect(),
        tallies: vec![Tally::default(); schedule.windows()],
        faults: Faults::default(),
    };
    let mut pool = Pool::new(viewers.into_iter().map(|viewer| viewer.peer).collect())?;
    while !schedule.is_stopped() {
        pool.turn(Instant::now() + NAP, &mut |index, event| {
            if let Event::RtpPacket(packet) = event {
                audience.see(index, &packet.payload);
            }
        })?;
    }
    audience.faults.add(pool.faults());
    let drops = process::drops(&ports)?;
    Ok(Sight { tallies: audience.tallies, faults: audience.faults, drops })
}

impl Audience<'_> {
    fn see(&mut self, index: usize, payload: &[u8]) {
        let (publisher, seen, flows) = &mut self.viewers[index];
        let Some(stamp) = self.canvas.read(payload).filter(|stamp| stamp.publisher == *publisher)
        else {
            self.faults.damaged += 1;
            return;
        };
        if !std::mem::replace(flows, true) {
            self.schedule.flowing.fetch_add(1, Ordering::Relaxed);
        }
        if !seen.is_new(stamp.number) {
            self.faults.duplicates += 1;
            return;
        }
        if let Some(window) = self.schedule.window(stamp.sent) {
            let now = self.schedule.stamp(Instant::now());
            let tally = &mut self.tallies[window];
            tally.received += 1;
            tally.latencies.push((now.saturating_sub(stamp.sent) / 1000) as u32);
        }
    }
}
