//! How long to wait before the next attempt.

use std::time::Duration;

/// Wait after the first failure.
const FIRST: Duration = Duration::from_millis(100);
/// Longest wait.
const LONGEST: Duration = Duration::from_secs(10);

/// The wait after so many failures in a row: doubled each time, bounded, and up to a quarter longer
/// or shorter, so that many do not come back at once. `chance` is from 0 to 1.
pub(super) fn wait(failures: u32, chance: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let plain = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    plain.mul_f64(0.75 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::{FIRST, LONGEST, wait};

    #[test]
    fn waits_double_up_to_a_bound_and_differ_by_chance() {
        assert_eq!(wait(1, 0.5), FIRST);
        assert_eq!(wait(2, 0.5), FIRST * 2);
        assert_eq!(wait(u32::MAX, 0.5), LONGEST);
        assert_eq!(wait(1, 0.0), FIRST.mul_f64(0.75));
        assert_eq!(wait(1, 1.0), FIRST.mul_f64(1.25));
    }
}
