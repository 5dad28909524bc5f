//! Requirements, decisions and subtle points.

use crate::load::{Error, files, load};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// The rows of one RFC.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rfc {
    /// Number of the RFC.
    pub rfc: u16,
    /// What it is about.
    pub title: String,
    /// Its requirements in the order of its sections.
    pub rows: Vec<Requirement>,
}

/// One normative statement, paraphrased.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// RFC, section and running number: `5880-6.8.6-07`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The part of an implementation that it concerns.
    pub role: String,
    /// The statement.
    pub text: String,
    /// Whether it is met.
    pub status: Status,
    /// For [`Status::Later`]: key of the follow-up in `spec/follow-ups.yml`.
    #[serde(default)]
    pub follow_up: Option<String>,
    /// For [`Status::NotApplicable`]: why.
    #[serde(default)]
    pub reason: Option<String>,
    /// For [`Status::Implemented`]: how, where the statement leaves a choice.
    #[serde(default)]
    pub note: Option<String>,
}

impl Requirement {
    /// Whether a test has to name this row: it is a MUST or MUST NOT that we claim to meet.
    #[must_use]
    pub fn needs_test(&self) -> bool {
        self.status == Status::Implemented && matches!(self.level, Level::Must | Level::MustNot)
    }
}

/// Level of a requirement (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Level {
    /// MUST.
    #[serde(rename = "MUST")]
    Must,
    /// MUST NOT.
    #[serde(rename = "MUST NOT")]
    MustNot,
    /// SHOULD.
    #[serde(rename = "SHOULD")]
    Should,
    /// SHOULD NOT.
    #[serde(rename = "SHOULD NOT")]
    ShouldNot,
    /// MAY.
    #[serde(rename = "MAY")]
    May,
    /// A statement without keyword that still binds an implementation.
    #[serde(rename = "INFO")]
    Info,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::May => "MAY",
            Self::Info => "INFO",
        })
    }
}

/// What we say about a requirement, a decision or a vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Met today.
    #[default]
    Implemented,
    /// Part of a named follow-up.
    Later,
    /// Outside of what GoBFD is.
    NotApplicable,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Implemented => "implemented",
            Self::Later => "later",
            Self::NotApplicable => "not applicable",
        })
    }
}

/// What we do where the texts conflict or are silent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// `D-01` and so on.
    pub id: String,
    /// What the texts leave open.
    pub question: String,
    /// What we do.
    pub answer: String,
    /// Whether we do it today.
    pub status: Status,
    /// For [`Status::Later`]: key of the follow-up.
    #[serde(default)]
    pub follow_up: Option<String>,
}

/// A point that implementers get wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtlePoint {
    /// `SP-01` and so on.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The point.
    pub text: String,
}

/// The follow-ups by key, each with what it brings.
pub type FollowUps = BTreeMap<String, String>;

/// All requirements, by number of the RFC.
///
/// # Errors
/// When a file is missing or malformed.
pub fn rfcs() -> Result<Vec<Rfc>, Error> {
    files("requirements")?.into_iter().map(load).collect()
}

/// All decisions.
///
/// # Errors
/// When the file is missing or malformed.
pub fn decisions() -> Result<Vec<Decision>, Error> {
    load("decisions.yml")
}

/// All subtle points.
///
/// # Errors
/// When the file is missing or malformed.
pub fn subtle_points() -> Result<Vec<SubtlePoint>, Error> {
    load("subtle-points.yml")
}

/// All follow-ups.
///
/// # Errors
/// When the file is missing or malformed.
pub fn follow_ups() -> Result<FollowUps, Error> {
    load("follow-ups.yml")
}
