//! The metrics page of a program: the classic text format 0.0.4.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::time::Duration;

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
        let name = self.name;
        let _ = match labels {
            "" => writeln!(self.out, "{name} {value}"),
            _ => writeln!(self.out, "{name}{{{labels}}} {value}"),
        };
    }

    /// All samples of a histogram, in seconds.
    pub fn add_histogram(&mut self, labels: &str, histogram: &HistogramSample) {
        let name = self.name;
        let (before, labels) = match labels {
            "" => (String::new(), String::new()),
            _ => (format!("{labels},"), format!("{{{labels}}}")),
        };
        for (bound, count) in &histogram.buckets {
            let bound = bound.as_secs_f64();
            let _ = writeln!(self.out, "{name}_bucket{{{before}le=\"{bound}\"}} {count}");
        }
        let (count, sum) = (histogram.count, histogram.sum.as_secs_f64());
        let _ = writeln!(self.out, "{name}_bucket{{{before}le=\"+Inf\"}} {count}");
        let _ = writeln!(
            self.out,
            "{name}_sum{labels} {sum}\n{name}_count{labels} {count}"
        );
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
