//! How large a disturbance is made.

use std::time::Duration;

use crate::field::Pace;

/// What one disturbance is played with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Sessions that must not flap.
    pub(crate) sessions: u32,
    /// Timers of our end.
    pub(crate) pace: Pace,
    /// Timers of the peers' end, where they differ.
    pub(crate) theirs: Option<Pace>,
    /// How often, or how many; what it counts is the test's business.
    pub(crate) amount: u32,
    /// How long, where time is what counts.
    pub(crate) time: Duration,
}

impl Scale {
    /// So many sessions with the same timers at both ends.
    pub(crate) const fn new(sessions: u32, pace: Pace) -> Self {
        Self {
            sessions,
            pace,
            theirs: None,
            amount: 0,
            time: Duration::ZERO,
        }
    }

    /// The same with an amount.
    pub(crate) const fn amount(self, amount: u32) -> Self {
        Self { amount, ..self }
    }

    /// The same with a time in seconds.
    pub(crate) const fn seconds(self, seconds: u64) -> Self {
        let time = Duration::from_secs(seconds);
        Self { time, ..self }
    }

    /// The same with other timers at the peers' end.
    pub(crate) const fn theirs(self, pace: Pace) -> Self {
        let theirs = Some(pace);
        Self { theirs, ..self }
    }

    /// Timers of an end: ours is 1, theirs 2.
    pub(crate) fn of(&self, side: u32) -> Pace {
        match (side, self.theirs) {
            (2, Some(theirs)) => theirs,
            _ => self.pace,
        }
    }

    /// `full` if that was asked for by `RELIABILITY=full`, else `small`.
    pub(crate) fn choose(small: Self, full: Self) -> Self {
        match std::env::var("RELIABILITY").as_deref() {
            Ok("full") => full,
            Ok(other) => panic!("RELIABILITY is {other:?}; it may be `full` or unset"),
            Err(_) => small,
        }
    }
}
