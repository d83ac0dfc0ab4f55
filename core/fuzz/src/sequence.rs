//! Commands, packets, spoiled datagrams and time, in any order.

use std::time::Duration;

use sfu::{Command, Event, MediaKey, MediaKind, OfferedMedium, TransportId};

use crate::input::Input;
use crate::support::offering::{labelled, silent};
use crate::support::{Client, Media, World, client_address};
use crate::unbroken;

/// Fewer than the transports that the world takes, so that some commands name none.
const CLIENTS: usize = 6;
/// What one input may do: the world is slow.
const STEPS: usize = 64;

/// Whatever is asked for in whatever order, the core goes on, and in the end nobody is left: with
/// one worker and with two.
pub fn sequence(bytes: &[u8]) {
    for workers in [1, 2] {
        sequence_with(workers, bytes);
    }
}

fn sequence_with(workers: usize, bytes: &[u8]) {
    let mut world = World::with_workers(workers);
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    let mut input = Input::new(bytes);
    for _ in 0..STEPS {
        let Some(choice) = input.byte() else {
            break;
        };
        step(&mut world, choice, &mut input);
    }
    unbroken(&world);
    for id in 0..CLIENTS as u64 {
        world.command(Command::Close { transport: TransportId(id) });
    }
    let left = world.statistics().transports;
    assert!(left.is_empty(), "closed, and still there: {left:?}");
    assert!(world.directory.is_empty(), "{:?}", world.directory);
}

fn step(world: &mut World, choice: u8, input: &mut Input<'_>) {
    // What was found before there were encodings still means what it did.
    if choice >= 240 {
        return encode(world, input);
    }
    match choice % 15 {
        0 => join(world, input),
        1 => {
            let (consumer, source) = (key(world, input), key(world, input));
            world.command(Command::Attach { consumer, source });
        }
        2 => {
            let consumer = key(world, input);
            world.command(Command::Detach { consumer });
        }
        3 => {
            let transport = key(world, input).transport;
            world.command(Command::Close { transport });
        }
        4 => {
            let from = client_address(input.index(world.clients.len()));
            world.inject(from, input.chunk());
        }
        5 => publish(world, input),
        6 => {
            world.loss = match input.index(3) {
                0 => |_, _| false,
                1 => |_, count| count % 5 == 0,
                _ => |_, _| true,
            };
        }
        7 => world.run(Duration::from_secs(input.index(8) as u64)),
        8 => world.run(Duration::from_millis(input.index(64) as u64)),
        9 => restart(world, input),
        10 => turn(world, input),
        11 => offer(world, input),
        12 => answer(world, input),
        13 => speak(world, input),
        _ => limit(world, input),
    }
}

/// Another client offers, well-formed; it may be refused.
fn join(world: &mut World, input: &mut Input<'_>) {
    const OFFERS: [&[Media]; 4] = [
        &[Media::SEND_VP8],
        &[Media::SEND_OPUS, Media::SEND_VP8],
        &[Media::TAKE_OPUS, Media::TAKE_VP8],
        &[Media::TAKE_AV1],
    ];
    if world.clients.len() < CLIENTS {
        world.join(OFFERS[input.index(OFFERS.len())]);
    }
}

/// A client restarts ICE, if its transport is still there.
fn restart(world: &mut World, input: &mut Input<'_>) {
    let client = input.index(world.clients.len());
    let before = world.answer_for(client);
    let offer = world.clients[client].restart();
    world.command(Command::Renegotiate { transport: TransportId(client as u64), offer });
    match world.answer_for(client) {
        after if after == before => world.unplugged.push(client),
        Some(answer) => world.clients[client].answer(&answer),
        None => {}
    }
}

/// The first client stops or goes on sending, if its transport is still there.
fn turn(world: &mut World, input: &mut Input<'_>) {
    let on = input.index(2) == 1;
    if world.clients[0].sends() == on || world.clients[0].closed {
        return;
    }
    let before = world.answer_for(0);
    let offer = world.clients[0].turn(0, true, on);
    world.command(Command::Renegotiate { transport: TransportId(0), offer });
    match world.answer_for(0) {
        after if after == before => world.unplugged.push(0),
        Some(answer) => world.clients[0].answer(&answer),
        None => {}
    }
}

/// The core offers to any client, or to one more that waits for it.
fn offer(world: &mut World, input: &mut Input<'_>) {
    let client = match input.index(2) {
        0 if world.clients.len() < CLIENTS => world.await_offer(),
        _ => input.index(world.clients.len()),
    };
    let media = [MediaKind::Audio, MediaKind::Video, MediaKind::Video];
    let media = media.into_iter().take(input.index(4)).map(|kind| match input.index(3) {
        0 => silent(kind),
        label => labelled(kind, "stream", &label.to_string()),
    });
    let (media, transport) = (media.collect(), TransportId(client as u64));
    let choice = input.index(4);
    let (data, restart) = (choice % 2 == 1, choice / 2 == 1);
    world.command(Command::Offer { transport, media, data, restart, dial: false });
}

/// A client answers the last offer made to it, if there is one, once or again.
fn answer(world: &mut World, input: &mut Input<'_>) {
    let client = input.index(world.clients.len());
    let transport = TransportId(client as u64);
    let offer = world.events.iter().rev().find_map(|event| match event {
        Event::Offered { transport: of, offer, .. } if *of == transport => Some(offer.clone()),
        _ => None,
    });
    // An offer for a transport that had ended is for another connection than this client's.
    if let Some(answer) = offer.and_then(|offer| world.clients[client].try_accept(&offer)) {
        world.command(Command::AcceptAnswer { transport, answer });
    }
}

/// The first client writes a frame, if it is still there to do so.
fn publish(world: &mut World, input: &mut Input<'_>) {
    let now = world.now;
    let keyframe = input.index(2) == 0;
    let timestamp = u32::from(input.byte().unwrap_or(0)) << 24;
    if !world.clients[0].closed {
        world.clients[0].write(0, timestamp, keyframe, now);
    }
    world.run(Duration::from_millis(33));
}

/// A client says something, as loud as it may be, if its first medium is sound.
fn speak(world: &mut World, input: &mut Input<'_>) {
    let client = input.index(world.clients.len());
    let level = (input.byte().unwrap_or(0) & 0x7f).cast_signed();
    let packets = input.index(32) as u32;
    for packet in 0..packets {
        let now = world.now;
        if world.clients[client].has_voice() {
            world.clients[client].say(0, level, packet * 960, now);
        }
        world.run(Duration::from_millis(20));
    }
}

/// A medium is to be sent in no more than one of its sizes, or in the best one again.
fn limit(world: &mut World, input: &mut Input<'_>) {
    let consumer = key(world, input);
    let layer = input.byte().filter(|layer| *layer != 0);
    world.command(Command::Limit { consumer, layer });
}

/// The core offers a picture in encodings, or what was offered is to be sent in some of them.
fn encode(world: &mut World, input: &mut Input<'_>) {
    let client = input.index(world.clients.len());
    let transport = TransportId(client as u64);
    let rids: Vec<_> = (0..input.index(4)).map(|_| input.index(4).to_string()).collect();
    let offered = world.events.iter().rev().find_map(|event| match event {
        Event::Offered { transport: of, media, .. } if *of == transport => media.first().copied(),
        _ => None,
    });
    if let Some(mid) = offered.filter(|_| input.index(2) == 0) {
        let consumer = MediaKey { transport, mid };
        world.command(Command::Select { consumer, rids });
        return;
    }
    let picture = labelled(MediaKind::Video, "stream", "picture");
    let media = vec![OfferedMedium { rids, ..picture }];
    let (data, restart, dial) = (false, false, false);
    world.command(Command::Offer { transport, media, data, restart, dial });
}

/// A medium that may be there: the first or second of any client, or one that nobody has.
fn key(world: &World, input: &mut Input<'_>) -> MediaKey {
    let client = input.index(CLIENTS + 1);
    let mids = world.clients.get(client).map_or_else(Vec::new, Client::mids);
    let mid = mids.get(input.index(2)).map_or("none", String::as_str);
    MediaKey::new(client as u64, mid)
}
