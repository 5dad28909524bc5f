//! How a data plane thread is scheduled. Each call concerns the calling thread only.

use std::{ffi::CString, fmt, io, num::NonZeroU64};

use rustix::thread::{self, CpuSet};

mod policy;

pub use policy::{Policy, Reservation};

/// Wanted scheduling of one thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Realtime {
    /// Thread name, at most 15 octets; the kernel cuts the rest.
    pub name: String,
    /// CPU to run on exclusively; `None` (default) lets the scheduler choose.
    pub pin: Option<usize>,
    /// The scheduler; [`Policy::Normal`] by default.
    pub policy: Policy,
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
    #[error("cannot use {policy}: {source}; {remedy}")]
    Policy {
        /// The policy asked for.
        policy: Policy,
        /// What the system said.
        source: io::Error,
        /// What would make it agree.
        remedy: &'static str,
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
            schedule(self.policy),
        ]
        .into_iter()
        .filter_map(Result::err)
        .collect()
    }
}

/// Keeps every page of the process in memory once it was touched, so that no page has to be read
/// back from disk.
///
/// Pages that nobody touched stay unused: the stacks of all threads are mostly that.
///
/// # Errors
/// `EPERM` or `ENOMEM` without `CAP_IPC_LOCK` or a sufficient `RLIMIT_MEMLOCK`.
pub fn lock_memory() -> io::Result<()> {
    use rustix::mm::{MlockAllFlags, mlockall};
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    Ok(mlockall(flags)?)
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

/// Puts the calling thread under this policy, in place of the one it has.
///
/// # Errors
/// [`Fallback::Policy`]: the kernel refuses it, and the thread keeps what it had.
pub fn schedule(policy: Policy) -> Result<(), Fallback> {
    policy.apply().map_err(|source| Fallback::Policy {
        policy,
        remedy: policy.remedy(&source),
        source,
    })
}

impl fmt::Display for Realtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        self.pin.map_or(Ok(()), |cpu| write!(f, " on CPU {cpu}"))?;
        match self.policy {
            Policy::Normal => Ok(()),
            policy => write!(f, " {policy}"),
        }
    }
}
