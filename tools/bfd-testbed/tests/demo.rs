//! The demo as a newcomer runs it: to its end, and interrupted in the middle.
#![forbid(unsafe_code)]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bfd_testbed::{PATIENCE, Result, within};
use rustix::process::{Pid, Signal, kill_process};

/// Two families at two ends, and the session with FRR.
const FAILURES: usize = 5;

#[test]
fn it_ends_by_itself_and_shows_what_it_promises() -> Result<()> {
    let child = demo();
    let prefix = prefix(&child);
    let output = child.wait_with_output().expect("the demo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        text.matches("of silence (limit 150.0 ms): peer-silent")
            .count(),
        FAILURES,
        "{text}"
    );
    assert!(
        text.contains("says FRR") && text.contains("make test"),
        "{text}"
    );
    is_gone(&prefix)
}

#[test]
fn an_interrupted_one_cleans_up() -> Result<()> {
    let mut child = demo();
    let prefix = prefix(&child);
    let begun = within(PATIENCE, "its namespaces", || {
        let seen = namespaces();
        seen.contains(&prefix).then_some(()).ok_or(seen)
    });
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .expect("a pid");
    kill_process(pid, Signal::INT).expect("it runs");
    let status = child.wait().expect("it ends");
    begun?;
    assert_eq!(status.code(), Some(130));
    is_gone(&prefix)
}

fn demo() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gobfd-demo"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the demo starts")
}

fn prefix(child: &Child) -> String {
    format!("gobfdtest-{}-", child.id())
}

fn is_gone(prefix: &str) -> Result<()> {
    within(Duration::from_secs(5), "nothing left behind", || {
        (!namespaces().contains(prefix))
            .then_some(())
            .ok_or_else(namespaces)
    })
}

fn namespaces() -> String {
    let output = Command::new("ip").args(["netns", "list"]).output();
    String::from_utf8_lossy(&output.map(|output| output.stdout).unwrap_or_default()).into_owned()
}
