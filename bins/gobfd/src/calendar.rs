//! From the monotonic clock of the engine to times people read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bfd_proto::Instant;

/// Both clocks at one moment. To be read anew for each answer: the wall clock may be set.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    now: Instant,
    wall: Duration,
}

impl Calendar {
    /// Both clocks now.
    #[must_use]
    pub fn read() -> Self {
        let now = bfd_control::now();
        // A clock before 1970 is shown as 1970.
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self { now, wall }
    }

    /// The moment this was read.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Time since 1970 at `moment`, as the wall clock counts today.
    #[must_use]
    pub fn wall(&self, moment: Instant) -> Duration {
        let ago = self.now.saturating_duration_since(moment);
        let ahead = moment.saturating_duration_since(self.now);
        self.wall.saturating_sub(ago).saturating_add(ahead)
    }
}
