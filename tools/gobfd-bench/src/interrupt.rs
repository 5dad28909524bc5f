//! Ctrl-C and `SIGTERM` end a measurement the ordinary way.
//!
//! The children are ended; whoever waits for one of them gets an error, and on its way out every guard
//! undoes what it made. Owner: `main`. Thread: one of its own, which sleeps until a signal comes.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Children that may be ended, and whether it is too late to start more.
#[derive(Debug)]
pub(crate) struct Children {
    pids: BTreeSet<u32>,
    interrupted: bool,
}

static CHILDREN: Mutex<Children> = Mutex::new(Children {
    pids: BTreeSet::new(),
    interrupted: false,
});

impl Children {
    /// Held while one is started or reaped, so that a number in it is a child's.
    pub(crate) fn lock() -> MutexGuard<'static, Self> {
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&mut self, pid: u32) {
        self.pids.insert(pid);
    }

    pub(crate) fn remove(&mut self, pid: u32) {
        self.pids.remove(&pid);
    }

    /// Fails once a signal has come.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.interrupted, "interrupted");
        Ok(())
    }

    fn interrupt(&mut self) {
        self.interrupted = true;
        for pid in &self.pids {
            let pid = i32::try_from(*pid).ok().and_then(Pid::from_raw);
            // One that has just ended is what was wanted.
            let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        }
    }
}

/// Watches for signals from now on.
pub(crate) fn watch() -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("signals")?;
    thread::spawn(move || signals.forever().for_each(|_| Children::lock().interrupt()));
    Ok(())
}

/// Sleeps.
///
/// # Errors
/// A signal came.
pub(crate) fn sleep(duration: Duration) -> anyhow::Result<()> {
    let end = Instant::now() + duration;
    while Instant::now() < end {
        Children::lock().check()?;
        thread::sleep(Duration::from_millis(100).min(duration));
    }
    Ok(())
}
