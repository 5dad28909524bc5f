//! All rows as one table, for the page.

use std::time::Duration;

use crate::disturbance::{ALL, CLOCK};
use crate::results::Results;
use crate::row::Row;

const HEAD: &str = "\
| name | what was done, how much of it | sessions | flaps | largest gap of the limit, ms | memory before, after, MiB | grown by, KiB | machine late by, ms |
|---|---|---|---|---|---|---|---|
";

/// The table of all rows that are kept.
///
/// # Errors
/// A file among them is no row.
pub fn table(results: &Results) -> anyhow::Result<String> {
    let mut text = HEAD.to_owned();
    let mut missing = Vec::new();
    for disturbance in ALL.iter().chain([&CLOCK]) {
        if let Some(row) = results.row(disturbance.name)? {
            text += &line(disturbance.name, &row);
        } else {
            missing.push(format!("`{}`", disturbance.name));
        }
    }
    if !missing.is_empty() {
        text += &format!(
            "\nWithout a row, not played or failed: {}.\n",
            missing.join(", ")
        );
    }
    Ok(text)
}

/// One line of it.
#[must_use]
pub fn line(name: &str, row: &Row) -> String {
    let pace = row.pace;
    format!(
        "| `{name}` | {} | {} at {} ms x {} | {} | {:.0} of {:.0} | {:.1}, {:.1} | {:+} | {:.0} |\n",
        row.done,
        row.sessions,
        pace.interval,
        pace.multiplier,
        row.flaps,
        milliseconds(row.gap),
        milliseconds(pace.limit()),
        mebibytes(row.before),
        mebibytes(row.after),
        row.after.cast_signed() - row.before.cast_signed(),
        milliseconds(row.noise.worst),
    )
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bfd_testbed::Noise;

    use super::table;
    use crate::field::Pace;
    use crate::results::Results;
    use crate::row::Row;

    fn row(done: &str) -> Row {
        Row {
            done: done.to_owned(),
            sessions: 1000,
            pace: Pace::FAST,
            flaps: 0,
            gap: Duration::from_millis(61),
            noise: Noise::default(),
            before: 20_480,
            after: 19_456,
        }
    }

    #[test]
    fn a_row_that_is_played_again_replaces_its_last() {
        let folder = tempfile::tempdir().unwrap();
        let results = Results(folder.path().join("rows"));
        for done in ["first", "second"] {
            results.keep("junk", &row(done)).unwrap();
        }
        results.keep("clients", &row("calls")).unwrap();
        let text = table(&results).unwrap();
        let lines: Vec<_> = text.lines().skip(2).take(2).collect();
        assert_eq!(
            lines,
            [
                "| `clients` | calls | 1000 at 50 ms x 3 | 0 | 61 of 150 | 20.0, 19.0 | -1024 | 0 |",
                "| `junk` | second | 1000 at 50 ms x 3 | 0 | 61 of 150 | 20.0, 19.0 | -1024 | 0 |",
            ]
        );
        assert!(text.ends_with(
            ": `reloads`, `watchers`, `scrapes`, `stopped`, `overslept`, `disk`, `pipe`, `clock`.\n"
        ));
        results.forget("junk");
        assert!(
            table(&results)
                .unwrap()
                .contains("`scrapes`, `junk`, `stopped`")
        );
    }

    #[test]
    fn a_file_that_is_no_row_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("junk.json"), "{}").unwrap();
        let error = table(&Results(folder.path().into())).unwrap_err();
        assert!(format!("{error:#}").contains("junk.json"), "{error:#}");
    }
}
