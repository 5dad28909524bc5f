//! One line of the table.

use std::fmt;
use std::time::Duration;

use crate::scale::Scale;

/// What a disturbance came to.
#[derive(Debug)]
pub(crate) struct Row {
    /// What was done, with its number.
    pub(crate) disturbance: String,
    /// To which sessions.
    pub(crate) scale: Scale,
    /// Times a session left Up, at either end.
    pub(crate) flaps: u64,
    /// Longest silence of ours that a peer saw.
    pub(crate) gap: Duration,
    /// Memory in KiB after some of it.
    pub(crate) before: u64,
    /// Memory in KiB after all of it.
    pub(crate) after: u64,
}

impl Row {
    /// What may be occupied at the end: a tenth more than before, and what an allocator keeps back.
    fn bound(&self) -> u64 {
        self.before + self.before / 10 + 4096
    }

    /// Memory did not grow with the disturbance.
    pub(crate) fn assert_flat(&self) {
        assert!(self.after <= self.bound(), "memory grew: {self}");
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pace = self.scale.pace;
        write!(
            f,
            "| {} | {} at {} ms x {} | {} | {:.0} of {} ms | {:.1} / {:.1} MiB |",
            self.disturbance,
            self.scale.sessions,
            pace.interval,
            pace.multiplier,
            self.flaps,
            self.gap.as_secs_f64() * 1e3,
            pace.limit().as_millis(),
            mebibytes(self.before),
            mebibytes(self.after),
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}
