//! The state table (RFC 5880 §6.2, §6.8.6) and the variables beside it (§6.8.1).

use crate::support::{LOCAL, REMOTE, Rig, SECOND, discriminator, final_, peer, spec};
use bfd_proto::{DetectMult, Diagnostic, Micros, State};
use proptest::prelude::*;

use State::{AdminDown, Down, Init, Up};

const STICKS: Option<Diagnostic> = None;
const SIGNALLED: Option<Diagnostic> = Some(Diagnostic::NEIGHBOR_DOWN);

/// Local state, received state, next state, new diagnostic.
const TABLE: [(State, State, State, Option<Diagnostic>); 16] = [
    (AdminDown, AdminDown, AdminDown, STICKS),
    (AdminDown, Down, AdminDown, STICKS),
    (AdminDown, Init, AdminDown, STICKS),
    (AdminDown, Up, AdminDown, STICKS),
    (Down, AdminDown, Down, STICKS),
    (Down, Down, Init, STICKS),
    (Down, Init, Up, STICKS),
    (Down, Up, Down, STICKS),
    (Init, AdminDown, Down, SIGNALLED),
    (Init, Down, Init, STICKS),
    (Init, Init, Up, STICKS),
    (Init, Up, Up, STICKS),
    (Up, AdminDown, Down, SIGNALLED),
    (Up, Down, Down, SIGNALLED),
    (Up, Init, Up, STICKS),
    (Up, Up, Up, STICKS),
];

// covers: 5880-6.2-01..04, 5880-6.8.6-22..27, SP-07
#[test]
fn every_pair_of_states_follows_the_table() {
    for (local, received, next, diagnostic) in TABLE {
        let mut rig = Rig::in_state(local);
        let before = rig.view().diagnostic;
        let actions = rig.receive(&peer(received));
        let view = rig.view();
        assert_eq!(view.state, next, "{local} hears {received}");
        assert_eq!(
            view.diagnostic,
            diagnostic.unwrap_or(before),
            "{local} hears {received}"
        );
        assert_eq!(
            actions.change.is_some(),
            local != next,
            "{local} hears {received}"
        );
    }
}

// covers: 5880-6.2-01..04, 5880-6.8.4-02, D-04, SP-05
#[test]
fn silence_leads_to_down_from_every_state_but_admin_down() {
    for local in State::ALL {
        let mut rig = Rig::in_state(local);
        rig.receive(&peer(if local == Down { AdminDown } else { local }));
        let before = rig.view().state;
        rig.forget();
        rig.advance(10 * SECOND);
        let held = local == AdminDown;
        let (state, diagnostic) = match held {
            true => (AdminDown, Diagnostic::ADMIN_DOWN),
            false => (Down, Diagnostic::CONTROL_TIME_EXPIRED),
        };
        assert_eq!(rig.view().state, state, "{local}");
        assert_eq!(rig.view().diagnostic, diagnostic, "{local}");
        assert_eq!(rig.changes.len(), usize::from(before != state), "{local}");
    }
}

proptest! {
    // covers: 5880-6.1-04
    #[test]
    fn from_down_packets_in_up_alone_change_nothing(
        gaps in prop::collection::vec(0_u32..5_000, 1..60),
        flags in any::<[bool; 3]>(),
    ) {
        let mut rig = Rig::new(spec());
        let mut packet = peer(Up);
        [packet.poll, packet.final_, packet.demand] = flags;
        for gap in gaps {
            rig.advance(gap * crate::support::MS);
            rig.receive(&packet);
            prop_assert_eq!(rig.session.state(), Down);
        }
        prop_assert!(rig.changes.is_empty());
    }
}

// covers: 5880-6.8.1-03, 5880-6.8.1-04, 5880-6.8.1-07, 5880-6.8.1-09, 5880-6.8.1-10, 5880-6.8.1-12
// covers: SP-01, SP-02
#[test]
fn variables_begin_as_the_standard_says() {
    let rig = Rig::new(spec());
    let view = rig.view();
    assert_eq!(view.state, Down);
    assert_eq!(view.remote.state, Down);
    assert_eq!(view.remote.discriminator, None);
    assert_eq!(view.remote.min_rx, Micros(1));
    assert!(!view.remote.demand);
    assert_eq!(view.diagnostic, Diagnostic::NONE);
    assert_eq!(view.negotiated_tx, SECOND);
    assert_eq!(rig.last().packet().desired_min_tx, Micros::SECOND);
}

// covers: 5880-6.8.1-15
#[test]
fn a_multiplier_of_zero_cannot_be_said() {
    assert_eq!(DetectMult::new(0), None);
    assert!((1..=255).all(|value| DetectMult::new(value).is_some()));
}

// covers: 5880-6.8.6-13..16, 5880-6.8.1-14, 5880-6.8.1-21, 5880-6.3-03, SP-51
#[test]
fn what_a_packet_says_of_its_sender_is_learnt() {
    let mut rig = Rig::up();
    let mut packet = peer(Up);
    packet.my_discriminator = discriminator(0xffff_ffff);
    packet.diagnostic = Diagnostic::from_bits(31);
    packet.demand = true;
    packet.control_plane_independent = true;
    packet.required_min_rx = Micros(70_000);
    packet.desired_min_tx = Micros(80_000);
    packet.required_min_echo_rx = Micros(90_000);
    rig.receive(&packet);
    let remote = rig.view().remote;
    assert_eq!(rig.view().state, Up);
    assert_eq!(remote.discriminator, Some(discriminator(0xffff_ffff)));
    assert_eq!(remote.state, Up);
    assert_eq!(remote.diagnostic.bits(), 31);
    assert!(remote.demand && remote.control_plane_independent);
    assert_eq!(remote.min_rx, Micros(70_000));
    assert_eq!(remote.desired_min_tx, Micros(80_000));
    assert_eq!(remote.min_echo_rx, Micros(90_000));
    rig.receive(&peer(Up));
    assert!(!rig.view().remote.demand);
    assert_eq!(rig.view().remote.discriminator, Some(discriminator(REMOTE)));
}

// covers: 5880-6.8.1-01, 5880-6.8.1-09, D-06, SP-10, SP-35
#[test]
fn a_flap_resets_nothing_and_recovery_keeps_the_diagnostic() {
    let mut rig = Rig::up();
    rig.receive(&peer(Down));
    let view = rig.view();
    assert_eq!(view.diagnostic, Diagnostic::NEIGHBOR_DOWN);
    assert_eq!(view.remote.discriminator, Some(discriminator(REMOTE)));
    assert_eq!(view.remote.min_rx, Micros(50_000));
    rig.receive(&peer(Down));
    rig.receive(&peer(Up));
    rig.receive(&final_());
    assert_eq!(rig.view().state, Up);
    assert_eq!(rig.view().diagnostic, Diagnostic::NEIGHBOR_DOWN);
    assert_eq!(rig.view().discriminator, discriminator(LOCAL));
}

// covers: 5880-6-01, SP-32
#[test]
fn nothing_is_discarded_that_only_looks_odd() {
    let odd = [(4, peer(Up)), (0, final_()), (0x80 >> 3, peer(Init))];
    for (diagnostic, mut packet) in odd {
        let mut rig = Rig::up();
        packet.diagnostic = Diagnostic::from_bits(diagnostic);
        packet.desired_min_tx = Micros(0);
        packet.poll = true;
        packet.demand = packet.state != Up;
        assert_eq!(rig.receive(&packet).discard, None);
        assert_eq!(rig.view().state, Up);
    }
}
