//! One answer out of the statistics of every worker.

use crate::statistics::Statistics;
use crate::words::Event;

/// Requests under way at the same time; the oldest is given up for one more.
const LIMIT: usize = 16;

/// Holds parts of statistics back until all workers have answered.
#[derive(Debug)]
pub(crate) struct Gathering {
    workers: usize,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    statistics: Statistics,
    missing: usize,
}

impl Gathering {
    pub(crate) fn new(workers: usize) -> Self {
        Self { workers, parts: Vec::new() }
    }

    /// Lets every event through, and statistics once they are whole.
    pub(crate) fn pass(&mut self, events: Vec<Event>) -> Vec<Event> {
        let through = events.into_iter().filter_map(|event| match event {
            Event::Statistics(part) => self.join(part).map(Event::Statistics),
            other => Some(other),
        });
        through.collect()
    }

    fn join(&mut self, part: Statistics) -> Option<Statistics> {
        let found = self.parts.iter().position(|other| other.statistics.request == part.request);
        let mut whole = match found {
            Some(index) => self.parts.remove(index),
            None => Part { statistics: empty(part.request), missing: self.workers },
        };
        whole.missing -= 1;
        add(&mut whole.statistics, part);
        if whole.missing == 0 {
            whole.statistics.transports.sort_unstable_by_key(|one| one.transport);
            return Some(whole.statistics);
        }
        if self.parts.len() >= LIMIT {
            self.parts.remove(0);
        }
        self.parts.push(whole);
        None
    }
}

fn empty(request: u64) -> Statistics {
    Statistics {
        request,
        transports: Vec::new(),
        datagrams_dropped: 0,
        batches_dropped: 0,
        datagrams_unsent: 0,
    }
}

fn add(whole: &mut Statistics, part: Statistics) {
    whole.transports.extend(part.transports);
    whole.datagrams_dropped += part.datagrams_dropped;
    whole.batches_dropped += part.batches_dropped;
    whole.datagrams_unsent += part.datagrams_unsent;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(request: u64) -> Vec<Event> {
        let datagrams_dropped = 3;
        vec![Event::Statistics(Statistics { datagrams_dropped, ..empty(request) })]
    }

    fn answers(events: Vec<Event>) -> Vec<(u64, u64)> {
        let statistics = events.into_iter().filter_map(|event| match event {
            Event::Statistics(whole) => Some((whole.request, whole.datagrams_dropped)),
            _ => None,
        });
        statistics.collect()
    }

    #[test]
    fn an_answer_goes_up_when_the_last_worker_has_answered() {
        let mut gathering = Gathering::new(2);
        assert_eq!(answers(gathering.pass(part(1))), []);
        assert_eq!(answers(gathering.pass(part(2))), []);
        assert_eq!(answers(gathering.pass(part(1))), [(1, 6)]);
        assert_eq!(answers(gathering.pass(part(2))), [(2, 6)]);
        let other = Event::Died { reason: String::new() };
        assert_eq!(gathering.pass(vec![other]).len(), 1, "all else passes at once");
    }

    #[test]
    fn what_is_never_whole_takes_no_more_room() {
        let mut gathering = Gathering::new(2);
        for request in 0..100 {
            assert_eq!(answers(gathering.pass(part(request))), []);
        }
        assert_eq!(gathering.parts.len(), LIMIT);
    }
}
