//! The table of what was expected and what was seen.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::IpAddr;
use std::time::Duration;

use bfd_testbed::wire::{Report, Violation};
use bfd_testbed::{Control, Frame, State};

/// Broken rules that are printed one by one.
const MOST: usize = 10;

/// A line of the table: a property of packets, and the rules that guard it.
struct Row {
    field: &'static str,
    expected: &'static str,
    reference: &'static str,
    /// Beginnings of the rules' names.
    rules: &'static [&'static str],
    seen: fn(&[&Frame]) -> String,
}

const ROWS: [Row; 8] = [
    Row {
        field: "Version",
        expected: "1",
        reference: "RFC 5880 §4.1",
        rules: &["version 1"],
        seen: |frames| distinct(controls(frames).map(|control| control.version)),
    },
    Row {
        field: "TTL",
        expected: "255",
        reference: "RFC 5881 §5",
        rules: &["TTL 255"],
        seen: |frames| distinct(frames.iter().map(|frame| frame.ttl)),
    },
    Row {
        field: "Dest port",
        expected: "3784, multihop 4784",
        reference: "RFC 5881 §4, 5883 §5",
        rules: &["destination port"],
        seen: |frames| distinct(frames.iter().map(|frame| frame.destination_port)),
    },
    Row {
        field: "Source port",
        expected: "49152-65535",
        reference: "RFC 5881 §4",
        rules: &["source port", "one source port", "a source port of its own"],
        seen: |frames| distinct(frames.iter().map(|frame| frame.source_port)),
    },
    Row {
        field: "States",
        expected: "Down -> Init -> Up",
        reference: "RFC 5880 §6.8.6",
        rules: &["three-way", "no Init or Up"],
        seen: states,
    },
    Row {
        field: "DSCP",
        expected: "48 (CS6)",
        reference: "RFC 5880 §7",
        rules: &["class selector"],
        seen: |frames| distinct(frames.iter().map(|frame| frame.dscp)),
    },
    Row {
        field: "Discriminators",
        expected: "not 0, as learned",
        reference: "RFC 5880 §6.8.7",
        rules: &["My Discriminator", "Your Discriminator"],
        seen: |frames| distinct(controls(frames).map(|control| format!("{:#x}", control.mine))),
    },
    Row {
        field: "Interval",
        expected: "1 s or more until Up",
        reference: "RFC 5880 §6.8.3",
        rules: &["Desired Min TX"],
        seen: |frames| {
            let micros = controls(frames).map(|control| u64::from(control.desired_tx));
            let all: BTreeSet<Duration> = micros.map(Duration::from_micros).collect();
            list(all.into_iter().map(|one| format!("{one:?}")))
        },
    },
];

/// Prints the table of one speaker; false if a rule was broken or the recording shows too little.
pub(crate) fn show(address: IpAddr, frames: &[Frame], report: &Report) -> bool {
    let (ours, peers): (Vec<&Frame>, Vec<&Frame>) =
        frames.iter().partition(|frame| frame.source == address);
    let sessions = report.sessions.len();
    println!("{address}: {} packets of {sessions} sessions", ours.len());
    line(["Field", "Expected", "Ours", "", "Peers", "Reference"]);
    for row in &ROWS {
        let broken = violations(report, row.rules).next().is_some();
        let (mine, theirs) = ((row.seen)(&ours), (row.seen)(&peers));
        line([
            row.field,
            row.expected,
            &mine,
            verdict(!broken),
            &theirs,
            row.reference,
        ]);
    }
    let jitter = violations(report, &["jittered"]).next().is_none();
    let gaps = gaps(report);
    let reference = "RFC 5880 §6.8.7";
    line([
        "Jitter",
        "75-100 % of the interval",
        &gaps,
        verdict(jitter),
        "",
        reference,
    ]);
    let seen = complaint(report);
    for violation in report.violations.iter().take(MOST) {
        println!("  broken: {violation}");
    }
    if let Some(seen) = seen {
        println!("  {seen}");
    }
    println!();
    report.violations.is_empty() && seen.is_none()
}

/// What a good recording must show.
fn complaint(report: &Report) -> Option<&'static str> {
    match report {
        Report { checked: 0, .. } => Some("not seen: no packet of ours"),
        Report { bring_ups: 0, .. } => {
            Some("not seen: no session of ours came Up while it was recorded")
        }
        report if report.gaps.count() == 0 => {
            Some("not seen: two periodic packets of ours in a row, to judge their jitter")
        }
        _ => None,
    }
}

fn violations<'a>(
    report: &'a Report,
    rules: &'static [&'static str],
) -> impl Iterator<Item = &'a Violation> {
    let guards = |violation: &&Violation| rules.iter().any(|rule| violation.rule.starts_with(rule));
    report.violations.iter().filter(guards)
}

fn verdict(good: bool) -> &'static str {
    if good { "ok" } else { "BROKEN" }
}

fn line([field, expected, ours, verdict, peers, reference]: [&str; 6]) {
    let line = format!("  {field:<15}{expected:<26}{ours:<28}{verdict:<7}{peers:<28}{reference}");
    println!("{}", line.trim_end());
}

fn gaps(report: &Report) -> String {
    if report.gaps.count() == 0 {
        return "none judged".to_owned();
    }
    let (least, most) = report.gaps.range();
    format!(
        "{:.1}-{:.1} % of {}",
        least * 100.0,
        most * 100.0,
        report.gaps.count()
    )
}

/// The states that were said, in the order of a handshake.
fn states(frames: &[&Frame]) -> String {
    let said: Vec<State> = controls(frames).map(|control| control.state).collect();
    let mut order = vec![State::AdminDown, State::Down, State::Init, State::Up];
    order.retain(|state| said.contains(state));
    let names: Vec<String> = order.iter().map(|state| format!("{state:?}")).collect();
    names.join(" ")
}

fn controls<'a>(frames: &[&'a Frame]) -> impl Iterator<Item = &'a Control> {
    frames.iter().filter_map(|frame| frame.control.as_ref())
}

fn distinct<T: Ord + Display>(values: impl Iterator<Item = T>) -> String {
    let all: BTreeSet<T> = values.collect();
    list(all.into_iter().map(|value| value.to_string()))
}

/// A few, and how many more.
fn list(values: impl ExactSizeIterator<Item = String>) -> String {
    let more = values.len().saturating_sub(3);
    let shown: Vec<String> = values.take(3).collect();
    match more {
        0 => shown.join(" "),
        _ => format!("{} +{more}", shown.join(" ")),
    }
}
