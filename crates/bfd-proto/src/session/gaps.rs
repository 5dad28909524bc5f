//! Gaps between accepted packets, in the room of four words.

use std::time::Duration;

use crate::view::ArrivalStats;

/// [`ArrivalStats`] in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gaps {
    count: u64,
    min: u64,
    max: u64,
    sum: u64,
}

impl Gaps {
    pub(super) fn record(&mut self, gap: Duration) {
        let gap = u64::try_from(gap.as_nanos()).unwrap_or(u64::MAX);
        self.min = if self.count == 0 {
            gap
        } else {
            self.min.min(gap)
        };
        self.max = self.max.max(gap);
        self.sum = self.sum.saturating_add(gap);
        self.count += 1;
    }

    pub(super) const fn stats(&self) -> ArrivalStats {
        ArrivalStats {
            count: self.count,
            min: Duration::from_nanos(self.min),
            max: Duration::from_nanos(self.max),
            sum: Duration::from_nanos(self.sum),
        }
    }
}
