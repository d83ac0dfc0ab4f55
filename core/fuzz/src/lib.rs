//! What is fuzzed, as functions of bytes: libFuzzer calls them, and so does a test with the inputs
//! that once broke something (`vectors/fuzz`).
//!
//! A panic is a find. That of one transport is contained by the core, so the events are searched
//! for it, too.

#[path = "../../sfu/tests/support/mod.rs"]
mod support;

mod frames;
mod input;
mod negotiate;
mod payload;
mod renegotiate;
mod sequence;
mod turn;

use std::net::SocketAddr;
use std::time::Duration;

use sfu::{CloseCode, Command, Event, TransportId};
use str0m::format::Codec;
use support::{Media, World, client_address};

pub use frames::frames;
pub use negotiate::negotiate;
pub use payload::payload;
pub use renegotiate::renegotiate;
pub use sequence::sequence;
pub use turn::turn;

use input::Input;

/// Any payload starts a keyframe or does not, in every codec.
pub fn keyframe(bytes: &[u8]) {
    for codec in [Codec::H264, Codec::H265, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        sfu::starts_keyframe(codec, bytes);
    }
}

/// Any text is answered or refused, by a core that goes on.
pub fn offer(bytes: &[u8]) {
    let mut world = World::new();
    let offer = String::from_utf8_lossy(bytes).into_owned();
    let transport = TransportId(0);
    world.command(Command::AcceptOffer { transport, offer, sources: Vec::new(), dial: false });
    let answers = world
        .events
        .iter()
        .filter(|event| matches!(event, Event::Answered { .. } | Event::Refused { .. }));
    assert_eq!(answers.count(), 1, "{:?}", world.events);
    world.run(Duration::from_millis(20));
    unbroken(&world);
}

/// Any datagrams, from the publisher's own address, a viewer's or a stranger's, leave a running
/// relay running.
pub fn datagrams(bytes: &[u8]) {
    let mut world = World::new();
    let publisher = world.join(&[Media::SEND_VP8]);
    let viewer = world.join(&[Media::TAKE_VP8]);
    world.watch(viewer, publisher);
    world.connect(&[publisher, viewer]);
    let stranger = SocketAddr::from(([10, 0, 9, 9], 9));
    let mut input = Input::new(bytes);
    while let Some(choice) = input.byte() {
        let from = match choice % 3 {
            0 => client_address(publisher),
            1 => client_address(viewer),
            _ => stranger,
        };
        world.inject(from, input.chunk());
    }
    world.run(Duration::from_millis(20));
    unbroken(&world);
}

/// Asserts that no code of the core panicked.
fn unbroken(world: &World) {
    for event in &world.events {
        let broken =
            matches!(event, Event::Closed { code: CloseCode::Panic, .. } | Event::Died { .. });
        assert!(!broken, "{event:?}");
    }
}
