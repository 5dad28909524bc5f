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

/// What the codes mean, for the manual page and the help.
pub(crate) const CODES: &[(Exit, &str)] = &[
    (Exit::Success, "done as asked; explain: the session is Up"),
    (
        Exit::Failure,
        "a wrong argument, no daemon, or a refusal: one line on stderr says which",
    ),
    (
        Exit::NotUp,
        "explain: the session is not Up, and the output says why",
    ),
];

/// The codes as a paragraph of the help.
pub(crate) fn manual() -> String {
    let lines = CODES
        .iter()
        .map(|(code, meaning)| format!("\n  {}  {meaning}", *code as u8));
    format!("Exit codes:{}", lines.collect::<String>())
}
