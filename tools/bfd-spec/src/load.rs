//! Files of the folder `spec/`.

use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};

/// The folder `spec/` of this repository.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec")
}

/// A file of `spec/` that cannot be read or does not have the expected form.
#[derive(Debug)]
pub struct Error {
    file: PathBuf,
    cause: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.cause)
    }
}

impl std::error::Error for Error {}

/// Reads one file; `name` is relative to `spec/`.
pub(crate) fn load<T: DeserializeOwned>(name: impl AsRef<Path>) -> Result<T, Error> {
    let file = folder().join(name);
    let failed = |cause: &dyn fmt::Display| Error {
        file: file.clone(),
        cause: cause.to_string(),
    };
    let text = std::fs::read_to_string(&file).map_err(|error| failed(&error))?;
    serde_saphyr::from_str(&text).map_err(|error| failed(&error))
}

/// The files of a folder of `spec/`, sorted by name.
pub(crate) fn files(name: &str) -> Result<Vec<PathBuf>, Error> {
    let file = folder().join(name);
    let entries = std::fs::read_dir(&file).map_err(|error| Error {
        file: file.clone(),
        cause: error.to_string(),
    })?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}
