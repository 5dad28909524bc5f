//! From the monotonic clock of the engine to times people read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bfd_proto::Instant;

/// Wall clock minus monotonic clock in nanoseconds, as it was when it was last found different.
static OFFSET: AtomicU64 = AtomicU64::new(0);
/// Differences below this come from reading two clocks one after the other, not from setting one.
const SET: u64 = 1_000_000;

/// Both clocks at one moment. To be read anew for each answer: the wall clock may be set.
///
/// While it is not, the same moment has the same time in every answer.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    now: Instant,
    offset: u64,
}

impl Calendar {
    /// Both clocks now.
    #[must_use]
    pub fn read() -> Self {
        let now = bfd_control::now();
        // A clock before 1970 is shown as 1970.
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let wall = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX);
        let offset = steady(
            OFFSET.load(Ordering::Relaxed),
            wall.saturating_sub(now.as_nanos()),
        );
        OFFSET.store(offset, Ordering::Relaxed);
        Self { now, offset }
    }

    /// The moment this was read.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Time since 1970 at `moment`, as the wall clock counts today.
    #[must_use]
    pub const fn wall(&self, moment: Instant) -> Duration {
        Duration::from_nanos(self.offset.saturating_add(moment.as_nanos()))
    }
}

/// To the second, in UTC: `2026-01-02 03:04:05 UTC`. `wall` is the time since 1970.
#[must_use]
pub fn clock(wall: Duration) -> String {
    let seconds = i64::try_from(wall.as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "an unknown time".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

const fn steady(known: u64, measured: u64) -> u64 {
    if known.abs_diff(measured) < SET {
        known
    } else {
        measured
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Calendar, SET, clock, steady};

    #[test]
    fn times_are_in_utc() {
        let moment = Duration::from_millis(1_767_323_045_678);
        assert_eq!(clock(moment), "2026-01-02 03:04:05 UTC");
        assert_eq!(clock(Duration::MAX), "an unknown time");
    }

    #[test]
    fn a_moment_keeps_its_time_until_the_clock_is_set() {
        assert_eq!(steady(5_000_000, 5_000_000 + SET - 1), 5_000_000);
        assert_eq!(steady(5_000_000, 5_000_000 + SET), 5_000_000 + SET);
        assert_eq!(steady(5_000_000, 5_000_000 - SET), 5_000_000 - SET);
        let moment = bfd_control::now();
        let first = Calendar::read().wall(moment);
        for _ in 0..1_000 {
            assert_eq!(Calendar::read().wall(moment), first);
        }
    }
}
