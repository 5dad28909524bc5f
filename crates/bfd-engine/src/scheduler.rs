//! How the kernel schedules the threads of the data plane. Plain data.

use std::fmt;
use std::time::Duration;

use bfd_net::{Policy, Reservation};

/// The scheduler of the data plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheduler {
    /// The kernel's normal one: a worker waits its turn among all threads of the host.
    #[default]
    Normal,
    /// `SCHED_FIFO`: workers go before every thread of lower priority.
    ///
    /// Not so the front desk: anybody can send it packets, and a flood must not keep the rest of
    /// the host from running.
    Fifo {
        /// 1..=99.
        priority: u8,
    },
    /// `SCHED_DEADLINE`: workers and front desk have processor time reserved, ahead of every other
    /// thread, and a flood cannot make the front desk take more than its share.
    Deadline,
}

/// A worker's turns come each millisecond. What the reservation lacks when a thousand sessions fail
/// at once, it takes from what nobody else reserved.
const WORKER: Reservation = Reservation {
    runtime: Duration::from_micros(400),
    period: Duration::from_millis(1),
    reclaim: true,
};

/// Some ten thousand first packets a second.
const DESK: Reservation = Reservation {
    runtime: Duration::from_micros(100),
    period: Duration::from_millis(1),
    reclaim: false,
};

impl fmt::Display for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => write!(f, "normal"),
            Self::Fifo { priority } => write!(f, "fifo with priority {priority}"),
            Self::Deadline => write!(f, "deadline"),
        }
    }
}

impl Scheduler {
    pub(crate) const fn worker(self) -> Policy {
        match self {
            Self::Normal => Policy::Normal,
            Self::Fifo { priority } => Policy::Fifo(priority),
            Self::Deadline => Policy::Deadline(WORKER),
        }
    }

    pub(crate) const fn desk(self) -> Policy {
        match self {
            Self::Normal | Self::Fifo { .. } => Policy::Normal,
            Self::Deadline => Policy::Deadline(DESK),
        }
    }
}
