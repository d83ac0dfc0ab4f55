//! Where a remote was heard from, and which of these places it is at now.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::words::Remote;

/// Paths kept for one remote; the one unchecked for longest goes first.
const MAX_PATHS: usize = 8;
/// A path that was not heard for so long before another was checked with USE-CANDIDATE is left for
/// that one: a NAT gave the remote another port, or it changed networks without knowing. ICE alone
/// would go on with the old one for another 15 s.
const LEFT_AFTER: Duration = Duration::from_secs(1);
/// The same where the check did not nominate: two of the checks that browsers send to keep a path.
const LEFT_UNNOMINATED_AFTER: Duration = Duration::from_secs(5);

/// One way to the remote: from where it was heard, and the local address it spoke to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path {
    pub(crate) remote: Remote,
    pub(crate) local: IpAddr,
    /// When any datagram came from there.
    heard: Instant,
    /// When an authentic check came from there.
    checked: Instant,
    /// Whether that check had USE-CANDIDATE (RFC 8445 section 7.1.2).
    nominated: bool,
}

/// What a check brought to light.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The path was not known.
    pub(crate) is_new: bool,
    /// Another one had to go.
    pub(crate) dropped: Option<Remote>,
}

/// The paths of one transport; the one checked last is the last one.
#[derive(Debug, Default)]
pub(crate) struct Paths(Vec<Path>);

impl Paths {
    /// Notes an authentic connectivity check.
    pub(crate) fn check(
        &mut self,
        remote: Remote,
        local: IpAddr,
        nominated: bool,
        now: Instant,
    ) -> News {
        let known = self.0.iter().position(|path| path.remote == remote);
        let mut news = News { is_new: known.is_none(), dropped: None };
        if let Some(index) = known {
            self.0.remove(index);
        } else if self.0.len() >= MAX_PATHS {
            news.dropped = Some(self.0.remove(0).remote);
        }
        self.0.push(Path { remote, local, heard: now, checked: now, nominated });
        news
    }

    /// Notes that a datagram came.
    pub(crate) fn hear(&mut self, remote: Remote, now: Instant) {
        if let Some(path) = self.0.iter_mut().rev().find(|path| path.remote == remote) {
            path.heard = now;
        }
    }

    /// Forgets a path that is gone.
    pub(crate) fn forget(&mut self, remote: Remote) {
        self.0.retain(|path| path.remote != remote);
    }

    /// The path with this remote.
    pub(crate) fn find(&self, remote: Remote) -> Option<&Path> {
        self.0.iter().find(|path| path.remote == remote)
    }

    /// The path to take when ICE has chosen one: another where the remote has left that one.
    pub(crate) fn towards(&self, chosen: Remote) -> Option<&Path> {
        let Some(chosen) = self.find(chosen) else {
            return self.last();
        };
        let taken = self.0.iter().filter(|path| path.replaces(chosen));
        Some(taken.max_by_key(|path| path.checked).unwrap_or(chosen))
    }

    pub(crate) fn last(&self) -> Option<&Path> {
        self.0.last()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn remotes(&self) -> impl Iterator<Item = Remote> {
        self.0.iter().map(|path| path.remote)
    }
}

impl Path {
    fn replaces(&self, other: &Self) -> bool {
        let patience = if self.nominated { LEFT_AFTER } else { LEFT_UNNOMINATED_AFTER };
        self.checked.saturating_duration_since(other.heard) > patience
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn remote(port: u16) -> Remote {
        Remote::udp(SocketAddr::new(HERE, port))
    }

    fn chosen(paths: &Paths, remote: Remote) -> Option<Remote> {
        paths.towards(remote).map(|path| path.remote)
    }

    /// Two paths, the first heard at 0 and checked as the one in use, the second checked later.
    fn two(later: Duration, nominated: bool) -> Paths {
        #[allow(clippy::disallowed_methods, reason = "any moment to count from")]
        let start = Instant::now();
        let mut paths = Paths::default();
        paths.check(remote(1), HERE, true, start);
        paths.check(remote(2), HERE, nominated, start + later);
        paths
    }

    #[test]
    fn what_ice_chose_is_taken_while_it_is_heard() {
        assert_eq!(chosen(&two(LEFT_AFTER, true), remote(1)), Some(remote(1)));
        assert_eq!(chosen(&two(LEFT_UNNOMINATED_AFTER, false), remote(1)), Some(remote(1)));
        let mut paths = two(LEFT_UNNOMINATED_AFTER * 2, true);
        let checked = paths.last().expect("two paths").checked;
        paths.hear(remote(1), checked);
        assert_eq!(chosen(&paths, remote(1)), Some(remote(1)), "heard meanwhile");
    }

    #[test]
    fn a_path_that_was_left_is_replaced() {
        let moment = Duration::from_millis(1);
        assert_eq!(chosen(&two(LEFT_AFTER + moment, true), remote(1)), Some(remote(2)));
        assert_eq!(chosen(&two(LEFT_AFTER + moment, false), remote(1)), Some(remote(1)));
        assert_eq!(
            chosen(&two(LEFT_UNNOMINATED_AFTER + moment, false), remote(1)),
            Some(remote(2))
        );
    }

    #[test]
    fn a_path_that_is_gone_is_replaced_at_once() {
        let mut paths = two(Duration::ZERO, false);
        paths.forget(remote(1));
        assert_eq!(chosen(&paths, remote(1)), Some(remote(2)));
        paths.forget(remote(2));
        assert_eq!(chosen(&paths, remote(1)), None);
    }

    #[test]
    fn paths_are_few() {
        let mut paths = two(Duration::ZERO, false);
        let now = paths.last().expect("two paths").checked;
        for port in 3..=MAX_PATHS as u16 {
            assert_eq!(paths.check(remote(port), HERE, false, now).dropped, None);
        }
        assert_eq!(paths.check(remote(2), HERE, false, now), News::default(), "known");
        let news = paths.check(remote(100), HERE, false, now);
        assert_eq!(news, News { is_new: true, dropped: Some(remote(1)) });
        assert_eq!(paths.remotes().count(), MAX_PATHS);
    }
}
