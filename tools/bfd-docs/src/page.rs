//! Pages of the manual.

use std::fs;
use std::path::{Path, PathBuf};

/// Where pages are: these, and all of these folders.
const FILES: [&str; 2] = ["README.md", "CHANGELOG.md"];
const FOLDERS: [&str; 2] = ["docs", "spec"];

/// A page of Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Path relative to the top of the repository.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// The top of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}

/// All pages, sorted by path.
///
/// # Panics
/// When a page cannot be read: nothing could be said of it.
#[must_use]
pub fn pages() -> Vec<Page> {
    let root = root();
    let mut paths = FILES.map(|name| root.join(name)).to_vec();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let page = |path: PathBuf| Page {
        text: fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}")),
        path: path.strip_prefix(&root).unwrap_or(&path).to_path_buf(),
    };
    paths.into_iter().map(page).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}
