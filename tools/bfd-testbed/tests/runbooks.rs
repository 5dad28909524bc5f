//! The drills of the runbooks as the page has them, typed into one shell.
#![forbid(unsafe_code)]

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use bfd_testbed::{Topology, within};

const PAGE: &str = include_str!("../../../docs/en/runbooks.md");
/// Chapters that are played, in their order.
const CHAPTERS: [&str; 7] = [
    "The lab",
    "Silent link",
    "Flapping link",
    "Daemon upgrade",
    "GoBGP gone",
    "Wrong key",
    "Leave the lab",
];
/// What an operator has to see, in this order.
const SEEN: [&str; 11] = [
    "10.9.0.2 on eth0 is Down: nothing is received from the peer",
    "(peer-silent)",
    "10.9.0.2 on eth0 is Up: ",
    "DISCRIMINATOR",
    "10.9.0.2 on eth0 is Up: ",
    "10.9.0.1 on eth0 is Down: the operator of the peer holds it down",
    "10.9.0.1 on eth0 is Up: ",
    "disable-peer  no         3 ",
    "10.9.0.2  use   enabled  yes",
    "(auth_digest)",
    "10.9.0.2 on eth0 is Up: ",
];
const LIMIT: Duration = Duration::from_secs(240);

/// The last block of shell of each chapter, after what makes every mistake end the play.
fn script() -> String {
    let mut script = String::from("set -euo pipefail\n");
    for chapter in CHAPTERS {
        let (_, text) = PAGE
            .split_once(&format!("\n## {chapter}\n"))
            .expect(chapter);
        let text = text.split("\n## ").next().unwrap_or_default();
        let (_, block) = text.rsplit_once("```bash\n").expect(chapter);
        script.push_str(block.split("```").next().unwrap_or_default());
    }
    script
}

/// Removes the lab of a run that was killed.
fn sweep() {
    for end in ["bfd-west", "bfd-east"] {
        let pids = Command::new("ip").args(["netns", "pids", end]).output();
        let pids = pids.map(|output| output.stdout).unwrap_or_default();
        for pid in String::from_utf8_lossy(&pids).lines() {
            let _ = Command::new("kill").args(["-9", pid]).output();
        }
        let _ = Command::new("ip").args(["netns", "del", end]).output();
    }
    let _ = std::fs::remove_dir_all("/tmp/bfd-lab");
}

struct Swept;

impl Drop for Swept {
    fn drop(&mut self) {
        sweep();
    }
}

/// The programs of this build before all others.
fn play() -> Output {
    let here = std::env::current_exe().expect("a path");
    let programs = here.ancestors().nth(2).expect("a folder").display();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash")
        .args(["-c", &script()])
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    let ended = within(LIMIT, "the drills to end", || match shell.try_wait() {
        Ok(Some(_)) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    if ended.is_err() {
        let _ = shell.kill();
        sweep();
    }
    shell.wait_with_output().expect("output")
}

#[test]
fn the_drills_can_be_practised_as_they_are_written() -> bfd_testbed::Result<()> {
    // Says in one sentence that it needs root.
    let _topology = Topology::new()?;
    sweep();
    let _swept = Swept;
    let output = play();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let mut rest = text.as_str();
    for seen in SEEN {
        let at = rest.find(seen);
        let at = at.unwrap_or_else(|| panic!("no {seen:?} in {rest}\nof {text}"));
        rest = &rest[at + seen.len()..];
    }
    Ok(())
}
