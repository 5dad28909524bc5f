//! The command line: `-config F`, `-check`, `-version`, with one dash or two.

use std::ffi::OsString;
use std::path::PathBuf;

use bfd_program::cli::{self, Answer, BUILD};
use clap::Command;

use crate::settings::{Environment, Settings};

/// Name of the program.
pub const NAME: &str = "gobfd-exabgp-bridge";

/// The command, for usage and manual page.
#[must_use]
pub fn command() -> Command {
    cli::command(
        NAME,
        "Announces routes through ExaBGP while BFD sessions are Up",
    )
    .arg(cli::config(
        "Routes and peers; without one, GOBFD_PEER and ANYCAST_PREFIX count",
    ))
    .arg(cli::check())
}

/// Reads the arguments, the first of which is the name of the program; the result is the
/// configuration file to run with.
///
/// # Errors
/// What to answer when there is nothing to run.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
) -> Result<Option<PathBuf>, Answer> {
    let matches = cli::matches(&command(), arguments)?;
    let config = cli::path(&matches, "config");
    if matches.get_flag("version") {
        return Err(Answer::good(BUILD.describe(NAME)));
    }
    if matches.get_flag("check") {
        return Err(match Settings::load(config.as_deref(), environment) {
            Ok(settings) => Answer::good(format!("ok: {} routes\n", settings.routes.len())),
            Err(error) => Answer::bad(format!("{error}\n")),
        });
    }
    Ok(config)
}
