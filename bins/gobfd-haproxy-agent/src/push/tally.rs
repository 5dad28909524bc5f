//! What is counted of pushing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bfd_program::exposition::HistogramSample;

/// Upper bounds of the histogram, in microseconds.
const BOUNDS: [u64; 8] = [500, 1_000, 2_000, 5_000, 10_000, 50_000, 250_000, 1_000_000];

/// Counters of one pusher.
#[derive(Debug, Default)]
pub struct Tally {
    connected: AtomicBool,
    resyncs: AtomicU64,
    refused: AtomicU64,
    /// By bound, then those beyond the last.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum_micros: AtomicU64,
}

impl Tally {
    /// Whether HAProxy answered last time.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    /// How often a HAProxy got all states.
    #[must_use]
    pub fn resyncs(&self) -> u64 {
        self.resyncs.load(Relaxed)
    }

    /// Commands that HAProxy refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// How long HAProxy's confirmations took since the answers changed.
    #[must_use]
    pub fn delays(&self) -> HistogramSample {
        let mut count = 0;
        let mut buckets = Vec::with_capacity(BOUNDS.len());
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            count += bucket.load(Relaxed);
            buckets.push((Duration::from_micros(*bound), count));
        }
        count += self.buckets[BOUNDS.len()].load(Relaxed);
        HistogramSample {
            buckets,
            count,
            sum: Duration::from_micros(self.sum_micros.load(Relaxed)),
        }
    }

    pub(super) fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Relaxed);
    }

    pub(super) fn count_resync(&self) {
        self.resyncs.fetch_add(1, Relaxed);
    }

    pub(super) fn count_refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn count_pushed(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS.partition_point(|bound| *bound < micros);
        self.buckets[at].fetch_add(1, Relaxed);
        self.sum_micros.fetch_add(micros, Relaxed);
    }
}
