//! Transmit interval, jitter and slow rate (RFC 5880 §6.8.2, §6.8.3, §6.8.7, RFC 7419).

use crate::support::{MS, Rig, SECOND, Sent, final_, micros, ms, mult, peer, spec};
use bfd_proto::intervals::{jittered, transmit_interval};
use bfd_proto::{ControlPacket, Interval, Micros, State, Transmit};
use proptest::prelude::*;
use std::time::Duration;

/// Gaps between the periodic packets among `sent`.
fn gaps(sent: &[Sent]) -> Vec<Duration> {
    let periodic: Vec<_> = sent
        .iter()
        .filter(|sent| sent.what == Transmit::Periodic)
        .collect();
    let gap = |pair: &[&Sent]| pair[1].at.saturating_duration_since(pair[0].at);
    periodic.windows(2).map(gap).collect()
}

proptest! {
    // covers: 5880-6.8.2-01, 5880-6.8.6-19, 5880-6.8.7-01, 5880-6.8.7-04
    #[test]
    fn the_interval_is_the_greater_of_both_wishes(
        desired in 1_u32.., remote in any::<u32>(),
    ) {
        let wanted = (remote != 0).then(|| Micros(desired.max(remote)));
        prop_assert_eq!(transmit_interval(Micros(desired), Micros(remote)), wanted);
        let mut wish = spec();
        wish.desired_min_tx = micros(desired.min(1_000_000));
        let mut rig = Rig::up_with(wish);
        let packet = ControlPacket { required_min_rx: Micros(remote), ..peer(State::Up) };
        rig.receive(&packet);
        let wanted = if remote == 0 { 0 } else { desired.min(1_000_000).max(remote) };
        prop_assert_eq!(rig.view().negotiated_tx, Duration::from_micros(wanted.into()));
    }

    // covers: 5880-6.8.7-01..03, SP-12
    #[test]
    fn a_gap_is_only_ever_shortened(
        interval in 1_u32.., detect_mult in 1_u8.., fraction in any::<u32>(),
    ) {
        let nanos = u64::from(interval) * 1000;
        let gap = u64::try_from(jittered(Micros(interval), mult(detect_mult), fraction).as_nanos());
        let longest = if detect_mult == 1 { nanos * 9 / 10 } else { nanos };
        prop_assert!((nanos * 3 / 4..=longest).contains(&gap.unwrap()));
    }

    // covers: 5880-6.8.7-01..03, 7419-3-04
    #[test]
    fn packets_of_a_session_keep_the_jitter_window(
        interval in 1_000_u32..1_000_000, detect_mult in 1_u8..6, seed in any::<u64>(),
    ) {
        let mut wish = spec();
        (wish.desired_min_tx, wish.detect_mult) = (micros(interval), mult(detect_mult));
        let mut rig = Rig::with(wish, bfd_proto::Path::Ready, seed);
        rig.bring_to(State::Up);
        let packet = ControlPacket { required_min_rx: Micros(1), ..peer(State::Up) };
        rig.receive(&packet);
        rig.forget();
        rig.hear(&packet, 40 * MS, 50);
        let nanos = Duration::from_micros(interval.into());
        let longest = if detect_mult == 1 { nanos * 9 / 10 } else { nanos };
        for gap in gaps(&rig.sent) {
            prop_assert!(gap >= nanos * 3 / 4 && gap <= longest, "{:?}", gap);
        }
    }

    // covers: 5880-6.8.3-06, 5880-6.1-06, 7419-A-01, SP-02
    #[test]
    fn unless_up_every_packet_offers_one_second(
        interval in 1_u32.., states in prop::collection::vec(0_u8..4, 1..60),
    ) {
        let mut wish = spec();
        wish.desired_min_tx = micros(interval);
        let mut rig = Rig::new(wish);
        for state in states {
            rig.advance(70 * MS);
            rig.receive(&peer(State::from_bits(state)));
        }
        for packet in rig.sent.iter().map(Sent::packet) {
            let offered = if packet.state == State::Up { interval } else { 1_000_000 };
            prop_assert_eq!(packet.desired_min_tx, Micros(offered));
        }
    }
}

// covers: 5880-6.8.7-02
#[test]
fn jitter_is_spread_over_its_window() {
    let mut rig = Rig::up();
    rig.forget();
    rig.hear(&peer(State::Up), 50 * MS, 2000);
    let gaps = gaps(&rig.sent);
    let count = u32::try_from(gaps.len()).unwrap();
    let mean = gaps.iter().sum::<Duration>() / count;
    assert!(
        mean.abs_diff(Duration::from_micros(43_600)) < 2 * MS,
        "{mean:?}"
    );
    let quarter = |low: u32| {
        let within = |gap: &&Duration| **gap >= low * MS && **gap < (low + 3) * MS;
        gaps.iter().filter(within).count()
    };
    for low in [38, 41, 44, 47] {
        assert!(
            quarter(low) > gaps.len() / 8,
            "{} gaps from {low} ms",
            quarter(low)
        );
    }
}

// covers: 5880-6.8.3-06, 5880-7-01, 5880-7-02, 5880-6.1-06
#[test]
fn a_failed_session_sends_one_packet_per_second_until_it_is_up_again() {
    let mut rig = Rig::up();
    rig.advance(150 * MS);
    assert_eq!(rig.view().state, State::Down);
    rig.forget();
    rig.advance(100 * SECOND);
    assert!(
        (100..=134).contains(&rig.sent.len()),
        "{} packets",
        rig.sent.len()
    );
    assert!(gaps(&rig.sent).iter().all(|gap| *gap >= 750 * MS));
}

// covers: 5880-6.8.7-06, 5880-6.8.6-16, SP-01
#[test]
fn a_peer_that_wants_nothing_periodic_gets_nothing_but_answers() {
    let mut rig = Rig::up();
    let silent = ControlPacket {
        required_min_rx: Micros(0),
        ..peer(State::Up)
    };
    rig.receive(&silent);
    rig.forget();
    rig.hear(&silent, 100 * MS, 100);
    assert!(rig.sent.is_empty());
    rig.receive(&ControlPacket {
        poll: true,
        ..silent
    });
    assert_eq!(rig.last().what, Transmit::Final);
    rig.forget();
    rig.receive(&peer(State::Up));
    rig.hear(&peer(State::Up), 50 * MS, 20);
    assert!(rig.sent.len() >= 20);
}

// covers: 5880-6.8.3-07, 5880-6.8.7-04, SP-17
#[test]
fn a_shorter_interval_is_in_force_for_the_very_next_packet() {
    let mut rig = Rig::up();
    rig.receive(&ControlPacket {
        required_min_rx: Micros(2_000_000),
        ..peer(State::Up)
    });
    let last = rig.last().at;
    rig.hear(
        &ControlPacket {
            required_min_rx: Micros(2_000_000),
            ..peer(State::Up)
        },
        30 * MS,
        4,
    );
    rig.forget();
    rig.receive(&peer(State::Up));
    let next = rig.periodic();
    // The last packet is more than 50 ms ago: the next one is due at once.
    assert!(rig.now.saturating_duration_since(last) > 50 * MS);
    assert_eq!(next.at, rig.now);
    rig.hear(&peer(State::Up), 40 * MS, 5);
    assert!(gaps(&rig.sent).iter().all(|gap| *gap <= 50 * MS));
}

// covers: 5880-6.8.7-11, 5880-6.8.7-08
#[test]
fn a_change_of_state_is_told_at_once() {
    for (start, heard) in [
        (State::Down, State::Down),
        (State::Init, State::Init),
        (State::Up, State::Down),
        (State::Up, State::AdminDown),
    ] {
        let mut rig = Rig::in_state(start);
        rig.advance(MS);
        rig.receive(&peer(heard));
        let told = rig.last();
        assert_eq!((told.at, told.what), (rig.now, Transmit::Change), "{start}");
        assert_eq!(told.packet().state, rig.view().state);
    }
}

// covers: SP-36
#[test]
fn a_flapping_peer_is_not_answered_in_kind() {
    let mut rig = Rig::up();
    rig.forget();
    for _ in 0..1000 {
        rig.advance(Duration::from_micros(100));
        rig.receive(&peer(State::Down));
        rig.receive(&peer(State::Up));
    }
    // 100 ms: a burst of ten, one more each 50 ms, and the periodic ones.
    assert!(rig.sent.len() <= 10 + 2 + 4, "{} packets", rig.sent.len());
}

// covers: 5880-6.8.6-29, 5880-6.8.6-30, 5880-6.8.7-07, 5880-6.8.14-02, SP-37
#[test]
fn a_peer_in_demand_mode_hears_nothing_periodic_until_it_leaves_it() {
    let demand = ControlPacket {
        demand: true,
        ..peer(State::Up)
    };
    let mut rig = Rig::up();
    rig.receive(&demand);
    rig.forget();
    rig.hear(&demand, 100 * MS, 50);
    assert!(rig.sent.is_empty());
    rig.receive(&peer(State::Up));
    rig.hear(&peer(State::Up), 50 * MS, 10);
    assert!(rig.sent.len() >= 10);
}

// covers: 5880-6.8.6-30, 5880-6.8.7-07, SP-37
#[test]
fn demand_of_a_peer_that_is_not_up_is_no_demand() {
    for state in [State::Down, State::Init] {
        let demand = ControlPacket {
            demand: true,
            ..peer(state)
        };
        let mut rig = Rig::new(spec());
        rig.receive(&demand);
        rig.forget();
        rig.hear(&demand, SECOND, 10);
        assert!(rig.sent.len() >= 10, "{state}");
    }
}

// covers: 5880-6.8.7-07
#[test]
fn a_poll_goes_on_while_the_peer_is_in_demand_mode() {
    let demand = ControlPacket {
        demand: true,
        ..peer(State::Up)
    };
    let mut rig = Rig::up();
    rig.receive(&demand);
    rig.forget();
    rig.respecify(|spec| spec.required_min_rx = ms(80));
    rig.hear(&demand, 50 * MS, 10);
    assert!(rig.sent.len() >= 9);
    assert!(rig.sent.iter().all(|sent| sent.packet().poll));
    rig.receive(&ControlPacket {
        demand: true,
        ..final_()
    });
    rig.forget();
    rig.hear(&demand, 50 * MS, 10);
    assert!(rig.sent.is_empty());
}

// covers: 7419-3-01, 7419-3-03
#[test]
fn every_common_interval_is_accepted_and_others_can_be_raised_to_one() {
    let common = [
        3_300, 10_000, 20_000, 50_000, 100_000, 1_000_000, 10_000_000,
    ];
    for interval in common {
        let mut wish = spec();
        wish.desired_min_tx = micros(interval);
        wish.required_min_rx = micros(interval);
        let rig = Rig::up_with(wish);
        assert_eq!(rig.view().spec.desired_min_tx.aligned(), micros(interval));
    }
    let raised = |from: u32| micros(from).aligned();
    assert_eq!(
        [1, 3_301, 60_000].map(raised),
        [3_300, 10_000, 100_000].map(micros)
    );
    assert_eq!(raised(1_000_001), micros(1_000_001));
    assert_eq!(Interval::new(Micros(0)), None);
}
