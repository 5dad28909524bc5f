//! The tree that a configuration text becomes before anything is judged.
//!
//! Scalars keep the spelling of the file, so that `"3"`, `3` and an environment variable are read
//! by the same rule and an error can quote what the operator wrote.

use std::fmt;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the file, both counted from 1.
    Place {
        /// Line.
        line: u64,
        /// Column, in characters.
        column: u64,
    },
    /// In the environment variable with this name.
    Variable(String),
    /// Nowhere in particular: the file as a whole, or a built-in default.
    Whole,
}

impl Origin {
    /// The text that stands before a message: `gobfd.yml:3:9` or the name of a variable.
    pub(super) fn describe(&self, file: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place { line, column } => write!(f, "{file}:{line}:{column}: "),
            Self::Variable(name) => write!(f, "{name}: "),
            Self::Whole if file.is_empty() => Ok(()),
            Self::Whole => write!(f, "{file}: "),
        }
    }
}

/// One node with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it was written.
    pub origin: Origin,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `~`, `null`, or nothing after the colon: the same as leaving the key out.
    Empty,
    /// Any scalar, as spelt.
    Scalar(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping; keys with their own places.
    Map(Vec<(String, Origin, Node)>),
}
