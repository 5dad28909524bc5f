//! The explanation as text and as a value.

use std::fmt;

use serde::Serialize;

use super::cause::Cause;
use crate::exit::Exit;

/// What is wrong, how we know, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Explanation {
    /// The cause, for programs.
    pub(crate) cause: Cause,
    /// One sentence.
    pub(crate) answer: String,
    /// What the answer rests on.
    pub(crate) evidence: Vec<String>,
    /// What to do, the likeliest first; empty when nothing need be done.
    pub(crate) remedy: Vec<String>,
}

impl Explanation {
    /// How `explain` ends after this answer.
    pub(crate) fn exit(&self) -> Exit {
        if self.cause == Cause::Up {
            Exit::Success
        } else {
            Exit::NotUp
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.answer)?;
        section(f, "Evidence", &self.evidence)?;
        section(f, "Remedy", &self.remedy)
    }
}

fn section(f: &mut fmt::Formatter<'_>, title: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}:")?;
    lines.iter().try_for_each(|line| writeln!(f, "  - {line}"))
}
