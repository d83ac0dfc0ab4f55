//! What the kernel says about a process: CPU time, memory, datagrams that its sockets lost.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use crate::error::Error;

/// The kernel's `USER_HZ`, which is 100 on every Linux architecture that we run on.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of all threads of these processes, exact to a tick of 10 ms each.
pub(crate) fn cpu(pids: &[u32]) -> Result<Duration, Error> {
    pids.iter().map(|pid| cpu_of(&pid.to_string())).sum()
}

/// User and system time of our own process.
pub(crate) fn own_cpu() -> Result<Duration, Error> {
    cpu_of("self")
}

/// Time that all processors were busy, whoever kept them so; what a hypervisor took away counts.
pub(crate) fn machine_cpu() -> Result<Duration, Error> {
    let path = "/proc/stat";
    busy(&read(path)?).map(|ticks| TICK * ticks).ok_or_else(|| unexpected(path))
}

/// User and system time of the calling thread, exact to the scheduler's tick (4 ms or less).
pub(crate) fn thread_cpu() -> Result<Duration, Error> {
    let path = "/proc/thread-self/schedstat";
    let text = read(path)?;
    text.split(' ')
        .next()
        .and_then(|field| field.parse().ok())
        .map(Duration::from_nanos)
        .ok_or_else(|| unexpected(path))
}

/// Resident memory of these processes in KiB.
pub(crate) fn memory(pids: &[u32]) -> Result<u64, Error> {
    pids.iter()
        .map(|pid| {
            let path = format!("/proc/{pid}/status");
            let text = read(&path)?;
            text.lines()
                .find_map(|line| {
                    line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()
                })
                .ok_or_else(|| unexpected(&path))
        })
        .sum()
}

/// Datagrams that the kernel dropped because these UDP ports of ours were not read fast enough.
pub(crate) fn drops(ports: &BTreeSet<u16>) -> Result<u64, Error> {
    let mut total = 0;
    for path in ["/proc/net/udp", "/proc/net/udp6"] {
        total += drops_in(&read(path)?, ports);
    }
    Ok(total)
}

fn drops_in(table: &str, ports: &BTreeSet<u16>) -> u64 {
    let line_drops = |line: &str| {
        let mut fields = line.split_whitespace();
        let (_, port) = fields.nth(1)?.rsplit_once(':')?;
        let ours = ports.contains(&u16::from_str_radix(port, 16).ok()?);
        fields.next_back()?.parse::<u64>().ok().filter(|_| ours)
    };
    table.lines().skip(1).filter_map(line_drops).sum::<u64>()
}

fn cpu_of(process: &str) -> Result<Duration, Error> {
    let path = format!("/proc/{process}/stat");
    ticks(&read(&path)?).map(|ticks| TICK * ticks).ok_or_else(|| unexpected(&path))
}

/// utime + stime of /proc/PID/stat (fields 14 and 15), which stand behind a name in brackets.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let user: u32 = times.next()?.parse().ok()?;
    let system: u32 = times.next()?.parse().ok()?;
    Some(user + system)
}

/// user + nice + system + irq + softirq + steal of /proc/stat; idle and waiting are left out.
fn busy(stat: &str) -> Option<u32> {
    let all = stat.lines().next()?.strip_prefix("cpu ")?;
    let fields: Result<Vec<u32>, _> = all.split_whitespace().map(str::parse).collect();
    let fields = fields.ok()?;
    Some(fields.get(..3)?.iter().sum::<u32>() + fields.get(5..8)?.iter().sum::<u32>())
}

fn read(path: &str) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io(format!("reading {path}")))
}

fn unexpected(path: &str) -> Error {
    Error::Failed(format!("{path} does not look as Linux writes it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 31 0 0 20 0 4";
        assert_eq!(ticks(stat), Some(281));
        assert_eq!(ticks("nothing"), None);
    }

    #[test]
    fn a_processor_that_waits_is_not_busy() {
        let stat = "cpu  100 20 3 9000 800 4 5 6 70 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(busy(stat), Some(138));
        assert_eq!(busy("cpu  1 2"), None);
    }

    #[test]
    fn drops_of_our_ports_only_are_added() {
        let table = "  sl  local_address rem_address st tx_queue rx_queue tr ... drops\n\
             1: 0100007F:1F90 00000000:0000 07 0:0 00:0 0 0 0 1 2 0 5\n\
             2: 0100007F:1F91 00000000:0000 07 0:0 00:0 0 0 0 1 2 0 7\n\
             3: 0100007F:1F92 00000000:0000 07 0:0 00:0 0 0 0 1 2 0 9\n";
        assert_eq!(drops_in(table, &BTreeSet::from([0x1f90, 0x1f92])), 14);
    }

    #[test]
    fn our_own_process_can_be_read() {
        assert!(memory(&[std::process::id()]).unwrap() > 0);
        assert!(own_cpu().is_ok());
        assert!(machine_cpu().is_ok());
        assert!(thread_cpu().is_ok());
    }
}
