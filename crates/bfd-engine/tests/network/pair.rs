//! Two engines over a veth pair: what a session needs of the kernel, for real.

use std::time::Duration;

use crate::support::{End, Namespaces, await_that, ifindex, session};
use bfd_engine::{Engine, EngineConfig, Event};
use bfd_proto::{Admin, Discard, SessionKind, State, Verdict};

const MULTIHOP: SessionKind = SessionKind::MultiHop { min_ttl: 254 };
const SINGLE: SessionKind = SessionKind::SingleHop;

// covers: 5881-2-01, 5881-2-02, 5881-3-01
#[test]
fn all_kinds_and_families_come_up_at_once_between_the_same_hosts() {
    let namespaces = Namespaces::new();
    let ends = [End::start(&namespaces, 0), End::start(&namespaces, 1)];
    let index = [ifindex(&namespaces, 0), ifindex(&namespaces, 1)];
    let pairs = [
        (SINGLE, "10.0.0.1", "10.0.0.2"),
        (SINGLE, "fd00::1", "fd00::2"),
        (SINGLE, "fe80::1", "fe80::2"),
        (MULTIHOP, "10.0.0.1", "10.0.0.2"),
        (MULTIHOP, "fd00::1", "fd00::2"),
    ];
    let mut ids = Vec::new();
    for (kind, a, b) in pairs {
        ids.push((0, ends[0].add(session(kind, a, b, index[0]))));
        ids.push((1, ends[1].add(session(kind, b, a, index[1]))));
    }
    for (side, id) in &ids {
        ends[*side].await_state(*id, State::Up);
    }
    for (side, id) in ids {
        await_that("the poll sequence ends", || {
            !ends[side].view(id).poll_active
        });
        let view = ends[side].view(id);
        assert_eq!(view.detection_time, Duration::from_millis(150));
        assert_eq!(view.counters.tx_errors, 0);
    }
}

#[test]
fn a_silent_cut_is_noticed_in_time_with_the_right_verdict() {
    let namespaces = Namespaces::new();
    let mut ends = [End::start(&namespaces, 0), End::start(&namespaces, 1)];
    let index = [ifindex(&namespaces, 0), ifindex(&namespaces, 1)];
    let a = ends[0].add(session(SINGLE, "10.0.0.1", "10.0.0.2", index[0]));
    let b = ends[1].add(session(SINGLE, "10.0.0.2", "10.0.0.1", index[1]));
    ends[0].await_state(a, State::Up);
    ends[1].await_state(b, State::Up);
    namespaces.cut(1);
    ends[1].await_event(|event| down(event).is_some_and(|v| v == Verdict::PeerSilent));
    ends[0].await_event(|event| down(event).is_some_and(|v| v == Verdict::OneWay));
    let evidence = ends[1].view(b).last_down.expect("went down").evidence;
    assert_eq!(evidence.limit, Duration::from_millis(150));
    assert!(evidence.gap >= evidence.limit, "{evidence:?}");
    namespaces.mend(1);
    ends[0].await_state(a, State::Up);
    ends[1].await_state(b, State::Up);
}

#[test]
fn removal_tells_the_peer_and_frees_the_session() {
    let namespaces = Namespaces::new();
    let mut ends = [End::start(&namespaces, 0), End::start(&namespaces, 1)];
    let index = [ifindex(&namespaces, 0), ifindex(&namespaces, 1)];
    let a = ends[0].add(session(SINGLE, "10.0.0.1", "10.0.0.2", index[0]));
    let b = ends[1].add(session(SINGLE, "10.0.0.2", "10.0.0.1", index[1]));
    ends[0].await_state(a, State::Up);
    ends[1].await_state(b, State::Up);
    ends[0].handle.admin(a, Admin::Down);
    ends[0].await_event(|event| down(event) == Some(Verdict::Admin));
    ends[1].await_event(|event| down(event) == Some(Verdict::PeerAdminDown));
    ends[0].handle.admin(a, Admin::Up);
    ends[1].await_state(b, State::Up);
    ends[0].handle.remove(a);
    ends[0].await_event(|event| *event == Event::Removed(a));
    assert_eq!(ends[0].handle.read(a), None);
    assert_eq!(ends[0].handle.sessions(), []);
    let again = ends[0].add(session(SINGLE, "10.0.0.1", "10.0.0.2", index[0]));
    assert_ne!(again, a);
    ends[0].await_state(again, State::Up);
}

#[test]
fn a_packet_on_the_wrong_port_is_evidence() {
    let namespaces = Namespaces::new();
    let ends = [End::start(&namespaces, 0), End::start(&namespaces, 1)];
    let index = [ifindex(&namespaces, 0), ifindex(&namespaces, 1)];
    let a = ends[0].add(session(SINGLE, "10.0.0.1", "10.0.0.2", index[0]));
    ends[1].add(session(MULTIHOP, "10.0.0.2", "10.0.0.1", index[1]));
    await_that("a wrong port is noted", || {
        ends[0]
            .view(a)
            .last_discard
            .is_some_and(|(_, reason, _)| reason == Discard::WrongPort)
    });
    assert_eq!(ends[0].view(a).state, State::Down);
}

#[test]
fn a_second_engine_in_the_namespace_is_refused_with_a_clear_sentence() {
    let namespaces = Namespaces::new();
    let _first = End::start(&namespaces, 0);
    let error = namespaces
        .inside(0, || Engine::start(&EngineConfig::default()))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("already runs in this network namespace"),
        "{error}"
    );
}

/// Readable names in `top -H`, and sleeps that end when asked: the kernel's slack is 50 µs.
#[test]
fn threads_have_names_and_no_timer_slack() {
    let namespaces = Namespaces::new();
    let _end = End::start(&namespaces, 0);
    let read = |path: String| std::fs::read_to_string(path).unwrap_or_default();
    for wanted in ["bfd-worker-0\n", "bfd-desk\n"] {
        await_that(wanted, || {
            let threads = std::fs::read_dir("/proc/self/task")
                .expect("proc")
                .flatten();
            let mut ids = threads.map(|entry| entry.file_name().to_string_lossy().into_owned());
            ids.any(|id| {
                read(format!("/proc/self/task/{id}/comm")) == wanted
                    && read(format!("/proc/{id}/timerslack_ns")) == "1\n"
            })
        });
    }
}

fn down(event: &Event) -> Option<Verdict> {
    match event {
        Event::Changed { change, .. } => change.down.map(|down| down.verdict),
        _ => None,
    }
}
