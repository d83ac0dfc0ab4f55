//! A second offer on a live transport: an ICE restart, or one medium more, spoiled line by line.

use std::time::Duration;

use sfu::{Command, Event, TransportId};

use crate::input::Input;
use crate::support::{Media, World};
use crate::unbroken;

/// Whatever a live transport is offered is answered or refused, and the other one goes on.
pub fn renegotiate(bytes: &[u8]) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_OPUS, Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_OPUS, Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    let mut input = Input::new(bytes);
    let choice = input.index(4);
    let client = choice % 2;
    let whole = match choice / 2 {
        0 => world.clients[client].restart(),
        _ => world.clients[client].add([Media::SEND_VP8, Media::TAKE_VP8][client]),
    };
    let offer = spoiled(&whole, &mut input);
    let before = replies(&world);
    let transport = TransportId(client as u64);
    world.command(Command::Renegotiate { transport, offer: offer.clone() });
    assert_eq!(replies(&world), before + 1, "{:?}", world.events);
    if offer == whole {
        let answer = world.answer_for(client).expect("an answer");
        world.clients[client].answer(&answer);
    } else {
        // It cannot know what was made of its offer.
        world.unplugged.push(client);
    }
    let now = world.now;
    if client == viewer {
        world.clients[publisher].write(1, 3_000, true, now);
    }
    world.run(Duration::from_millis(50));
    unbroken(&world);
    assert_eq!(world.end_of(1 - client), None);
}

fn replies(world: &World) -> usize {
    let reply = |event: &&Event| matches!(event, Event::Answered { .. } | Event::Refused { .. });
    world.events.iter().filter(reply).count()
}

/// The text with lines removed, doubled, moved, or changed in one place.
pub(crate) fn spoiled(whole: &str, input: &mut Input<'_>) -> String {
    let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    while let Some(choice) = input.byte() {
        let count = lines.len();
        let at = input.index(count);
        match choice % 4 {
            0 if count > 1 => _ = lines.remove(at),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines.swap(at, input.index(count)),
            _ => change(&mut lines[at], input),
        }
    }
    lines.iter().flat_map(|line| [line, "\r\n"]).collect()
}

fn change(line: &mut String, input: &mut Input<'_>) {
    let places: Vec<usize> = line.char_indices().map(|(place, _)| place).collect();
    let place = places.get(input.index(places.len().max(1))).copied().unwrap_or(0);
    let text = String::from_utf8_lossy(input.chunk()).into_owned();
    if input.index(2) == 0 {
        line.truncate(place);
        line.push_str(&text);
    } else {
        line.insert_str(place, &text);
    }
}
