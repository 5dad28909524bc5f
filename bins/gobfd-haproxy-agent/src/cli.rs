//! The command line, that of the Go program of old and `-check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use bfd_program::cli::{self, Answer, BUILD};
use bfd_program::logging;
use clap::{Arg, ArgMatches, Command};

use crate::config::{self, Settings};

const NAME: &str = "gobfd-haproxy-agent";

/// What the arguments ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Run with this configuration.
    Run(Source),
    /// Say whether this configuration is good.
    Check(Source),
    /// Print version, commit and build date.
    Version,
}

/// Where the settings come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub file: Option<PathBuf>,
    /// The address of the daemon given by flag.
    pub daemon_by_flag: Option<String>,
    /// The address of the daemon given by `GOBFD_ADDR`.
    pub daemon_by_variable: Option<String>,
}

/// Reads the arguments of this process and does everything but run.
///
/// # Errors
/// The code to leave with, when there is nothing more to do.
pub fn handle() -> Result<Settings, ExitCode> {
    let variable = std::env::var("GOBFD_ADDR").ok();
    let answer = match parse(std::env::args_os(), variable) {
        Ok(Request::Run(source)) => match config::load(&source) {
            Ok(settings) => return Ok(settings),
            Err(error) => Answer::bad(logging::failure(error.message(), &error)),
        },
        Ok(Request::Check(source)) => check(&source),
        Ok(Request::Version) => Answer::good(BUILD.describe(NAME)),
        Err(usage) => usage,
    };
    Err(answer.give())
}

/// Reads the arguments; the first one is the name of the program. `variable` is `GOBFD_ADDR`.
///
/// # Errors
/// An unknown flag, a missing value, or a request for the usage: what to answer.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    variable: Option<String>,
) -> Result<Request, Answer> {
    cli::matches(&command(), arguments).map(|matches| request(&matches, variable))
}

/// The command, for usage, completion and manual page.
#[must_use]
pub fn command() -> Command {
    cli::command(NAME, "Tells HAProxy which servers BFD can reach")
        .arg(cli::config("Configuration file, with a list of backends"))
        .arg(cli::check())
        .arg(Arg::new("gobfd-addr").long("gobfd-addr").value_name("URL").help(
            "Address of the daemon's API, unless the file gives one; else GOBFD_ADDR counts, then \
             http://127.0.0.1:50052",
        ))
}

fn request(matches: &ArgMatches, variable: Option<String>) -> Request {
    let given = |text: &String| !text.is_empty();
    let source = Source {
        file: cli::path(matches, "config"),
        daemon_by_flag: matches
            .get_one::<String>("gobfd-addr")
            .cloned()
            .filter(given),
        daemon_by_variable: variable.filter(given),
    };
    if matches.get_flag("version") {
        Request::Version
    } else if matches.get_flag("check") {
        Request::Check(source)
    } else {
        Request::Run(source)
    }
}

fn check(source: &Source) -> Answer {
    match config::load(source) {
        Ok(settings) => Answer::good(format!("ok: {} backends\n", settings.backends.len())),
        Err(error) => Answer::bad(format!("{error}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::{NAME, Request, Source, parse};

    fn ask(arguments: &[&str], variable: Option<&str>) -> Request {
        let arguments = std::iter::once(NAME).chain(arguments.iter().copied());
        let variable = variable.map(str::to_owned);
        parse(arguments.map(Into::into), variable).expect("understood")
    }

    #[test]
    fn every_flag_is_understood_in_both_spellings() {
        let source = Source {
            file: Some("f.yml".into()),
            daemon_by_flag: Some("http://h:1".to_owned()),
            daemon_by_variable: None,
        };
        for arguments in [
            &["-config", "f.yml", "-gobfd-addr", "http://h:1"][..],
            &["--config=f.yml", "--gobfd-addr=http://h:1", "ignored"],
        ] {
            assert_eq!(ask(arguments, None), Request::Run(source.clone()));
        }
        let checking = ["-check", "-config=f.yml", "-gobfd-addr=http://h:1"];
        assert_eq!(ask(&checking, None), Request::Check(source));
        assert_eq!(ask(&["-version"], None), Request::Version);
    }

    #[test]
    fn what_is_empty_is_not_given() {
        let nothing = Request::Run(Source::default());
        assert_eq!(ask(&["-config=", "-gobfd-addr="], Some("")), nothing);
        let Request::Run(source) = ask(&[], Some("http://v:1")) else {
            panic!("it runs");
        };
        assert_eq!(source.daemon_by_variable.as_deref(), Some("http://v:1"));
    }

    #[test]
    fn a_wrong_flag_is_refused_with_the_usage() {
        let answer = parse([NAME, "-x"].map(Into::into), None).expect_err("refused");
        assert_eq!(answer.code, 2);
        assert!(answer.errors.contains("Usage: gobfd-haproxy-agent"));
    }
}
