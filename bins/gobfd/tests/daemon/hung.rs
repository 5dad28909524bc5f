//! A thread of the data plane hangs: one is stopped for real, as a debugger stops it.

use std::time::Duration;

use bfd_testbed::{PATIENCE, Process, Result, eventually};
use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::lonely;
use crate::systemd::Notified;

/// What the unit would ask for: a message at least each second.
const WATCHDOG: Duration = Duration::from_secs(1);

/// One thread of a process, stopped; dropped, it goes on. The thread that stops it must let it go.
struct Stopped(Pid);

impl Stopped {
    fn thread(process: &Process, name: &str) -> Self {
        let pid = Pid::from_raw(thread(process.pid(), name));
        ptrace::seize(pid, ptrace::Options::empty()).expect("root");
        ptrace::interrupt(pid).expect("seized");
        waitpid(pid, Some(WaitPidFlag::__WALL)).expect("a stop");
        Self(pid)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = ptrace::detach(self.0, None);
    }
}

/// The number of the thread with this name.
fn thread(pid: u32, name: &str) -> i32 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("alive");
    let mut found = tasks.filter_map(|task| {
        let task = task.ok()?;
        let comm = std::fs::read_to_string(task.path().join("comm")).ok()?;
        (comm.trim_end() == name).then(|| task.file_name().to_str()?.parse().ok())?
    });
    found.next().unwrap_or_else(|| panic!("no thread {name}"))
}

/// The last line of the log with this message.
fn said(process: &Process, message: &str) -> Result<Value> {
    eventually(message, || {
        let log = process.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut wanted = lines.filter(|line| line["msg"] == message);
        wanted.next_back().ok_or(log.clone())
    })
}

fn hang(name: &str) -> Result<()> {
    let (_pair, host) = lonely()?;
    let variable = format!("WATCHDOG_USEC={}", WATCHDOG.as_micros());
    let config = "engine: {workers: 2}\n";
    let mut daemon = Notified::start(&host, config, &[&variable])?;
    daemon.status_of("READY=1");
    daemon.status_of("WATCHDOG=1");

    let stopped = Stopped::thread(&daemon.process, name);
    let line = said(&daemon.process, "a thread of the data plane does not run")?;
    assert_eq!(
        (&line["level"], &line["thread"]),
        (&"ERROR".into(), &name.into()),
        "{line}"
    );
    assert!(
        line["since"]
            .as_str()
            .is_some_and(|at| at.ends_with(" UTC")),
        "{line}"
    );
    assert!(
        line["silent_for"]
            .as_u64()
            .is_some_and(|nanos| nanos > 2_000_000_000),
        "{line}"
    );
    // What was sent before it was noticed, and the status; after that nothing, however long.
    let mut heard = Vec::new();
    while heard
        .last()
        .is_none_or(|line: &String| !line.contains(name))
    {
        heard.extend(daemon.heard());
    }
    let status = heard.last().expect("not empty");
    assert!(
        status.starts_with("STATUS=no sessions; ")
            && status.contains(&format!("; thread {name} does not run since ")),
        "{status}"
    );
    assert!(daemon.is_silent(3 * WATCHDOG), "somebody lives");
    let page = host.run("curl", &["-s", "http://127.0.0.1:9100/healthz"])?;
    assert_eq!(
        page,
        format!("a thread of the data plane does not run: {name}\n")
    );

    drop(stopped);
    assert_eq!(daemon.heard(), ["WATCHDOG=1"]);
    let line = said(&daemon.process, "a thread of the data plane runs again")?;
    assert_eq!(line["thread"], name);
    said(&daemon.process, "all threads of the data plane run again")?;
    assert_eq!(
        host.run("curl", &["-s", "http://127.0.0.1:9100/healthz"])?,
        "ok\n"
    );
    assert!(daemon.process.terminate(PATIENCE)?.success());
    Ok(())
}

#[test]
fn a_hung_worker_starves_the_watchdog() -> Result<()> {
    hang("bfd-worker-1")
}

#[test]
fn a_hung_front_desk_starves_the_watchdog() -> Result<()> {
    hang("bfd-desk")
}
