//! Command lines compatible with the Go programs of old, what a program was built from, and
//! answers to what is done at once.
//!
//! ```
//! use bfd_program::cli::{self, BUILD};
//!
//! let command = cli::command("example", "Shows a command line").arg(cli::config("the list"));
//! let arguments = ["example", "-config", "f.yml"].map(Into::into);
//! let matches = cli::matches(&command, arguments).unwrap();
//! assert!(!matches.get_flag("version"));
//! assert_eq!(cli::path(&matches, "config"), Some("f.yml".into()));
//! assert!(BUILD.describe("example").starts_with("example "));
//! ```

mod answer;
mod build;
mod flags;
mod manual;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

pub use answer::Answer;
pub use build::{BUILD, Build};
pub use flags::with_two_dashes;

/// A command with what all have: `-man`, `-version` and `-help`.
#[must_use]
pub fn command(name: &'static str, about: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .disable_version_flag(true)
        .disable_help_flag(true)
        .arg(switch("man", "Print the manual page (troff) and exit").display_order(89))
        .arg(switch("version", "Print version, commit and build date and exit").display_order(90))
        .arg(
            Arg::new("help")
                .long("help")
                .short('h')
                .action(ArgAction::Help)
                .help("Print this")
                .display_order(91),
        )
}

/// The flag `-config FILE`; `help` says what the file is.
#[must_use]
pub fn config(help: &'static str) -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(clap::value_parser!(OsString))
        .help(help)
}

/// The flag `-check`.
#[must_use]
pub fn check() -> Arg {
    switch(
        "check",
        "Say whether the configuration is good and exit, 0 if it is, else 1",
    )
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

/// Reads arguments in Go's syntax; the first one is the name of the program.
///
/// # Errors
/// An unknown flag, a missing value, or a request for the usage or the manual page: what to answer.
pub fn matches(
    command: &Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<ArgMatches, Answer> {
    let arguments = with_two_dashes(command, arguments);
    let matches = command
        .clone()
        .try_get_matches_from(arguments)
        .map_err(|error| usage(command, &error))?;
    match matches.get_flag("man") {
        true => Err(manual::page(command)),
        false => Ok(matches),
    }
}

/// The path given for a flag, unless it is empty.
#[must_use]
pub fn path(matches: &ArgMatches, flag: &str) -> Option<PathBuf> {
    matches
        .get_one::<OsString>(flag)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// As in Go, the usage goes to standard error also when it was asked for.
fn usage(command: &Command, error: &clap::Error) -> Answer {
    let mut text = error.to_string();
    if !text.contains("Usage:") {
        text.push_str(&format!("\n{}\n", command.clone().render_usage()));
    }
    let code = if error.kind() == ErrorKind::DisplayHelp {
        0
    } else {
        2
    };
    Answer {
        output: String::new(),
        errors: text,
        code,
    }
}
