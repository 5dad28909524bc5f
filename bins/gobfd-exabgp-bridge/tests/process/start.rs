//! The command line, and configurations that cannot be used.

use std::process::{Command, Output};

use crate::support::PROGRAM;

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let output: Output = Command::new(PROGRAM)
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn the_version_is_told_with_one_dash_or_two() {
    for flag in ["-version", "--version"] {
        let (code, out, err) = run(&[flag], &[]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert!(out.starts_with("gobfd-exabgp-bridge "), "{out}");
    }
}

#[test]
fn an_unknown_flag_is_refused() {
    let (code, out, err) = run(&["-prefix", "1.2.3.4/32"], &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("unexpected argument"), "{err}");
}

#[test]
fn without_peer_and_prefix_there_is_nothing_to_do() {
    let (code, out, err) = run(&[], &[("GOBFD_PEER", "192.0.2.1")]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let expected = "level=ERROR \
        msg=\"GOBFD_PEER and ANYCAST_PREFIX environment variables are required\"";
    assert!(err.contains(expected), "{err}");
    assert_eq!(err.lines().count(), 1);
}

/// ExaBGP must not be handed a command in the place of a prefix.
#[test]
fn nothing_can_be_smuggled_into_a_command() {
    let prefix = "192.0.2.1/32 next-hop self\nannounce route 0.0.0.0/0";
    let variables = [("GOBFD_PEER", "192.0.2.1"), ("ANYCAST_PREFIX", prefix)];
    let (code, out, err) = run(&[], &variables);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("failed to load configuration"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn a_file_can_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bridge.yml");
    let path = file.to_str().unwrap();
    std::fs::write(
        &file,
        "routes: [{prefix: 192.0.2.0/24, peers: [{peer: 192.0.2.1}]}]\n",
    )
    .unwrap();
    let (code, out, err) = run(&["-check", "-config", path], &[]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (Some(0), "ok: 1 routes\n", "")
    );
    std::fs::write(
        &file,
        "routes: [{prefix: 192.0.2.1/24, peers: [{peer: 192.0.2.1}]}]\n",
    )
    .unwrap();
    let (code, out, err) = run(&["-check"], &[("GOBFD_EXABGP_CONFIG", path)]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.contains("bridge.yml:1:19: routes[0].prefix: 192.0.2.1/24 has bits"),
        "{err}"
    );
}
