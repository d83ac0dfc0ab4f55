//! Sockets, the worker thread and the clock: all of the core that is not sans-IO.

mod outbox;
mod port;
mod socket;
mod tcp;
mod wake;
mod worker;

use std::time::Instant;

pub use tcp::{Deframer, TooLong};
pub use worker::{Core, Start, StartError};

/// The only reading of the clock.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
