//! What a process has cost so far, by the kernel's own account.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// Time on the processor of all threads of `pid`: the first field of each thread's `schedstat`.
///
/// Counts system time spent in its own calls, and interrupts that happened to hit it.
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

/// What a processor did not do since boot; in steps of 10 ms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unused {
    /// Nobody wanted it.
    pub(crate) idle: Duration,
    /// Somebody did, but the host of this virtual machine gave it to others.
    pub(crate) stolen: Duration,
}

impl Unused {
    /// Of processor `cpu`.
    pub(crate) fn of(cpu: usize) -> anyhow::Result<Self> {
        let text = fs::read_to_string("/proc/stat")?;
        let head = format!("cpu{cpu} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&head));
        let fields = line.with_context(|| format!("no processor {cpu}"))?;
        let ticks: Vec<u64> = fields
            .split_whitespace()
            .map_while(|field| field.parse().ok())
            .collect();
        let [_, _, _, idle, waiting, _, _, stolen, ..] = ticks[..] else {
            anyhow::bail!("/proc/stat has too few fields");
        };
        Ok(Self {
            idle: Duration::from_millis((idle + waiting) * 10),
            stolen: Duration::from_millis(stolen * 10),
        })
    }
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

/// Packets that `interface` could not send because nobody took them out of its queue, in the network
/// namespace of `pid`.
pub(crate) fn unheard(pid: u32, interface: &str) -> anyhow::Result<u64> {
    const DROPPED: usize = 11;
    let text = fs::read_to_string(format!("/proc/{pid}/net/dev"))?;
    let rows = text.lines().filter_map(|line| line.split_once(':'));
    let mut row = rows.filter(|(name, _)| name.trim() == interface);
    let (_, fields) = row.next().context("the interface is gone")?;
    let dropped = fields.split_whitespace().nth(DROPPED);
    Ok(dropped.context("no count of drops")?.parse()?)
}

/// UDP datagrams that reached a socket in the network namespace of `pid`.
pub(crate) fn datagrams(pid: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/net/snmp"))?;
    let mut rows = text.lines().filter(|line| line.starts_with("Udp:"));
    let (names, values) = (rows.next().unwrap_or(""), rows.next().unwrap_or(""));
    let mut pairs = names.split_whitespace().zip(values.split_whitespace());
    let (_, value) = pairs
        .find(|(name, _)| *name == "InDatagrams")
        .context("no InDatagrams")?;
    Ok(value.parse()?)
}
