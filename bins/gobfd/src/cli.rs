//! The command line of the daemon, compatible with the Go program of old: `-config F`,
//! `--config F`, `-config=F`, `-version`.
//!
//! Purpose: to say what the process is to do, and to do at once what is no daemon's work: version,
//! check of a configuration, manual pages. Thread: main, before any other exists. It must never
//! start anything.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bfd_program::cli::{BUILD, with_two_dashes};
use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

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

/// The arguments could not be used, or asked for the usage: print `text` on standard error and
/// leave with `code`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What to print.
    pub text: String,
    /// 0 when the usage was asked for, else 2.
    pub code: u8,
}

/// Reads the arguments; the first one is the name of the program.
///
/// # Errors
/// An unknown flag, a missing value, or a request for the usage.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Usage> {
    let arguments = with_two_dashes(&command(), arguments);
    let matches = command()
        .try_get_matches_from(arguments)
        .map_err(|error| usage(&error))?;
    Ok(request(&matches))
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
        Err(usage) => Answer {
            output: String::new(),
            errors: usage.text,
            code: usage.code,
        },
    };
    print!("{}", answer.output);
    eprint!("{}", answer.errors);
    Err(ExitCode::from(answer.code))
}

/// What a request that is done at once has to say.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    output: String,
    errors: String,
    code: u8,
}

impl Answer {
    fn good(output: String) -> Self {
        Self {
            output,
            errors: String::new(),
            code: 0,
        }
    }
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
    Command::new("gobfd")
        .about("Bidirectional Forwarding Detection for Linux hosts (RFC 5880)")
        .disable_version_flag(true)
        .disable_help_flag(true)
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .value_parser(clap::value_parser!(OsString))
                .help("Configuration file; without one, defaults and environment count"),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Say whether the configuration is good and exit, 0 if it is, else 1"),
        )
        .arg(
            Arg::new("version")
                .long("version")
                .action(ArgAction::SetTrue)
                .help("Print version, commit and build date and exit"),
        )
        .arg(
            Arg::new("manual-page")
                .long("manual-page")
                .value_parser(PossibleValuesParser::new(names))
                .hide(true),
        )
        .arg(
            Arg::new("help")
                .long("help")
                .short('h')
                .action(ArgAction::Help)
                .help("Print this"),
        )
}

fn usage(error: &clap::Error) -> Usage {
    let mut text = error.to_string();
    if !text.contains("Usage:") {
        text.push_str(&format!("\n{}\n", command().render_usage()));
    }
    let code = if error.kind() == ErrorKind::DisplayHelp {
        0
    } else {
        2
    };
    Usage { text, code }
}

fn request(matches: &ArgMatches) -> Request {
    let config = matches
        .get_one::<OsString>("config")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
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
        Err(error) => Answer {
            output: String::new(),
            errors: format!("{error}\n"),
            code: 1,
        },
    }
}

#[cfg(test)]
mod tests;
