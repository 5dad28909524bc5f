//! The ladder as a table: a line for each step and scheduler.

use std::fmt::Write as _;

use super::Scheduler;
use super::ladder::LEVELS;
use crate::results::Outcome;

/// What was seen at the first interval tried, and the smallest one that held.
pub(crate) fn table(all: &[Outcome]) -> String {
    let mut text = String::from(
        "| step | stress-ng | scheduler | interval ms | sessions | s | flaps | largest gap ms \
         | least left of the limit ms | holds at ms |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut below = String::new();
    for level in &LEVELS {
        for scheduler in Scheduler::ALL {
            let tried = tried(all, level.name, scheduler.name());
            below.push_str(&notes(&tried));
            if let Some(first) = tried.first() {
                let _ = writeln!(
                    text,
                    "| {} | `{}` | {} | {} | {} |",
                    level.name,
                    level.about,
                    scheduler.name(),
                    figures(first),
                    holding(&tried)
                );
            }
        }
    }
    text + &below
}

/// What was tried at a step, the shortest interval first.
fn tried<'a>(all: &'a [Outcome], level: &str, scheduler: &str) -> Vec<&'a Outcome> {
    let here = |one: &&Outcome| {
        let of = one.row.split_once('-').map(|(of, _)| of);
        one.contender == scheduler && of == Some(level)
    };
    let interval = |one: &Outcome| one.values.get("interval_ms").copied().unwrap_or(f64::NAN);
    let mut tried: Vec<_> = all.iter().filter(here).collect();
    tried.sort_by(|one, other| interval(one).total_cmp(&interval(other)));
    tried
}

fn figures(outcome: &Outcome) -> String {
    let value = |name: &str, digits: usize| match outcome.values.get(name) {
        Some(value) => format!("{value:.digits$}"),
        None => "-".to_owned(),
    };
    [
        value("interval_ms", 0),
        value("sessions", 0),
        value("seconds", 0),
        value("flaps", 0),
        value("gap_max_ms", 2),
        value("left_min_ms", 2),
    ]
    .join(" | ")
}

/// Why a step has no figures.
fn notes(tried: &[&Outcome]) -> String {
    let failed = tried
        .iter()
        .flat_map(|one| one.doubts.values().map(move |why| (one, why)));
    failed
        .map(|(one, why)| format!("\n{}, {}: {why}.\n", one.row, one.contender))
        .collect()
}

fn holding(tried: &[&Outcome]) -> String {
    let holds = |outcome: &&&Outcome| outcome.values.get("flaps") == Some(&0.0);
    let first = tried.iter().find(holds);
    let interval = first.and_then(|outcome| outcome.values.get("interval_ms"));
    interval.map_or_else(|| "none tried".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::results::Outcome;

    fn outcome(interval: f64, flaps: f64) -> Outcome {
        let values = [
            ("interval_ms", interval),
            ("sessions", 1000.0),
            ("seconds", 60.0),
            ("flaps", flaps),
            ("gap_max_ms", 31.25),
            ("left_min_ms", -1.25),
        ];
        Outcome {
            row: format!("L1-{interval}"),
            contender: "fifo".into(),
            version: "-".into(),
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
            doubts: [].into(),
        }
    }

    #[test]
    fn the_smallest_interval_that_holds_is_shown() {
        let text = table(&[outcome(10.0, 3.0), outcome(20.0, 0.0), outcome(15.0, 1.0)]);
        let line = "| L1 | `--cpu N` | fifo | 10 | 1000 | 60 | 3 | 31.25 | -1.25 | 20 |\n";
        assert!(text.ends_with(line), "{text}");
        assert!(table(&[outcome(10.0, 3.0)]).ends_with("| none tried |\n"));
        let mut failed = outcome(10.0, 3.0);
        failed.values.remove("flaps");
        failed.doubts.insert("flaps".into(), "none came Up".into());
        let text = table(&[failed]);
        assert!(text.contains("| 60 | - | 31.25 |"), "{text}");
        assert!(text.ends_with("\nL1-10, fifo: none came Up.\n"), "{text}");
    }
}
