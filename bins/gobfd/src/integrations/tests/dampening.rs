use std::time::Duration;

use bfd_program::config::Threshold;
use bfd_proto::Instant;
use proptest::prelude::*;

use crate::config::DampeningSettings;
use crate::integrations::dampening::Penalty;

/// The defaults of the configuration.
fn settings() -> DampeningSettings {
    let threshold = |text| Threshold::parse(text).expect("a number");
    DampeningSettings {
        suppress_threshold: threshold("3"),
        reuse_threshold: threshold("2"),
        max_suppress_time: Duration::from_secs(60),
        half_life: Duration::from_secs(15),
    }
}

fn at(seconds: f64) -> Instant {
    Instant::ZERO + Duration::from_secs_f64(seconds)
}

#[test]
fn the_penalty_halves_and_the_hold_ends_by_time() {
    let mut penalty = Penalty::new(settings(), at(0.0));
    assert!(!penalty.down(at(0.0)));
    assert!((penalty.value(at(15.0)) - 0.5).abs() < 1e-9);
    assert!(!penalty.down(at(0.0)) && penalty.down(at(0.0)));
    assert!(penalty.is_suppressed());
    // 3 falls to 2 in 15 s × log2(3/2).
    let release = penalty.release_at().expect("held");
    let expected = at(15.0 * 1.5_f64.log2());
    assert!(release.saturating_duration_since(expected) < Duration::from_micros(1));
    assert!(!penalty.settle(release.saturating_sub(Duration::from_nanos(1))));
    assert!(penalty.settle(release) && !penalty.is_suppressed());
    assert!(penalty.value(release).abs() < 1e-9, "begins anew");
    assert_eq!(penalty.release_at(), None);
}

#[test]
fn no_hold_is_longer_than_the_longest() {
    let mut penalty = Penalty::new(settings(), at(0.0));
    for _ in 0..100 {
        penalty.down(at(1.0));
    }
    assert_eq!(penalty.release_at(), Some(at(61.0)));
}

#[test]
fn a_small_penalty_is_none() {
    let mut penalty = Penalty::new(settings(), at(0.0));
    penalty.down(at(0.0));
    assert!(penalty.value(at(15.0 * 9.0)) > 0.0);
    assert!(penalty.value(at(15.0 * 10.0)).abs() < f64::EPSILON);
}

proptest! {
    #[test]
    fn a_hold_begins_at_its_threshold_and_always_ends(
        gaps in proptest::collection::vec(0.0..40.0_f64, 1..30),
    ) {
        let mut penalty = Penalty::new(settings(), at(0.0));
        let mut now = 0.0;
        for gap in gaps {
            now += gap;
            let was_held = penalty.is_suppressed();
            let ended = penalty.settle(at(now));
            prop_assert!(!ended || was_held);
            let begins = penalty.down(at(now));
            prop_assert_eq!(penalty.is_suppressed(), begins || (was_held && !ended));
            if begins {
                prop_assert!(penalty.value(at(now)) >= 3.0 - 1e-9);
            }
            if let Some(release) = penalty.release_at() {
                prop_assert!(release > at(now));
                prop_assert!(release <= at(now) + Duration::from_secs(60));
            }
        }
    }
}
