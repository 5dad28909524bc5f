//! What is wrong with a configuration, said so that it can be put right without a manual.

use std::fmt;

use super::node::Origin;

/// How many problems are listed before the rest is only counted.
const LISTED: usize = 50;

/// One fault: where it was written, which key it concerns, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where the value stands.
    pub origin: Origin,
    /// The key, such as `sessions[2].peer`; empty when the text as a whole is meant.
    pub path: String,
    /// What was expected and what was found.
    pub message: String,
}

impl Problem {
    /// A problem with the value at `origin`.
    #[must_use]
    pub fn new(origin: Origin, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            origin,
            path: path.into(),
            message: message.into(),
        }
    }
}

/// Everything that is wrong with one configuration; never empty.
///
/// `Display` writes one line per problem: `FILE:LINE:COLUMN: PATH: MESSAGE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    problems: Vec<Problem>,
}

impl ConfigError {
    /// The problems of `file`, put in order; there must be one at least.
    #[must_use]
    pub fn new(file: impl Into<String>, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| match problem.origin {
            Origin::Place { line, column } => (0, line, column),
            Origin::Whole => (1, 0, 0),
            Origin::Variable(_) => (2, 0, 0),
        });
        Self {
            file: file.into(),
            problems,
        }
    }

    /// The problems in the order of the file, those of the environment last.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().take(LISTED).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.origin.describe(&self.file, f)?;
            if !problem.path.is_empty() {
                write!(f, "{}: ", problem.path)?;
            }
            f.write_str(&problem.message)?;
        }
        match self.problems.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}
