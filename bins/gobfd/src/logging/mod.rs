//! State changes in the log.
//!
//! Purpose: a line per change, of the shape that tools of GoBFD 0.6 match, and a bound on their
//! number ([`ChangeLog`]). Thread: any but the data plane's, whose threads never write. It must
//! never lose a count.

mod changes;
mod limit;

pub use changes::{ChangeLine, ChangeLog, MESSAGE, SUMMARY};

#[cfg(test)]
mod tests;
