//! Exit codes, the one place that names them.

use std::process::{ExitCode, Termination};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done as asked; `explain`: the session is Up.
    Success = 0,
    /// A wrong argument, no daemon, or a refusal: one line on stderr says which.
    Failure = 1,
    /// Only `explain`: the session is not Up, and the output says why.
    NotUp = 3,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// For the help and the manual page.
pub(crate) const MANUAL: &str = "\
Exit codes:
  0  done as asked; explain: the session is Up
  1  a wrong argument, no daemon, or a refusal; one line on stderr says which
  3  explain: the session is not Up, and the output says why";
