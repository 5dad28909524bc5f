//! Detection time and what ends with it (RFC 5880 §6.8.1, §6.8.4, §6.8.18).

use crate::support::{MS, REMOTE, Rig, SECOND, discriminator, micros, ms, mult, peer, spec};
use bfd_proto::intervals::{MIN_DETECTION_TIME, detection_time};
use bfd_proto::{ControlPacket, Diagnostic, Input, Instant, Micros, Received, State, Transmit};
use proptest::prelude::*;
use std::time::Duration;

proptest! {
    // covers: 5880-6.8.4-01, SP-03, SP-33
    #[test]
    fn detection_time_is_the_formula(
        remote_mult in 1_u8..,
        required in any::<u32>(),
        desired in any::<u32>(),
    ) {
        let wanted = u64::from(remote_mult) * u64::from(required.max(desired));
        let found = detection_time(mult(remote_mult), Micros(required), Micros(desired));
        prop_assert_eq!(found, Duration::from_micros(wanted).max(MIN_DETECTION_TIME));
    }

    // covers: 5880-6.8.4-01, 5880-6.8.6-20, 5880-6.8.6-32, SP-03
    #[test]
    fn a_session_expires_at_the_very_end_of_the_detection_time(
        local in (1_u32..2_000_000, 1_u8..),
        remote in (0_u32..2_000_000, 1_u8..),
    ) {
        let mut wish = spec();
        (wish.required_min_rx, wish.detect_mult) = (micros(local.0), mult(local.1));
        let mut rig = Rig::new(wish);
        rig.receive(&peer(State::Down));
        let mut packet = peer(State::Up);
        (packet.desired_min_tx, packet.detect_mult) = (Micros(remote.0), mult(remote.1));
        rig.receive(&packet);
        let heard = rig.now;
        let wanted = u64::from(remote.1) * u64::from(local.0.max(remote.0));
        let limit = Duration::from_micros(wanted).max(MIN_DETECTION_TIME);
        prop_assert_eq!(rig.view().detection_time, limit);
        rig.advance(limit - Duration::from_nanos(1));
        prop_assert_eq!(rig.view().state, State::Up);
        rig.advance(Duration::from_nanos(1));
        prop_assert_eq!(rig.view().state, State::Down);
        prop_assert_eq!(rig.changes.last().unwrap().at, heard + limit);
    }

    // covers: 5880-6.8.4-02, 5880-6.8.6-32
    #[test]
    fn no_session_goes_down_while_packets_arrive_in_time(
        gaps in prop::collection::vec(1_u64..=150_000_000, 1..200),
        late in any::<bool>(),
    ) {
        let mut rig = Rig::up();
        rig.forget();
        for gap in gaps {
            // A late worker handles the packet first and sees the deadline afterwards.
            if late {
                rig.now = rig.now + Duration::from_nanos(gap);
            } else {
                rig.advance(Duration::from_nanos(gap - 1));
                rig.now = rig.now + Duration::from_nanos(1);
            }
            rig.receive(&peer(State::Up));
            rig.input(Input::Deadline);
        }
        prop_assert!(rig.changes.is_empty());
    }
}

// covers: D-08
#[test]
fn a_detection_time_is_never_zero() {
    assert_eq!(
        detection_time(mult(1), Micros(0), Micros(0)),
        MIN_DETECTION_TIME
    );
    let mut wish = spec();
    wish.required_min_rx = micros(1);
    let mut rig = Rig::new(wish);
    let mut packet = peer(State::Down);
    (packet.desired_min_tx, packet.detect_mult) = (Micros(0), mult(1));
    rig.receive(&packet);
    rig.advance(MIN_DETECTION_TIME);
    assert_eq!(rig.view().state, State::Down);
    assert_eq!(rig.view().remote.discriminator, None);
}

// covers: SP-38
#[test]
fn before_the_first_packet_there_is_nothing_to_expire() {
    let mut rig = Rig::new(spec());
    rig.advance(3600 * SECOND);
    assert_eq!(rig.view().diagnostic, Diagnostic::NONE);
    assert_eq!(rig.view().detection_time, Duration::ZERO);
    assert!(rig.changes.is_empty());
}

// covers: 5880-6.8.1-08, 5880-6.8.18-04, 5880-6.8.4-02, SP-09
#[test]
fn a_detection_time_of_silence_forgets_the_peer() {
    let mut rig = Rig::up();
    rig.forget();
    rig.advance(150 * MS);
    let view = rig.view();
    assert_eq!(view.state, State::Down);
    assert_eq!(view.diagnostic, Diagnostic::CONTROL_TIME_EXPIRED);
    assert_eq!(view.remote.discriminator, None);
    assert_eq!(view.remote.min_rx, Micros(1));
    let told = rig.last();
    assert_eq!((told.at, told.what), (rig.now, Transmit::Change));
    assert_eq!(told.packet().your_discriminator, None);
    assert_eq!(told.packet().diagnostic, Diagnostic::CONTROL_TIME_EXPIRED);
}

// covers: 5880-6.8.1-02, 5880-6.8.18-01, 5880-6.8.18-03, SP-10
#[test]
fn in_down_the_peer_is_remembered_for_a_detection_time() {
    let mut rig = Rig::up();
    let mut packet = peer(State::AdminDown);
    packet.required_min_rx = Micros(2_000_000);
    rig.receive(&packet);
    assert_eq!(rig.view().state, State::Down);
    let limit = 3 * SECOND;
    assert_eq!(rig.view().detection_time, limit);
    rig.advance(limit - MS);
    let remote = rig.view().remote;
    assert_eq!(remote.discriminator, Some(discriminator(REMOTE)));
    assert_eq!(remote.min_rx, Micros(2_000_000));
    assert_eq!(rig.view().negotiated_tx, 2 * SECOND);
    rig.advance(MS);
    let remote = rig.view().remote;
    assert_eq!((remote.discriminator, remote.min_rx), (None, Micros(1)));
    assert_eq!(rig.view().negotiated_tx, SECOND);
}

// covers: 5880-6.8.4-05, 5880-6.8.6-10
#[test]
fn discarded_packets_do_not_keep_a_session_up() {
    let mut rig = Rig::up();
    let start = rig.now;
    while rig.view().state == State::Up {
        rig.advance(10 * MS);
        rig.receive_with_ttl(&peer(State::Up), 254);
    }
    let down = rig.changes.last().unwrap().at;
    assert_eq!(down.saturating_duration_since(start), 150 * MS);
}

// covers: 5880-6.8.1-08, 5880-6.8.6-21
#[test]
fn in_admin_down_the_peer_is_remembered_while_it_speaks() {
    let mut rig = Rig::in_state(State::AdminDown);
    rig.hear(&peer(State::Down), SECOND, 20);
    assert_eq!(rig.view().remote.discriminator, Some(discriminator(REMOTE)));
    rig.advance(3 * SECOND);
    assert_eq!(rig.view().remote.discriminator, None);
}

/// Front desk and worker are two threads: a packet that the desk forwarded can be handled after
/// one that arrived later.
// covers: 5880-6.8.4-02
#[test]
fn a_packet_handled_late_does_not_shorten_the_detection_time() {
    let mut rig = Rig::up();
    let heard = rig.now + 100 * MS;
    let earlier = rig.now + 60 * MS;
    rig.now = heard;
    rig.receive(&peer(State::Up));
    let packet = peer(State::Up);
    let late = Input::Packet(Received {
        packet: &packet,
        ttl: 255,
    });
    let actions = rig.session.handle(earlier, late, &rig.health);
    assert_eq!(actions.change, None);
    assert!(!rig.session.is_overdue(heard + 150 * MS));
    assert!(rig.session.is_overdue(heard + 151 * MS));
}

// covers: 5880-6.8.4-01
#[test]
fn the_longest_detection_time_fits() {
    let mut wish = spec();
    wish.required_min_rx = micros(u32::MAX);
    let mut rig = Rig::new(wish);
    let packet = ControlPacket {
        detect_mult: mult(255),
        desired_min_tx: Micros(u32::MAX),
        ..peer(State::Down)
    };
    rig.receive(&packet);
    assert_eq!(rig.view().detection_time.as_micros(), 1_095_216_660_225);
}

// covers: 7419-3-02
#[test]
fn ten_seconds_times_255_is_forty_two_minutes() {
    let time = detection_time(mult(255), ms(10_000).micros(), Micros(10_000_000));
    assert_eq!(time, Duration::from_secs(2550));
    assert!(Instant::ZERO + time > Instant::ZERO);
}
