use super::config;
use crate::config::Diff;

fn diff(old: &str, new: &str) -> Diff {
    Diff::between(&config(old), &config(new))
}

#[test]
fn equal_configurations_differ_in_nothing() {
    let old = "log: {level: info}\nsessions: [{peer: 192.0.2.1}]";
    let new = "sessions: [{peer: 192.0.2.2}]";
    assert!(diff(old, new).is_empty());
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
