//! The thread that publishes: frames of each source at its rate, to one peer or to many.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use str0m::Event;
use str0m::rtp::RtpWrite;

use crate::arguments::Load;
use crate::error::Error;
use crate::peer::Peer;
use crate::picture::{Canvas, Place, Stamp};
use crate::pool::Pool;
use crate::schedule::Schedule;
use crate::tally::{Faults, Tally};

/// A key frame at least this often, as a camera would.
const KEY_INTERVAL: Duration = Duration::from_secs(10);
/// RTP clock of video (RFC 7741 section 4.1).
const CLOCK: u64 = 90_000;

/// One stream of pictures.
#[derive(Debug)]
struct Source {
    index: u32,
    /// Its places in the pool: one when a server forwards, one for each viewer when none does.
    peers: Range<usize>,
    first_sequence: u16,
    first_time: u32,
    packets: u64,
    frames: u64,
    due: Instant,
    key_due: Instant,
}

/// What is known of a peer from its events.
#[derive(Debug, Default, Clone, Copy)]
struct Receiver {
    connected: bool,
    wants_key: bool,
}

/// Publishes until the schedule stops; `groups` has the peers of each source.
pub(crate) fn publish(
    groups: Vec<Vec<Peer>>,
    load: &Load,
    schedule: &Schedule,
) -> Result<(Vec<Tally>, Faults), Error> {
    let mut sources = sources(&groups, load);
    let mut pool = Pool::new(groups.into_iter().flatten().collect())?;
    let mut receivers = vec![Receiver::default(); pool.peers().len()];
    let canvas = Canvas::new(load.size);
    let mut tallies = vec![Tally::default(); schedule.windows()];
    while !schedule.is_stopped() {
        let due = sources.iter().map(|source| source.due).min();
        pool.turn(due.unwrap_or_else(Instant::now), &mut |index, event| {
            receivers[index].note(&event, schedule);
        })?;
        for source in &mut sources {
            let now = Instant::now();
            let Some(lateness) = source.take_turn(now, load.interval()) else {
                continue;
            };
            let ours = &mut receivers[source.peers.clone()];
            if !ours.iter().all(|receiver| receiver.connected) {
                continue;
            }
            let wanted = ours.iter_mut().any(|receiver| std::mem::take(&mut receiver.wants_key));
            let payloads = source.draw(now, wanted, &canvas, load, schedule.stamp(now));
            source.send(now, &payloads, &mut pool.peers()[source.peers.clone()]);
            if let Some(window) = schedule.window(schedule.stamp(now)) {
                tallies[window].sent += payloads.len() as u64;
                tallies[window].lateness =
                    tallies[window].lateness.max(lateness.as_micros() as u32);
            }
        }
    }
    Ok((tallies, pool.faults()))
}

fn sources(groups: &[Vec<Peer>], load: &Load) -> Vec<Source> {
    let begin = Instant::now();
    let mut place = 0;
    let mut next = |(index, group): (usize, &Vec<Peer>)| {
        let random = RandomState::new().hash_one(index);
        place += group.len();
        Source {
            index: index as u32,
            peers: place - group.len()..place,
            first_sequence: random as u16,
            first_time: (random >> 16) as u32,
            packets: 0,
            frames: 0,
            // Publishers do not beat in time with each other.
            due: begin + load.interval() * index as u32 / groups.len() as u32,
            key_due: begin,
        }
    };
    groups.iter().enumerate().map(&mut next).collect()
}

impl Receiver {
    fn note(&mut self, event: &Event, schedule: &Schedule) {
        match event {
            Event::Connected => {
                self.connected = true;
                schedule.flowing.fetch_add(1, Ordering::Relaxed);
            }
            Event::KeyframeRequest(_) => self.wants_key = true,
            _ => {}
        }
    }
}

impl Source {
    /// By how much a frame is late, when one is due.
    fn take_turn(&mut self, now: Instant, interval: Duration) -> Option<Duration> {
        let lateness = now.checked_duration_since(self.due)?;
        self.due += interval;
        Some(lateness)
    }

    fn draw(
        &mut self,
        now: Instant,
        wanted: bool,
        canvas: &Canvas,
        load: &Load,
        sent: u64,
    ) -> Vec<Arc<[u8]>> {
        let key = wanted || self.key_due <= now;
        if key {
            self.key_due = now + KEY_INTERVAL;
        }
        let paint = |offset| {
            let place = Place { frame: self.frames, first: offset == 0, key };
            let number = self.packets + u64::from(offset);
            canvas.paint(place, Stamp { publisher: self.index, number, sent }).into()
        };
        (0..load.burst).map(paint).collect()
    }

    fn send(&mut self, now: Instant, payloads: &[Arc<[u8]>], peers: &mut [Peer]) {
        let time = self.first_time.wrapping_add((self.frames * CLOCK / 30) as u32);
        for peer in peers {
            for (offset, payload) in payloads.iter().enumerate() {
                let sequence = u64::from(self.first_sequence) + self.packets + offset as u64;
                peer.write(|pt| {
                    RtpWrite::new(pt, sequence.into(), time, now, Arc::clone(payload))
                        .marker(offset + 1 == payloads.len())
                        .nackable(true)
                });
            }
            peer.tick(now, &mut |_| {});
        }
        self.packets += payloads.len() as u64;
        self.frames += 1;
    }
}
