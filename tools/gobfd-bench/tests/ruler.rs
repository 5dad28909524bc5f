//! The bench against real daemons, with few sessions: what was broken on purpose must be seen, and
//! nothing else. Needs root and two processors.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Measures the row `ruler` with one contender.
fn ruler(contender: &str) -> Value {
    let bench = Path::new(env!("CARGO_BIN_EXE_gobfd-bench"));
    let results = tempfile::tempdir().unwrap();
    let output = Command::new(bench)
        .args(["run", "--only", "ruler", "--peers", contender])
        .arg("--gobfd")
        .arg(bench.with_file_name("gobfd"))
        .arg("--results")
        .arg(results.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_seen(outcome: &Value) {
    let value = |name: &str| outcome["values"][name].as_f64().unwrap_or(f64::NAN);
    assert!(
        value("flaps_before") < 0.5,
        "no flap of a healthy session: {outcome}"
    );
    assert!(
        (value("flaps_seen") - 10.0).abs() < 0.5,
        "ten silent peers, ten flaps: {outcome}"
    );
    assert!(
        (value("up") - 100.0).abs() < 0.5,
        "all came back: {outcome}"
    );
}

/// One after the other: all peers of a machine share a processor.
#[test]
fn muted_peers_are_lost_and_no_other() {
    for contender in ["gobfd", "bird"] {
        assert_seen(&ruler(contender));
    }
}

#[test]
fn unknown_names_are_refused_with_those_there_are() {
    let bench = env!("CARGO_BIN_EXE_gobfd-bench");
    let say = |args: &[&str]| {
        let output = Command::new(bench).args(args).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = say(&["run", "--only", "coffee"]);
    assert!(
        said.contains("no row 'coffee'; there are ruler, cost"),
        "{said}"
    );
    let said = say(&["run", "--only", "cost", "--peers", "coffee"]);
    assert!(
        said.contains("no contender 'coffee'; there are bare, bird, frr, gobfd"),
        "{said}"
    );
}
