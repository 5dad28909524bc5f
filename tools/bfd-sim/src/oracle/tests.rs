//! The oracle bites: each invariant is broken once.

use std::net::{IpAddr, Ipv4Addr};

use bfd_engine::Endpoint;
use bfd_proto::{
    DetectMult, Discriminator, Down, Evidence, Interval, Micros, PathProblem, Role, SessionKind,
    SessionSpec,
};

use super::*;

/// The detection time.
const LIMIT: Duration = Duration::from_millis(150);

fn ms(count: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(count)
}

/// An end in Up that last heard something after 1000 ms.
fn end() -> End {
    let kind = SessionKind::SingleHop;
    let interval = Interval::new(Micros(50_000)).expect("not zero");
    let spec = SessionSpec {
        kind,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    };
    let id = SessionId {
        worker: 0,
        slot: 0,
        generation: 0,
        discriminator: Discriminator::new(1).expect("not zero"),
    };
    let endpoint = Endpoint {
        kind,
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        local: None,
        ifindex: None,
    };
    let wish = NewSession {
        spec,
        authentication: None,
        endpoint,
        path: Err(PathProblem::AddressMissing),
        admin_down: false,
    };
    let mut end = End::new(id, wish);
    end.state = State::Up;
    for at in [900, 950, 1000] {
        end.arrived(ms(at));
    }
    end
}

/// Silence was noticed so many milliseconds after the start.
fn silent(at: u64) -> StateChange {
    let evidence = Evidence {
        limit: LIMIT,
        ..Evidence::default()
    };
    StateChange {
        at: ms(at),
        from: State::Up,
        to: State::Down,
        diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
        remote_state: State::Up,
        down: Some(Down {
            verdict: Verdict::PeerSilent,
            evidence,
        }),
    }
}

fn complaint(change: StateChange, free_since: Instant) -> String {
    let result = end().changed(change, free_since);
    result.map_or_else(|broken| broken.to_string(), |()| String::new())
}

#[test]
fn a_down_at_the_end_of_the_detection_time_is_right() {
    assert_eq!(complaint(silent(1150), Instant::ZERO), "");
    assert_eq!(complaint(silent(1152), Instant::ZERO), "");
}

#[test]
fn a_down_although_packets_arrived_in_time_is_found() {
    let said = complaint(silent(1149), Instant::ZERO);
    assert!(
        said.starts_with("Down after 149ms of silence, 150ms are granted"),
        "{said}"
    );
}

#[test]
fn a_late_down_is_found_unless_the_worker_could_not_run() {
    let said = complaint(silent(1160), Instant::ZERO);
    assert!(
        said.starts_with("Down 10ms after the detection time"),
        "{said}"
    );
    assert_eq!(complaint(silent(1160), ms(1159)), "");
}

#[test]
fn a_down_without_a_verdict_and_a_verdict_without_a_down_are_found() {
    let mute = StateChange {
        down: None,
        ..silent(1150)
    };
    assert!(complaint(mute, Instant::ZERO).starts_with("verdict None for Up to Down"));
    let mut end = end();
    end.state = State::Down;
    let chatty = StateChange {
        from: State::Down,
        to: State::Init,
        ..silent(1150)
    };
    let said = end
        .changed(chatty, Instant::ZERO)
        .map_err(|broken| broken.to_string());
    assert!(said.is_err_and(|said| said.starts_with("verdict Some")));
}

#[test]
fn a_change_that_does_not_follow_from_the_last_is_found() {
    let odd = StateChange {
        from: State::Init,
        ..silent(1150)
    };
    assert_eq!(
        complaint(odd, Instant::ZERO),
        "Init to Down told in state Up"
    );
}
