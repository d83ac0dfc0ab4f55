//! The command line.

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::error::Error;

/// What is printed when the command line cannot be understood.
pub(crate) const USAGE: &str = "\
loadgen run    --whip URL --whep URL [options]   load any WHIP/WHEP server
loadgen churn  --whip URL --whep URL [options]   sessions come and go for one window
loadgen direct [options]                         the same load with no server between
loadgen floor  [options]                         seal and send, nothing else

  --publishers N    publishers (1)
  --viewers N       viewers of each publisher (20)
  --rate N          packets per second of each publisher (1000)
  --burst N         packets per frame (33)
  --size BYTES      VP8 payload of a packet (1100)
  --warmup SECONDS  flow before the first window (2)
  --seconds N       length of a window (5)
  --windows N       windows (3)
  --local ADDRESS   our own IP address (127.0.0.1)
  --threads N       threads that receive (1)
  --seed N          what churn draws everything from (1)
  --whip URL        http:// only; {name} becomes p0, p1, …: one for each publisher
  --whep URL        the same
  --header 'N: V'   a header for every request, such as Authorization
  --pid N           process whose CPU time and memory are read; repeatable";

/// The shape of the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    /// Publishers.
    pub(crate) publishers: usize,
    /// Viewers of each publisher.
    pub(crate) viewers: usize,
    /// Packets per second of each publisher.
    pub(crate) rate: u32,
    /// Packets of one frame, sent back to back.
    pub(crate) burst: u32,
    /// Bytes of RTP payload in each packet.
    pub(crate) size: usize,
    /// Time between all viewers being served and the first window.
    pub(crate) warmup: Duration,
    /// Length of a window.
    pub(crate) window: Duration,
    /// Number of windows.
    pub(crate) windows: usize,
    /// Our own address.
    pub(crate) local: IpAddr,
    /// Threads that receive.
    pub(crate) threads: usize,
}

impl Load {
    /// Time from one frame of a publisher to the next.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(1) * self.burst / self.rate
    }

    /// Viewer sessions in all.
    pub(crate) fn sessions(&self) -> usize {
        self.publishers * self.viewers
    }
}

/// The server under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// WHIP URL, `{name}` in it is the publisher.
    pub(crate) whip: String,
    /// WHEP URL, `{name}` in it is the publisher that is watched.
    pub(crate) whep: String,
    /// Header lines for every request.
    pub(crate) headers: Vec<String>,
    /// Processes that make up the server.
    pub(crate) pids: Vec<u32>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Load a server.
    Run(Load, Target),
    /// Come and go, as drawn from a seed.
    Churn(Load, Target, u64),
    /// Send straight to the viewers: what the generator itself costs and adds.
    Direct(Load),
    /// Seal and send only.
    Floor(Load),
}

/// Reads the command line, without the program's own name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, Error> {
    let mut arguments = arguments.into_iter();
    let command = arguments.next().unwrap_or_default();
    let mut load = Load {
        publishers: 1,
        viewers: 20,
        rate: 1000,
        burst: 33,
        size: 1100,
        warmup: Duration::from_secs(2),
        window: Duration::from_secs(5),
        windows: 3,
        local: IpAddr::from([127, 0, 0, 1]),
        threads: 1,
    };
    let mut target =
        Target { whip: String::new(), whep: String::new(), headers: vec![], pids: vec![] };
    let mut seed = 1;
    while let Some(word) = arguments.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), arguments.next()),
        };
        let value = value.ok_or_else(|| Error::Usage(format!("{name} needs a value")))?;
        if name == "--seed" {
            seed = number(name, &value, &(0..=u64::MAX))?;
        } else if !(set_load(&mut load, name, &value)? || set_target(&mut target, name, value)?) {
            return Err(Error::Usage(format!("there is no option {name}")));
        }
    }
    match command.as_str() {
        "run" | "churn" if target.whip.is_empty() || target.whep.is_empty() => {
            Err(Error::Usage(format!("{command} needs --whip and --whep")))
        }
        "churn" => Ok(Command::Churn(load, target, seed)),
        "run" => Ok(Command::Run(load, target)),
        "direct" => Ok(Command::Direct(load)),
        "floor" => Ok(Command::Floor(load)),
        other => Err(Error::Usage(format!("there is no command {other:?}"))),
    }
}

fn set_load(load: &mut Load, name: &str, value: &str) -> Result<bool, Error> {
    match name {
        "--publishers" => load.publishers = number(name, value, &(1..=1000))?,
        "--viewers" => load.viewers = number(name, value, &(1..=10_000))?,
        "--rate" => load.rate = number(name, value, &(1..=100_000))?,
        // 64 segments is what one GSO send may hold, and the floor sends a frame at once.
        "--burst" => load.burst = number(name, value, &(1..=54))?,
        "--size" => load.size = number(name, value, &(64..=1170))?,
        "--warmup" => load.warmup = Duration::from_secs(number(name, value, &(0..=600))?),
        "--seconds" => load.window = Duration::from_secs(number(name, value, &(1..=600))?),
        "--windows" => load.windows = number(name, value, &(1..=100))?,
        "--local" => {
            let wrong = |_| Error::Usage(format!("{name} takes an IP address, not {value:?}"));
            load.local = value.parse().map_err(wrong)?;
        }
        "--threads" => load.threads = number(name, value, &(1..=64))?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn set_target(target: &mut Target, name: &str, value: String) -> Result<bool, Error> {
    match name {
        "--whip" => target.whip = value,
        "--whep" => target.whep = value,
        "--header" => target.headers.push(value),
        "--pid" => target.pids.push(number(name, &value, &(1..=u32::MAX))?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn number<T>(name: &str, value: &str, range: &RangeInclusive<T>) -> Result<T, Error>
where
    T: FromStr + PartialOrd + Display,
{
    let number = value.parse().ok().filter(|number| range.contains(number));
    let (least, most) = (range.start(), range.end());
    number.ok_or_else(|| Error::Usage(format!("{name} takes {least} to {most}, not {value:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_shape_of_the_load_is_read() {
        let Command::Floor(load) =
            parse(words("floor --viewers 60 --rate=300 --burst 10")).unwrap()
        else {
            panic!("not the floor");
        };
        assert_eq!((load.viewers, load.rate, load.burst), (60, 300, 10));
        assert_eq!(load.interval(), Duration::from_secs(1) / 30);
    }

    #[test]
    fn every_mistake_is_named() {
        for (line, word) in [
            ("floor --viewers", "--viewers needs a value"),
            ("floor --viewer 3", "no option --viewer"),
            ("floor --viewers 0", "--viewers takes 1 to 10000"),
            ("run --whip http://a", "--whep"),
            ("floor --local here", "an IP address, not \"here\""),
            ("walk", "\"walk\""),
        ] {
            let message = parse(words(line)).unwrap_err().to_string();
            assert!(message.contains(word), "{line}: {message}");
        }
    }
}
