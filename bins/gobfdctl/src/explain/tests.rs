//! Each cause from a session that has it.

use std::time::Duration;

use bfd_api::v1::*;
use bfd_api::{ClientError, Timestamp};

use super::cause::Cause;
use super::ports::{Holder, Process};
use super::{Explanation, diagnose, no_session, unreachable};
use crate::exit::Exit;

/// The moment at which every session here is looked at.
const NOW: i64 = 1_767_323_045;

fn ago(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::from_unix(NOW - seconds, 0))
}

fn millis(value: u64) -> Option<bfd_api::Duration> {
    Some(Duration::from_millis(value).into())
}

/// Down for a minute, and nothing was ever heard.
fn silent() -> BfdSession {
    BfdSession {
        peer_address: "192.0.2.2".into(),
        local_address: "192.0.2.1".into(),
        r#type: SessionType::SESSION_TYPE_SINGLE_HOP.into(),
        local_state: SessionState::Down.into(),
        remote_state: SessionState::Down.into(),
        local_diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_NONE.into(),
        local_discriminator: 42,
        role: SessionRole::SESSION_ROLE_ACTIVE.into(),
        min_ttl: 255,
        counters: Some(SessionCounters {
            packets_sent: 60,
            ..Default::default()
        })
        .into(),
        created: ago(60).into(),
        observed_at: ago(0).into(),
        ..Default::default()
    }
}

/// As [`silent`], with packets of the peer that are accepted.
fn heard(remote: SessionState) -> BfdSession {
    BfdSession {
        local_state: SessionState::Init.into(),
        remote_state: remote.into(),
        last_state_change: ago(59).into(),
        last_packet_received: ago(1).into(),
        detection_time: millis(3_000).into(),
        remote: Some(RemoteValues {
            diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_CONTROL_TIME_EXPIRED.into(),
            ..Default::default()
        })
        .into(),
        ..silent()
    }
}

/// As [`silent`], with packets of the peer that are refused.
fn refused(reason: &str, ttl: u32) -> BfdSession {
    BfdSession {
        discards: vec![DiscardCount {
            reason: reason.into(),
            count: 17,
        }],
        last_discard: Some(LastDiscard {
            reason: reason.into(),
            ttl,
            timestamp: ago(1).into(),
        })
        .into(),
        ..silent()
    }
}

#[track_caller]
fn assert_cause(session: &BfdSession, cause: Cause, answer: &str) -> Explanation {
    let explanation = diagnose(session);
    assert_eq!(
        (explanation.cause, explanation.answer.as_str()),
        (cause, answer)
    );
    assert_eq!(explanation.remedy.is_empty(), cause == Cause::Up);
    let exit = if cause == Cause::Up {
        Exit::Success
    } else {
        Exit::NotUp
    };
    assert_eq!(explanation.exit(), exit);
    explanation
}

#[test]
fn nothing_received() {
    let answer = "192.0.2.2 is Down: nothing was ever received from the peer";
    assert_cause(&silent(), Cause::NothingReceived, answer);
    let lost = BfdSession {
        last_packet_received: ago(50).into(),
        ..silent()
    };
    let answer = "192.0.2.2 is Down: nothing is received from the peer since 50s";
    assert_cause(&lost, Cause::NothingReceived, answer);
}

/// A peer that just vanished: its last packet is recent, and older than the Down.
#[test]
fn a_peer_that_fell_silent_is_not_heard() {
    let mut session = BfdSession {
        local_state: SessionState::Down.into(),
        last_state_change: ago(1).into(),
        last_packet_received: ago(2).into(),
        last_down: Some(SessionDown {
            verdict: "peer-silent".into(),
            ..Default::default()
        })
        .into(),
        ..heard(SessionState::Up)
    };
    let answer = "192.0.2.2 is Down: nothing is received from the peer since 2s";
    assert_cause(&session, Cause::NothingReceived, answer);
    // It speaks again.
    session.last_packet_received = ago(0).into();
    assert_eq!(diagnose(&session).cause, Cause::ComingUp);
    // What took the session down was a packet.
    session.last_packet_received = ago(2).into();
    session.last_down.get_or_insert_default().verdict = "peer-admin-down".into();
    session.remote_state = SessionState::AdminDown.into();
    assert_eq!(diagnose(&session).cause, Cause::PeerAdminDown);
}

#[test]
fn a_discard_of_long_ago_explains_nothing() {
    let mut session = refused("ttl", 64);
    session.last_discard.get_or_insert_default().timestamp = ago(3_600).into();
    assert_eq!(diagnose(&session).cause, Cause::NothingReceived);
}

#[test]
fn wrong_ttl_of_a_single_hop() {
    let answer = "192.0.2.2 is Down: the peer's packets arrive with TTL 64, and single hop \
                  accepts 255 only (RFC 5881 section 5)";
    assert_cause(&refused("ttl", 64), Cause::WrongTtl, answer);
}

#[test]
fn wrong_ttl_of_a_multihop() {
    let session = BfdSession {
        r#type: SessionType::SESSION_TYPE_MULTI_HOP.into(),
        min_ttl: 254,
        ..refused("ttl", 63)
    };
    let answer = "192.0.2.2 (multi-hop) is Down: the peer's packets arrive with TTL 63, the \
                  least accepted is 254";
    let explanation = assert_cause(&session, Cause::WrongTtl, answer);
    assert!(explanation.remedy[0].contains("min_ttl to 63"));
}

#[test]
fn wrong_port() {
    let answer = "192.0.2.2 is Down: the peer's packets arrive on port 4784, this session's \
                  port is 3784: the peer runs a multi-hop session";
    assert_cause(&refused("wrong_port", 255), Cause::WrongPort, answer);
}

#[test]
fn wrong_interface() {
    let session = BfdSession {
        interface_name: "eth0".into(),
        ..refused("wrong_interface", 255)
    };
    let answer = "192.0.2.2 on eth0 is Down: the peer's packets arrive through another \
                  interface than interface eth0";
    assert_cause(&session, Cause::WrongInterface, answer);
}

#[test]
fn authentication() {
    let answer = "192.0.2.2 is Down: the peer authenticates its packets, this session has no \
                  authentication (auth_unexpected)";
    assert_cause(
        &refused("auth_unexpected", 255),
        Cause::Authentication,
        answer,
    );
    for (reason, why) in [
        (
            "auth_missing",
            "does not authenticate its packets, this session asks for it",
        ),
        ("auth_type", "authenticates with another type"),
        (
            "auth_key_id",
            "uses a key that this session does not accept now",
        ),
        ("auth_digest", "do not match the secret of their key"),
        ("auth_sequence", "carry sequence numbers that are not next"),
        (
            "auth_length",
            "packets of the peer fail authentication (auth_length)",
        ),
    ] {
        let found = diagnose(&refused(reason, 255));
        assert_eq!(found.cause, Cause::Authentication, "{reason}");
        assert!(found.answer.contains(why), "{}", found.answer);
    }
    let keyed = BfdSession {
        auth_keys: Some(AuthenticationKeys {
            send: 7,
            accept: vec![7],
            stand_in: true,
            ..Default::default()
        })
        .into(),
        ..refused("auth_key_id", 255)
    };
    assert_eq!(
        diagnose(&keyed).remedy[1],
        "this session sends with key 7 (its time is over or to come), accepts 7"
    );
}

#[test]
fn any_other_rule() {
    let answer = "192.0.2.2 is Down: packets of the peer arrive and are refused (version)";
    assert_cause(&refused("version", 255), Cause::Refused, answer);
}

#[test]
fn the_peer_signals_down() {
    let answer = "192.0.2.2 is Init: the peer is heard but signals Down (ControlTimeExpired): \
                  our packets do not reach it, or it refuses them";
    assert_cause(&heard(SessionState::Down), Cause::PeerSignalsDown, answer);
}

#[test]
fn the_peer_is_held_down() {
    let answer = "192.0.2.2 is Down: the operator of the peer holds it down (the peer signals \
                  AdminDown)";
    let session = BfdSession {
        local_state: SessionState::Down.into(),
        ..heard(SessionState::AdminDown)
    };
    assert_cause(&session, Cause::PeerAdminDown, answer);
}

#[test]
fn a_handshake_needs_a_moment() {
    let session = BfdSession {
        last_state_change: ago(1).into(),
        ..heard(SessionState::Down)
    };
    let answer = "192.0.2.2 is Init: the peer is heard and signals Down; the handshake is \
                  under way";
    assert_cause(&session, Cause::ComingUp, answer);
    assert_eq!(diagnose(&heard(SessionState::Up)).cause, Cause::ComingUp);
}

#[test]
fn every_problem_of_the_path() {
    let cases = [
        (
            PathProblem::PATH_PROBLEM_INTERFACE_MISSING,
            Cause::InterfaceMissing,
            "192.0.2.2 on eth0 is Down: interface eth0 does not exist",
        ),
        (
            PathProblem::PATH_PROBLEM_INTERFACE_DOWN,
            Cause::InterfaceDown,
            "192.0.2.2 on eth0 is Down: interface eth0 is down or has no carrier",
        ),
        (
            PathProblem::PATH_PROBLEM_ADDRESS_MISSING,
            Cause::AddressMissing,
            "192.0.2.2 on eth0 is Down: local address 192.0.2.1 is not configured on this system",
        ),
        (
            PathProblem::PATH_PROBLEM_NO_ROUTE,
            Cause::NoRoute,
            "192.0.2.2 on eth0 is Down: no route leads to 192.0.2.2",
        ),
        (
            PathProblem::PATH_PROBLEM_ADDRESS_FAMILY,
            Cause::AddressFamily,
            "192.0.2.2 on eth0 is Down: local and peer address are of different families",
        ),
    ];
    for (problem, cause, answer) in cases {
        let session = BfdSession {
            interface_name: "eth0".into(),
            path_problem: problem.into(),
            ..silent()
        };
        assert_cause(&session, cause, answer);
    }
}

#[test]
fn held_down_here() {
    let session = BfdSession {
        local_state: SessionState::AdminDown.into(),
        admin_down: true,
        // Whatever else is wrong does not matter.
        path_problem: PathProblem::PATH_PROBLEM_NO_ROUTE.into(),
        ..silent()
    };
    let answer = "192.0.2.2 is AdminDown: an operator of this system holds it down";
    let explanation = assert_cause(&session, Cause::AdminDown, answer);
    assert_eq!(explanation.remedy, ["gobfdctl session admin-up 42"]);
}

#[test]
fn passive_waits() {
    let session = BfdSession {
        role: SessionRole::SESSION_ROLE_PASSIVE.into(),
        ..silent()
    };
    let answer = "192.0.2.2 is Down: passive, it waits for the peer to begin, and nothing came \
                  yet";
    assert_cause(&session, Cause::PassiveWaits, answer);
}

#[test]
fn the_kernel_refuses_to_send() {
    let session = BfdSession {
        counters: Some(SessionCounters {
            packets_sent: 1,
            tx_errors: 59,
            ..Default::default()
        })
        .into(),
        ..silent()
    };
    let answer = "192.0.2.2 is Down: the kernel refused to send 59 packets";
    assert_cause(&session, Cause::CannotSend, answer);
}

/// The peer says that it does not hear us, and we know why.
#[test]
fn the_kernel_refuses_to_send_to_a_peer_that_is_heard() {
    let mut session = heard(SessionState::Down);
    let counters = session.counters.get_or_insert_default();
    (counters.packets_sent, counters.tx_errors) = (9_000, 59);
    session.last_down.get_or_insert_default().verdict = "tx-failed".into();
    let answer = "192.0.2.2 is Init: the kernel refused to send 59 packets";
    assert_cause(&session, Cause::CannotSend, answer);
    session.last_down.get_or_insert_default().verdict = "one-way".into();
    assert_eq!(diagnose(&session).cause, Cause::PeerSignalsDown);
}

#[test]
fn a_session_that_is_up_shows_gap_and_limit() {
    let session = BfdSession {
        local_state: SessionState::Up.into(),
        remote_state: SessionState::Up.into(),
        last_state_change: ago(3_600).into(),
        last_packet_received: ago(0).into(),
        detection_time: millis(150).into(),
        arrivals: Some(ArrivalStatistics {
            min: millis(40).into(),
            max: millis(61).into(),
            mean: millis(45).into(),
        })
        .into(),
        last_down: Some(SessionDown {
            verdict: "peer-silent".into(),
            sentence: "nothing came from the peer for a detection time".into(),
            timestamp: ago(3_700).into(),
            ..Default::default()
        })
        .into(),
        ..silent()
    };
    let answer = "192.0.2.2 is Up: since 2026-01-02T02:04:05Z, last packet 0s ago, limit 150ms";
    let explanation = assert_cause(&session, Cause::Up, answer);
    let expected = "\
192.0.2.2 is Up: since 2026-01-02T02:04:05Z, last packet 0s ago, limit 150ms
Evidence:
  - state Up (None) here, for 1h0m0s, Up at the peer
  - packets: 60 sent, 0 received, 0 refused
  - last packet accepted 0s ago
  - arrival gaps: shortest 40ms, average 45ms, longest 61ms, limit 150ms
  - last went down 1h1m40s ago: nothing came from the peer for a detection time (peer-silent)
";
    assert_eq!(explanation.to_string(), expected);
}

#[test]
fn the_text_is_answer_evidence_remedy() {
    let text = diagnose(&refused("wrong_port", 255)).to_string();
    let expected = "\
192.0.2.2 is Down: the peer's packets arrive on port 4784, this session's port is 3784: the peer runs a multi-hop session
Evidence:
  - state Down (None) here, Down at the peer
  - packets: 60 sent, 0 received, 0 refused
  - refused: 17 wrong_port
  - last refused: wrong_port with TTL 255, 1s ago
Remedy:
  - use the same session type on both ends
";
    assert_eq!(text, expected);
}

fn nobody() -> ClientError {
    ClientError::unreachable("localhost:50051".parse().unwrap(), "connection refused")
}

fn holder(port: u16, name: &str) -> Holder {
    let process = Some(Process {
        name: name.into(),
        pid: 812,
    });
    Holder { port, process }
}

#[test]
fn another_daemon_holds_the_ports() {
    let holders = [holder(3784, "bfdd"), holder(4784, "bfdd")];
    let explanation = unreachable(&nobody(), &holders);
    assert_eq!(explanation.cause, Cause::PortsHeld);
    let answer = "another daemon holds the BFD ports: bfdd (pid 812)";
    assert_eq!(explanation.answer, answer);
    let evidence = [
        "the API does not answer: unavailable: localhost:50051: connection refused",
        "UDP port 3784 is held by bfdd (pid 812)",
        "UDP port 4784 is held by bfdd (pid 812)",
    ];
    assert_eq!(explanation.evidence, evidence);
    let unseen = Holder {
        port: 3784,
        process: None,
    };
    let answer = unreachable(&nobody(), &[unseen]).answer;
    assert_eq!(
        answer,
        "another daemon holds the BFD ports: a program that only root may see"
    );
}

#[test]
fn our_daemon_runs_elsewhere() {
    let explanation = unreachable(&nobody(), &[holder(3784, "gobfd")]);
    assert_eq!(explanation.cause, Cause::NoDaemon);
    let answer = "gobfd (pid 812) runs, but its API does not answer at this address";
    assert_eq!(explanation.answer, answer);
}

#[test]
fn no_daemon_at_all() {
    let explanation = unreachable(&nobody(), &[]);
    assert_eq!(explanation.cause, Cause::NoDaemon);
    assert_eq!(explanation.answer, "gobfd does not run here");
}

#[test]
fn no_such_session() {
    let explanation = no_session("192.0.2.9", &[silent()]);
    assert_eq!(explanation.cause, Cause::NoSession);
    assert_eq!(explanation.answer, "192.0.2.9 has no session here");
    assert_eq!(explanation.exit(), Exit::NotUp);
}
