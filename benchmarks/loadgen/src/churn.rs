//! Sessions that come and go as people and programs do: politely, by a crash, with loss, with ICE
//! restarts, or without ever connecting. Everything is drawn from one seed.

use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::{Load, Target};
use crate::chance::Chance;
use crate::error::Error;
use crate::output::Json;
use crate::peer::Factory;
use crate::picture::Canvas;
use crate::slot::{Role, Slot};

/// How often every session is looked at.
const TURN: Duration = Duration::from_millis(2);
/// Larger than any datagram that a peer sends us.
const DATAGRAM: usize = 4096;

/// What is the same for all sessions.
pub(crate) struct Place<'a> {
    /// Makes sessions.
    pub(crate) factory: Factory,
    /// The server.
    pub(crate) target: &'a Target,
    /// Shape of what is published; `publishers` is how many names there are.
    pub(crate) load: Load,
    /// Draws and checks what is published.
    pub(crate) canvas: Canvas,
}

/// What happened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Events {
    /// Sessions opened.
    pub(crate) opened: u64,
    /// Requests that the server refused for now: nobody publishes, or the name is still taken.
    pub(crate) refused: u64,
    /// Sessions that got through.
    pub(crate) connected: u64,
    /// Viewers that got packets.
    pub(crate) served: u64,
    /// ICE restarts.
    pub(crate) restarted: u64,
    /// Ends by DELETE.
    pub(crate) deleted: u64,
    /// Ends by a DTLS alert.
    pub(crate) goodbyes: u64,
    /// Ends without a word.
    pub(crate) vanished: u64,
    /// Sessions that were opened and nothing more.
    pub(crate) absent: u64,
    /// Sessions that the server or the network ended before we did.
    pub(crate) ended: u64,
    /// Packets that are not what the publisher sent.
    pub(crate) damaged: u64,
}

/// Keeps every slot busy for the time of one window; then all leave.
pub(crate) fn churn(load: Load, target: &Target, seed: u64) -> Result<Json, Error> {
    let (factory, canvas) = (Factory::new(load.local)?, Canvas::new(load.size));
    let place = Place { factory, target, load, canvas };
    let mut chance = Chance::new(seed);
    let begin = Instant::now();
    let publishers = (0..load.publishers).map(|index| Role::Publisher(index as u32));
    let roles = publishers.chain((0..load.sessions()).map(|_| Role::Viewer));
    let mut slots: Vec<_> = roles.map(|role| Slot::new(role, chance.split(), begin)).collect();
    let mut events = Events::default();
    let mut buffer = vec![0; DATAGRAM];
    while begin.elapsed() < load.window {
        for slot in &mut slots {
            slot.turn(&place, &mut events, &mut buffer)?;
        }
        thread::sleep(TURN);
    }
    for slot in &mut slots {
        slot.leave(&place, &mut events)?;
    }
    Ok(report(seed, events))
}

fn report(seed: u64, events: Events) -> Json {
    Json::Object(vec![
        ("seed", Json::Count(seed)),
        ("opened", Json::Count(events.opened)),
        ("refused", Json::Count(events.refused)),
        ("connected", Json::Count(events.connected)),
        ("served", Json::Count(events.served)),
        ("restarted", Json::Count(events.restarted)),
        ("deleted", Json::Count(events.deleted)),
        ("goodbyes", Json::Count(events.goodbyes)),
        ("vanished", Json::Count(events.vanished)),
        ("absent", Json::Count(events.absent)),
        ("ended", Json::Count(events.ended)),
        ("damaged", Json::Count(events.damaged)),
    ])
}
