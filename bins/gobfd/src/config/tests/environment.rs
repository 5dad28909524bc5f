use bfd_program::logging::LogLevel;

use super::{config, with_environment};
use crate::config::environment::{is_reachable, variable};
use crate::config::keys;
use crate::config::{Environment, parse};

#[test]
fn each_scalar_key_has_a_variable_of_its_own() {
    let mut names: Vec<String> = Vec::new();
    for key in keys::all().filter(|key| is_reachable(key)) {
        let name = variable(key.path).replace('N', "n");
        assert!(!names.contains(&name), "{name}");
        names.push(name);
    }
    assert!(names.len() > 80);
}

#[test]
fn each_variable_reaches_its_key_and_no_other() {
    for key in keys::all().filter(|key| is_reachable(key)) {
        let name = variable(&key.path.replace("[]", ".0"));
        let mut entries = crate::config::entries::Entries::default();
        let (warnings, problems) = Environment::of([(name.as_str(), "x")]).overlay(&mut entries);
        assert!(
            warnings.is_empty() && problems.is_empty(),
            "{name}: {warnings:?} {problems:?}"
        );
        let path = key.path.replacen("[]", "[0]", 1);
        assert_eq!(entries.paths().collect::<Vec<_>>(), [path], "{name}");
    }
}

#[test]
fn the_names_of_0_6_work() {
    let config = with_environment(
        "log: {level: error}",
        &[
            ("GOBFD_GRPC_ADDR", "127.0.0.1:1"),
            ("GOBFD_METRICS_ADDR", ":2"),
            ("GOBFD_METRICS_PATH", "/m"),
            ("GOBFD_LOG_LEVEL", "debug"),
            ("GOBFD_LOG_FORMAT", "text"),
            ("GOBFD_ECHO_ENABLED", "false"),
            ("GOBFD_UNSOLICITED_ENABLED", "0"),
            ("GOBFD_VXLAN_BACKEND", "userspace-udp"),
            ("GOBFD_GOBGP_TLS_ENABLED", "false"),
        ],
    )
    .expect("accepted");
    assert_eq!(config.grpc.addr.to_string(), "127.0.0.1:1");
    assert_eq!(config.metrics.addr.to_string(), ":2");
    assert_eq!(config.metrics.path, "/m");
    assert_eq!(config.log.level, LogLevel::Debug);
}

#[test]
fn keys_with_underscores_are_reachable() {
    let config = with_environment(
        "sessions: [{peer: 192.0.2.1}, {peer: 192.0.2.2}]",
        &[
            ("GOBFD_BFD_DEFAULT_DESIRED_MIN_TX", "50ms"),
            ("GOBFD_ENGINE_RECEIVE_BUFFER", "65536"),
            ("GOBFD_SESSIONS_1_DETECT_MULT", "7"),
        ],
    )
    .expect("accepted");
    assert_eq!(config.sessions[0].spec.desired_min_tx.micros().0, 50_000);
    assert_eq!(config.engine.receive_buffer, 65_536);
    let mults = config
        .sessions
        .iter()
        .map(|session| session.spec.detect_mult.get());
    assert_eq!(mults.collect::<Vec<_>>(), [3, 7]);
}

#[test]
fn sessions_can_be_added_one_after_the_other() {
    let numbered: Vec<(String, String)> = (0..12)
        .map(|index| {
            (
                format!("GOBFD_SESSIONS_{index}_PEER"),
                format!("192.0.2.{}", index + 1),
            )
        })
        .collect();
    let pairs: Vec<_> = numbered
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        with_environment("", &pairs)
            .expect("accepted")
            .sessions
            .len(),
        12
    );
    assert_eq!(
        with_environment("", &[("GOBFD_SESSIONS_3_PEER", "192.0.2.1")]),
        Err(
            "GOBFD_SESSIONS_3_PEER: sessions[3].peer: sessions has 0 elements, the next one is \
             sessions[0]"
                .into()
        )
    );
}

#[test]
fn a_fault_names_the_variable() {
    assert_eq!(
        with_environment("", &[("GOBFD_LOG_LEVEL", "")]),
        Err(
            "GOBFD_LOG_LEVEL: log.level: expected debug, info, warn or error in upper or lower \
             case, found \"\""
                .into()
        )
    );
    assert_eq!(
        with_environment(
            "",
            &[
                ("GOBFD_SESSIONS_0_DETECT_MULT", "0"),
                ("GOBFD_GOBGP_ENABLED", "1")
            ]
        )
        .map_err(|text| text.lines().count()),
        Err(3)
    );
}

#[test]
fn unknown_names_are_warned_about_and_foreign_ones_are_not() {
    let environment = Environment::of([
        ("GOBFD_ADDR", "http://localhost:50051"),
        ("GOBFD_PEER", "192.0.2.1"),
        ("GOBFD_LOG", "debug"),
        ("GOBFD_LOGLEVEL", "debug"),
        ("GOBFD_PORT", "tcp://10.0.0.1:50051"),
        ("GOBFD_SERVICE_HOST", "10.0.0.1"),
        ("GOBFD_METRICS_PORT_9100_TCP_ADDR", "10.0.0.1"),
        ("HOME", "/root"),
    ]);
    let loaded = parse("", "", &environment).expect("accepted");
    assert_eq!(
        loaded.warnings,
        [
            "GOBFD_LOG: no such key, ignored",
            "GOBFD_LOGLEVEL: no such key, ignored"
        ]
    );
    assert_eq!(loaded.config, config(""));
}
