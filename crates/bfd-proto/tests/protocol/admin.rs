//! AdminDown, ours and the peer's (RFC 5880 §6.8.6 step 21, §6.8.16), and the passive role (§6.1).

use crate::support::{REMOTE, Rig, SECOND, discriminator, final_, peer, spec};
use bfd_proto::{Admin, Diagnostic, Discard, Input, Micros, Role, SessionSpec, State, Transmit};

// covers: 5880-6.8.16-01, 5880-6.8.16-02, 5880-6.1-05
#[test]
fn disable_holds_every_state_and_enable_lets_it_go() {
    for state in [State::Down, State::Init, State::Up] {
        let mut rig = Rig::in_state(state);
        rig.input(Input::Admin(Admin::Down));
        assert_eq!(rig.view().state, State::AdminDown);
        assert_eq!(rig.view().diagnostic, Diagnostic::ADMIN_DOWN);
        let told = rig.last();
        assert_eq!((told.at, told.packet().state), (rig.now, State::AdminDown));
        assert_eq!(told.packet().diagnostic, Diagnostic::ADMIN_DOWN);
        let remote = rig.view().remote;
        rig.input(Input::Admin(Admin::Up));
        assert_eq!(rig.view().state, State::Down);
        assert_eq!(rig.view().diagnostic, Diagnostic::ADMIN_DOWN);
        assert_eq!(rig.view().remote, remote);
    }
}

// covers: 5880-6.8.6-21, 5880-6.2-04, D-01, SP-06
#[test]
fn in_admin_down_packets_teach_but_neither_move_nor_are_answered() {
    let mut rig = Rig::in_state(State::AdminDown);
    rig.forget();
    let received = rig.view().counters.received;
    for state in State::ALL {
        let mut packet = peer(state);
        packet.poll = true;
        packet.required_min_rx = Micros(70_000);
        let actions = rig.receive(&packet);
        assert_eq!(actions.discard, Some(Discard::AdminDown));
        assert_eq!((actions.change, actions.transmit), (None, None));
        assert_eq!(rig.view().remote.state, state);
        assert_eq!(rig.view().remote.min_rx, Micros(70_000));
        assert_eq!(rig.view().remote.discriminator, Some(discriminator(REMOTE)));
    }
    assert_eq!(rig.view().counters.received, received);
}

// covers: 5880-6.8.6-21, SP-06
#[test]
fn in_admin_down_a_final_still_ends_the_poll() {
    let mut rig = Rig::up();
    rig.input(Input::Admin(Admin::Down));
    assert!(rig.last().packet().poll);
    rig.receive(&final_());
    assert!(!rig.view().poll_active);
    assert!(!rig.periodic().packet().poll);
}

// covers: 5880-6.8.16-03, 5882-8-01, SP-11
#[test]
fn in_admin_down_packets_go_on() {
    let mut rig = Rig::up();
    rig.input(Input::Admin(Admin::Down));
    rig.forget();
    rig.hear(&peer(State::Down), SECOND, 10);
    assert!(rig.sent.len() >= 9, "{} packets", rig.sent.len());
    assert!(
        rig.sent
            .iter()
            .all(|sent| sent.packet().state == State::AdminDown)
    );
    assert!(rig.session.peer_detection_time() >= 3 * SECOND);
}

fn passive() -> SessionSpec {
    SessionSpec {
        role: Role::Passive,
        ..spec()
    }
}

// covers: 5880-6.1-02, 5880-6.8.7-05, SP-36
#[test]
fn the_passive_side_is_silent_until_it_is_spoken_to() {
    let mut rig = Rig::new(passive());
    rig.advance(60 * SECOND);
    rig.input(Input::Admin(Admin::Down));
    rig.input(Input::Admin(Admin::Up));
    rig.respecify(|spec| spec.detect_mult = crate::support::mult(5));
    rig.advance(60 * SECOND);
    assert!(rig.sent.is_empty());
    assert_eq!(rig.deadline, None);
    rig.receive(&peer(State::Down));
    assert_eq!(rig.last().packet().state, State::Init);
    assert_eq!(
        rig.last().packet().your_discriminator,
        Some(discriminator(REMOTE))
    );
}

// covers: 5880-6.1-02, 5880-6.8.7-05
#[test]
fn the_passive_side_is_silent_again_after_a_detection_time_of_silence() {
    let mut rig = Rig::up_with(passive());
    rig.advance(SECOND);
    assert_eq!(rig.view().state, State::Down);
    assert_eq!(rig.view().remote.discriminator, None);
    rig.forget();
    rig.advance(60 * SECOND);
    assert!(rig.sent.is_empty());
}

// covers: 5880-6.1-01, 5880-6.1-03, 5881-3-02
#[test]
fn a_session_is_active_unless_told_otherwise_and_speaks_at_once() {
    assert_eq!(Role::default(), Role::Active);
    let rig = Rig::new(spec());
    let first = rig.last();
    assert_eq!((first.at, first.what), (rig.now, Transmit::Change));
    assert_eq!(first.packet().your_discriminator, None);
    assert_eq!(first.packet().state, State::Down);
}
