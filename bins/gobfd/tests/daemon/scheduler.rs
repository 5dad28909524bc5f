//! `engine.scheduler` and `engine.lock_memory`, as the kernel shows them for each thread.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bfd_testbed::{Process, Result};

use crate::support::{Daemon, GOBFD, lonely};

/// Policy and real-time priority of a thread; see sched(7) for the numbers.
type Policy = (u32, u32);

const NORMAL: Policy = (0, 0);
const DEADLINE: Policy = (6, 0);

/// The threads of a process by name. Threads that share a name must share a policy.
fn threads(pid: u32) -> BTreeMap<String, Policy> {
    let mut threads = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs") {
        let stat = fs::read_to_string(task.expect("readable").path().join("stat"));
        let Ok(stat) = stat else { continue };
        let (head, tail) = stat.rsplit_once(") ").expect("the name is in brackets");
        let name = head.split_once('(').expect("a name").1.to_owned();
        let field = |at: usize| tail.split(' ').nth(at).expect("a field").parse().unwrap();
        let policy = (field(38), field(37));
        let other = threads.insert(name.clone(), policy);
        assert!(other.is_none_or(|other| other == policy), "{name}");
    }
    threads
}

fn scheduled(engine: &str) -> Result<(BTreeMap<String, Policy>, Daemon)> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &format!("engine: {engine}\n"))?;
    let threads = threads(daemon.process.pid());
    assert!(threads.len() > 3, "{threads:?}");
    Ok((threads, daemon))
}

/// The policies of workers and front desk; every other thread is an ordinary one.
fn worker_and_desk(engine: &str) -> Result<(Policy, Policy)> {
    let (mut threads, daemon) = scheduled(engine)?;
    let warnings = daemon.logged("data plane");
    assert!(warnings.is_empty(), "{warnings:?}");
    let worker = threads.remove("bfd-worker-0").expect("a worker");
    let second = threads.remove("bfd-worker-1").expect("another");
    assert_eq!(worker, second);
    let desk = threads.remove("bfd-desk").expect("a front desk");
    assert!(
        threads.values().all(|policy| *policy == NORMAL),
        "{threads:?}"
    );
    Ok((worker, desk))
}

#[test]
fn the_scheduler_asked_for_runs_the_data_plane_and_nothing_else() -> Result<()> {
    let of = |text: &str| worker_and_desk(&format!("{{workers: 2, {text}}}"));
    assert_eq!(of("scheduler: normal")?, (NORMAL, NORMAL));
    assert_eq!(of("scheduler: fifo")?, ((1, 60), NORMAL));
    assert_eq!(of("scheduler: fifo, priority: 7")?, ((1, 7), NORMAL));
    assert_eq!(of("scheduler: deadline")?, (DEADLINE, DEADLINE));
    Ok(())
}

/// A thousand sessions at 10 ms need more than the 0.4 ms of a worker with none.
#[test]
fn a_reservation_follows_the_sessions() -> Result<()> {
    let (_topology, host) = lonely()?;
    let sessions: String = (0..1000)
        .map(|number| {
            let peer = format!("127.1.{}.{}", number / 250, number % 250 + 1);
            format!(
                "  - {{peer: {peer}, local: 127.0.0.1, \
                 desired_min_tx: 10ms, required_min_rx: 10ms}}\n"
            )
        })
        .collect();
    let config = format!("engine: {{scheduler: deadline}}\nsessions:\n{sessions}");
    let daemon = Daemon::start(&host, &config)?;
    bfd_testbed::eventually("0.8 ms of each millisecond", || {
        let pid = daemon.process.pid().to_string();
        let said = Command::new("chrt").args(["-a", "-p", &pid]).output();
        let said = String::from_utf8_lossy(&said.expect("util-linux").stdout).into_owned();
        let grown = said.contains("800000/1000000/1000000");
        grown.then_some(()).ok_or(said)
    })?;
    Ok(())
}

#[test]
fn locked_memory_is_locked() -> Result<()> {
    let (_, daemon) = scheduled("{lock_memory: true}")?;
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.process.pid()));
    let status = status.expect("readable");
    let locked = status.lines().find(|line| line.starts_with("VmLck:"));
    assert!(!locked.expect("told").contains("\t       0 kB"), "{status}");
    Ok(())
}

/// Started through `wrapper`, the daemon warns with each of these sentences and runs on.
fn refused(engine: &str, wrapper: &[&str], sentences: &[&str]) -> Result<()> {
    let (_topology, host) = lonely()?;
    let path = host.folder().join("gobfd.yml");
    fs::write(&path, format!("engine: {engine}\n")).expect("the folder of a namespace");
    let config = path.display().to_string();
    let args = [&wrapper[1..], &[GOBFD, "--config", &config]].concat();
    let mut daemon = Process::start(
        &host,
        "refused",
        Path::new(wrapper[0]),
        &args,
        host.folder(),
    )?;
    for sentence in sentences {
        bfd_testbed::eventually(sentence, || {
            let log = daemon.log();
            let line = log.lines().find(|line| line.contains(sentence));
            let line = line.ok_or_else(|| log.clone())?;
            assert!(line.contains("\"level\":\"WARN\""), "{line}");
            Ok::<_, String>(())
        })?;
    }
    bfd_testbed::eventually("the normal scheduler", || {
        let threads = threads(daemon.pid());
        let worker = threads.get("bfd-worker-0");
        let seen = format!("{threads:?}");
        (worker == Some(&NORMAL)).then_some(()).ok_or(seen)
    })?;
    assert!(daemon.terminate(Duration::from_secs(10))?.success());
    Ok(())
}

const POWERLESS: [&str; 3] = [
    "setpriv",
    "--bounding-set=-sys_nice,-ipc_lock",
    "--inh-caps=-sys_nice,-ipc_lock",
];

#[test]
fn without_the_right_it_says_so_and_runs_on() -> Result<()> {
    refused(
        "{scheduler: fifo}",
        &POWERLESS,
        &["thread bfd-worker-0: cannot use SCHED_FIFO priority 60: \
           Operation not permitted (os error 1); grant CAP_SYS_NICE or raise RLIMIT_RTPRIO"],
    )?;
    let lock = [
        "sh",
        "-c",
        "ulimit -l 64; exec setpriv --bounding-set=-sys_nice,-ipc_lock \
                --inh-caps=-sys_nice,-ipc_lock \"$@\"",
        "sh",
    ];
    refused(
        "{scheduler: deadline, lock_memory: true}",
        &lock,
        &[
            "thread bfd-worker-0: cannot use SCHED_DEADLINE 400µs in 1ms: \
             Operation not permitted (os error 1); grant CAP_SYS_NICE",
            "thread bfd-desk: cannot use SCHED_DEADLINE 100µs in 1ms: \
             Operation not permitted (os error 1); grant CAP_SYS_NICE",
            "cannot lock memory: ",
        ],
    )
}

#[test]
fn a_reservation_on_a_pinned_daemon_is_refused_with_the_remedy() -> Result<()> {
    let online = fs::read_to_string("/sys/devices/system/cpu/online").expect("readable");
    assert_ne!(online.trim(), "0", "this test needs two processors");
    refused(
        "{scheduler: deadline}",
        &["taskset", "-c", "0"],
        &[
            "Operation not permitted (os error 1); a reservation needs every CPU: \
           take away taskset, CPUAffinity= and cpuset, or use SCHED_FIFO",
        ],
    )
}

/// Each worker reserves 40 percent of a processor, and the kernel gives away 95 percent of each.
#[test]
fn more_workers_than_processors_can_serve_are_told_apart() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, "engine: {workers: 64, scheduler: deadline}\n")?;
    let threads = threads(daemon.process.pid());
    assert_eq!(threads["bfd-worker-0"], DEADLINE);
    let processors = std::thread::available_parallelism().expect("known").get();
    if processors < 26 {
        assert_eq!(threads["bfd-worker-63"], NORMAL);
        let warnings = format!("{:?}", daemon.logged("data plane"));
        assert!(warnings.contains("thread bfd-worker-63"), "{warnings}");
        assert!(warnings.contains("run fewer workers"), "{warnings}");
    }
    Ok(())
}
