//! Two hundred clients of two workers for a while. Alone in its process, whose descriptors and memory
//! it counts.

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::time::Duration;

use sfu::{Command, Protocol};
use support::Media;
use wire::{Wire, families, now};

/// Whatever two hundred clients do for a while, nothing of it is left behind.
///
/// `TRUNKLINE_SOAK` is how many seconds it takes.
#[test]
fn two_hundred_clients_come_and_go_and_leave_nothing() {
    let seconds = std::env::var("TRUNKLINE_SOAK").ok().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(10));
    let mut wire = Wire::new(Duration::from_secs(2));
    let descriptors = count("/proc/self/fd");
    let mut chance = Chance(7);
    let mut seen = 0;
    let mut warm = None;
    let start = now();
    while now() < start + length {
        something_happens(&mut wire, &mut chance);
        wire.turn();
        for party in wire.parties.values_mut() {
            seen += party.client.packets.len();
            party.client.packets.clear();
        }
        if warm.is_none() && now() > start + length / 3 {
            warm = Some(resident());
        }
    }
    assert!(seen > 1_000, "only {seen} packets were forwarded");
    let grown = resident().saturating_sub(warm.unwrap_or(0));
    assert!(grown < 32 << 20, "{} MiB more since the first third", grown >> 20);
    for transport in wire.parties.keys().copied().collect::<Vec<_>>() {
        wire.submit(Command::Close { transport });
    }
    wire.parties.clear();
    assert_eq!(wire.statistics().transports.len(), 0);
    // What the workers tell each other of the end may still be on its way.
    wire.until("an empty directory", |wire| wire.core.directory().is_empty());
    assert_eq!(count("/proc/self/fd"), descriptors);
    let broken = wire.ended.iter().find(|event| is_a_bug(event));
    assert!(broken.is_none(), "{broken:?}");
}

fn is_a_bug(event: &sfu::Event) -> bool {
    use sfu::{CloseCode, Event};
    let panicked = matches!(event, Event::Closed { code: CloseCode::Panic, .. });
    panicked || matches!(event, Event::Died { .. } | Event::Refused { .. })
}

/// Somebody comes, goes in one of the ways there are, moves, or turns to another publisher.
fn something_happens(wire: &mut Wire, chance: &mut Chance) {
    const CLIENTS: usize = 200;
    let place = chance.below(CLIENTS);
    let Some(&who) = wire.parties.keys().nth(place) else {
        let media = if chance.below(4) == 0 { Media::SEND_VP8 } else { Media::TAKE_VP8 };
        let family = families()[chance.below(families().len())];
        let protocol = if chance.below(4) == 0 { Protocol::Tcp } else { Protocol::Udp };
        wire.open_over(protocol, family, media);
        return;
    };
    let others: Vec<_> = wire.parties.iter().filter(|(_, party)| party.publishes).collect();
    let other = others.get(chance.below(others.len().max(1))).map(|&(&id, _)| id);
    let Some(party) = wire.parties.get_mut(&who).filter(|party| party.client.connected) else {
        return;
    };
    match chance.below(20) {
        0 => {
            wire.submit(Command::Close { transport: who });
            wire.parties.remove(&who);
        }
        1 => party.client.close(),
        2 => party.gone = true,
        3 => wire.rebind(who),
        4 => {
            wire.restart(who);
            wire.rebind(who);
        }
        _ => {
            if let Some(other) = other {
                wire.watch(who, other);
            }
        }
    }
}

/// A linear congruential generator: the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % end
    }
}

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Bytes of memory in use; 0 where the system does not tell in this way.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0) * 4_096
}
