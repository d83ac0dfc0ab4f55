//! Two workers on one port, with real sockets and threads.

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::time::Duration;

use sfu::{Command, Protocol, TransportId};
use support::Media;
use wire::{Wire, families};

const SILENCE: Duration = Duration::from_secs(6);
/// Packets that show that a picture flows.
const SOME: usize = 20;
/// More than all the time there is.
const NEVER: u32 = 1_001;

/// A publisher and viewers of it over every family that there is, on both workers, all flowing.
fn call(spread_at: u32, protocol: Protocol) -> (Wire, TransportId, Vec<TransportId>) {
    let mut wire = Wire::spread_at(SILENCE, spread_at);
    let (publisher, viewers) = join(&mut wire, protocol);
    (wire, publisher, viewers)
}

fn join(wire: &mut Wire, protocol: Protocol) -> (TransportId, Vec<TransportId>) {
    let publisher = wire.open_over(protocol, families()[0], Media::SEND_VP8);
    let families = families().into_iter().cycle().take(8);
    let viewers: Vec<_> =
        families.map(|family| wire.open_over(protocol, family, Media::TAKE_VP8)).collect();
    let owners = viewers.iter().filter_map(|&viewer| wire.core.directory().owner(viewer));
    assert_eq!(owners.sum::<usize>(), 4, "half of them on the second worker");
    for &viewer in &viewers {
        wire.watch(viewer, publisher);
    }
    flows(wire, &viewers);
    (publisher, viewers)
}

/// Twice the same, beside each other since both mostly wait: with each worker on a thread of its own,
/// and with one thread for both.
fn both_ways(test: impl Fn(u32) + Sync) {
    std::thread::scope(|scope| {
        for spread_at in [0, NEVER] {
            let test = &test;
            scope.spawn(move || test(spread_at));
        }
    });
}

/// Waits till every viewer has had more packets.
fn flows(wire: &mut Wire, viewers: &[TransportId]) {
    let wanted: Vec<_> =
        viewers.iter().map(|&viewer| (viewer, wire.received(viewer) + SOME)).collect();
    wire.until("a picture for everybody", |wire| {
        wanted.iter().all(|&(viewer, count)| wire.received(viewer) >= count)
    });
    assert!(wire.ended.is_empty(), "{:?}", wire.ended);
}

#[test]
fn every_family_is_served_by_both_workers() {
    both_ways(|spread_at| {
        let (mut wire, _, viewers) = call(spread_at, Protocol::Udp);
        assert_eq!(wire.core.driving(), if spread_at == 0 { 2 } else { 1 });
        let statistics = wire.statistics();
        assert_eq!(statistics.transports.len(), 1 + viewers.len());
        assert!(statistics.transports.iter().all(|transport| transport.connected));
        assert_eq!(statistics.batches_dropped, 0);
    });
}

#[test]
fn whoever_changes_its_port_is_still_known() {
    both_ways(|spread_at| {
        let (mut wire, publisher, viewers) = call(spread_at, Protocol::Udp);
        // The kernel chooses a worker by the port: of so many both are met.
        for _ in 0..4 {
            wire.rebind(publisher);
            flows(&mut wire, &viewers);
        }
    });
}

#[test]
fn an_ice_restart_from_another_port_may_meet_another_worker() {
    both_ways(|spread_at| {
        let (mut wire, publisher, viewers) = call(spread_at, Protocol::Udp);
        for _ in 0..2 {
            for &who in viewers.iter().chain([&publisher]) {
                wire.restart(who);
                wire.rebind(who);
            }
            flows(&mut wire, &viewers);
        }
    });
}

#[test]
fn a_connection_is_served_by_the_worker_of_its_transport() {
    both_ways(|spread_at| {
        let (mut wire, publisher, viewers) = call(spread_at, Protocol::Tcp);
        let everybody: Vec<_> = viewers.iter().copied().chain([publisher]).collect();
        for &who in &everybody {
            wire.restart(who);
        }
        flows(&mut wire, &viewers);
        for &who in &everybody {
            wire.rebind(who);
        }
        flows(&mut wire, &viewers);
        let statistics = wire.statistics();
        assert_eq!(statistics.transports.len(), everybody.len());
        for transport in statistics.transports {
            assert_eq!(transport.remote.map(|remote| remote.protocol), Some(Protocol::Tcp));
        }
    });
}

#[test]
fn every_worker_says_goodbye() {
    both_ways(|spread_at| {
        for protocol in [Protocol::Udp, Protocol::Tcp] {
            says_goodbye(spread_at, protocol);
        }
    });
}

fn says_goodbye(spread_at: u32, protocol: Protocol) {
    let (mut wire, ..) = call(spread_at, protocol);
    wire.core.stop();
    wire.until("goodbyes", |wire| wire.parties.values().all(|party| party.client.closed));
    assert!(!wire.core.submit(Command::Close { transport: TransportId(0) }));
    assert!(wire.core.directory().is_empty());
}

#[test]
fn a_thread_has_its_worker_while_there_is_much_to_do() {
    const HARDLY_ANYTHING: u32 = 2;
    let mut wire = Wire::spread_at(SILENCE, HARDLY_ANYTHING);
    assert_eq!(wire.core.driving(), 1);
    for _ in 0..2 {
        let (publisher, viewers) = join(&mut wire, Protocol::Udp);
        wire.until("the second thread", |wire| wire.core.driving() == 2);
        flows(&mut wire, &viewers);
        for transport in viewers.into_iter().chain([publisher]) {
            wire.submit(Command::Close { transport });
        }
        wire.until("rest", |wire| wire.core.driving() == 1);
    }
}

#[test]
fn a_port_that_another_core_shares_among_its_workers_is_taken() {
    let wire = Wire::new(SILENCE);
    let address = std::net::SocketAddr::new(families()[0], wire.core.port());
    let start = sfu::io::Start {
        listen: vec![address],
        candidates: families(),
        silence: SILENCE,
        workers: 2,
        spread_at: 0,
    };
    let error = sfu::io::Core::start(&start).expect_err("it is taken");
    assert!(error.to_string().contains("in use"), "{error}");
}
