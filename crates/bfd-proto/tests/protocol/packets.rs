//! What packets say (RFC 5880 §4.1, §6.8.7, RFC 9764).

use crate::support::{LOCAL, REMOTE, Rig, discriminator, ms, mult, peer, spec};
use bfd_proto::{
    Admin, ControlPacket, Diagnostic, Discard, Input, Micros, PaddedPduSize, SessionKind,
    SessionSpec, State,
};

// covers: 5880-4.1-02, 5880-4.1-08, 5880-4.1-09, 5880-6.8.7-12..14, 5880-6.8.7-21, 5880-6.8.7-23
// covers: 5880-6.8.7-24
#[test]
fn packets_show_the_variables() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        let sent = rig.periodic();
        let (packet, view) = (sent.packet(), rig.view());
        assert_eq!(sent.octets[0] >> 5, 1);
        assert_eq!(packet.diagnostic, view.diagnostic);
        assert_eq!(packet.state, state);
        assert_eq!(packet.detect_mult, spec().detect_mult);
        assert_eq!(packet.my_discriminator, discriminator(LOCAL));
        assert_eq!(packet.your_discriminator, view.remote.discriminator);
        assert_eq!(packet.required_min_rx, Micros(50_000));
    }
    let mut rig = Rig::up();
    let known = rig.periodic().packet().your_discriminator;
    assert_eq!(known, Some(discriminator(REMOTE)));
}

// covers: 5880-4.1-05, 5880-6.6-01, 5880-6.8.7-10, 5880-6.8.7-17..20, 5880-6.8.7-25
// covers: 5880-6.8.7-26, 5883-3-01, SP-48
#[test]
fn bits_and_fields_of_unused_features_stay_clear() {
    for kind in [
        SessionKind::SingleHop,
        SessionKind::MultiHop { min_ttl: 250 },
    ] {
        let mut rig = Rig::up_with(SessionSpec { kind, ..spec() });
        let mut odd = peer(State::Up);
        (odd.demand, odd.poll, odd.control_plane_independent) = (true, true, true);
        odd.required_min_echo_rx = Micros(1);
        rig.receive(&odd);
        rig.receive(&peer(State::Up));
        rig.periodic();
        rig.input(Input::Admin(Admin::Down));
        for sent in &rig.sent {
            assert_eq!(sent.octets[1] & 0b0000_1111, 0, "C, A, D or M is set");
            assert_eq!(sent.packet().required_min_echo_rx, Micros(0));
            assert_eq!(sent.packet().auth, None);
        }
    }
}

// covers: 5880-4.1-07, 5880-6.8.7-22, 9764-3-01, SP-25
#[test]
fn padding_is_zero_and_not_part_of_length() {
    for octets in [24, 25, 64, 1472, 9000] {
        let size = PaddedPduSize::new(octets);
        let mut rig = Rig::up_with(SessionSpec {
            padded_pdu_size: size,
            ..spec()
        });
        rig.receive(&ControlPacket {
            poll: true,
            ..peer(State::Up)
        });
        rig.periodic();
        for sent in &rig.sent {
            assert_eq!(sent.octets.len(), usize::from(octets));
            assert_eq!(sent.octets[3], 24);
            assert!(sent.octets[24..].iter().all(|octet| *octet == 0));
        }
    }
}

// covers: 9764-3-03, D-05, SP-50
#[test]
fn a_padded_size_cannot_be_less_than_the_packet() {
    assert_eq!(PaddedPduSize::new(23), None);
    assert_eq!(PaddedPduSize::new(9001), None);
    assert_eq!(PaddedPduSize::new(24).map(PaddedPduSize::octets), Some(24));
    let plain = Rig::new(spec());
    assert_eq!(plain.last().octets.len(), 24);
}

// covers: 9764-4.4-01
#[test]
fn a_packet_that_is_too_long_for_the_path_counts_as_not_sent() {
    let size = PaddedPduSize::new(9000);
    let mut rig = Rig::up_with(SessionSpec {
        padded_pdu_size: size,
        ..spec()
    });
    let sent = rig.view().counters.sent;
    rig.periodic();
    rig.input(Input::TxFailed(90));
    assert_eq!(rig.view().counters.sent, sent);
    assert_eq!(rig.view().counters.tx_errors, 1);
    assert_eq!(rig.periodic().octets.len(), 9000);
}

// covers: 5881-5-02, 5880-9-01
#[test]
fn a_single_hop_session_hears_ttl_255_alone() {
    for ttl in 0..=255 {
        let mut rig = Rig::new(spec());
        let expected = (ttl != 255).then_some(Discard::Ttl);
        assert_eq!(
            rig.receive_with_ttl(&peer(State::Down), ttl).discard,
            expected
        );
        assert_eq!(rig.view().state == State::Init, ttl == 255);
        let seen = rig
            .view()
            .last_discard
            .map(|(_, reason, ttl)| (reason, ttl));
        assert_eq!(seen, expected.map(|reason| (reason, ttl)));
    }
}

// covers: 5883-5-02
#[test]
fn a_multihop_session_hears_its_minimum_ttl_and_more() {
    for min_ttl in [1, 254, 255] {
        let kind = SessionKind::MultiHop { min_ttl };
        for ttl in 0..=255 {
            let mut rig = Rig::new(SessionSpec { kind, ..spec() });
            let refused = rig
                .receive_with_ttl(&peer(State::Down), ttl)
                .discard
                .is_some();
            assert_eq!(refused, ttl < min_ttl, "{ttl} against {min_ttl}");
        }
    }
}

// covers: 5881-4-01, 5883-5-01
#[test]
fn each_kind_has_its_port() {
    assert_eq!(SessionKind::SingleHop.port(), 3784);
    assert_eq!(SessionKind::MultiHop { min_ttl: 254 }.port(), 4784);
}

// covers: 5880-6.8.7-13, 5880-6.8.7-24
#[test]
fn a_live_change_is_seen_in_the_next_packet() {
    let mut rig = Rig::up();
    rig.respecify(|spec| {
        spec.desired_min_tx = ms(70);
        spec.required_min_rx = ms(80);
        spec.detect_mult = mult(9);
    });
    let sent = rig.last().clone();
    let packet = sent.packet();
    assert_eq!(packet.desired_min_tx, Micros(70_000));
    assert_eq!(packet.required_min_rx, Micros(80_000));
    assert_eq!(packet.detect_mult, mult(9));
    rig.receive(&peer(State::Down));
    assert_eq!(rig.last().packet().diagnostic, Diagnostic::NEIGHBOR_DOWN);
}
