//! What `gobfd` is to reach, each as one line of the table.

use crate::results::Outcome;

/// A figure, and what it should be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// The row it comes from.
    pub(crate) row: &'static str,
    /// Its name there.
    pub(crate) value: &'static str,
    /// What it is called in the table, with its unit.
    pub(crate) label: &'static str,
    /// Digits after the point.
    pub(crate) digits: usize,
    /// What `gobfd` is to reach.
    pub(crate) aim: Aim,
}

/// What is asked of a figure of `gobfd`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Aim {
    /// Nothing: it explains another figure.
    None,
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// This, no more and no less.
    Exactly(f64),
    /// At most so many times another contender's.
    TimesAtMost(f64, &'static str),
    /// At least so many times another contender's.
    TimesAtLeast(f64, &'static str),
}

const fn line(
    row: &'static str,
    value: &'static str,
    label: &'static str,
    digits: usize,
    aim: Aim,
) -> Line {
    Line {
        row,
        value,
        label,
        digits,
        aim,
    }
}

/// The table, line by line.
#[rustfmt::skip]
pub(crate) const LINES: &[Line] = &[
    line("ruler", "flaps_before", "100 healthy sessions: flaps", 0, Aim::AtMost(0.0)),
    line("ruler", "flaps_seen", "10 peers silent for 1.5 s: flaps seen", 0, Aim::Exactly(10.0)),
    line("cost", "up", "1000 x 50 ms: sessions Up", 0, Aim::AtLeast(1000.0)),
    line("cost", "flaps", "1000 x 50 ms: flaps", 0, Aim::AtMost(0.0)),
    line("cost", "us_per_packet", "1000 x 50 ms: daemon, µs per packet", 2, Aim::TimesAtMost(1.5, "bare")),
    line("cost", "us_per_packet", "the same", 2, Aim::TimesAtMost(0.3, "bird")),
    line("cost", "core_us_per_packet", "1000 x 50 ms: its processor, µs per packet", 2, Aim::None),
    line("cost", "gap_p99_ms", "1000 x 50 ms: gap between packets, p99, ms", 3, Aim::None),
    line("cost", "gap_max_ms", "1000 x 50 ms: gap between packets, largest, ms", 3, Aim::None),
    line("cost", "late_p50_ms", "detection late by, p50, ms", 3, Aim::None),
    line("cost", "late_p99_ms", "detection late by, p99, ms", 3, Aim::AtMost(0.3)),
    line("cost", "late_max_ms", "detection late by, largest, ms", 3, Aim::None),
    line("cost", "early", "detections before their time", 0, Aim::AtMost(0.0)),
    line("cost", "recovery_p50_ms", "recovery, p50, ms", 3, Aim::AtMost(1.0)),
    line("cost", "recovery_p99_ms", "recovery, p99, ms", 3, Aim::None),
    line("cost", "mass_p99_ms", "all 1000 fail at once: verdicts late by, p99, ms", 3, Aim::AtMost(5.0)),
    line("cost", "mass_recovery_p99_ms", "all 1000 return at once: recovery, p99, ms", 3, Aim::None),
    line("cost", "bring_up_s", "1000 x 50 ms: from start until all are Up, s", 2, Aim::None),
    line("cost", "ruler_p99_ms", "1000 x 50 ms: peers' own lateness, p99, ms", 3, Aim::None),
    line("cost", "ruler_max_ms", "1000 x 50 ms: peers' own lateness, largest, ms", 3, Aim::None),
    line("cost", "stolen_ms", "1000 x 50 ms: taken by the host in 15 s, ms", 0, Aim::None),
    line("cost", "rss_kib", "1000 x 50 ms: resident memory, KiB", 0, Aim::None),
    line("fast", "up", "1000 x 10 ms: sessions Up", 0, Aim::AtLeast(1000.0)),
    line("fast", "flaps", "1000 x 10 ms: flaps", 0, Aim::AtMost(0.0)),
    line("fast", "us_per_packet", "1000 x 10 ms: daemon, µs per packet", 2, Aim::None),
    line("fast", "gap_max_ms", "1000 x 10 ms: gap between packets, largest, ms", 3, Aim::None),
    line("fast", "ruler_max_ms", "1000 x 10 ms: peers' own lateness, largest, ms", 3, Aim::None),
    line("fast", "stolen_ms", "1000 x 10 ms: taken by the host in 20 s, ms", 0, Aim::None),
    line("many", "up", "10000 x 300 ms: sessions Up", 0, Aim::AtLeast(10_000.0)),
    line("many", "flaps", "10000 x 300 ms: flaps", 0, Aim::AtMost(0.0)),
    line("many", "bring_up_s", "10000 x 300 ms: from start until all are Up, s", 2, Aim::AtMost(1.5)),
    line("many", "kib_per_session", "memory per session, KiB", 2, Aim::AtMost(1.5)),
    line("flat", "us_100", "100 x 10 ms: µs per packet", 2, Aim::None),
    line("flat", "us_1000", "1000 x 100 ms: µs per packet", 2, Aim::None),
    line("flat", "us_10000", "10000 x 1 s: µs per packet", 2, Aim::None),
    line("flat", "spread", "dearest of these three over the cheapest", 2, Aim::AtMost(1.25)),
    line("capacity", "sessions", "most sessions at 50 ms, no flap in 30 s", 0, Aim::TimesAtLeast(3.0, "bird")),
    line("capacity", "sessions", "the same", 0, Aim::TimesAtLeast(0.6, "bare")),
];

/// How a figure stands to its aim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing is asked, or something to judge by is missing.
    Open,
    Met,
    Missed,
    /// The ruler is worse than the figure.
    Doubtful,
}

/// Looks for a contender's figure.
pub(crate) fn value(all: &[Outcome], line: &Line, contender: &str) -> Option<f64> {
    outcome(all, line, contender).and_then(|outcome| outcome.values.get(line.value).copied())
}

/// Why a contender's figure must not be believed.
pub(crate) fn doubt<'a>(all: &'a [Outcome], line: &Line, contender: &str) -> Option<&'a str> {
    let outcome = outcome(all, line, contender)?;
    outcome.doubts.get(line.value).map(String::as_str)
}

fn outcome<'a>(all: &'a [Outcome], line: &Line, contender: &str) -> Option<&'a Outcome> {
    all.iter()
        .find(|one| one.row == line.row && one.contender == contender)
}

/// Judges `gobfd` by a line's aim.
pub(crate) fn judge(all: &[Outcome], line: &Line) -> Verdict {
    let Some(ours) = value(all, line, "gobfd") else {
        return Verdict::Open;
    };
    let theirs = |name| value(all, line, name);
    let met = match line.aim {
        Aim::None => None,
        Aim::AtMost(limit) => Some(ours <= limit),
        Aim::AtLeast(limit) => Some(ours >= limit),
        Aim::Exactly(wanted) => Some((ours - wanted).abs() < f64::EPSILON),
        Aim::TimesAtMost(times, name) => theirs(name).map(|theirs| ours <= theirs * times),
        Aim::TimesAtLeast(times, name) => theirs(name).map(|theirs| ours >= theirs * times),
    };
    match met {
        None => Verdict::Open,
        Some(true) => Verdict::Met,
        Some(false) if doubt(all, line, "gobfd").is_some() => Verdict::Doubtful,
        Some(false) => Verdict::Missed,
    }
}

impl Aim {
    /// As it stands in the table.
    pub(crate) fn text(self, digits: usize) -> String {
        match self {
            Self::None => String::new(),
            Self::AtMost(limit) => format!("≤ {limit:.*}", digits.min(2)),
            Self::AtLeast(limit) => format!("≥ {limit:.*}", digits.min(2)),
            Self::Exactly(wanted) => format!("{wanted:.digits$}"),
            Self::TimesAtMost(times, name) => format!("≤ {times} x {name}"),
            Self::TimesAtLeast(times, name) => format!("≥ {times} x {name}"),
        }
    }

    /// The ratio that it is about.
    pub(crate) fn ratio(self, all: &[Outcome], line: &Line) -> Option<f64> {
        let (Self::TimesAtMost(_, name) | Self::TimesAtLeast(_, name)) = self else {
            return None;
        };
        Some(value(all, line, "gobfd")? / value(all, line, name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Aim, LINES, Verdict, judge, line};
    use crate::measure::ROWS;
    use crate::results::Outcome;

    fn outcome(contender: &str, value: f64) -> Outcome {
        Outcome {
            row: "cost".into(),
            contender: contender.into(),
            version: "-".into(),
            values: [("x".into(), value)].into(),
            doubts: [].into(),
        }
    }

    #[test]
    fn aims_are_judged() {
        let all = [outcome("gobfd", 3.0), outcome("bird", 10.0)];
        let judged = |aim| judge(&all, &line("cost", "x", "", 0, aim));
        assert_eq!(judged(Aim::AtMost(3.0)), Verdict::Met);
        assert_eq!(judged(Aim::AtMost(2.9)), Verdict::Missed);
        assert_eq!(judged(Aim::AtLeast(3.1)), Verdict::Missed);
        assert_eq!(judged(Aim::Exactly(3.0)), Verdict::Met);
        assert_eq!(judged(Aim::Exactly(4.0)), Verdict::Missed);
        assert_eq!(judged(Aim::TimesAtMost(0.3, "bird")), Verdict::Met);
        assert_eq!(judged(Aim::TimesAtMost(0.29, "bird")), Verdict::Missed);
        assert_eq!(judged(Aim::TimesAtLeast(0.5, "bird")), Verdict::Missed);
        assert_eq!(
            judged(Aim::TimesAtLeast(1.0, "bare")),
            Verdict::Open,
            "nobody measured it"
        );
    }

    #[test]
    fn a_missed_aim_is_doubtful_under_a_bad_ruler() {
        let mut ours = outcome("gobfd", 3.0);
        ours.doubts.insert("x".into(), "late".into());
        let judged = |limit| {
            judge(
                &[ours.clone()],
                &line("cost", "x", "", 0, Aim::AtMost(limit)),
            )
        };
        assert_eq!(
            (judged(2.0), judged(4.0)),
            (Verdict::Doubtful, Verdict::Met)
        );
    }

    #[test]
    fn each_line_is_of_a_row_that_runs() {
        assert!(
            LINES
                .iter()
                .all(|line| ROWS.iter().any(|row| row.name == line.row))
        );
    }
}
