//! What a process has cost so far, by the scheduler's own account.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// Time on the processor of all threads of `pid`: the first field of each thread's `schedstat`.
///
/// Counts system time spent in its own calls, soft interrupts taken there included, for every
/// daemon alike.
pub(crate) fn spent(pid: u32) -> anyhow::Result<Duration> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).context("the daemon has ended")?;
    let mut nanos = 0;
    for task in tasks {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        let first = text.split_whitespace().next().context("empty schedstat")?;
        nanos += first.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory of `pid` in KiB.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .context("no VmRSS")?;
    Ok(kib.parse()?)
}
