//! `docs/en/08-rfc-compliance.md`.

use super::{Test, Trace};
use bfd_spec::{Level, Requirement, Rfc, Status};
use std::fmt::Write as _;

const HEAD: &str = "\
# RFC compliance

Written by `cargo xtask rfc` from [`spec/`](../../spec/README.md) and the tests; do not edit. CI
fails when an implemented MUST or MUST NOT has no test.

Each row paraphrases one statement of an RFC. *Implemented* rows are met today. Rows marked *later*
belong to a named follow-up, and what they describe is refused by configuration and API until then.
*Not applicable* rows are outside of what GoBFD is.
";

/// The whole page.
pub(super) fn write(trace: &Trace) -> String {
    let mut page = HEAD.to_owned();
    overview(&mut page, trace);
    follow_ups(&mut page, trace);
    for rfc in &trace.rfcs {
        requirements(&mut page, trace, rfc);
    }
    decisions(&mut page, trace);
    points(&mut page, trace);
    page
}

/// Writing to a string cannot fail.
macro_rules! line {
    ($page:expr, $($format:tt)*) => { let _ = writeln!($page, $($format)*); };
}

fn overview(page: &mut String, trace: &Trace) {
    line!(
        page,
        "\n| RFC | about | implemented | later | not applicable | tested MUST |"
    );
    line!(page, "|---|---|--:|--:|--:|--:|");
    for rfc in &trace.rfcs {
        let count = |status| rfc.rows.iter().filter(|row| row.status == status).count();
        let bound: Vec<_> = rfc.rows.iter().filter(|row| row.needs_test()).collect();
        let tested = bound
            .iter()
            .filter(|row| !trace.tests(&row.id).is_empty())
            .count();
        line!(
            page,
            "| [{number}](#rfc-{number}) | {} | {} | {} | {} | {tested} of {} |",
            rfc.title,
            count(Status::Implemented),
            count(Status::Later),
            count(Status::NotApplicable),
            bound.len(),
            number = rfc.rfc,
        );
    }
}

fn follow_ups(page: &mut String, trace: &Trace) {
    line!(page, "\n| follow-up | brings |\n|---|---|");
    for (name, brings) in &trace.follow_ups {
        line!(page, "| {name} | {brings} |");
    }
}

fn requirements(page: &mut String, trace: &Trace, rfc: &Rfc) {
    line!(page, "\n## RFC {}\n\n{}\n", rfc.rfc, capital(&rfc.title));
    line!(
        page,
        "| row | level | requirement | status | tests |\n|---|---|---|---|---|"
    );
    for row in &rfc.rows {
        line!(
            page,
            "| {} | {} | {} | {} | {} |",
            row.id,
            level(row.level),
            cell(&row.text),
            status(row),
            names(trace.tests(&row.id)),
        );
    }
}

/// Informative rows need no word.
fn level(level: Level) -> String {
    match level {
        Level::Info => String::new(),
        level => level.to_string(),
    }
}

fn status(row: &Requirement) -> String {
    let detail = row
        .follow_up
        .as_ref()
        .or(row.reason.as_ref())
        .or(row.note.as_ref());
    match detail {
        Some(detail) => format!("{}: {}", row.status, cell(detail)),
        None => row.status.to_string(),
    }
}

fn decisions(page: &mut String, trace: &Trace) {
    line!(
        page,
        "\n## Decisions\n\nWhat we do where the texts conflict or are silent.\n"
    );
    line!(
        page,
        "| id | question | what we do | status | tests |\n|---|---|---|---|---|"
    );
    for decision in &trace.decisions {
        let tests = names(trace.tests(&decision.id));
        let (id, status) = (&decision.id, decision.status);
        let (question, answer) = (cell(&decision.question), cell(&decision.answer));
        line!(
            page,
            "| {id} | {question} | {answer} | {status} | {tests} |"
        );
    }
}

fn points(page: &mut String, trace: &Trace) {
    line!(
        page,
        "\n## Subtle points\n\nWhat implementers get wrong, and the tests that look at it.\n"
    );
    line!(page, "| id | point | tests |\n|---|---|---|");
    for point in &trace.points {
        let tests = names(trace.tests(&point.id));
        line!(
            page,
            "| {} | **{}.** {} | {tests} |",
            point.id,
            cell(&point.title),
            cell(&point.text)
        );
    }
}

/// Links to the tests, one per line of the cell.
fn names(tests: &[Test]) -> String {
    let link = |test: &Test| format!("[{}](../../{})", test.name, test.file.display());
    tests.iter().map(link).collect::<Vec<_>>().join("<br>")
}

/// Text that cannot end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(['.'])
        .collect()
}
