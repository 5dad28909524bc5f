//! Scheduling policies of the kernel, and what to do when it refuses one.

use std::{fmt, io, time::Duration};

use rustix::thread::{self, CapabilitySet};

/// Which of the kernel's schedulers runs a thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// `SCHED_OTHER`: shares the processor with every other thread of the host.
    #[default]
    Normal,
    /// `SCHED_FIFO` with this priority, 1..=99: runs until it sleeps or a higher one wakes.
    Fifo(u8),
    /// `SCHED_DEADLINE`: outranks all others for as long as its reservation lasts.
    Deadline(Reservation),
}

/// Processor time that a thread is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// Processor time in each period.
    pub runtime: Duration,
    /// Also the time within which `runtime` is given after a wake-up.
    pub period: Duration,
    /// Whether the thread may also use what no other reservation uses. Without, it sleeps until
    /// the next period once `runtime` is used up.
    pub reclaim: bool,
}

impl Policy {
    /// Puts the calling thread under this policy. [`Policy::Normal`] leaves it as it is.
    pub(super) fn apply(self) -> io::Result<()> {
        self.attributes().map_or(Ok(()), set)
    }

    /// Threads and processes made later start with the normal scheduler.
    fn attributes(self) -> Option<libc::sched_attr> {
        // SAFETY: the structure consists of integers, all valid when zero.
        let none: libc::sched_attr = unsafe { std::mem::zeroed() };
        let attributes = libc::sched_attr {
            size: u32::try_from(size_of::<libc::sched_attr>()).expect("some octets"),
            sched_flags: flag(libc::SCHED_FLAG_RESET_ON_FORK),
            ..none
        };
        Some(match self {
            Self::Normal => return None,
            Self::Fifo(priority) => libc::sched_attr {
                sched_policy: number(libc::SCHED_FIFO),
                sched_priority: priority.into(),
                ..attributes
            },
            Self::Deadline(reservation) => libc::sched_attr {
                sched_policy: number(libc::SCHED_DEADLINE),
                sched_flags: attributes.sched_flags | reservation.flags(),
                sched_runtime: nanos(reservation.runtime),
                sched_deadline: nanos(reservation.period),
                sched_period: nanos(reservation.period),
                ..attributes
            },
        })
    }

    /// What would make the kernel accept the policy that it refused the calling thread with
    /// `error`.
    pub(super) fn remedy(self, error: &io::Error) -> &'static str {
        match (self, error.raw_os_error()) {
            (Self::Fifo(_), Some(libc::EPERM)) if may_raise() => {
                "this control group has no real-time bandwidth: give it some in cpu.rt_runtime_us, \
                 or run in the root group"
            }
            (Self::Fifo(_), Some(libc::EPERM)) => "grant CAP_SYS_NICE or raise RLIMIT_RTPRIO",
            (Self::Deadline(_), Some(libc::EPERM)) if !may_raise() => "grant CAP_SYS_NICE",
            (Self::Deadline(_), Some(libc::EPERM)) => {
                "a reservation needs every CPU: take away taskset, CPUAffinity= and cpuset, or use \
                 SCHED_FIFO"
            }
            (Self::Deadline(_), Some(libc::EBUSY)) => {
                "the CPUs have no time left to reserve: run fewer workers, or use SCHED_FIFO"
            }
            _ => "the kernel does not offer it here",
        }
    }
}

impl Reservation {
    fn flags(self) -> u64 {
        if self.reclaim {
            flag(libc::SCHED_FLAG_RECLAIM)
        } else {
            0
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => write!(f, "SCHED_OTHER"),
            Self::Fifo(priority) => write!(f, "SCHED_FIFO priority {priority}"),
            Self::Deadline(reservation) => write!(
                f,
                "SCHED_DEADLINE {:?} in {:?}",
                reservation.runtime, reservation.period
            ),
        }
    }
}

/// The C library has no wrapper for this call.
fn set(attributes: libc::sched_attr) -> io::Result<()> {
    // SAFETY: pid 0 names the calling thread, and `attributes` is readable for the call and states
    // its own size.
    let result = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Whether the calling thread has `CAP_SYS_NICE`.
fn may_raise() -> bool {
    thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::SYS_NICE))
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn number(policy: i32) -> u32 {
    u32::try_from(policy).expect("policies are not negative")
}

fn flag(flag: i32) -> u64 {
    u64::try_from(flag).expect("flags are not negative")
}
