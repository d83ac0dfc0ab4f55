//! Offers of the core's, and answers to them spoiled line by line.

use std::time::Duration;

use sfu::{Command, Event, MediaKind, TransportId};

use crate::input::Input;
use crate::renegotiate::spoiled;
use crate::support::offering::{labelled, silent};
use crate::support::{Media, World};
use crate::unbroken;

/// What one input may do: the world is slow.
const STEPS: usize = 8;

/// Whatever is offered and answered, each is taken or refused, and who publishes goes on.
pub fn negotiate(bytes: &[u8]) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    let viewer = world.await_offer();
    world.connect(&[publisher]);
    let mut input = Input::new(bytes);
    for _ in 0..STEPS {
        if input.is_empty() || world.end_of(viewer).is_some() {
            break;
        }
        step(&mut world, viewer, &mut input);
        let now = world.now;
        world.clients[publisher].write(1, 3_000, true, now);
        world.run(Duration::from_millis(50));
    }
    unbroken(&world);
    assert_eq!(world.end_of(publisher), None);
}

/// The core offers what the input says, and the client answers, as it should or otherwise.
fn step(world: &mut World, viewer: usize, input: &mut Input<'_>) {
    let transport = TransportId(viewer as u64);
    let media = (0..input.index(4)).map(|_| medium(input)).collect();
    let (data, restart) = (input.index(2) == 1, input.index(2) == 1);
    let before = world.events.len();
    world.command(Command::Offer { transport, media, data, restart, dial: false });
    let Some(Event::Offered { offer, media, .. }) = world.events[before..].last().cloned() else {
        return;
    };
    for (from, &mid) in media.iter().enumerate() {
        world.show(viewer, mid, 0, from % 2);
    }
    let whole = world.clients[viewer].accept(&offer);
    let answer = spoiled(&whole, &mut Input::new(input.chunk()));
    let before = world.events.len();
    world.command(Command::AcceptAnswer { transport, answer });
    let told = &world.events[before..];
    assert_eq!(told.len(), 1, "{told:?}");
    if matches!(told[0], Event::Refused { .. }) {
        world.command(Command::AcceptAnswer { transport, answer: whole });
    }
}

fn medium(input: &mut Input<'_>) -> sfu::OfferedMedium {
    let kind = if input.index(2) == 0 { MediaKind::Audio } else { MediaKind::Video };
    match input.index(3) {
        0 => silent(kind),
        1 => labelled(kind, "stream", "track"),
        _ => {
            let text = String::from_utf8_lossy(input.chunk());
            let Some(rids) = text.strip_prefix('~') else {
                return labelled(kind, "stream", &text);
            };
            let rids = rids.split('~').map(str::to_owned).collect();
            sfu::OfferedMedium { rids, ..labelled(kind, "stream", "track") }
        }
    }
}
