//! What the swarm saw, as distributions.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Distributions in nanoseconds.
#[derive(Debug)]
pub(crate) struct Report {
    inter_arrival: Histogram<u64>,
    detection: Histogram<u64>,
    early: Histogram<u64>,
    recovery: Histogram<u64>,
    own: Histogram<u64>,
    unreadable: u64,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            inter_arrival: empty(),
            detection: empty(),
            early: empty(),
            recovery: empty(),
            own: empty(),
            unreadable: 0,
        }
    }
}

impl Report {
    /// Between two packets of the daemon to one peer that is Up.
    pub(crate) fn inter_arrival(&mut self, nanos: u64) {
        self.inter_arrival.saturating_record(nanos);
    }

    /// A silent peer was called down so late after its detection time, or so early before.
    pub(crate) fn detection(&mut self, late: u64, early: u64) {
        self.detection.saturating_record(late);
        if early > 0 {
            self.early.saturating_record(early);
        }
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
    pub(crate) fn unreadable(&mut self) {
        self.unreadable += 1;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, histogram) in [
            ("inter_arrival", &self.inter_arrival),
            ("detection_late", &self.detection),
            ("detection_early", &self.early),
            ("recovery", &self.recovery),
            ("own_lateness", &self.own),
        ] {
            write_row(f, name, histogram)?;
        }
        write!(f, "unreadable count={}", self.unreadable)
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, name: &str, histogram: &Histogram<u64>) -> fmt::Result {
    let at = |quantile| Duration::from_nanos(histogram.value_at_quantile(quantile)).as_secs_f64();
    let ms = |quantile| at(quantile) * 1e3;
    writeln!(
        f,
        "{name} count={} p50_ms={:.3} p99_ms={:.3} max_ms={:.3}",
        histogram.len(),
        ms(0.5),
        ms(0.99),
        ms(1.0),
    )
}

/// Up to a minute, three digits.
fn empty() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("constant bounds are legal")
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn rows_are_printed_in_milliseconds() {
        let mut report = Report::default();
        report.recovery(2_000_000);
        let text = report.to_string();
        assert!(text.contains("recovery count=1 p50_ms=2.0"), "{text}");
        assert!(text.contains("detection_late count=0"), "{text}");
    }
}
