//! `report`: all results as one table, printed or written into the page.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::aims::{self, LINES, Line, Verdict};
use crate::results::{Outcome, Results};
use crate::stress;

/// Contenders in the order of the columns, after `gobfd`.
const OTHERS: [&str; 3] = ["bare", "bird", "frr"];

/// Options of `report`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Report {
    /// Where results are kept.
    #[arg(long, default_value = "target/bench")]
    results: PathBuf,
    /// The table of `stress`, not that of `run`.
    #[arg(long)]
    stress: bool,
    /// Write the table into this page, between the two marks that are for it.
    #[arg(long, value_name = "PAGE")]
    write: Option<PathBuf>,
}

impl Report {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let (name, folder, table): (_, _, fn(&[Outcome]) -> String) = match self.stress {
            false => ("bench", self.results.clone(), table),
            true => ("stress", self.results.join("stress"), stress::table),
        };
        let all = Results(folder).all()?;
        let text = format!("{}\n{}", facts(&all), table(&all));
        print!("{text}");
        match &self.write {
            Some(page) => Ok(bfd_docs::write_between(page, name, &text)?),
            None => Ok(()),
        }
    }
}

fn facts(all: &[Outcome]) -> String {
    let mut text = format!("Machine: {}.", bfd_testbed::machine());
    let mut seen = Vec::new();
    for outcome in all {
        if outcome.version != "-" && !seen.contains(&&outcome.contender) {
            let _ = write!(text, " {} {}.", outcome.contender, outcome.version);
            seen.push(&outcome.contender);
        }
    }
    text + "\n"
}

fn table(all: &[Outcome]) -> String {
    let names = columns(all);
    let mut text = format!("| figure | aim | gobfd | met | {} |\n", names.join(" | "));
    let _ = writeln!(text, "|---|---|---|---|{}", "---|".repeat(names.len()));
    let mut notes = Vec::new();
    for line in LINES {
        if let Some(row) = row(all, line, &names, &mut notes) {
            text.push_str(&row);
        }
    }
    for (number, note) in notes.iter().enumerate() {
        let _ = write!(text, "\n({}) {note}\n", number + 1);
    }
    text
}

fn columns(all: &[Outcome]) -> Vec<&str> {
    let mut names = OTHERS.to_vec();
    for outcome in all {
        let name = outcome.contender.as_str();
        if name != "gobfd" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// One line; `None` when nobody was measured.
fn row(all: &[Outcome], line: &Line, names: &[&str], notes: &mut Vec<String>) -> Option<String> {
    let ours = cell(all, line, "gobfd", notes);
    let theirs: Vec<_> = names
        .iter()
        .map(|name| cell(all, line, name, notes))
        .collect();
    if ours == "-" && theirs.iter().all(|cell| cell == "-") {
        return None;
    }
    let ratio = line.aim.ratio(all, line);
    let ratio = ratio.map_or_else(String::new, |ratio| format!(" ({ratio:.2} x)"));
    let met = match aims::judge(all, line) {
        Verdict::Open => "",
        Verdict::Met => "yes",
        Verdict::Missed => "**no**",
        Verdict::Doubtful => "?",
    };
    let (label, aim) = (line.label, line.aim.text(line.digits));
    Some(format!(
        "| {label} | {aim} | {ours}{ratio} | {met} | {} |\n",
        theirs.join(" | ")
    ))
}

/// A figure, with the number of the note that says why not to believe it.
fn cell(all: &[Outcome], line: &Line, contender: &str, notes: &mut Vec<String>) -> String {
    let Some(value) = aims::value(all, line, contender) else {
        return "-".to_owned();
    };
    let mark = aims::doubt(all, line, contender).map(|doubt| {
        let note = format!("{contender}, {}: {doubt}.", line.row);
        let known = notes.iter().position(|known| *known == note);
        let number = known.unwrap_or_else(|| {
            notes.push(note);
            notes.len() - 1
        });
        format!(" ({})", number + 1)
    });
    format!("{value:.*}{}", line.digits, mark.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::results::Outcome;

    #[test]
    fn figures_stand_beside_their_aims() {
        let outcome = |contender: &str, value, doubt: Option<&str>| Outcome {
            row: "cost".into(),
            contender: contender.into(),
            version: "-".into(),
            values: [("us_per_packet".into(), value)].into(),
            doubts: doubt
                .map(|why| ("us_per_packet".into(), why.into()))
                .into_iter()
                .collect(),
        };
        let all = [
            outcome("gobfd", 2.5, None),
            outcome("bare", 2.0, Some("so")),
        ];
        let text = table(&all);
        assert!(
            text.contains("| ≤ 1.5 x bare | 2.50 (1.25 x) | yes | 2.00 (1) | - | - |"),
            "{text}"
        );
        assert!(text.contains("\n(1) bare, cost: so.\n"), "{text}");
        assert!(
            !text.contains("flaps"),
            "what nobody measured is left out: {text}"
        );
    }
}
