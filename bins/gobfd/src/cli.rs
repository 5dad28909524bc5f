//! The command line of the daemon, compatible with the Go program of old: `-config F`,
//! `--config F`, `-config=F`, `-version`.
//!
//! Purpose: to say what the process is to do, and to do at once what is no daemon's work: version,
//! check of a configuration, manual pages. Thread: main, before any other exists. It must never
//! start anything.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bfd_program::cli::{self, Answer, BUILD};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use crate::config::{self, Environment};
use crate::metrics;

/// What the arguments ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Run as a daemon with this configuration file.
    Run(Option<PathBuf>),
    /// Read this configuration file and say whether it is good.
    Check(Option<PathBuf>),
    /// Print version, commit and build date.
    Version,
    /// Print the page of the manual that is written from the code.
    Page(&'static str),
}

/// Reads the arguments; the first one is the name of the program.
///
/// # Errors
/// An unknown flag, a missing value, or a request for the usage: what to answer.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Answer> {
    cli::matches(&command(), arguments).map(|matches| request(&matches))
}

/// Reads the arguments of this process and does everything but run the daemon.
///
/// # Errors
/// The code to leave with, when there is nothing more to do.
pub fn handle() -> Result<Option<PathBuf>, ExitCode> {
    let answer = match parse(std::env::args_os()) {
        Ok(Request::Run(config)) => return Ok(config),
        Ok(Request::Check(config)) => check(config.as_deref(), &Environment::of_process()),
        Ok(Request::Version) => Answer::good(BUILD.describe("gobfd")),
        Ok(Request::Page(name)) => Answer::good(page(name)),
        Err(usage) => usage,
    };
    Err(answer.give())
}

/// A page of the manual that is written from the code: its name in `docs/en`, and its writer.
pub type Page = (&'static str, fn() -> String);

/// All such pages.
pub const PAGES: &[Page] = &[
    ("03-configuration", config::manual_page),
    ("07-monitoring", metrics::manual_page),
];

/// The command, for usage, completion and manual page.
#[must_use]
pub fn command() -> Command {
    let names = PAGES.iter().map(|(name, _)| *name);
    cli::command(
        "gobfd",
        "Bidirectional Forwarding Detection for Linux hosts (RFC 5880)",
    )
    .arg(cli::config(
        "Configuration file; without one, defaults and environment count",
    ))
    .arg(cli::check())
    .arg(
        Arg::new("manual-page")
            .long("manual-page")
            .value_parser(PossibleValuesParser::new(names))
            .hide(true),
    )
}

fn request(matches: &ArgMatches) -> Request {
    let config = cli::path(matches, "config");
    let wanted = matches.get_one::<String>("manual-page");
    let page = PAGES
        .iter()
        .find(|(name, _)| wanted.is_some_and(|wanted| wanted == name));
    if matches.get_flag("version") {
        Request::Version
    } else if let Some((name, _)) = page {
        Request::Page(name)
    } else if matches.get_flag("check") {
        Request::Check(config)
    } else {
        Request::Run(config)
    }
}

fn page(wanted: &str) -> String {
    PAGES
        .iter()
        .find(|(name, _)| *name == wanted)
        .map(|(_, write)| write())
        .unwrap_or_default()
}

/// Warnings and faults go to standard error, the verdict to standard output.
fn check(config: Option<&Path>, environment: &Environment) -> Answer {
    match config::load(config, environment) {
        Ok(loaded) => {
            let warnings = loaded
                .warnings
                .iter()
                .map(|warning| format!("warning: {warning}\n"));
            Answer {
                output: format!("ok: {} sessions\n", loaded.config.sessions.len()),
                errors: warnings.collect(),
                code: 0,
            }
        }
        Err(error) => Answer::bad(format!("{error}\n")),
    }
}

#[cfg(test)]
mod tests;
