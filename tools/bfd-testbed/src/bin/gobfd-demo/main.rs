//! The demo: two daemons, a link that dies in silence, and who noticed when; then the same with FRR.
//!
//! Runs on its own namespaces and leaves nothing behind, also when it is interrupted.
#![forbid(unsafe_code)]

mod screen;
mod story;

use std::process::ExitCode;

use bfd_testbed::Topology;

const USAGE: &str = "usage: gobfd-demo [--sweep]

Plays the demo (about half a minute, needs root).
  --sweep   only remove namespaces that a killed run left behind
";

fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        None => story::play(),
        Some("--sweep") => Topology::new().map(drop),
        Some(_) => {
            print!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe demo cannot go on: {error}");
            ExitCode::FAILURE
        }
    }
}
