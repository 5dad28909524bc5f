//! The files of this repository.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The top folder.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}

/// The folders that hold our own sources.
const SOURCES: [&str; 4] = ["bins", "crates", "fuzz", "tools"];

/// All Rust files that people wrote, relative to the top folder and sorted.
pub(crate) fn rust_files() -> Result<Vec<PathBuf>> {
    let root = root();
    let mut files = Vec::new();
    for folder in SOURCES.iter().map(|name| root.join(name)) {
        if folder.is_dir() {
            collect(&folder, &mut files)?;
        }
    }
    files.sort();
    let relative = |file: PathBuf| file.strip_prefix(&root).map(Path::to_path_buf);
    Ok(files.into_iter().flat_map(relative).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for path in entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?
    {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "generated" {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
