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

/// A worker's turns come each millisecond.
const PERIOD: Duration = Duration::from_millis(1);
/// What a worker reserves of it at least.
const LEAST: Duration = Duration::from_micros(400);
/// What a worker reserves of it at most: beside the front desk's share and what the kernel keeps for
/// the rest of the host, no more fits on one processor.
const MOST: Duration = Duration::from_micros(800);
/// Processor time of a packet received and of the one sent in turn, on a slow processor.
const EXCHANGE: Duration = Duration::from_nanos(6400);

/// Some ten thousand first packets a second.
const DESK: Reservation = Reservation {
    runtime: Duration::from_micros(100),
    period: PERIOD,
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
    /// Of a worker that may receive so many packets a second.
    pub(crate) fn worker(self, packets: usize) -> Policy {
        match self {
            Self::Normal => Policy::Normal,
            Self::Fifo { priority } => Policy::Fifo(priority),
            Self::Deadline => Policy::Deadline(reservation(packets)),
        }
    }

    pub(crate) const fn desk(self) -> Policy {
        match self {
            Self::Normal | Self::Fifo { .. } => Policy::Normal,
            Self::Deadline => Policy::Deadline(DESK),
        }
    }
}

/// What it lacks when a thousand sessions fail at once, a worker takes from what nobody reserved.
fn reservation(packets: usize) -> Reservation {
    let exchanges = u32::try_from(packets / 1000).unwrap_or(u32::MAX);
    let runtime = EXCHANGE.saturating_mul(exchanges);
    Reservation {
        runtime: runtime.clamp(LEAST, MOST),
        period: PERIOD,
        reclaim: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_follows_the_packets_within_its_bounds() {
        let micros = |packets| reservation(packets).runtime.as_micros();
        assert_eq!(micros(0), 400);
        // 1000 sessions at 50 ms, at 20 ms, and at 10 ms.
        assert_eq!(micros(32_768), 400);
        assert_eq!(micros(100_000), 640);
        assert_eq!(micros(262_144), 800);
        assert_eq!(micros(usize::MAX), 800);
    }
}
