//! Project chores, run as `cargo xtask NAME [ARGUMENTS]`.
#![forbid(unsafe_code)]

mod arrows;
mod codegen;
mod docs;
mod docs_check;
mod repository;
mod rfc;

use std::process::ExitCode;

/// Name, arguments and purpose, and the function of each chore.
const CHORES: &[(&str, &str, Chore)] = &[
    (
        "arrows",
        "           check folders and dependencies of our crates",
        arrows::run,
    ),
    (
        "codegen",
        "[--check]  write the generated code from api/",
        codegen::run,
    ),
    (
        "docs",
        "           write the pages of docs/en that come from the code",
        docs::run,
    ),
    (
        "docs-check",
        "           check links and commands of the manual",
        docs_check::run,
    ),
    (
        "rfc",
        "[--check]  write docs/en/08-rfc-compliance.md from spec/ and the tests",
        rfc::run,
    ),
];

type Chore = fn(&[String]) -> anyhow::Result<()>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let chore = arguments
        .first()
        .and_then(|name| CHORES.iter().find(|(known, ..)| known == name));
    let Some((name, _, run)) = chore else {
        eprintln!("usage: cargo xtask NAME");
        for (name, purpose, _) in CHORES {
            eprintln!("  {name} {purpose}");
        }
        return ExitCode::from(2);
    };
    match run(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
