//! The demo as a newcomer runs it: to its end, and interrupted in the middle.
#![forbid(unsafe_code)]

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bfd_testbed::{PATIENCE, Result, within};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

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
    kill_process(pid(&child), Signal::INT).expect("it runs");
    let status = child.wait().expect("it ends");
    begun?;
    assert_eq!(status.code(), Some(130));
    is_gone(&prefix)
}

/// Ctrl-C at a terminal reaches every process of the demo at once, daemons and routers too.
#[test]
fn ctrl_c_in_any_chapter_cleans_up_and_says_nothing_alarming() -> Result<()> {
    for chapter in [
        "1  Two daemons",
        "2  The link dies",
        "4  A router nobody here wrote",
    ] {
        let mut child = demo();
        let prefix = prefix(&child);
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let begun = lines.any(|line| line.is_ok_and(|line| line.contains(chapter)));
        kill_process_group(pid(&child), Signal::INT).expect("it runs");
        drop(lines);
        let output = child.wait_with_output().expect("it ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(begun, "{chapter}: {errors}");
        assert_eq!(output.status.code(), Some(130), "{chapter}: {errors}");
        assert_eq!(errors, "", "{chapter}");
        is_gone(&prefix)?;
    }
    Ok(())
}

fn demo() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gobfd-demo"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).spawn().expect("the demo starts")
}

fn pid(child: &Child) -> Pid {
    let pid = i32::try_from(child.id()).ok();
    pid.and_then(Pid::from_raw).expect("a pid")
}

fn prefix(child: &Child) -> String {
    format!("gobfdtest-{}-", child.id())
}

fn is_gone(prefix: &str) -> Result<()> {
    within(Duration::from_secs(5), "nothing left behind", || {
        let left = [namespaces(), folders()].concat();
        (!left.contains(prefix)).then_some(()).ok_or(left)
    })
}

fn folders() -> String {
    let entries = std::fs::read_dir(std::env::temp_dir()).expect("the folder for temporary files");
    let names = entries.flatten().map(|entry| entry.file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn namespaces() -> String {
    let output = Command::new("ip").args(["netns", "list"]).output();
    String::from_utf8_lossy(&output.map(|output| output.stdout).unwrap_or_default()).into_owned()
}
