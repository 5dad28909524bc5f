//! The command line of the GoBFD daemon.
//!
//! Commands translate arguments into one call of the API and its answer into text; what
//! they print is fixed to the byte, because scripts read it.
#![forbid(unsafe_code)]

mod cli;
mod command;
mod exit;
mod explain;
mod fault;
mod go;
mod keys;
mod names;
mod print;
mod shell;
mod top;
mod view;

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use cli::Cli;
use exit::Exit;
use fault::Fault;

fn main() -> Exit {
    match run() {
        Ok(exit) => exit,
        Err(fault) if fault.is_closed_pipe() => Exit::Success,
        Err(fault) => {
            eprintln!("Error: {fault}");
            Exit::Failure
        }
    }
}

fn run() -> Result<Exit, Fault> {
    let mut out = std::io::stdout().lock();
    let cli = match Cli::try_parse_from(arguments(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            write!(out, "{error}")?;
            return Ok(Exit::Success);
        }
        Err(error) => return Err(Fault::grammar(&error)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Fault::System("start runtime", error))?;
    let exit = command::run(cli, &runtime, &mut out)?;
    out.flush()?;
    Ok(exit)
}

/// `-version`, as in the other programs, means the command.
fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = given.collect();
    if let Some(first) = arguments.get_mut(1)
        && (first == "-version" || first == "--version")
    {
        *first = "version".into();
    }
    arguments
}

/// The arguments as a value, for help, completion and manual page.
fn grammar() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod manual_tests;

#[cfg(test)]
mod tests {
    #[test]
    fn the_grammar_is_consistent() {
        super::grammar().debug_assert();
    }
}
