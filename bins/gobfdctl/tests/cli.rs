//! The program itself against a fake daemon.
#![forbid(unsafe_code)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{
    BfdSession, BgpTarget, BgpWish, DiagnosticCode, ListBgpTargetsResponse, SessionState,
    SessionType, WatchSessionEventsResponse,
};
use bfd_fake::{Fake, Server};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gobfdctl");

fn session(discriminator: u32, peer: &str, interface: &str) -> BfdSession {
    BfdSession {
        peer_address: peer.into(),
        local_address: "192.0.2.1".into(),
        interface_name: interface.into(),
        r#type: SessionType::SESSION_TYPE_SINGLE_HOP.into(),
        local_discriminator: discriminator,
        local_state: SessionState::Up.into(),
        remote_state: SessionState::Up.into(),
        ..Default::default()
    }
}

fn command(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    let address = server.address.unwrap().to_string();
    command.args(arguments).args(["--addr", &address]);
    command
}

fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String, String) {
    finish(command(server, arguments).output().unwrap())
}

fn alone(arguments: &[&str]) -> (Option<i32>, String, String) {
    finish(Command::new(PROGRAM).args(arguments).output().unwrap())
}

fn finish(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[track_caller]
fn assert_error((code, out, err): (Option<i32>, String, String), expected: &str) {
    assert_eq!((code, out.as_str(), err.as_str()), (Some(1), "", expected));
}

#[test]
fn lists_are_ordered_by_peer() {
    let server = Fake::new(vec![
        session(3, "192.0.2.10", ""),
        session(2, "192.0.2.9", "eth1"),
        session(1, "192.0.2.9", "eth0"),
    ])
    .serve();
    let (code, out, err) = run(&server, &["session", "list"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let first: Vec<_> = out
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(first, ["DISCRIMINATOR", "1", "2", "3"]);
}

#[test]
fn flags_stand_before_or_after_the_command() {
    let server = Fake::new(vec![]).serve();
    let address = server.address.unwrap().to_string();
    for arguments in [
        ["--format", "json", "--addr", &address, "session", "list"],
        ["session", "list", "--addr", &address, "--format", "json"],
    ] {
        assert_eq!(alone(&arguments), (Some(0), "[]".into(), String::new()));
    }
}

#[test]
fn a_session_is_shown_by_peer_or_discriminator() {
    let fake = Fake::new(vec![
        session(7, "192.0.2.9", "eth0"),
        session(8, "192.0.2.9", "eth1"),
    ]);
    let server = fake.serve();
    let (_, by_number, _) = run(&server, &["session", "show", "8"]);
    let by_peer = ["session", "show", "192.0.2.9", "--interface", "eth1"];
    assert_eq!(run(&server, &by_peer).1, by_number);
    assert!(by_number.starts_with("Peer Address:          192.0.2.9\n"));
    assert_error(
        run(&server, &["session", "show", "192.0.2.9"]),
        "Error: get session: failed_precondition: several sessions match\n",
    );
    assert_error(
        run(&server, &["session", "show", "9"]),
        "Error: get session: not_found: session not found\n",
    );
}

#[test]
fn a_session_is_added_with_all_its_values() {
    let fake = Fake::new(vec![]);
    let server = fake.serve();
    let arguments = [
        "session",
        "add",
        "--peer",
        "192.0.2.9",
        "--local",
        "192.0.2.1",
        "--interface",
        "eth0",
        "--type",
        "multi-hop",
        "--tx-interval",
        "50ms",
        "--rx-interval",
        "1m30s",
        "--detect-mult",
        "5",
        "--passive",
        "--min-ttl",
        "250",
        "--padded-pdu-size",
        "1400",
    ];
    let (code, out, err) = run(&server, &arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("Desired Min TX:        50ms\nRequired Min RX:       1m30s\n"));
    let request = fake.requests().join("\n");
    for part in [
        "SESSION_TYPE_MULTI_HOP",
        "detect_multiplier: 5",
        "AUTHENTICATION_TYPE_NONE",
        "passive: true",
        "min_ttl: 250",
        "padded_pdu_size: 1400",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert_eq!(
        run(&server, &["session", "delete", "4711"]),
        (Some(0), "Session 4711 deleted.\n".into(), String::new())
    );
}

/// The request shows its octets as numbers.
#[test]
fn a_secret_is_read_from_where_nobody_sees_it() {
    let fake = Fake::new(vec![session(1, "192.0.2.9", "")]);
    let server = fake.serve();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("secret");
    let add = |from: &str| {
        let mut add = command(&server, &["session", "add", "--peer", "192.0.2.9"]);
        add.args(["--auth-type", "keyed-sha1", "--auth-key-id", "7"]);
        add.args(["--auth-secret-file", from]);
        add
    };
    for (octets, wanted) in [
        (&b"key\n"[..], "[107, 101, 121]"),
        (b"key\r\n", "[107, 101, 121]"),
        (b"key", "[107, 101, 121]"),
        (b"\n\xff\n", "[10, 255]"),
    ] {
        std::fs::write(&file, octets).unwrap();
        let from_file = finish(add(&file.display().to_string()).output().unwrap());
        assert_eq!((from_file.0, from_file.2.as_str()), (Some(0), ""));
        let input = std::fs::File::open(&file).unwrap();
        let from_input = finish(add("-").stdin(input).output().unwrap());
        assert_eq!((from_input.0, from_input.2.as_str()), (Some(0), ""));
        let seen = fake.requests();
        let sent = &seen[seen.len() - 2..];
        for request in sent {
            assert!(request.contains(wanted), "{wanted} in {request}");
            assert!(request.contains("auth_key_id: 7"), "{request}");
        }
    }
    std::fs::write(&file, b"\n").unwrap();
    assert_error(
        finish(add(&file.display().to_string()).output().unwrap()),
        "Error: --auth-secret-file: there is no secret in it\n",
    );
    assert_error(
        finish(add("/no/such/file").output().unwrap()),
        "Error: --auth-secret-file: /no/such/file cannot be read: No such file or directory (os \
         error 2)\n",
    );
}

#[test]
fn timers_of_a_session_are_set_and_taken_back() {
    let fake = Fake::new(vec![
        session(7, "192.0.2.9", "eth0"),
        session(8, "192.0.2.9", "eth1"),
    ]);
    let server = fake.serve();
    let by_peer = ["session", "set", "192.0.2.9", "--interface", "eth1"];
    let values = ["--tx-interval", "50ms", "--detect-mult", "5"];
    let (code, out, err) = run(&server, &[&by_peer[..], &values].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("Overridden:            yes\n"), "{out}");
    let request = fake.requests().pop().unwrap();
    for part in [
        "PeerAddress(\"192.0.2.9\")",
        "interface_name: \"eth1\"",
        "reset: false",
        "nanos: 50000000",
        "detect_multiplier: 5",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    let (code, out, _) = run(&server, &["session", "set", "7", "--reset"]);
    assert_eq!(code, Some(0));
    assert!(!out.contains("Overridden"), "{out}");
    let request = fake.requests().pop().unwrap();
    for part in [
        "LocalDiscriminator(7)",
        "reset: true",
        "detect_multiplier: 0",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert_error(
        run(&server, &["session", "set", "9", "--reset"]),
        "Error: set session timers: not_found: session not found\n",
    );
}

#[test]
fn arguments_are_checked_before_any_call() {
    let add = |more: &[&str]| alone(&[&["session", "add"], more].concat());
    assert_error(add(&[]), "Error: --peer flag is required\n");
    assert_error(
        add(&["--peer", "1.1.1.1", "--type", "Single-Hop"]),
        "Error: parse session type: unknown session type, expected single-hop or multi-hop: \
         \"Single-Hop\"\n",
    );
    assert_error(
        add(&["--peer", "1.1.1.1", "--auth-type", "KEYED_MD5"]),
        "Error: --auth-secret is required when --auth-type is enabled\n",
    );
    assert_error(
        add(&["--peer", "1.1.1.1", "--auth-key-id", "1"]),
        "Error: --auth-key-id or --auth-secret requires --auth-type\n",
    );
    assert_error(
        alone(&["session", "delete", "x"]),
        "Error: parse discriminator \"x\": invalid digit found in string\n",
    );
    assert_error(
        alone(&["session", "set", "1.1.1.1"]),
        "Error: nothing to set: give --tx-interval, --rx-interval, --detect-mult or --reset\n",
    );
    assert_error(
        alone(&["session", "set", "1.1.1.1", "--detect-mult", "0"]),
        "Error: --detect-mult must be 1 to 255\n",
    );
    assert_error(
        alone(&["echo", "add", "--peer", "1.1.1.1", "--tx-interval", "0s"]),
        "Error: --tx-interval must be > 0\n",
    );
    let micro = ["micro", "add", "--lag", "bond0", "--peer", "1.1.1.1"];
    assert_error(
        alone(&micro),
        "Error: --members must list at least one interface\n",
    );
    assert_error(
        alone(&[&micro[..], &["--members", "a,b", "--min-active", "3"]].concat()),
        "Error: --min-active must satisfy 1 <= n <= len(members)\n",
    );
    assert_error(
        alone(&["session", "list", "--frmat", "json"]),
        "Error: unexpected argument '--frmat' found\n",
    );
}

#[test]
fn what_the_daemon_does_not_have_is_said() {
    let server = Fake::new(vec![]).serve();
    assert_error(
        run(&server, &["echo", "list"]),
        "Error: list echo sessions: unimplemented: not in this release\n",
    );
    assert_error(
        run(&server, &["micro", "delete", "bond0"]),
        "Error: delete micro-bfd group: unimplemented: not in this release\n",
    );
}

#[test]
fn a_session_is_held_down_and_let_go() {
    let server = Fake::new(vec![session(7, "192.0.2.9", "")]).serve();
    let (code, out, _) = run(&server, &["session", "admin-down", "192.0.2.9"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("Admin Down:            yes\n"), "{out}");
    let (code, out, _) = run(&server, &["session", "admin-up", "7"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("Admin Down:            no\n"), "{out}");
}

#[test]
fn explain_ends_by_the_state() {
    let down = BfdSession {
        local_state: SessionState::Down.into(),
        ..session(8, "192.0.2.10", "")
    };
    let twins = [session(1, "192.0.2.11", "a"), session(2, "192.0.2.11", "b")];
    let sessions = [session(7, "192.0.2.9", ""), down].into_iter().chain(twins);
    let server = Fake::new(sessions.collect()).serve();
    let (code, out, _) = run(&server, &["explain", "192.0.2.9"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("192.0.2.9 is Up: "), "{out}");
    let (code, out, _) = run(&server, &["explain", "8"]);
    assert_eq!(code, Some(3));
    assert!(
        out.starts_with("192.0.2.10 is Down: nothing was ever received from the peer\n"),
        "{out}"
    );
    let (code, out, _) = run(&server, &["explain", "192.0.2.11"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("192.0.2.11 on a is Up") && out.contains("192.0.2.11 on b is Up"));
    let (code, out, _) = run(&server, &["explain", "192.0.2.99", "--format", "json"]);
    assert_eq!(code, Some(3));
    assert!(out.contains("\"cause\": \"no-session\""), "{out}");
    let (code, out, _) = alone(&["explain", "192.0.2.9", "--addr", "unix:/nonexistent"]);
    assert_eq!(code, Some(3));
    assert!(out.contains("the API does not answer: unavailable: unix:/nonexistent"));
}

#[test]
fn monitor_prints_events_until_the_daemon_ends() {
    let fake = Fake::new(vec![session(7, "192.0.2.9", "")]);
    let server = fake.serve();
    let mut child = command(&server, &["monitor", "--current"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let expected = "[N/A] SessionAdded  peer=192.0.2.9  state=Up  prev=Unknown  discr=7";
    assert_eq!(first, expected);
    fake.send(WatchSessionEventsResponse {
        r#type: EventType::EVENT_TYPE_STATE_CHANGE.into(),
        session: Some(session(7, "192.0.2.9", "")).into(),
        previous_state: SessionState::Init.into(),
        ..Default::default()
    });
    let second = lines.next().unwrap().unwrap();
    let expected = "[N/A] StateChange  peer=192.0.2.9  state=Up  prev=Init  discr=7";
    assert_eq!(second, expected);
    fake.send(WatchSessionEventsResponse::default());
    assert!(lines.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn monitor_ends_well_by_a_signal_and_badly_by_a_broken_connection() {
    for (signal, code) in [(Some("-INT"), 0), (Some("-TERM"), 0), (None, 1)] {
        let fake = Fake::new(vec![session(7, "192.0.2.9", "")]);
        let server = fake.serve();
        let mut child = command(&server, &["monitor", "--current"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The first event says that the signals are caught and the stream is open.
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut String::new()).unwrap();
        match signal {
            Some(signal) => {
                let pid = child.id().to_string();
                let status = Command::new("kill").args([signal, &pid]).status();
                assert!(status.unwrap().success());
            }
            None => drop(server),
        }
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal:?}");
        let mut err = String::new();
        child.stderr.unwrap().read_to_string(&mut err).unwrap();
        let expected = if code == 0 {
            ""
        } else {
            "Error: stream error: unavailable: "
        };
        assert!(err.starts_with(expected), "{err}");
        assert_eq!(err.ends_with("the connection broke\n"), code == 1);
    }
}

#[test]
fn groups_without_command_print_help() {
    for arguments in [&[][..], &["session"], &["echo"], &["micro"], &["--help"]] {
        let (code, out, err) = alone(arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert!(out.contains("Usage: gobfdctl"), "{out}");
    }
}

#[test]
fn version_is_three_lines() {
    for spelling in ["version", "-version", "--version"] {
        let (code, out, _) = alone(&[spelling]);
        assert_eq!(code, Some(0));
        let lines: Vec<_> = out.lines().collect();
        assert!(lines[0].starts_with("gobfdctl "));
        assert!(lines[1].starts_with("  commit:  "));
        assert!(lines[2].starts_with("  built:   "));
        assert_eq!(lines.len(), 3);
    }
}

#[test]
fn completion_and_manual_page_know_each_command() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let (code, out, _) = alone(&["completion", shell]);
        assert_eq!(code, Some(0));
        assert!(out.contains("admin-down") && out.contains("explain"));
    }
    let (code, out, _) = alone(&["man"]);
    assert_eq!(code, Some(0));
    for heading in [
        ".SS \"gobfdctl session admin-down\"",
        ".SS \"gobfdctl explain\"",
        ".SH EXIT STATUS",
    ] {
        assert!(out.contains(heading), "{heading}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let server = Fake::new((1..=20_000).map(|n| session(n, "192.0.2.9", "")).collect()).serve();
    let mut child = command(&server, &["session", "list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (code, _, err) = finish(child.wait_with_output().unwrap());
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

fn bgp() -> ListBgpTargetsResponse {
    let target = |name: &str, wish: BgpWish, applied: &str| BgpTarget {
        name: name.into(),
        wish: wish.into(),
        applied: applied.into(),
        confirmed: true,
        ..Default::default()
    };
    let failed = BgpTarget {
        diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_CONTROL_TIME_EXPIRED.into(),
        verdict: "peer-silent".into(),
        took: Some(std::time::Duration::from_micros(4100).into()).into(),
        ..target("192.0.2.1", BgpWish::BGP_WISH_AVOID, "disabled")
    };
    let late = BgpTarget {
        confirmed: false,
        failures: 3,
        last_error: "GoBGP does not answer".into(),
        suppressed: true,
        penalty: 3.5,
        ..target("192.0.2.2", BgpWish::BGP_WISH_USE, "")
    };
    ListBgpTargetsResponse {
        enabled: true,
        address: "127.0.0.1:50061".into(),
        strategy: "disable-peer".into(),
        connected: true,
        version: "3".into(),
        error: String::new(),
        targets: vec![failed, late],
    }
}

#[test]
fn the_gobgp_integration_is_shown() {
    let fake = Fake::new(Vec::new());
    fake.set_bgp(bgp());
    let server = fake.serve();
    let (code, out, err) = run(&server, &["bgp", "list"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(
        out,
        "\
TARGET     WISH   APPLIED   CONFIRMED  TOOK   FAILURES  SUPPRESSED  VERDICT      LAST-ERROR
192.0.2.1  avoid  disabled  yes        4.1ms  0         no          peer-silent  -
192.0.2.2  use    -         no         -      3         yes         -            GoBGP does not answer
"
    );
    let (_, out, _) = run(&server, &["bgp", "status"]);
    assert_eq!(
        out,
        "\
ENABLED  ADDRESS          STRATEGY      CONNECTED  VERSION  ERROR
yes      127.0.0.1:50061  disable-peer  yes        3        -
"
    );
    let (_, out, _) = run(&server, &["--format", "json", "bgp", "list"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        list[0],
        serde_json::json!({
            "name": "192.0.2.1", "wish": "avoid", "diagnostic": "ControlTimeExpired",
            "verdict": "peer-silent", "applied": "disabled", "confirmed": true, "took": "4.1ms",
        })
    );
    assert_eq!(list[1]["penalty"], 3.5);

    // Switched off.
    let server = Fake::new(Vec::new()).serve();
    assert_eq!(run(&server, &["--format", "json", "bgp", "list"]).1, "[]");
    let (_, out, _) = run(&server, &["--format", "yaml", "bgp", "status"]);
    assert_eq!(out, "enabled: false\nconnected: false\n");
}

#[test]
fn top_is_for_people_at_a_terminal() {
    assert_error(
        alone(&["top"]),
        "Error: top needs a terminal; for a file or a pipe: gobfdctl session list, gobfdctl monitor\n",
    );
    assert_error(
        alone(&["--format", "json", "top"]),
        "Error: top is a screen for people and has no --format; for programs: gobfdctl session list\n",
    );
}
