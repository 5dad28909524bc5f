//! The RFC trace: which requirement is met, and which test says so.
//!
//! Input: the rows of `spec/` and the `// covers:` comments of the tests (see `spec/README.md`).
//! Output: `docs/en/08-rfc-compliance.md`, and complaints.

mod page;
mod scan;
#[cfg(test)]
mod tests;

use crate::repository;
use anyhow::{Context, Result, bail};
use bfd_spec::{Decision, FollowUps, Rfc, Status, SubtlePoint};
use scan::Test;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// Everything the page shows.
pub(crate) struct Trace {
    rfcs: Vec<Rfc>,
    decisions: Vec<Decision>,
    points: Vec<SubtlePoint>,
    follow_ups: FollowUps,
    tests: BTreeMap<String, Vec<Test>>,
}

/// Writes the page; with `--check` complains instead of writing.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let trace = Trace::read()?;
    match arguments {
        [] => {
            fs::write(page_file(), page::write(&trace)).context("docs/en/08-rfc-compliance.md")?;
            complain(&trace.complaints())
        }
        [flag] if flag == "--check" => check(&trace),
        _ => bail!("unknown argument; it takes none, or --check"),
    }
}

fn check(trace: &Trace) -> Result<()> {
    let mut complaints = trace.complaints();
    if fs::read_to_string(page_file()).unwrap_or_default() != page::write(trace) {
        complaints.push("docs/en/08-rfc-compliance.md is stale; run `cargo xtask rfc`".to_owned());
    }
    complain(&complaints)
}

fn complain(complaints: &[String]) -> Result<()> {
    if complaints.is_empty() {
        return Ok(());
    }
    bail!("{} complaints\n{}", complaints.len(), complaints.join("\n"))
}

fn page_file() -> PathBuf {
    repository::root().join("docs/en/08-rfc-compliance.md")
}

impl Trace {
    fn read() -> Result<Self> {
        let tests = scan::tests()?;
        let mut by_id: BTreeMap<String, Vec<Test>> = BTreeMap::new();
        for test in tests {
            for id in &test.covers {
                by_id.entry(id.clone()).or_default().push(test.clone());
            }
        }
        Ok(Self {
            rfcs: bfd_spec::rfcs()?,
            decisions: bfd_spec::decisions()?,
            points: bfd_spec::subtle_points()?,
            follow_ups: bfd_spec::follow_ups()?,
            tests: by_id,
        })
    }

    /// The tests that name a row.
    fn tests(&self, id: &str) -> &[Test] {
        self.tests.get(id).map_or(&[], Vec::as_slice)
    }

    fn complaints(&self) -> Vec<String> {
        let mut complaints: Vec<_> = self.untested().collect();
        complaints.extend(self.unknown());
        complaints
    }

    /// Rows that bind us and decisions that we took, without a test.
    fn untested(&self) -> impl Iterator<Item = String> + '_ {
        let rows = self.rfcs.iter().flat_map(|rfc| &rfc.rows);
        let rows = rows.filter(|row| row.needs_test()).map(|row| &row.id);
        let decisions = self.decisions.iter();
        let decisions = decisions.filter(|decision| decision.status == Status::Implemented);
        rows.chain(decisions.map(|decision| &decision.id))
            .filter(|id| self.tests(id).is_empty())
            .map(|id| format!("{id}: implemented, but no test names it"))
    }

    /// Ids that tests name and nobody defined.
    fn unknown(&self) -> impl Iterator<Item = String> + '_ {
        let rows = self
            .rfcs
            .iter()
            .flat_map(|rfc| &rfc.rows)
            .map(|row| &row.id);
        let decisions = self.decisions.iter().map(|decision| &decision.id);
        let points = self.points.iter().map(|point| &point.id);
        let known: BTreeSet<_> = rows.chain(decisions).chain(points).collect();
        let named = self.tests.iter().filter(move |(id, _)| !known.contains(id));
        named.flat_map(|(id, tests)| {
            let place = |test: &Test| format!("{test}: covers {id}, which is no row of spec/");
            tests.iter().map(place).collect::<Vec<_>>()
        })
    }
}
