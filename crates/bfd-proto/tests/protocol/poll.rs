//! Poll Sequences, ours and the peer's (RFC 5880 §6.5, §6.8.3).

use crate::support::{MS, Rig, SECOND, final_, ms, mult, peer, spec};
use bfd_proto::{Admin, ControlPacket, Input, Micros, State, Transmit};
use std::time::Duration;

fn polled(state: State) -> ControlPacket<'static> {
    ControlPacket {
        poll: true,
        ..peer(state)
    }
}

// covers: 5880-6.5-01, 5880-6.8.6-31, 5880-6.8.7-08, 5880-6.8.7-16
#[test]
fn each_poll_is_answered_at_once_in_every_state_but_admin_down() {
    for (state, heard) in [
        (State::Down, State::AdminDown),
        (State::Down, State::Down),
        (State::Init, State::Init),
        (State::Up, State::Up),
        (State::Up, State::Down),
    ] {
        let mut rig = Rig::in_state(state);
        rig.advance(MS);
        let before = rig.sent.len();
        let actions = rig.receive(&polled(heard));
        let answer = rig.last();
        assert_eq!(actions.transmit, Some(Transmit::Final));
        assert_eq!((rig.sent.len(), answer.at), (before + 1, rig.now));
        assert!(answer.packet().final_ && !answer.packet().poll);
        assert_eq!(answer.packet().state, rig.view().state);
    }
}

// covers: 5880-6.8.7-08, SP-16
#[test]
fn answers_do_not_move_the_periodic_packets() {
    let mut rig = Rig::up();
    let due = rig.deadline;
    for _ in 0..10 {
        rig.advance(MS);
        rig.receive(&polled(State::Up));
    }
    assert_eq!(rig.deadline, due);
}

// covers: 5880-6.5-02, 5880-6.8.7-15, 5880-6.8.7-16, SP-13
#[test]
fn an_answer_during_our_own_poll_carries_f_alone() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.detect_mult = mult(5));
    assert!(rig.last().packet().poll);
    rig.receive(&polled(State::Up));
    let answer = rig.last().packet();
    assert!(answer.final_ && !answer.poll);
    assert!(rig.view().poll_active);
    let next = rig.periodic();
    assert!(next.packet().poll && !next.packet().final_);
}

// covers: 5880-6-01, SP-13
#[test]
fn a_packet_with_both_bits_ends_our_poll_and_is_answered() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.detect_mult = mult(5));
    rig.receive(&ControlPacket {
        poll: true,
        ..final_()
    });
    assert!(!rig.view().poll_active);
    assert_eq!(rig.last().what, Transmit::Final);
}

// covers: 5880-6.5-04, 5880-6.8.6-18, 5880-6.8.7-15
#[test]
fn final_ends_the_sequence() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.desired_min_tx = ms(60));
    for _ in 0..3 {
        assert!(rig.periodic().packet().poll);
        rig.receive(&peer(State::Up));
    }
    rig.receive(&final_());
    rig.forget();
    rig.hear(&peer(State::Up), 50 * MS, 20);
    assert!(!rig.sent.is_empty());
    assert!(rig.sent.iter().all(|sent| !sent.packet().poll));
}

// covers: 5880-6.5-06
#[test]
fn a_final_nobody_asked_for_is_an_ordinary_packet() {
    let mut rig = Rig::up();
    let received = rig.view().counters.received;
    rig.receive(&final_());
    rig.receive(&final_());
    assert_eq!(rig.view().counters.received, received + 2);
    assert_eq!(rig.view().state, State::Up);
}

// covers: 5880-6.5-03, SP-16
#[test]
fn a_poll_rides_on_packets_that_are_sent_anyway() {
    let count = |polling: bool| {
        let mut rig = Rig::up();
        if polling {
            // Nobody answers: the sequence goes on.
            rig.respecify(|spec| spec.detect_mult = mult(4));
        }
        rig.forget();
        rig.hear(&peer(State::Up), 50 * MS, 200);
        assert_eq!(rig.sent.iter().all(|sent| sent.packet().poll), polling);
        rig.sent.len()
    };
    assert!(count(true).abs_diff(count(false)) <= 10);
}

// covers: 5880-6.8.3-01, 5880-6.8.10-01, 5880-6.8.11-01, 5880-6.8.12-01, 5880-6.8.7-24
#[test]
fn every_live_change_is_polled_and_told_at_once() {
    type Change = fn(&mut bfd_proto::SessionSpec);
    let changes: [Change; 5] = [
        |spec| spec.desired_min_tx = ms(200),
        |spec| spec.desired_min_tx = ms(20),
        |spec| spec.required_min_rx = ms(200),
        |spec| spec.required_min_rx = ms(20),
        |spec| spec.detect_mult = mult(7),
    ];
    for change in changes {
        let mut rig = Rig::up();
        rig.respecify(change);
        let told = rig.last();
        let (wish, packet) = (rig.view().spec, told.packet());
        assert_eq!((told.at, told.what), (rig.now, Transmit::Change));
        assert!(packet.poll && rig.view().poll_active);
        assert_eq!(packet.desired_min_tx, wish.desired_min_tx.micros());
        assert_eq!(packet.required_min_rx, wish.required_min_rx.micros());
        assert_eq!(packet.detect_mult, wish.detect_mult);
        rig.receive(&final_());
        assert!(!rig.view().poll_active);
    }
}

// covers: 5880-6.8.3-01, SP-02
#[test]
fn going_up_is_polled_because_it_changes_the_offered_interval() {
    let mut rig = Rig::in_state(State::Init);
    rig.receive(&peer(State::Up));
    let told = rig.last().packet();
    assert_eq!(
        (told.state, told.desired_min_tx),
        (State::Up, Micros(50_000))
    );
    assert!(told.poll);
}

// covers: 5880-6.8.3-03, SP-14
#[test]
fn a_longer_transmit_interval_waits_for_final() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.desired_min_tx = ms(200));
    assert_eq!(rig.last().packet().desired_min_tx, Micros(200_000));
    assert_eq!(rig.view().negotiated_tx, 50 * MS);
    rig.hear(&peer(State::Up), 50 * MS, 5);
    assert_eq!(rig.view().negotiated_tx, 50 * MS);
    rig.receive(&final_());
    assert_eq!(rig.view().negotiated_tx, 200 * MS);
}

// covers: 5880-6.8.3-04, SP-14
#[test]
fn a_shorter_detection_time_waits_for_final() {
    let mut rig = Rig::up_with(bfd_proto::SessionSpec {
        required_min_rx: ms(200),
        ..spec()
    });
    rig.respecify(|spec| spec.required_min_rx = ms(50));
    assert_eq!(rig.last().packet().required_min_rx, Micros(50_000));
    rig.hear(&peer(State::Up), 150 * MS, 3);
    assert_eq!(rig.view().detection_time, 600 * MS);
    rig.advance(599 * MS);
    assert_eq!(rig.view().state, State::Up);
    rig.receive(&final_());
    assert_eq!(rig.view().detection_time, 150 * MS);
}

// covers: 5880-6.8.3-05, 5880-6.8.3-09, SP-14
#[test]
fn the_opposite_changes_act_at_once() {
    let mut rig = Rig::up_with(bfd_proto::SessionSpec {
        desired_min_tx: ms(200),
        ..spec()
    });
    rig.respecify(|spec| spec.desired_min_tx = ms(60));
    assert_eq!(rig.view().negotiated_tx, 60 * MS);
    rig.respecify(|spec| spec.required_min_rx = ms(200));
    assert_eq!(rig.view().detection_time, 600 * MS);
}

// covers: 5880-6.8.3-09
#[test]
fn unless_up_every_change_acts_at_once() {
    let mut rig = Rig::in_state(State::Init);
    rig.respecify(|spec| spec.required_min_rx = ms(2000));
    assert_eq!(rig.view().detection_time, 6 * SECOND);
    rig.respecify(|spec| spec.required_min_rx = ms(20));
    assert_eq!(rig.view().detection_time, 3 * SECOND);
}

// covers: 5880-6.8.3-10, SP-15
#[test]
fn a_second_change_during_a_poll_gets_a_sequence_of_its_own() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.desired_min_tx = ms(200));
    rig.respecify(|spec| spec.desired_min_tx = ms(300));
    rig.receive(&final_());
    assert_eq!(rig.view().negotiated_tx, 50 * MS);
    assert!(!rig.periodic().packet().poll);
    // Only a packet with F clear shows that the first sequence is over for the peer as well.
    rig.receive(&final_());
    assert!(!rig.periodic().packet().poll);
    rig.receive(&peer(State::Up));
    assert!(rig.periodic().packet().poll);
    rig.receive(&final_());
    assert_eq!(rig.view().negotiated_tx, 300 * MS);
    assert!(!rig.view().poll_active);
}

// covers: 5880-6.8.3-10
#[test]
fn changes_before_the_first_p_share_one_sequence() {
    let mut rig = Rig::up();
    // Announcements are used up, so that P waits for the next periodic packet.
    for _ in 0..12 {
        rig.receive(&peer(State::Down));
        rig.receive(&peer(State::Down));
        rig.receive(&peer(State::Up));
    }
    rig.respecify(|spec| spec.desired_min_tx = ms(60));
    rig.respecify(|spec| spec.required_min_rx = ms(60));
    assert!(rig.periodic().packet().poll);
    rig.receive(&final_());
    assert!(!rig.view().poll_active);
    assert_eq!(rig.view().detection_time, 180 * MS);
}

// covers: D-03, 5880-6.8.3-01
#[test]
fn p_waits_until_the_peer_is_known() {
    let mut rig = Rig::new(spec());
    rig.respecify(|spec| spec.required_min_rx = ms(80));
    assert!(!rig.last().packet().poll);
    rig.advance(2 * SECOND);
    assert!(rig.sent.iter().all(|sent| !sent.packet().poll));
    rig.receive(&peer(State::Down));
    assert!(rig.last().packet().poll);
}

// covers: D-03, 5880-6.8.3-09, SP-14
#[test]
fn leaving_up_voids_the_poll_and_puts_everything_in_force() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.required_min_rx = ms(20));
    rig.receive(&ControlPacket {
        diagnostic: bfd_proto::Diagnostic::NONE,
        ..peer(State::Down)
    });
    assert_eq!(rig.view().negotiated_tx, SECOND);
    assert_eq!(rig.view().detection_time, 3 * SECOND);
    let told = rig.last().packet();
    assert!(told.poll, "the slower offer is a change of its own");
    rig.advance(10 * SECOND);
    assert_eq!(rig.view().remote.discriminator, None);
    assert!(rig.view().poll_active);
    assert!(!rig.last().packet().poll, "nobody is known to be asked");
}

// covers: 5880-6.8.3-01, 7419-B-01
#[test]
fn poll_sequences_of_both_sides_end() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.desired_min_tx = ms(200));
    // The peer answers with a larger wish, then asks for it itself.
    let slower = ControlPacket {
        required_min_rx: Micros(500_000),
        ..final_()
    };
    rig.receive(&slower);
    assert_eq!(rig.view().negotiated_tx, 500 * MS);
    rig.receive(&ControlPacket {
        poll: true,
        final_: false,
        ..slower
    });
    assert_eq!(rig.last().what, Transmit::Final);
    assert!(!rig.view().poll_active);
}

// covers: 5880-6.8.3-01
#[test]
fn a_spec_that_changes_nothing_does_nothing() {
    let mut rig = Rig::up();
    let deadline = rig.deadline;
    let actions = rig.respecify(|_| ());
    assert_eq!((actions.transmit, actions.change), (None, None));
    assert_eq!(actions.deadline, deadline);
    assert!(!rig.view().poll_active);
}

// covers: 5880-6.5-02, 5880-6.8.7-16
#[test]
fn admin_down_and_up_again_leave_no_final_behind() {
    let mut rig = Rig::up();
    rig.receive(&polled(State::Up));
    rig.input(Input::Admin(Admin::Down));
    rig.input(Input::Admin(Admin::Up));
    rig.forget();
    rig.advance(Duration::from_secs(5));
    assert!(rig.sent.iter().all(|sent| !sent.packet().final_));
}

// covers: 5880-6.8.3-02
#[test]
fn an_answer_shows_our_own_wish_before_it_was_polled() {
    let mut rig = Rig::up();
    rig.respecify(|spec| spec.required_min_rx = ms(80));
    rig.respecify(|spec| spec.required_min_rx = ms(90));
    rig.receive(&polled(State::Up));
    let answer = rig.last();
    assert_eq!(answer.what, Transmit::Final);
    assert_eq!(answer.packet().required_min_rx, Micros(90_000));
}
