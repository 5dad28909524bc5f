use std::collections::BTreeMap;
use std::time::Duration;

use bfd_proto::Instant;
use proptest::prelude::*;

use super::{GRAIN_NANOS, Wheel};

const START: Instant = Instant::from_nanos(987_654_321_012_345);

fn due(wheel: &mut Wheel, now: Instant) -> Vec<u32> {
    let mut slots: Vec<u32> = std::iter::from_fn(|| wheel.pop(now)).collect();
    slots.sort_unstable();
    slots
}

#[test]
fn never_early_and_at_most_one_grain_late() {
    for nanos in [
        0,
        1,
        GRAIN_NANOS - 1,
        GRAIN_NANOS,
        50_000_000,
        9_000_000_000_000,
    ] {
        let mut wheel = Wheel::new(START);
        let at = START + Duration::from_nanos(nanos);
        wheel.set(7, at);
        if nanos > 0 {
            assert_eq!(wheel.pop(at.saturating_sub(Duration::from_nanos(1))), None);
        }
        assert_eq!(wheel.pop(at + Duration::from_nanos(GRAIN_NANOS)), Some(7));
        assert_eq!(wheel.next_expiry(), None);
    }
}

#[test]
fn a_deadline_in_the_past_is_due_at_once() {
    let mut wheel = Wheel::new(START);
    assert_eq!(wheel.pop(START), None);
    wheel.set(0, Instant::ZERO);
    assert!(wheel.next_expiry() <= Some(START));
    assert_eq!(wheel.pop(START), Some(0));
}

#[test]
fn moving_and_cancelling_leave_no_trace() {
    let mut wheel = Wheel::new(START);
    wheel.set(1, START + Duration::from_millis(1));
    wheel.set(1, START + Duration::from_secs(1));
    wheel.set(2, START + Duration::from_millis(1));
    wheel.cancel(2);
    wheel.cancel(9);
    assert_eq!(due(&mut wheel, START + Duration::from_millis(999)), []);
    assert_eq!(due(&mut wheel, START + Duration::from_millis(1001)), [1]);
    assert_eq!(wheel.next_expiry(), None);
}

#[test]
fn all_slots_of_one_bucket_come_out() {
    let mut wheel = Wheel::new(START);
    for slot in 0..1000 {
        wheel.set(slot, START + Duration::from_secs(7));
    }
    assert_eq!(
        due(&mut wheel, START + Duration::from_secs(8)),
        Vec::from_iter(0..1000)
    );
}

#[derive(Clone, Debug)]
enum Step {
    Set {
        slot: u32,
        after: u64,
    },
    Cancel {
        slot: u32,
    },
    Pass {
        nanos: u64,
    },
    /// Sleep exactly until the wheel wants to be asked.
    PassToNext,
}

/// Few slots, so that moves and cancellations meet set entries; delays of every level.
fn step() -> impl Strategy<Value = Step> {
    let delay = (0_u32..48, any::<u64>()).prop_map(|(bits, raw)| raw & ((1 << bits) - 1));
    prop_oneof![
        4 => (0_u32..24, delay.clone()).prop_map(|(slot, after)| Step::Set { slot, after }),
        1 => (0_u32..24).prop_map(|slot| Step::Cancel { slot }),
        2 => delay.prop_map(|nanos| Step::Pass { nanos }),
        2 => Just(Step::PassToNext),
    ]
}

/// The wheel as it should be: a sorted list with deadlines rounded up to the grain.
#[derive(Default)]
struct Model(BTreeMap<u32, u64>);

impl Model {
    fn set(&mut self, slot: u32, at: Instant) {
        self.0
            .insert(slot, at.as_nanos().div_ceil(GRAIN_NANOS) * GRAIN_NANOS);
    }

    fn due(&mut self, now: Instant) -> Vec<u32> {
        let due = |at: &u64| *at <= now.as_nanos();
        let slots = self
            .0
            .iter()
            .filter(|(_, at)| due(at))
            .map(|(slot, _)| *slot)
            .collect();
        self.0.retain(|_, at| !due(at));
        slots
    }

    fn earliest(&self) -> Option<u64> {
        self.0.values().min().copied()
    }
}

proptest! {
    #[test]
    fn agrees_with_a_sorted_list(steps in prop::collection::vec(step(), 1..200)) {
        let (mut wheel, mut model, mut now) = (Wheel::new(START), Model::default(), START);
        for step in steps {
            match step {
                Step::Set { slot, after } => {
                    wheel.set(slot, now + Duration::from_nanos(after));
                    model.set(slot, now + Duration::from_nanos(after));
                }
                Step::Cancel { slot } => {
                    wheel.cancel(slot);
                    model.0.remove(&slot);
                }
                Step::Pass { nanos } => now = now + Duration::from_nanos(nanos),
                Step::PassToNext => now = wheel.next_expiry().map_or(now, |next| now.max(next)),
            }
            prop_assert_eq!(due(&mut wheel, now), model.due(now));
            prop_assert_eq!(wheel.next_expiry().is_some(), !model.0.is_empty());
            if let (Some(next), Some(earliest)) = (wheel.next_expiry(), model.earliest()) {
                prop_assert!(next > now && next.as_nanos() <= earliest);
            }
        }
    }
}
