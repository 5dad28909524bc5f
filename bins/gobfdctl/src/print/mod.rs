//! The three forms of output.

mod detail;
mod json;
mod table;
mod yaml;

pub(crate) use detail::{detail, evidence as one_line_evidence};
pub(crate) use json::json;
pub(crate) use table::{Table, bgp_status, bgp_targets, echo_sessions, groups, sessions};
pub(crate) use yaml::yaml;

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs; indented by two blanks.
    Json,
    /// For programs and people.
    Yaml,
}

#[cfg(test)]
mod tests;
