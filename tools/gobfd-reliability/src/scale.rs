//! How large a disturbance is made.

use std::time::Duration;

use crate::field::Pace;

/// How much of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For every change: seconds, on two cores that do other things as well.
    Small,
    /// As the page has it.
    Full,
}

impl Size {
    /// The one of these that is meant.
    pub(crate) const fn choose(self, small: Scale, full: Scale) -> Scale {
        match self {
            Self::Small => small,
            // The disturbance has the same processors: for a busy machine the manual advises this.
            Self::Full => Scale {
                scheduler: Scheduler::Deadline,
                ..full
            },
        }
    }
}

/// What runs the data planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheduler {
    /// As any program.
    Normal,
    /// With time of their own.
    Deadline,
}

impl Scheduler {
    /// Its name in the configuration.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Deadline => "deadline",
        }
    }

    /// Its number in `/proc`.
    pub(crate) const fn policy(self) -> u32 {
        match self {
            Self::Normal => 0,
            Self::Deadline => 6,
        }
    }
}

/// What one disturbance is played with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Sessions that must not flap.
    pub(crate) sessions: u32,
    /// Timers of our end.
    pub(crate) pace: Pace,
    /// Timers of the peers' end, where they differ.
    pub(crate) theirs: Option<Pace>,
    /// What runs the data planes of both ends.
    pub(crate) scheduler: Scheduler,
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
            scheduler: Scheduler::Normal,
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
}
