//! Sockets, the worker thread and the clock: all of the core that is not sans-IO.

mod connection;
mod crew;
mod driver;
mod gathering;
mod hub;
mod inbox;
mod line;
mod mailbox;
mod outbox;
mod port;
mod reading;
mod signal;
mod socket;
mod start;
mod tap;
mod tcp;
mod wake;
mod worker;

use std::time::Instant;

pub use connection::{Connection, Open};
pub use start::{Core, SPREAD_AT, Start, StartError};
pub use tap::Tap;
pub use tcp::{Deframer, TooLong};

/// The only reading of the clock.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
