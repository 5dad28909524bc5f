//! What happened in a run, for whoever has to understand a violation.

use std::fmt;

use bfd_proto::Instant;

/// Lines with their times; empty unless asked for.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    wanted: bool,
    lines: Vec<(Instant, String)>,
}

impl Trace {
    /// A trace that keeps lines only if they are wanted.
    #[must_use]
    pub const fn new(wanted: bool) -> Self {
        Self {
            wanted,
            lines: Vec::new(),
        }
    }

    /// Notes something.
    pub fn note(&mut self, at: Instant, what: impl FnOnce() -> String) {
        if self.wanted {
            self.lines.push((at, what()));
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, what) in &self.lines {
            let micros = at.as_nanos() / 1000;
            writeln!(
                f,
                "{:>5}.{:06} s  {what}",
                micros / 1_000_000,
                micros % 1_000_000
            )?;
        }
        Ok(())
    }
}
