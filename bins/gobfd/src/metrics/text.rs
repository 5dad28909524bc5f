//! The classic text format 0.0.4.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use super::input::HistogramSample;
use super::table::{Family, Scrape};

/// Writes one family: help, type and samples.
pub(super) fn family(family: &Family, scrape: &Scrape<'_>, out: &mut String) {
    let name = family.name;
    let help = family.help.replace('\\', "\\\\").replace('\n', "\\n");
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        out,
        "# HELP {name} {help}\n# TYPE {name} {}",
        family.kind.name()
    );
    (family.read)(scrape, &mut Samples { name, out });
}

/// Takes the samples of one family.
pub(super) struct Samples<'a> {
    name: &'static str,
    out: &'a mut String,
}

impl Samples<'_> {
    /// One sample; `labels` as they stand between the braces.
    pub(super) fn add(&mut self, labels: &str, value: impl Display) {
        let _ = writeln!(self.out, "{}{{{labels}}} {value}", self.name);
    }

    /// All samples of a histogram, in seconds.
    pub(super) fn add_histogram(&mut self, labels: &str, histogram: &HistogramSample) {
        let name = self.name;
        for (bound, count) in &histogram.buckets {
            let bound = bound.as_secs_f64();
            let _ = writeln!(self.out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let (count, sum) = (histogram.count, histogram.sum.as_secs_f64());
        let _ = writeln!(self.out, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
        let _ = writeln!(
            self.out,
            "{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {count}"
        );
    }
}

/// A label value with backslash, quote and line feed escaped.
pub(super) fn escaped(value: &str) -> Cow<'_, str> {
    if !value.contains(['\\', '"', '\n']) {
        return value.into();
    }
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .into()
}
