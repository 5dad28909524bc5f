//! How a data plane thread is scheduled. Each call concerns the calling thread only.

use std::{ffi::CString, fmt, io, num::NonZeroU64};

use rustix::thread::{self, CpuSet};

/// Wanted scheduling of one thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Realtime {
    /// Thread name, at most 15 octets; the kernel cuts the rest.
    pub name: String,
    /// CPU to run on exclusively; `None` (default) lets the scheduler choose.
    pub pin: Option<usize>,
    /// `SCHED_FIFO` priority, 1..=99; `None` (default) keeps the normal scheduler.
    pub fifo: Option<u8>,
}

/// A setting that was refused; the thread runs on without it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fallback {
    /// The name was not set.
    #[error("cannot name the thread: {0}")]
    Name(io::Error),
    /// Sleeps end up to 50 µs late.
    #[error("cannot set the timer slack to 1 ns: {0}")]
    TimerSlack(io::Error),
    /// The thread may run on any CPU.
    #[error("cannot pin the thread to CPU {cpu}: {source}")]
    Pin {
        /// The CPU asked for.
        cpu: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The thread competes with ordinary ones.
    #[error(
        "cannot use SCHED_FIFO priority {priority}: {source} (needs CAP_SYS_NICE or RLIMIT_RTPRIO)"
    )]
    Fifo {
        /// The priority asked for.
        priority: u8,
        /// What the system said.
        source: io::Error,
    },
}

impl Realtime {
    /// Settings with a name and nothing else.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Applies all settings to the calling thread; what was refused is returned, to be logged.
    #[must_use = "a refused setting should be logged"]
    pub fn apply(&self) -> Vec<Fallback> {
        let slack = thread::set_current_timer_slack(NonZeroU64::new(1));
        [
            set_name(&self.name).map_err(Fallback::Name),
            slack.map_err(|e| Fallback::TimerSlack(e.into())),
            self.pin.map_or(Ok(()), pin),
            self.fifo.map_or(Ok(()), fifo),
        ]
        .into_iter()
        .filter_map(Result::err)
        .collect()
    }
}

/// Keeps all present and future memory of the process resident, so that no page fault delays it.
///
/// # Errors
/// `EPERM` or `ENOMEM` without `CAP_IPC_LOCK` or a sufficient `RLIMIT_MEMLOCK`.
pub fn lock_memory() -> io::Result<()> {
    use rustix::mm::{MlockAllFlags, mlockall};
    Ok(mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE)?)
}

fn set_name(name: &str) -> io::Result<()> {
    let octets = name.bytes().filter(|&octet| octet != 0).collect::<Vec<_>>();
    Ok(thread::set_name(&CString::new(octets)?)?)
}

fn pin(cpu: usize) -> Result<(), Fallback> {
    let fallback = |source| Fallback::Pin { cpu, source };
    if cpu >= CpuSet::MAX_CPU {
        return Err(fallback(io::ErrorKind::InvalidInput.into()));
    }
    let mut set = CpuSet::new();
    set.set(cpu);
    thread::sched_setaffinity(None, &set).map_err(|e| fallback(e.into()))
}

fn fifo(priority: u8) -> Result<(), Fallback> {
    let parameters = libc::sched_param {
        sched_priority: priority.into(),
    };
    // SAFETY: pid 0 names the calling thread and `parameters` is readable for the call.
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) };
    match result {
        0 => Ok(()),
        _ => Err(Fallback::Fifo {
            priority,
            source: io::Error::last_os_error(),
        }),
    }
}

impl fmt::Display for Realtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        self.pin.map_or(Ok(()), |cpu| write!(f, " on CPU {cpu}"))?;
        self.fifo
            .map_or(Ok(()), |priority| write!(f, " SCHED_FIFO {priority}"))
    }
}
