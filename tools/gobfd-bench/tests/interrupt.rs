//! A measurement that is interrupted leaves nothing behind. Needs root and two processors.
#![forbid(unsafe_code)]

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const LIMIT: Duration = Duration::from_secs(60);

/// Kills the bench if the test fails.
struct Bench(Child);

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(results: &Path) -> Bench {
    let bench = Path::new(env!("CARGO_BIN_EXE_gobfd-bench"));
    let mut command = Command::new(bench);
    command.args(["run", "--only", "ruler", "--peers", "gobfd"]);
    command.args(["--seconds", "600", "--gobfd"]);
    command.arg(bench.with_file_name("gobfd"));
    command.arg("--results").arg(results);
    Bench(command.stderr(Stdio::piped()).spawn().unwrap())
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ip(args: &[&str]) -> String {
    let output = Command::new("ip").args(args).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn sigterm_ends_daemon_and_peers_and_removes_the_namespace() {
    let results = tempfile::tempdir().unwrap();
    let mut bench = start(results.path());
    let namespace = format!("bench-{}-0", bench.0.id());
    eventually("daemon and peers run", || {
        ip(&["netns", "pids", &namespace]).lines().count() >= 2
    });
    let pid = Pid::from_raw(i32::try_from(bench.0.id()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let mut status = None;
    eventually("the bench ends", || {
        status = bench.0.try_wait().unwrap();
        status.is_some()
    });
    assert!(!status.unwrap().success());
    let mut said = String::new();
    bench
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(!ip(&["netns", "list"]).contains(&namespace), "{said}");
    assert!(
        said.contains("ruler/gobfd"),
        "it says what was not measured: {said}"
    );
}
