use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000_000;
/// Some moment of the wall clock, far from the monotonic one.
const EPOCH: u64 = 1_700_000_000 * SECOND;

/// A reading without uncertainty at `now`, with the wall clock `step` off [`EPOCH`].
fn reading(now: u64, step: i64) -> Reading {
    let wall = WallNanos((EPOCH + now).saturating_add_signed(step));
    Reading::from_clocks(MonoNanos(now), wall, MonoNanos(now))
}

/// A stamp taken at the monotonic moment `at` while the wall clock was `step` off.
fn stamp(at: u64, step: i64) -> Option<WallNanos> {
    Some(WallNanos((EPOCH + at).saturating_add_signed(step)))
}

fn clock(floor: u64, now: u64, step: i64) -> Clock {
    let mut clock = Clock {
        reading: reading(floor, 0),
        stepped_from: None,
        floor: MonoNanos(floor),
    };
    clock.advance(reading(now, step));
    clock
}

#[test]
fn a_stamp_counts_between_the_last_drain_and_now() {
    let clock = clock(10 * SECOND, 12 * SECOND, 0);
    let arrival = |at| clock.arrival(stamp(at, 0)).0;
    assert_eq!(arrival(11 * SECOND), 11 * SECOND);
    assert_eq!(
        arrival(9 * SECOND),
        10 * SECOND,
        "nothing was there at the last drain"
    );
    assert_eq!(
        arrival(12 * SECOND + 5),
        12 * SECOND,
        "arrived while being drained"
    );
}

#[test]
fn without_a_stamp_the_arrival_is_now() {
    assert_eq!(clock(10, 12, 0).arrival(None), MonoNanos(12));
}

#[test]
fn a_drain_ended_by_its_budget_does_not_move_the_floor() {
    let mut clock = clock(10 * SECOND, 12 * SECOND, 0);
    clock.advance(reading(13 * SECOND, 0));
    assert_eq!(clock.arrival(stamp(11 * SECOND, 0)).0, 11 * SECOND);
    clock.drained();
    assert_eq!(clock.arrival(stamp(11 * SECOND, 0)).0, 13 * SECOND);
}

const HOUR: i64 = 3600 * 1_000_000_000;
const DAY: i64 = 24 * HOUR;

/// Stall of two seconds, the wall clock stepped in the middle of it.
#[test]
fn stamps_from_both_sides_of_a_step_are_told_apart() {
    for step in [HOUR, -HOUR, DAY, -DAY] {
        let clock = clock(10 * SECOND, 12 * SECOND, step);
        assert_eq!(clock.arrival(stamp(10_500_000_000, 0)).0, 10_500_000_000);
        assert_eq!(clock.arrival(stamp(11_500_000_000, step)).0, 11_500_000_000);
    }
}

#[test]
fn a_stamp_that_fits_neither_side_of_a_step_counts_as_now() {
    let clock = clock(10 * SECOND, 12 * SECOND, 3_600_000_000_000);
    assert_eq!(clock.arrival(Some(WallNanos(0))).0, 12 * SECOND);
    assert_eq!(clock.arrival(Some(WallNanos(u64::MAX))).0, 12 * SECOND);
}

/// A stall in which the wall clock was stepped by a day and back: no reading shows a step, but the
/// stamps taken meanwhile are a day away. Taken for early ones they would make a session look silent
/// since the last drain.
#[test]
fn a_step_there_and_back_within_a_stall_is_no_silence() {
    for step in [DAY, -DAY] {
        let clock = clock(10 * SECOND, 12 * SECOND, 0);
        let arrival = |at, step| clock.arrival(stamp(at, step)).0;
        assert_eq!(arrival(11_500_000_000, step), 12 * SECOND, "{step}");
        assert_eq!(
            arrival(11_500_000_000, 0),
            11_500_000_000,
            "the others count"
        );
    }
}

/// The same seen from turn to turn: a packet in each, the clock stepped anew before each.
#[test]
fn a_clock_that_is_stepped_before_every_turn_makes_nobody_silent() {
    let mut clock = clock(10 * SECOND, 10 * SECOND + 1, -DAY);
    for turn in 1..100 {
        let step = if turn % 2 == 0 { -DAY } else { DAY };
        let now = 10 * SECOND + turn * SECOND / 20;
        clock.drained();
        clock.advance(reading(now, step));
        for stamped in [step, -step] {
            let at = now - 1000;
            assert_eq!(clock.arrival(stamp(at, stamped)).0, at, "turn {turn}");
        }
    }
}

#[test]
fn the_old_offset_is_forgotten_a_turn_later() {
    let mut clock = clock(10 * SECOND, 12 * SECOND, 3_600_000_000_000);
    clock.drained();
    clock.advance(reading(13 * SECOND, 3_600_000_000_000));
    assert_eq!(clock.stepped_from, None);
}

/// A thread can lose the CPU between reading the two clocks; that is no step.
#[test]
fn an_interrupted_reading_is_no_step() {
    let before = reading(10 * SECOND, 0);
    let wall = WallNanos(EPOCH + 11 * SECOND);
    let late = Reading::from_clocks(MonoNanos(11 * SECOND), wall, MonoNanos(11 * SECOND + 700));
    assert!(!late.stepped_since(&before));
    assert!(reading(12 * SECOND, 5_000_000).stepped_since(&before));
}

#[test]
fn the_real_clocks_agree() {
    let mut clock = Clock::new();
    for _ in 0..1000 {
        let before = WallNanos::now();
        let floor = clock.now();
        let now = clock.turn();
        assert!((floor..=now).contains(&clock.arrival(Some(before))));
    }
}

proptest! {
    /// Whatever the stamp and the steps: an arrival lies in the window.
    #[test]
    fn arrivals_stay_in_the_window(
        floor in 0..u64::MAX / 4,
        span in 0..u64::MAX / 4,
        step in any::<i64>(),
        wall in any::<u64>(),
    ) {
        let arrival = clock(floor, floor + span, step).arrival(Some(WallNanos(wall)));
        prop_assert!((floor..=floor + span).contains(&arrival.0));
    }

    /// Without a step, a stamp in the window is exact.
    #[test]
    fn stamps_are_exact_while_the_clock_is_steady(
        floor in 0..u64::MAX / 8,
        span in 0..u64::MAX / 8,
        part in 0.0..=1.0,
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = floor + ((span as f64 * part) as u64).min(span);
        prop_assert_eq!(clock(floor, floor + span, 0).arrival(stamp(at, 0)).0, at);
    }
}
