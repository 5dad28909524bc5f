use std::collections::BTreeMap;
use std::time::Duration;

use bfd_proto::{Diagnostic, Instant};
use proptest::prelude::*;

use crate::integrations::agenda::{Agenda, Wish};
use crate::integrations::opinion::Cause;

const AVOID: Wish = Wish::Avoid(Cause {
    diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
    verdict: "peer-silent",
});

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

#[test]
fn the_latest_wish_counts_and_nothing_in_between_is_replayed() {
    let mut agenda = Agenda::new(4);
    agenda.wish(&"a", AVOID, at(1), at(1));
    agenda.wish(&"a", Wish::Use, at(2), at(2));
    agenda.wish(&"a", AVOID, at(3), at(3));
    let job = agenda.take(at(3)).expect("due");
    assert_eq!((job.wish, job.since), (AVOID, at(3)));
    assert_eq!(agenda.take(at(3)), None, "one attempt at a time");
    // The wish changes while it is worked at.
    agenda.wish(&"a", Wish::Use, at(4), at(4));
    assert_eq!(agenda.ended(&"a", true, at(5), 0.5), 0);
    assert_eq!(agenda.take(at(5)).map(|job| job.wish), Some(Wish::Use));
    assert!(!agenda.is_settled());
    agenda.ended(&"a", true, at(6), 0.5);
    assert!(agenda.is_settled() && agenda.due().is_none());
    assert!(!agenda.wish(&"a", Wish::Use, at(7), at(7)), "nothing new");
    assert_eq!(agenda.since(&"a"), Some(at(4)));
    // Long after, the neighbour forgets: the time it takes counts from there.
    agenda.doubt(&"a", at(900));
    assert_eq!(agenda.take(at(900)).map(|job| job.since), Some(at(900)));
}

#[test]
fn failures_wait_longer_each_time_until_there_is_news() {
    let mut agenda = Agenda::new(4);
    agenda.wish(&"a", AVOID, at(0), at(0));
    for (now, next, failures) in [(0, 100, 1), (100, 300, 2), (300, 700, 3)] {
        let job = agenda.take(at(now)).map(|job| job.failures);
        assert_eq!(job, Some(failures - 1));
        assert_eq!(agenda.ended(&"a", false, at(now), 0.5), failures);
        assert_eq!(agenda.due(), Some(at(next)));
        assert_eq!(agenda.take(at(next - 1)), None);
    }
    agenda.doubt(&"a", at(301));
    assert_eq!(agenda.take(at(301)).map(|job| job.failures), Some(0));
}

#[test]
fn attempts_are_bounded() {
    let mut agenda = Agenda::new(2);
    for target in ["a", "b", "c"] {
        agenda.wish(&target, AVOID, at(0), at(0));
    }
    assert!(agenda.take(at(0)).is_some() && agenda.take(at(0)).is_some());
    assert_eq!(agenda.take(at(0)), None);
    assert_eq!(agenda.due(), None, "waits for one to end, not for time");
    agenda.ended(&"a", true, at(1), 0.5);
    assert_eq!(agenda.take(at(1)).map(|job| job.target), Some("c"));
}

#[derive(Clone, Debug)]
enum Step {
    Wish(u8, bool),
    Doubt(u8),
    Take,
    End(u8, bool),
    Wait(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..4_u8, any::<bool>()).prop_map(|(target, used)| Step::Wish(target, used)),
        (0..4_u8).prop_map(Step::Doubt),
        Just(Step::Take),
        (0..4_u8, any::<bool>()).prop_map(|(target, good)| Step::End(target, good)),
        (0..500_u16).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..60)
}

/// The agenda beside what it is said to keep.
struct Model {
    agenda: Agenda<u8>,
    wishes: BTreeMap<u8, Wish>,
    working: BTreeMap<u8, Wish>,
    confirmed: BTreeMap<u8, Wish>,
    now: u64,
}

impl Model {
    fn step(&mut self, step: &Step) {
        let now = at(self.now);
        match *step {
            Step::Wish(target, used) => {
                let wish = if used { Wish::Use } else { AVOID };
                self.agenda.wish(&target, wish, now, now);
                self.wishes.insert(target, wish);
            }
            Step::Doubt(target) => self.agenda.doubt(&target, now),
            Step::Take => drop(self.take()),
            Step::End(target, good) => self.end(target, good),
            Step::Wait(millis) => self.now += u64::from(millis),
        }
    }

    fn take(&mut self) -> Option<u8> {
        let job = self.agenda.take(at(self.now))?;
        assert_eq!(Some(&job.wish), self.wishes.get(&job.target));
        let overlaps = self.working.insert(job.target, job.wish).is_some();
        assert!(!overlaps && self.working.len() <= 2);
        Some(job.target)
    }

    fn end(&mut self, target: u8, good: bool) {
        if let Some(wish) = self.working.remove(&target) {
            self.agenda.ended(&target, good, at(self.now), 0.5);
            if good {
                self.confirmed.insert(target, wish);
            }
        }
    }
}

proptest! {
    /// Attempts per target never overlap, their number is bounded, each is for the latest wish, and
    /// once all succeed every latest wish is confirmed.
    #[test]
    fn no_wish_is_forgotten(steps in steps()) {
        let mut model = Model {
            agenda: Agenda::new(2),
            wishes: BTreeMap::new(),
            working: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            now: 0,
        };
        steps.iter().for_each(|step| model.step(step));
        for target in 0..4 {
            model.end(target, true);
        }
        model.now += 60_000;
        while let Some(target) = model.take() {
            model.end(target, true);
        }
        prop_assert!(model.agenda.is_settled());
        for (target, wish) in model.wishes {
            prop_assert_eq!(model.confirmed.get(&target), Some(&wish));
        }
    }
}
