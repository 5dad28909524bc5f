//! Writes the pages of `docs/en` that come from tables in the daemon.
//!
//! The daemon prints them itself, so that this program need not be linked with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

const PAGES: [&str; 2] = ["03-configuration", "07-monitoring"];

/// Writes all pages. Whether they are fresh is a test of the daemon.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("it takes no arguments");
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/en");
    for page in PAGES {
        let path = docs.join(page).with_extension("md");
        fs::write(&path, print(page)?).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn print(page: &str) -> Result<Vec<u8>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            "gobfd",
            "--",
            "--manual-page",
            page,
        ])
        .output()
        .context("cargo")?;
    if !output.status.success() || output.stdout.is_empty() {
        bail!("{page}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}
