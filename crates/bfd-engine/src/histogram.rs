//! How long things took, counted in buckets that fit a Prometheus histogram.
//!
//! Purpose: latencies of one worker, readable by anyone at any time. Owner: the worker, the only
//! writer; readers see each counter as it is, without a common moment. Thread: writing on one,
//! reading on any. It must never use a read-modify-write instruction: one writer needs none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the buckets in nanoseconds: 1, 2 and 5 in each decade from 1 µs to 10 s.
const BOUNDS: [u64; 22] = {
    let mut bounds = [0; 22];
    let (mut at, mut decade) = (0, 1_000);
    while at < bounds.len() {
        bounds[at] = decade * [1, 2, 5][at % 3];
        if at % 3 == 2 {
            decade *= 10;
        }
        at += 1;
    }
    bounds
};

/// Buckets, the last without an upper bound.
const BUCKETS: usize = BOUNDS.len() + 1;

/// A histogram of durations with a single writer.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: [AtomicU64; BUCKETS],
    sum: AtomicU64,
}

impl Histogram {
    /// Counts one duration. Only one thread may call this.
    pub fn record(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < nanos);
        add(&self.counts[bucket], 1);
        add(&self.sum, nanos);
    }

    /// The counts as they are now.
    #[must_use]
    pub fn view(&self) -> HistogramView {
        HistogramView {
            counts: std::array::from_fn(|at| self.counts[at].load(Relaxed)),
            sum: Duration::from_nanos(self.sum.load(Relaxed)),
        }
    }
}

/// Adds to a counter that nobody else writes.
pub(crate) fn add(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

/// What a [`Histogram`] held when it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistogramView {
    counts: [u64; BUCKETS],
    sum: Duration,
}

impl HistogramView {
    /// The `le` bounds with the number of durations up to each; the total is [`Self::count`].
    pub fn cumulative(&self) -> impl Iterator<Item = (Duration, u64)> {
        BOUNDS
            .iter()
            .zip(self.counts)
            .scan(0, |below, (bound, count)| {
                *below += count;
                Some((Duration::from_nanos(*bound), *below))
            })
    }

    /// How many durations were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All durations together.
    #[must_use]
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// Upper bound of the bucket in which the share `quantile` (0 to 1) of all durations is
    /// reached; `None` when there are none, [`Duration::MAX`] beyond the last bound.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        let count = self.count();
        let reached = |below: u64| below as f64 >= quantile * count as f64;
        (count > 0).then(|| {
            self.cumulative()
                .find(|(_, below)| reached(*below))
                .map_or(Duration::MAX, |(bound, _)| bound)
        })
    }

    /// Counts of both together, as if one worker had recorded them all.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        Self {
            counts: std::array::from_fn(|at| self.counts[at] + other.counts[at]),
            sum: self.sum + other.sum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BOUNDS, Histogram};
    use std::time::Duration;

    #[test]
    fn bounds_run_from_a_microsecond_to_ten_seconds() {
        assert_eq!(BOUNDS.first(), Some(&1_000));
        assert_eq!(BOUNDS.last(), Some(&10_000_000_000));
        assert!(BOUNDS.is_sorted());
    }

    #[test]
    fn a_duration_falls_below_the_next_bound() {
        let histogram = Histogram::default();
        for micros in [1, 2, 150, 200, 20_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let view = histogram.view();
        let up_to = |bound| {
            view.cumulative()
                .find(|(le, _)| *le == bound)
                .map(|(_, n)| n)
        };
        assert_eq!(up_to(Duration::from_micros(1)), Some(1));
        assert_eq!(up_to(Duration::from_micros(100)), Some(2));
        assert_eq!(up_to(Duration::from_micros(200)), Some(4));
        assert_eq!(up_to(Duration::from_secs(10)), Some(4));
        assert_eq!(view.count(), 5);
        assert_eq!(view.quantile(0.5), Some(Duration::from_micros(200)));
        assert_eq!(view.quantile(1.0), Some(Duration::MAX));
        assert_eq!(view.merged(&view).count(), 10);
    }

    #[test]
    fn nothing_recorded_has_no_quantile() {
        assert_eq!(Histogram::default().view().quantile(0.99), None);
    }
}
