use super::config;
use crate::config::Diff;

fn diff(old: &str, new: &str) -> Diff {
    Diff::between(&config(old), &config(new))
}

#[test]
fn equal_configurations_differ_in_nothing() {
    let old = "sessions:\n  - {peer: 192.0.2.1}\n  - {peer: 192.0.2.2}\n";
    let new = "sessions:\n  - {peer: '::ffff:192.0.2.2', detect_mult: 3}\n  - {peer: 192.0.2.1}\n";
    assert!(diff(old, new).is_empty());
}

#[test]
fn sessions_are_matched_by_key() {
    let old = "sessions: [{peer: 192.0.2.1}, {peer: 192.0.2.2}, {peer: 192.0.2.3}]";
    let new = "sessions: [{peer: 192.0.2.4}, {peer: 192.0.2.3, detect_mult: 5}, {peer: 192.0.2.1}]";
    let diff = diff(old, new);
    let peers = |sessions: &[crate::config::SessionSettings]| -> Vec<String> {
        sessions
            .iter()
            .map(|session| session.key.to_string())
            .collect()
    };
    assert_eq!(peers(&diff.added), ["192.0.2.4"]);
    assert_eq!(peers(&diff.removed), ["192.0.2.2"]);
    let [(before, after)] = &diff.changed[..] else {
        panic!("one change: {diff:?}")
    };
    assert_eq!(
        (before.spec.detect_mult.get(), after.spec.detect_mult.get()),
        (3, 5)
    );
}

#[test]
fn another_kind_is_another_session_and_min_ttl_is_not() {
    let single = "sessions: [{peer: 192.0.2.1}]";
    let multi = "sessions: [{peer: 192.0.2.1, type: multi_hop}]";
    let lower = "sessions: [{peer: 192.0.2.1, type: multi_hop, min_ttl: 64}]";
    let change = diff(single, multi);
    assert_eq!(
        (
            change.added.len(),
            change.removed.len(),
            change.changed.len()
        ),
        (1, 1, 0)
    );
    assert_eq!(diff(multi, lower).changed.len(), 1);
}

#[test]
fn a_default_changes_the_sessions_that_use_it() {
    let list = "sessions: [{peer: 192.0.2.1}, {peer: 192.0.2.2, desired_min_tx: 1s}]";
    let diff = diff(
        list,
        &format!("bfd: {{default_desired_min_tx: 50ms}}\n{list}"),
    );
    assert_eq!(diff.changed.len(), 1);
}

#[test]
fn the_log_follows_at_once_and_the_rest_says_so() {
    assert!(diff("", "log: {level: debug}").log);
    let diff = diff(
        "",
        "grpc: {addr: ':1', unix: /run/x}\nmetrics: {addr: ':2', path: /m}
engine: {workers: 2, receive_buffer: 65536, scheduler: fifo, lock_memory: true}",
    );
    assert!(!diff.log);
    assert_eq!(diff.restart.len(), 8);
    assert_eq!(
        diff.restart[0],
        "grpc.addr: 127.0.0.1:50051 stays in force, :1 needs a restart"
    );
    assert_eq!(
        diff.restart[4],
        "engine.workers: auto stays in force, 2 needs a restart"
    );
    assert_eq!(
        diff.restart[6],
        "engine.scheduler: normal stays in force, fifo with priority 60 needs a restart"
    );
}

#[test]
fn what_needs_a_restart_stays_in_force() {
    let old = config("");
    let new = config("grpc: {addr: ':1'}\nlog: {level: debug}\nsessions: [{peer: 192.0.2.1}]");
    let running = Diff::in_force(&old, new.clone());
    assert_eq!(running.grpc, old.grpc);
    assert_eq!((&running.log, &running.sessions), (&new.log, &new.sessions));
    // The same file again still says so; the old one again says nothing.
    assert_eq!(Diff::between(&running, &new).restart.len(), 1);
    assert!(Diff::between(&running, &old).restart.is_empty());
}
