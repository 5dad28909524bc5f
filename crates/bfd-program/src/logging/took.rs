//! Durations as fields.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::config::go_text;

/// A duration in a log line: whole nanoseconds in JSON, `300ms` in text.
///
/// `tracing` knows no durations, but it hands errors on as typed values; so a duration travels as
/// one: `info!(took = Took(duration).field(), "done")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took(pub Duration);

impl Took {
    /// The value to give to a macro of `tracing`.
    #[must_use]
    pub fn field(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl Error for Took {}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&go_text(self.0))
    }
}
