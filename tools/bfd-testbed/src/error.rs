//! What can go wrong while real daemons are run, with enough text to see why.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a step of the testbed did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A program that the testbed drives is not on this machine.
    #[error("{program} is not installed (`scripts/install test` installs it)")]
    Missing {
        /// Name or path of the program.
        program: String,
    },
    /// A command ran and reported a failure.
    #[error("`{command}` failed ({status}): {output}")]
    Command {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote, both streams.
        output: String,
    },
    /// Something awaited did not happen.
    #[error("waited {limit:?} for: {what}; last seen: {seen}")]
    Timeout {
        /// What was awaited.
        what: String,
        /// How long.
        limit: Duration,
        /// The last state seen instead.
        seen: String,
    },
    /// The operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The refusal.
        source: io::Error,
    },
    /// A program's answer was not what it should look like.
    #[error("cannot read {what}: {text}")]
    Decode {
        /// Whose answer.
        what: String,
        /// The answer, or the parser's complaint.
        text: String,
    },
    /// The clock belongs to the machine, and a container may not be allowed to set it.
    #[error("the clock of this machine cannot be set from here: {source}")]
    Clock {
        /// The refusal.
        source: io::Error,
    },
    /// Namespaces are root's business.
    #[error("network namespaces need root: run this as root")]
    NotRoot,
}

/// The result of a step of the testbed.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Wraps an I/O error with what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what: what.into(),
            source,
        }
    }
}
