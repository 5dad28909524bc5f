//! What this process has made and must undo: processes, namespaces, folders, a step of the clock.
//!
//! `Drop` undoes it in the ordinary case, also after a panic. A signal ends a program without running
//! `Drop`, so a thread of its own undoes it then; what a killed process leaves behind, the next one
//! sweeps away by the pid in the namespace's name.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::clock::RightTime;
use crate::command::run;

/// First letters of every namespace and folder of ours; the pid of the maker follows.
const PREFIX: &str = "gobfdtest-";

#[derive(Default)]
pub(crate) struct Made {
    pub(crate) processes: BTreeSet<u32>,
    pub(crate) namespaces: BTreeSet<String>,
    pub(crate) folders: BTreeSet<PathBuf>,
    /// The wall clock is stepped; what it should show.
    pub(crate) clock: Option<RightTime>,
}

static MADE: Mutex<Made> = Mutex::new(Made {
    processes: BTreeSet::new(),
    namespaces: BTreeSet::new(),
    folders: BTreeSet::new(),
    clock: None,
});
static START: Once = Once::new();

/// The record of what has to be undone. Held while a child is reaped, so that a pid in it is ours.
pub(crate) fn made() -> MutexGuard<'static, Made> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sweeps what dead processes left behind and watches for signals; once per process.
pub(crate) fn start() {
    START.call_once(|| {
        sweep();
        watch_signals();
    });
}

/// A namespace name that says which process made it.
pub(crate) fn namespace_name(number: u32, label: &str) -> String {
    format!("{PREFIX}{}-{number}-{label}", std::process::id())
}

fn watch_signals() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            undo_all();
            std::process::exit(128 + signal);
        }
    });
}

fn undo_all() {
    // Never released: nobody may make anything new behind our back.
    let made = made();
    if let Some(right) = made.clock {
        right.restore();
    }
    for pid in &made.processes {
        end(*pid);
    }
    for name in &made.namespaces {
        remove_namespace(name);
    }
    for folder in &made.folders {
        let _ = std::fs::remove_dir_all(folder);
    }
    std::mem::forget(made);
}

/// Ends what still lives in a namespace of ours, then the namespace; best effort, as in any clean-up.
pub(crate) fn remove_namespace(name: &str) {
    for pid in run("ip", &["netns", "pids", name])
        .unwrap_or_default()
        .lines()
    {
        if let Ok(pid) = pid.trim().parse() {
            end(pid);
        }
    }
    let _ = run("ip", &["netns", "del", name]);
}

/// What a folder's name begins with, and which process made it.
pub(crate) fn folder_prefix() -> String {
    format!("{PREFIX}{}-", std::process::id())
}

fn sweep() {
    sweep_namespaces();
    for entry in std::fs::read_dir(std::env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        if name
            .to_str()
            .and_then(maker)
            .is_some_and(|pid| !is_alive(pid))
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn sweep_namespaces() {
    for line in run("ip", &["netns", "list"]).unwrap_or_default().lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        if maker(name).is_some_and(|pid| !is_alive(pid)) {
            remove_namespace(name);
        }
    }
}

fn maker(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

fn is_alive(pid: u32) -> bool {
    as_pid(pid).is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn end(pid: u32) {
    if let Some(pid) = as_pid(pid) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

pub(crate) fn as_pid(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}
