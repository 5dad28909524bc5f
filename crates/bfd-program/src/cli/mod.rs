//! Command lines compatible with the Go programs of old, and what a program was built from.

mod build;
mod flags;

pub use build::{BUILD, Build};
pub use flags::with_two_dashes;
