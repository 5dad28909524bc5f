//! Each verdict is made once by what it names, and only the first that fits is given.

use crate::support::{MS, Rig, SECOND, peer, spec};
use bfd_proto::{
    Admin, ControlPacket, Diagnostic, Discard, Input, Path, PathProblem, State, Verdict,
};
use std::collections::BTreeSet;

/// `EACCES`, as a firewall on our side gives it.
const EACCES: i32 = 13;

/// The verdict on the latest Down.
fn verdict(rig: &Rig) -> Verdict {
    let change = rig.changes.last().expect("the state changed");
    let down = change.down.expect("a Down is explained");
    assert_eq!(rig.view().last_down, Some(down));
    down.verdict
}

fn silence(mut rig: Rig) -> Verdict {
    rig.advance(150 * MS);
    verdict(&rig)
}

fn signal(mut rig: Rig, state: State, diagnostic: Diagnostic) -> Verdict {
    rig.receive(&ControlPacket {
        diagnostic,
        ..peer(state)
    });
    verdict(&rig)
}

fn admin() -> Verdict {
    let mut rig = Rig::up();
    rig.input(Input::Admin(Admin::Down));
    verdict(&rig)
}

fn link_down() -> Verdict {
    let mut rig = Rig::up();
    rig.input(Input::Path(Path::Waiting(PathProblem::InterfaceDown)));
    assert_eq!(rig.view().diagnostic, Diagnostic::PATH_DOWN);
    verdict(&rig)
}

fn tx_failed() -> Verdict {
    let mut rig = Rig::up();
    rig.input(Input::TxFailed(EACCES));
    silence(rig)
}

fn local_drop() -> Verdict {
    let mut rig = Rig::up();
    rig.health.record_drops(rig.now + 20 * MS, 3);
    rig.health.record_drops(rig.now + 30 * MS, 4);
    silence(rig)
}

fn local_stall() -> Verdict {
    let mut rig = Rig::up();
    rig.health.record_stall(rig.now + 120 * MS, 80 * MS);
    silence(rig)
}

fn auth() -> Verdict {
    let mut rig = Rig::up();
    rig.input(Input::Discarded {
        reason: Discard::AuthUnexpected,
        ttl: 255,
    });
    silence(rig)
}

fn peer_admin_down() -> Verdict {
    signal(Rig::up(), State::AdminDown, Diagnostic::ADMIN_DOWN)
}

fn one_way() -> Verdict {
    signal(Rig::up(), State::Down, Diagnostic::CONTROL_TIME_EXPIRED)
}

fn peer_signalled() -> Verdict {
    signal(Rig::up(), State::Down, Diagnostic::FORWARDING_RESET)
}

fn peer_silent() -> Verdict {
    silence(Rig::up())
}

// covers: 5880-6.2-06, 5882-3.2-01, 5882-4.2-01, SP-07
#[test]
fn each_verdict_is_made_by_what_it_names() {
    let made = [
        (admin(), "admin"),
        (link_down(), "link-down"),
        (tx_failed(), "tx-failed"),
        (local_drop(), "local-drop"),
        (local_stall(), "local-stall"),
        (auth(), "auth"),
        (peer_admin_down(), "peer-admin-down"),
        (one_way(), "one-way"),
        (peer_signalled(), "peer-signalled"),
        (peer_silent(), "peer-silent"),
    ];
    for (verdict, label) in made {
        assert_eq!(verdict.label(), label);
        assert!(!verdict.to_string().is_empty());
    }
    let labels: BTreeSet<_> = made.iter().map(|(verdict, _)| verdict.label()).collect();
    assert_eq!(labels, Verdict::LABELS.into_iter().collect());
}

#[test]
fn verdicts_carry_what_made_them() {
    assert_eq!(link_down(), Verdict::LinkDown(PathProblem::InterfaceDown));
    assert_eq!(tx_failed(), Verdict::TxFailed(EACCES));
    assert_eq!(local_drop(), Verdict::LocalDrop(7));
    assert_eq!(local_stall(), Verdict::LocalStall(80 * MS));
    assert_eq!(auth(), Verdict::Auth(Discard::AuthUnexpected));
    let (state, diagnostic) = (State::Down, Diagnostic::FORWARDING_RESET);
    assert_eq!(
        peer_signalled(),
        Verdict::PeerSignalled { state, diagnostic }
    );
}

/// Everything that can hide a peer's packets, at once: each is taken away in turn.
#[test]
fn of_several_causes_of_silence_the_first_is_given() {
    let mut labels = Vec::new();
    for skip in 0..=4 {
        let mut rig = Rig::up();
        if skip < 1 {
            rig.input(Input::TxFailed(EACCES));
        }
        if skip < 2 {
            rig.health.record_drops(rig.now + MS, 1);
        }
        if skip < 3 {
            rig.health.record_stall(rig.now + MS, 75 * MS);
        }
        if skip < 4 {
            rig.input(Input::Discarded {
                reason: Discard::AuthLength,
                ttl: 255,
            });
        }
        labels.push(silence(rig).label());
    }
    assert_eq!(
        labels,
        [
            "tx-failed",
            "local-drop",
            "local-stall",
            "auth",
            "peer-silent"
        ]
    );
}

#[test]
fn what_happened_before_the_window_is_no_cause() {
    let mut rig = Rig::up();
    rig.input(Input::TxFailed(EACCES));
    rig.input(Input::Discarded {
        reason: Discard::AuthType,
        ttl: 255,
    });
    rig.health.record_drops(rig.now, 5);
    rig.health.record_stall(rig.now, SECOND);
    rig.hear(&peer(State::Up), 50 * MS, 10);
    assert_eq!(silence(rig), Verdict::PeerSilent);
}

#[test]
fn a_short_delay_of_ours_is_no_stall() {
    let mut rig = Rig::up();
    rig.health.record_stall(rig.now + MS, 74 * MS);
    assert_eq!(silence(rig), Verdict::PeerSilent);
}

#[test]
fn our_own_failure_to_send_can_make_the_peer_signal() {
    let expired = Diagnostic::CONTROL_TIME_EXPIRED;
    let mut rig = Rig::up();
    rig.input(Input::TxFailed(EACCES));
    assert_eq!(signal(rig, State::Down, expired), Verdict::TxFailed(EACCES));
    let mut rig = Rig::up();
    rig.health.record_stall(rig.now, 100 * MS);
    assert_eq!(
        signal(rig, State::Down, expired),
        Verdict::LocalStall(100 * MS)
    );
    // What our socket lost does not make the peer deaf.
    let mut rig = Rig::up();
    rig.health.record_drops(rig.now, 9);
    assert_eq!(signal(rig, State::Down, expired), Verdict::OneWay);
}

// covers: 5882-3.3-01, SP-47
#[test]
fn only_the_loss_of_init_or_up_is_explained() {
    let mut rig = Rig::new(spec());
    rig.advance(10 * SECOND);
    assert!(rig.changes.is_empty());
    rig.bring_to(State::Up);
    rig.input(Input::Admin(Admin::Down));
    rig.input(Input::Admin(Admin::Up));
    for change in &rig.changes {
        let left = matches!(change.from, State::Init | State::Up);
        let down = change.to == State::AdminDown || (left && change.to == State::Down);
        assert_eq!(
            change.down.is_some(),
            down,
            "{:?} to {:?}",
            change.from,
            change.to
        );
    }
}

#[test]
fn evidence_shows_gap_limit_and_counters() {
    let mut rig = Rig::up();
    rig.hear(&peer(State::Up), 50 * MS, 4);
    let last = rig.now;
    rig.input(Input::Discarded {
        reason: Discard::Ttl,
        ttl: 64,
    });
    rig.advance(150 * MS);
    assert_eq!(
        verdict(&rig),
        Verdict::PeerSilent,
        "a refused TTL is no bad key"
    );
    let evidence = rig.changes.last().unwrap().down.unwrap().evidence;
    assert_eq!((evidence.gap, evidence.limit), (150 * MS, 150 * MS));
    assert_eq!(evidence.last_arrivals[0], Some(last));
    assert_eq!(
        evidence.last_arrivals[3].map(|at| at + 150 * MS),
        Some(last)
    );
    assert_eq!(evidence.discards, 1);
    assert_eq!(evidence.remote_state, Some(State::Up));
}

#[test]
fn link_loss_outranks_what_follows_it() {
    let mut rig = Rig::up();
    rig.input(Input::Path(Path::Waiting(PathProblem::NoRoute)));
    rig.forget();
    rig.advance(10 * SECOND);
    assert!(rig.sent.is_empty(), "nothing is sent without a path");
    assert!(rig.changes.is_empty());
    rig.input(Input::Path(Path::Ready));
    assert_eq!(rig.last().packet().state, State::Down);
}
