//! The metrics page of a program: the classic text format 0.0.4.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::time::Duration;

use crate::cli::Build;

/// Value of the header `Content-Type` of the page.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Type of a family.
#[derive(Clone, Copy)]
pub enum Type {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts durations by size.
    Histogram,
}

impl Type {
    /// The word on the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A histogram of durations.
#[derive(Clone, Debug, Default)]
pub struct HistogramSample {
    /// Upper bounds, ascending, with the number of durations up to each.
    pub buckets: Vec<(Duration, u64)>,
    /// How many durations there were, also beyond the last bound.
    pub count: u64,
    /// All of them together.
    pub sum: Duration,
}

/// Begins a family with help and type; its samples are to follow at once.
pub fn family<'a>(name: &'static str, kind: Type, help: &str, out: &'a mut String) -> Samples<'a> {
    let help = help.replace('\\', "\\\\").replace('\n', "\\n");
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {}", kind.name());
    Samples { name, out }
}

/// Takes the samples of one family.
#[derive(Debug)]
pub struct Samples<'a> {
    name: &'static str,
    out: &'a mut String,
}

impl Samples<'_> {
    /// One sample; `labels` as they stand between the braces.
    pub fn add(&mut self, labels: &str, value: impl Display) {
        self.line("", labels, value);
    }

    /// All samples of a histogram, in seconds.
    pub fn add_histogram(&mut self, labels: &str, histogram: &HistogramSample) {
        let comma = if labels.is_empty() { "" } else { "," };
        for (bound, count) in &histogram.buckets {
            let bound = bound.as_secs_f64();
            let labels = format!("{labels}{comma}le=\"{bound}\"");
            self.line("_bucket", &labels, count);
        }
        let all = format!("{labels}{comma}le=\"+Inf\"");
        self.line("_bucket", &all, histogram.count);
        self.line("_sum", labels, histogram.sum.as_secs_f64());
        self.line("_count", labels, histogram.count);
    }

    /// The sample of a `…_build_info`: what the program was built from, as labels of a 1.
    pub fn add_build(&mut self, build: Build) {
        let labels = format!(
            "version=\"{}\",commit=\"{}\",date=\"{}\"",
            escaped(build.version),
            escaped(build.commit),
            escaped(build.date)
        );
        self.add(&labels, 1);
    }

    fn line(&mut self, suffix: &str, labels: &str, value: impl Display) {
        let name = self.name;
        let _ = match labels {
            "" => writeln!(self.out, "{name}{suffix} {value}"),
            _ => writeln!(self.out, "{name}{suffix}{{{labels}}} {value}"),
        };
    }
}

/// A label value with backslash, quote and line feed escaped.
#[must_use]
pub fn escaped(value: &str) -> Cow<'_, str> {
    if !value.contains(['\\', '"', '\n']) {
        return value.into();
    }
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HistogramSample, Type, escaped, family};

    #[test]
    fn samples_with_and_without_labels() {
        let mut out = String::new();
        let mut up = family("up", Type::Gauge, "Whether it\nis \\ up.", &mut out);
        up.add("", 1);
        up.add(&format!("of=\"{}\"", escaped("a\"b\n")), 0);
        let histogram = HistogramSample {
            buckets: vec![(Duration::from_millis(1), 2)],
            count: 3,
            sum: Duration::from_millis(1_500),
        };
        let mut took = family("took_seconds", Type::Histogram, "Time.", &mut out);
        took.add_histogram("", &histogram);
        took.add_histogram("of=\"x\"", &histogram);
        let expected = r#"# HELP up Whether it\nis \\ up.
# TYPE up gauge
up 1
up{of="a\"b\n"} 0
# HELP took_seconds Time.
# TYPE took_seconds histogram
took_seconds_bucket{le="0.001"} 2
took_seconds_bucket{le="+Inf"} 3
took_seconds_sum 1.5
took_seconds_count 3
took_seconds_bucket{of="x",le="0.001"} 2
took_seconds_bucket{of="x",le="+Inf"} 3
took_seconds_sum{of="x"} 1.5
took_seconds_count{of="x"} 3
"#;
        assert_eq!(out, expected);
    }
}
