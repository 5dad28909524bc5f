//! Every disturbance, small: for each change. Needs root; one after the other, because two would be the
//! other's noise.
#![forbid(unsafe_code)]

use std::process::Command;

use bfd_testbed::Result;
use gobfd_reliability::{ALL, Size, control, goodbye, line};

fn small(name: &str) -> Result<()> {
    let disturbance = ALL.iter().find(|one| one.name == name);
    let row = disturbance
        .expect("there is one of this name")
        .play(Size::Small)?;
    print!("{}", line(name, &row));
    Ok(())
}

macro_rules! play {
    ($($name:ident),*) => {
        const PLAYED: &[&str] = &[$(stringify!($name)),*];
        $(#[test]
        fn $name() -> Result<()> {
            small(stringify!($name))
        })*
    };
}

play!(
    reloads, clients, watchers, scrapes, junk, stopped, overslept, disk, pipe
);

#[test]
fn all_are_played() {
    let names: Vec<_> = ALL.iter().map(|one| one.name).collect();
    assert_eq!(names, PLAYED);
}

#[test]
fn a_stop_beyond_the_detection_time_is_a_flap() -> Result<()> {
    control()
}

#[test]
fn a_daemon_whose_log_is_stuck_ends_when_asked() -> Result<()> {
    goodbye()
}

#[test]
fn unknown_names_are_refused_with_those_there_are() {
    let output = Command::new(env!("CARGO_BIN_EXE_gobfd-reliability"))
        .args(["run", "--only", "coffee"])
        .output()
        .expect("it runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("no disturbance 'coffee'; there are reloads, clients"),
        "{said}"
    );
}

/// Where the clock may not be set, nothing is shown, and nobody may take that for a pass.
#[test]
fn the_drill_refuses_where_the_clock_may_not_be_set() {
    let results = tempfile::tempdir().expect("a folder");
    let output = Command::new("setpriv")
        .args(["--bounding-set=-sys_time", "--inh-caps=-sys_time"])
        .arg(env!("CARGO_BIN_EXE_gobfd-reliability"))
        .arg("clock")
        .arg("--results")
        .arg(results.path())
        .output()
        .expect("setpriv of util-linux");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("the clock of this machine cannot be set from here"),
        "{said}"
    );
}
