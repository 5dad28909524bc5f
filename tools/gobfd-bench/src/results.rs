//! What was measured, kept as one file per row and contender, so that rows can be repeated alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// One contender in one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Name of the row.
    pub(crate) row: String,
    /// Name of the contender.
    pub(crate) contender: String,
    /// What it says of its version.
    pub(crate) version: String,
    /// Figures by name.
    pub(crate) values: BTreeMap<String, f64>,
    /// Why figures must not be believed, by the name of the figure.
    pub(crate) doubts: BTreeMap<String, String>,
}

/// A folder of outcomes.
#[derive(Clone, Debug)]
pub(crate) struct Results(pub(crate) PathBuf);

impl Results {
    /// Keeps an outcome in place of the same contender's earlier one.
    pub(crate) fn keep(&self, outcome: &Outcome) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.0)
            .with_context(|| format!("cannot make the folder {}", self.0.display()))?;
        let path = self.path(&outcome.row, &outcome.contender);
        let text = serde_json::to_string(outcome)? + "\n";
        std::fs::write(path, text).context("cannot keep a result")
    }

    /// Removes an earlier outcome, so that it does not stand for one that fails.
    pub(crate) fn forget(&self, row: &str, contender: &str) {
        let _ = std::fs::remove_file(self.path(row, contender));
    }

    fn path(&self, row: &str, contender: &str) -> PathBuf {
        self.0.join(format!("{row}.{contender}.json"))
    }

    /// All outcomes.
    pub(crate) fn all(&self) -> anyhow::Result<Vec<Outcome>> {
        let entries = std::fs::read_dir(&self.0)
            .with_context(|| format!("no results in {}: measure first", self.0.display()))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    }
}

fn read(path: &Path) -> anyhow::Result<Outcome> {
    let text = std::fs::read_to_string(path)?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is no result of this tool: remove it", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Results};

    #[test]
    fn a_repeated_row_replaces_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let results = Results(folder.path().join("bench"));
        let outcome = |value| Outcome {
            row: "cost".into(),
            contender: "bare".into(),
            version: "-".into(),
            values: [("flaps".into(), value)].into(),
            doubts: [].into(),
        };
        results.keep(&outcome(1.0)).unwrap();
        results.keep(&outcome(2.0)).unwrap();
        assert_eq!(results.all().unwrap(), [outcome(2.0)]);
        results.forget("cost", "bare");
        assert_eq!(results.all().unwrap(), []);
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.y.json"), "{}").unwrap();
        let error = Results(folder.path().into()).all().unwrap_err();
        assert!(format!("{error:#}").contains("x.y.json"), "{error:#}");
    }
}
