use std::time::Duration;

use bfd_proto::{Instant, State};
use proptest::prelude::*;

use super::{down, seconds, up};
use crate::logging::limit::{BURST, Limit, RATE};

#[test]
fn a_burst_passes_and_the_rest_is_counted() {
    let mut limit = Limit::new();
    let now = seconds(100);
    let passed = (0..1_000).filter(|_| limit.admit(now, &down(now))).count();
    assert_eq!(passed as u64, BURST);
    assert_eq!(limit.due(), Some(now + Duration::from_secs(1)));
    assert_eq!(limit.summary(now + Duration::from_millis(999)), None);
    let summary = limit.summary(now + Duration::from_secs(1)).expect("due");
    assert_eq!(summary.changes(), 1_000 - BURST);
    assert_eq!(summary.to(State::Down), 1_000 - BURST);
    assert_eq!(summary.verdicts[9], 1_000 - BURST);
    assert_eq!((limit.due(), limit.flush()), (None, None));
}

#[test]
fn the_bucket_fills_again() {
    let mut limit = Limit::new();
    let passed = |limit: &mut Limit, now| (0..1_000).filter(|_| limit.admit(now, &up(now))).count();
    assert_eq!(passed(&mut limit, seconds(100)) as u64, BURST);
    assert_eq!(passed(&mut limit, seconds(101)) as u64, RATE);
    assert_eq!(passed(&mut limit, seconds(200)) as u64, BURST);
}

#[test]
fn a_quiet_network_never_waits() {
    let mut limit = Limit::new();
    for second in 0..100 {
        for _ in 0..RATE {
            assert!(limit.admit(seconds(second), &up(seconds(second))));
        }
    }
    assert_eq!(limit.due(), None);
}

#[test]
fn the_manual_tells_the_numbers() {
    let manual = crate::metrics::manual_page().replace('\n', " ");
    assert!(manual.contains(&format!(
        "at most {BURST} lines are written at once and {RATE} each"
    )));
}

proptest! {
    /// Lines and sums together are all changes, whatever their times.
    #[test]
    fn no_change_is_lost(steps in proptest::collection::vec((0..200_u64, any::<bool>()), 0..2_000)) {
        let mut limit = Limit::new();
        let (mut at, mut accounted) = (Instant::from_nanos(1), [0_u64; 4]);
        for (millis, is_up) in &steps {
            at = at + Duration::from_millis(*millis / 40);
            let change = if *is_up { up(at) } else { down(at) };
            if let Some(sums) = limit.summary(at) {
                for (all, more) in accounted.iter_mut().zip(sums.to) { *all += more; }
            }
            if limit.admit(at, &change) {
                accounted[usize::from(change.to.bits())] += 1;
            }
        }
        if let Some(sums) = limit.flush() {
            for (all, more) in accounted.iter_mut().zip(sums.to) { *all += more; }
        }
        let ups = steps.iter().filter(|(_, is_up)| *is_up).count() as u64;
        prop_assert_eq!(accounted, [0, steps.len() as u64 - ups, 0, ups]);
    }
}
