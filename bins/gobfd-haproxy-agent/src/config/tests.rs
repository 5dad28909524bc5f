use std::path::Path;
use std::time::Duration;

use bfd_program::logging::{LogFormat, LogLevel};
use tempfile::TempDir;

use super::{Settings, load};
use crate::board::{Answer, Away, Policy};
use crate::cli::Source;
use crate::push::Target;

fn read(text: &str, source: Source) -> Result<Settings, String> {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("f.yml");
    std::fs::write(&file, text).expect("written");
    let name = file.display().to_string();
    let file = Some(file);
    load(&Source { file, ..source }).map_err(|error| {
        let text = error.to_string();
        text.replace(&name, "f.yml")
    })
}

fn settings(text: &str) -> Settings {
    read(text, Source::default()).unwrap_or_else(|error| panic!("{error}\n--- in ---\n{text}"))
}

fn faults(text: &str) -> String {
    read(text, Source::default()).expect_err("refused")
}

const ONE: &str = "backends: [{peer: 192.0.2.1, agent_port: 9990}]\n";

#[test]
fn a_file_of_the_earlier_release_means_what_it_meant() {
    let text = "gobfd_addr: \"http://127.0.0.1:50052\"
backends:
  - peer: \"172.23.0.30\"
    agent_port: 9990
  - peer: \"172.23.0.40\"
    agent_port: 9991
";
    let settings = settings(text);
    assert_eq!(settings.daemon.to_string(), "127.0.0.1:50052");
    assert_eq!(settings.metrics, None);
    assert_eq!(settings.push, None);
    assert_eq!(settings.log.level, LogLevel::Info);
    assert_eq!(settings.log.format, LogFormat::Text);
    let policy = Policy {
        away: Away::KeepLast(Duration::from_secs(60)),
        admin_down: Answer::Down,
    };
    assert_eq!(settings.policy, policy);
    let shown: Vec<String> = settings
        .backends
        .iter()
        .map(|backend| format!("{backend} {}", backend.listen))
        .collect();
    assert_eq!(shown, ["172.23.0.30 :9990", "172.23.0.40 :9991"]);
}

#[test]
fn the_example_is_good_and_shows_every_key() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/gobfd-haproxy-agent.example.yml");
    let text = std::fs::read_to_string(path).expect("the example");
    let example = settings(&text);
    let plain = settings(ONE);
    assert_eq!(example.daemon, plain.daemon, "the example shows defaults");
    assert_eq!(example.log, plain.log, "the example shows defaults");
    assert_eq!(example.policy, plain.policy, "the example shows defaults");
    assert_eq!(
        example.push,
        Some(Target::Unix("/run/haproxy/admin.sock".into()))
    );
    assert_eq!(example.backends.len(), 2);
    let second = &example.backends[1];
    assert_eq!(second.to_string(), "2001:db8::40%eth1 from 2001:db8::1");
    assert_eq!(second.listen.to_string(), "127.0.0.1:9991");
    assert_eq!(second.server.as_deref(), Some("web/web2"));
}

#[test]
fn the_file_goes_before_the_flag_and_the_flag_before_the_variable() {
    let address = |text: &str, flag: Option<&str>, variable: Option<&str>| {
        let source = Source {
            daemon_by_flag: flag.map(str::to_owned),
            daemon_by_variable: variable.map(str::to_owned),
            file: None,
        };
        read(text, source).map(|settings| settings.daemon.to_string())
    };
    let file = format!("gobfd_addr: http://file:1\n{ONE}");
    let (flag, variable) = (Some("http://flag:2"), Some("http://variable:3"));
    assert_eq!(address(&file, flag, variable).as_deref(), Ok("file:1"));
    assert_eq!(address(ONE, flag, variable).as_deref(), Ok("flag:2"));
    assert_eq!(address(ONE, None, variable).as_deref(), Ok("variable:3"));
    assert_eq!(address(ONE, None, None).as_deref(), Ok("127.0.0.1:50052"));
    assert_eq!(
        address(ONE, Some("https://x:1"), None).expect_err("refused"),
        "-gobfd-addr: address \"https://x:1\" asks for TLS, which the API does not speak; use http://"
    );
    let bad = address(ONE, None, Some("nonsense")).expect_err("refused");
    assert!(bad.starts_with("GOBFD_ADDR: "), "{bad}");
}

#[test]
fn the_policy_is_read() {
    let policy = |text: &str| settings(&format!("{text}\n{ONE}")).policy;
    let away = |text: &str| policy(&format!("daemon_away: {{{text}}}")).away;
    assert_eq!(away("answer: up"), Away::Fail(Answer::Up));
    assert_eq!(away("answer: down"), Away::Fail(Answer::Down));
    assert_eq!(away("keep_for: 5s"), Away::KeepLast(Duration::from_secs(5)));
    assert_eq!(
        away("answer: keep-last, keep_for: 1m30s"),
        Away::KeepLast(Duration::from_secs(90))
    );
    assert_eq!(policy("admin_down: drain").admin_down, Answer::Drain);
}

#[test]
fn nothing_to_do_is_an_error_with_the_words_of_old() {
    let error = load(&Source::default()).expect_err("no file");
    let words = "no backends configured; use --config with backends list";
    assert_eq!(error.message(), words);
    assert_eq!(faults("backends: []\n"), "a list of backends is required");
    let missing = Source {
        file: Some("/nonexistent/f.yml".into()),
        ..Source::default()
    };
    let error = load(&missing).expect_err("no such file");
    assert_eq!(error.message(), "failed to load config");
    assert_eq!(
        error.to_string(),
        "/nonexistent/f.yml: cannot be read: No such file or directory (os error 2)"
    );
}

#[test]
fn every_fault_is_told_with_its_place() {
    let text = "gobfd_adr: x
admin_down: up
daemon_away: {answer: up, keep_for: 3s}
haproxy: {socket: admin.sock}
backends:
  - {peer: 192.0.2.1, agent_port: 70000}
  - {peer: fe80::1, agent_port: 1, server: web}
  - {peer: 'fe80::1%eth0', interface: eth1, agent_port: 1}
  - {agent_port: 2, local: 192.0.2.1}
  - {peer: 192.0.2.1, local: '::1', agent_prot: 3}
";
    let expected = "\
f.yml:1:1: gobfd_adr: unknown key; did you mean gobfd_addr?
f.yml:2:13: admin_down: expected down or drain, found \"up\"
f.yml:3:37: daemon_away.keep_for: only for answer: keep-last
f.yml:4:10: haproxy: no backend has a server to push to; add server: BACKEND/SERVER
f.yml:4:19: haproxy.socket: expected /PATH, unix:PATH or HOST:PORT, found \"admin.sock\"
f.yml:6:35: backends[0].agent_port: expected a whole number from 0 to 65535, found \"70000\"
f.yml:7:12: backends[1].peer: a link-local address needs interface, or a zone: fe80::1%eth0
f.yml:7:44: backends[1].server: expected BACKEND/SERVER as HAProxy names them, found \"web\"
f.yml:8:12: backends[2].peer: the zone eth0 contradicts interface eth1
f.yml:8:57: backends[2].agent_port: the same as in backends[1]
f.yml:9:5: backends[3].peer: missing: the address of the BFD peer is required
f.yml:10:5: backends[4].agent_port: missing: the port of HAProxy's agent-port is required
f.yml:10:30: backends[4].local: expected an address of the family of peer 192.0.2.1
f.yml:10:37: backends[4].agent_prot: unknown key; did you mean agent_port?";
    assert_eq!(faults(text), expected);
}

#[test]
fn what_is_to_be_pushed_has_both_ends_and_one_name() {
    let socket = "haproxy: {socket: 127.0.0.1:9999}\n";
    let twice = "backends:
  - {peer: 192.0.2.1, agent_port: 0, server: a/b}
  - {peer: 192.0.2.2, agent_port: 0, server: a/b}
";
    let found = faults(&format!("{socket}{twice}"));
    assert_eq!(
        found,
        "f.yml:4:46: backends[1].server: the same as in backends[0]"
    );
    let found = faults("backends: [{peer: 192.0.2.1, agent_port: 1, server: a/b}]\n");
    assert!(
        found.contains("without haproxy.socket nothing is pushed"),
        "{found}"
    );
    let found = faults(&format!("{socket}{ONE}"));
    assert!(
        found.contains("no backend has a server to push to"),
        "{found}"
    );
    for bad in ["a/b;x", "a b/c", "a/", "/b", "a/b/c", "a/b\\"] {
        let found = faults(&format!(
            "{socket}backends: [{{peer: 192.0.2.1, agent_port: 1, server: '{bad}'}}]\n"
        ));
        assert!(found.contains("expected BACKEND/SERVER"), "{bad}: {found}");
    }
}
