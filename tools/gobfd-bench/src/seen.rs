//! What the swarm saw, as distributions.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Distributions in nanoseconds.
#[derive(Debug)]
pub(crate) struct Seen {
    gaps: Histogram<u64>,
    late: Histogram<u64>,
    early: u64,
    recovery: Histogram<u64>,
    own: Histogram<u64>,
    unreadable: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            gaps: empty(),
            late: empty(),
            early: 0,
            recovery: empty(),
            own: empty(),
            unreadable: 0,
        }
    }
}

impl Seen {
    /// Between two packets of the daemon to one peer that is Up.
    pub(crate) fn inter_arrival(&mut self, nanos: u64) {
        self.gaps.saturating_record(nanos);
    }

    /// A silent peer was called down so late after its detection time, or so early before.
    pub(crate) fn detection(&mut self, late: u64, early: u64) {
        self.late.saturating_record(late);
        self.early += u64::from(early > 0);
    }

    /// From a restarted peer's first packet until the daemon signals Up.
    pub(crate) fn recovery(&mut self, nanos: u64) {
        self.recovery.saturating_record(nanos);
    }

    /// The swarm itself sent a packet so late: a bad ruler shows itself.
    pub(crate) fn own_lateness(&mut self, nanos: u64) {
        self.own.saturating_record(nanos);
    }

    /// A packet of the daemon that is no BFD packet.
    pub(crate) const fn unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// All of it in short.
    pub(crate) fn summary(&self) -> Summary {
        Summary {
            gaps: Distribution::of(&self.gaps),
            late: Distribution::of(&self.late),
            early: self.early,
            recovery: Distribution::of(&self.recovery),
            own: Distribution::of(&self.own),
            unreadable: self.unreadable,
        }
    }
}

/// What a swarm reports.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Between two packets of the daemon to one peer that is Up.
    pub(crate) gaps: Distribution,
    /// Verdicts after the detection time.
    pub(crate) late: Distribution,
    /// Verdicts before it: each is a mistake.
    pub(crate) early: u64,
    /// From a restarted peer's first packet until the daemon signals Up.
    pub(crate) recovery: Distribution,
    /// The swarm's own lateness.
    pub(crate) own: Distribution,
    /// Packets that are no BFD packets.
    pub(crate) unreadable: u64,
}

/// The usual points of a distribution, in milliseconds; zeros when nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Distribution {
    /// How many values.
    pub(crate) count: u64,
    /// Median.
    pub(crate) p50: f64,
    /// 99th percentile.
    pub(crate) p99: f64,
    /// Largest.
    pub(crate) max: f64,
}

impl Distribution {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| {
            let nanos = histogram.value_at_quantile(quantile);
            Duration::from_nanos(nanos).as_secs_f64() * 1e3
        };
        Self {
            count: histogram.len(),
            p50: at(0.5),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}

/// Up to a minute, three digits.
fn empty() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("constant bounds are legal")
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Seen};

    #[test]
    fn points_are_in_milliseconds() {
        let mut seen = Seen::default();
        for millis in 1..=100 {
            seen.recovery(millis * 1_000_000);
        }
        let Distribution {
            count,
            p50,
            p99,
            max,
        } = seen.summary().recovery;
        let near = |value: f64, wanted: f64| (value - wanted).abs() < wanted * 0.002;
        assert_eq!(count, 100);
        assert!(
            near(p50, 50.0) && near(p99, 99.0) && near(max, 100.0),
            "{p50} {p99} {max}"
        );
    }

    #[test]
    fn an_early_verdict_is_counted_apart() {
        let mut seen = Seen::default();
        seen.detection(0, 1);
        seen.detection(3, 0);
        assert_eq!((seen.summary().early, seen.summary().late.count), (1, 2));
        assert_eq!(seen.summary().gaps, Distribution::default());
    }
}
