//! What a disturbance came to.

use std::time::Duration;

use bfd_testbed::Noise;
use serde::{Deserialize, Serialize};

use crate::field::Pace;

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What was done, with its number.
    pub(crate) done: String,
    /// Sessions that had to bear it.
    pub(crate) sessions: u32,
    /// Timers of our end, which the peers' detection follows.
    pub(crate) pace: Pace,
    /// Times a session left Up, at either end.
    pub(crate) flaps: u64,
    /// Longest silence of ours that a peer saw.
    pub(crate) gap: Duration,
    /// How late the machine let a bystander wake meanwhile.
    pub(crate) noise: Noise,
    /// Anonymous memory in KiB after some of it, when buffers have found their size.
    pub(crate) before: u64,
    /// Anonymous memory in KiB after all of it.
    pub(crate) after: u64,
}

impl Row {
    /// What may be occupied at the end: a tenth more than before, and what an allocator keeps back.
    fn bound(&self) -> u64 {
        self.before + self.before / 10 + 4096
    }

    /// Memory did not grow with the disturbance.
    pub(crate) fn assert_flat(&self) {
        assert!(
            self.after <= self.bound(),
            "memory grew from {} to {} KiB: {}",
            self.before,
            self.after,
            self.done
        );
    }
}
