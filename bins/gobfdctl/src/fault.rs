//! Why a command failed: one line after `Error: `.

use std::io;

use bfd_api::ClientError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A call failed; the label is the operation's.
    #[error("{operation}: {error}")]
    Call {
        operation: &'static str,
        error: ClientError,
    },
    /// An argument is missing or wrong.
    #[error("{0}")]
    Argument(String),
    /// The output cannot be written.
    #[error("write output: {0}")]
    Output(#[from] io::Error),
    /// The system refuses something the program needs.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
}

impl Fault {
    /// The parser's first paragraph in one line, without its `error: `.
    pub(crate) fn grammar(error: &clap::Error) -> Self {
        let text = error.to_string();
        let first = text.split("\n\n").next().unwrap_or_default();
        let first = first.strip_prefix("error: ").unwrap_or(first);
        Self::Argument(first.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Nobody reads on, as with `| head`: no error.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Adds the operation to the error of a call.
pub(crate) trait Labelled<T> {
    fn labelled(self, operation: &'static str) -> Result<T, Fault>;
}

impl<T> Labelled<T> for Result<T, ClientError> {
    fn labelled(self, operation: &'static str) -> Result<T, Fault> {
        self.map_err(|error| Fault::Call { operation, error })
    }
}
