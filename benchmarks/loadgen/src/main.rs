//! Loads a WHIP/WHEP server as browsers would, and counts what arrives, how late, at what cost.
#![expect(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps clock, sockets and threads out of the pure core; this is none"
)]

mod arguments;
mod chance;
mod churn;
mod error;
mod floor;
mod http;
mod output;
mod peer;
mod picture;
mod pool;
mod process;
mod publisher;
mod run;
mod schedule;
mod slot;
mod tally;
mod target;
mod viewer;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::error::Error;

fn main() -> ExitCode {
    match perform() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn perform() -> Result<(), Error> {
    let figures = match arguments::parse(std::env::args().skip(1))? {
        Command::Run(load, target) => target::through(load, &target)?,
        Command::Churn(load, target, seed) => churn::churn(load, &target, seed)?,
        Command::Direct(load) => target::direct(load)?,
        Command::Floor(load) => floor::measure(&load)?,
    };
    output::figures(&figures);
    Ok(())
}
