//! Rows, kept as one file for each, so that one can be repeated alone.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::row::Row;

/// A folder of rows.
#[derive(Clone, Debug)]
pub struct Results(pub PathBuf);

impl Results {
    /// Keeps a row in place of its last.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(&self, name: &str, row: &Row) -> anyhow::Result<()> {
        let place = || format!("cannot write {}", self.0.display());
        fs::create_dir_all(&self.0).with_context(place)?;
        let text = serde_json::to_string(row)? + "\n";
        fs::write(self.path(name), text).with_context(place)
    }

    /// Removes a row, so that an old one does not stand for one that fails.
    pub fn forget(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// The row of this name; `None` if it was not played.
    ///
    /// # Errors
    /// A file is there and holds something else.
    pub fn row(&self, name: &str) -> anyhow::Result<Option<Row>> {
        let path = self.path(name);
        let Ok(text) = fs::read_to_string(&path) else {
            return Ok(None);
        };
        let row = serde_json::from_str(&text);
        let row = row.with_context(|| format!("{} is no row: remove it", path.display()))?;
        Ok(Some(row))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.json"))
    }
}
