//! The requirement rows and test vectors of the folder `spec/` as values.
//!
//! Purpose: one reader for all who use the data: the tests of the protocol crates, the RFC trace,
//! the fuzz corpora. Thread: any. It must never be a dependency of a shipped program, and it never
//! depends on code that the data is meant to judge.
#![forbid(unsafe_code)]

mod load;
mod octets;
mod requirement;
mod timer;
mod vector;

pub use load::{Error, folder};
pub use octets::Octets;
pub use requirement::{Decision, FollowUps, Level, Requirement, Rfc, Status, SubtlePoint};
pub use requirement::{decisions, follow_ups, rfcs, subtle_points};
pub use timer::{
    Change, Jitter, Parameters, SequenceWindow, Steady, Timers, sequence_windows, timers,
};
pub use vector::{Auth, Fields, Header, Judge, Layer, Malformed, Vector, malformed, vectors};

#[cfg(test)]
mod tests;
