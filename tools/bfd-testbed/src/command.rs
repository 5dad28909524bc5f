//! Running a short command and keeping what it said.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{Error, Result};

/// Runs a command to its end and returns its standard output.
///
/// # Errors
/// The program is missing, or it failed; its output is in the error.
pub(crate) fn run(program: impl AsRef<Path>, args: &[&str]) -> Result<String> {
    let program = program.as_ref();
    let line = command_line(program, args);
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        // Ctrl-C is for this program: it then undoes what it made, and needs its own commands for it.
        .process_group(0)
        .output()
        .map_err(|source| start_error(program, &line, source))?;
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(Error::Command {
        command: line,
        status: output.status,
        output: both(&output),
    })
}

/// A program that cannot be started is most often not installed.
pub(crate) fn start_error(program: &Path, line: &str, source: io::Error) -> Error {
    if source.kind() == io::ErrorKind::NotFound {
        let program = program.display().to_string();
        return Error::Missing { program };
    }
    Error::Io {
        what: format!("`{line}`"),
        source,
    }
}

pub(crate) fn command_line(program: &Path, args: &[&str]) -> String {
    format!("{} {}", program.display(), args.join(" "))
}

fn both(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
        .trim()
        .to_owned()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}
