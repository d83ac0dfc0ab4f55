//! Clocks: which moment of ours a media timestamp belongs to, and the time of day of a moment.
//!
//! Sender reports (RFC 3550 section 6.4.1) tie every track of a publisher to one clock, its own. To
//! keep sound and picture together for a viewer, all tracks of one publisher are moved to our clock
//! by one common shift.

use std::time::{Duration, Instant, SystemTime};

/// A report further than this from what we see ourselves is not believed: some publishers send
/// reports with clocks of their own for each track.
const CREDIBLE: Duration = Duration::from_secs(5);

/// One track's line from media time to the publisher's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    rtp_time: u32,
    ntp_time: SystemTime,
}

impl Report {
    /// What a sender report says.
    pub(crate) fn new(rtp_time: u32, ntp_time: SystemTime) -> Self {
        Self { rtp_time, ntp_time }
    }

    /// The publisher's time of a media timestamp.
    pub(crate) fn publisher_time(&self, timestamp: u32, clock_rate: u32) -> Option<SystemTime> {
        let ticks = i64::from(timestamp.wrapping_sub(self.rtp_time).cast_signed());
        let micros = ticks * 1_000_000 / i64::from(clock_rate.max(1));
        let distance = Duration::from_micros(micros.unsigned_abs());
        if micros >= 0 {
            self.ntp_time.checked_add(distance)
        } else {
            self.ntp_time.checked_sub(distance)
        }
    }
}

/// The time of day, for those to whom our moments mean nothing.
///
/// All reports to a viewer must come from one of these: it compares those of sound and picture.
#[derive(Debug, Clone, Copy)]
pub struct WallClock {
    now: Instant,
    time: SystemTime,
}

impl WallClock {
    /// The clock that shows `time` at the moment `now`.
    pub fn new(now: Instant, time: SystemTime) -> Self {
        Self { now, time }
    }

    /// The time of day of a moment.
    pub(crate) fn time_of(self, moment: Instant) -> SystemTime {
        match moment.checked_duration_since(self.now) {
            Some(after) => self.time + after,
            None => self.time - (self.now - moment),
        }
    }

    /// The moment of a time of day, if there is one.
    pub(crate) fn moment_of(self, time: SystemTime) -> Option<Instant> {
        match time.duration_since(self.time) {
            Ok(after) => self.now.checked_add(after),
            Err(before) => self.now.checked_sub(before.duration()),
        }
    }

    /// An NTP timestamp (RFC 5905 section 6): seconds since 1900, and 32 bits of fraction.
    pub(crate) fn ntp(self, moment: Instant) -> u64 {
        /// From 1900 to 1970.
        const SHIFT: u64 = 2_208_988_800;
        let since = self.time_of(moment).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
        // The era that began in 1900 ends in 2036; what is left then is what NTP wants.
        ((since.as_secs() + SHIFT) << 32) | fraction
    }
}

/// The shift from one publisher's clock to ours, common to all of its tracks.
#[derive(Debug, Default)]
pub(crate) struct PublisherClock {
    anchor: Option<(SystemTime, Instant)>,
}

impl PublisherClock {
    /// Our moment for a media timestamp, never later than its arrival.
    ///
    /// Without a report, or with one that is not credible, it is the arrival itself.
    pub(crate) fn moment(
        &mut self,
        report: Option<&Report>,
        timestamp: u32,
        clock_rate: u32,
        arrival: Instant,
    ) -> Instant {
        report
            .and_then(|report| report.publisher_time(timestamp, clock_rate))
            .and_then(|time| self.local(time, arrival))
            .unwrap_or(arrival)
    }

    fn local(&mut self, time: SystemTime, arrival: Instant) -> Option<Instant> {
        let (origin, moment) = *self.anchor.get_or_insert((time, arrival));
        let local = match time.duration_since(origin) {
            Ok(after) => moment.checked_add(after)?,
            Err(before) => moment.checked_sub(before.duration())?,
        };
        if local > arrival {
            if local - arrival > CREDIBLE {
                return None;
            }
            // This packet was faster than all before it: the shift was too large.
            self.anchor = Some((time, arrival));
            return Some(arrival);
        }
        (arrival - local <= CREDIBLE).then_some(local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn wall(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn without_reports_arrival_counts() {
        let now = crate::io::now();
        assert_eq!(PublisherClock::default().moment(None, 5, 90_000, now), now);
    }

    #[test]
    fn two_tracks_keep_their_distance() {
        let now = crate::io::now();
        let mut clock = PublisherClock::default();
        let picture = Report::new(90_000, wall(1000));
        let sound = Report::new(480_000, wall(1000));
        let seen = clock.moment(Some(&picture), 90_000, 90_000, now);
        // The sound of the same moment arrives 80 ms after the picture: it keeps the same moment.
        let heard = clock.moment(Some(&sound), 480_000, 48_000, now + 80 * MS);
        assert_eq!(seen, heard);
        // 40 ms of media later, both ways of counting agree.
        let seen = clock.moment(Some(&picture), 93_600, 90_000, now + 90 * MS);
        assert_eq!(seen, now + 40 * MS);
    }

    #[test]
    fn a_faster_packet_moves_the_shift_not_the_future() {
        let now = crate::io::now() + Duration::from_secs(1);
        let mut clock = PublisherClock::default();
        let report = Report::new(0, wall(1000));
        clock.moment(Some(&report), 0, 90_000, now);
        let moment = clock.moment(Some(&report), 9_000, 90_000, now + 60 * MS);
        assert_eq!(moment, now + 60 * MS, "never after its arrival");
        let moment = clock.moment(Some(&report), 18_000, 90_000, now + 200 * MS);
        assert_eq!(moment, now + 160 * MS, "the new shift holds");
    }

    #[test]
    fn reports_that_contradict_each_other_are_not_believed() {
        let now = crate::io::now();
        let mut clock = PublisherClock::default();
        clock.moment(Some(&Report::new(0, wall(1000))), 0, 90_000, now);
        let other = Report::new(0, wall(9000));
        assert_eq!(clock.moment(Some(&other), 0, 48_000, now + MS), now + MS);
    }
}
