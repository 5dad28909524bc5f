//! What the local machine did to its own sessions: stalls and lost packets, with their times.

use std::time::Duration;

use crate::Instant;

/// How many of the latest incidents of each sort are remembered.
const KEPT: usize = 32;

/// The worker's own record, asked by a session that goes Down for the window it looks back on.
///
/// Old incidents are overwritten by new ones: a window with more than 32 incidents still shows the
/// 32 latest.
#[derive(Clone, Debug, Default)]
pub struct LocalHealth {
    stalls: Incidents<Duration>,
    drops: Incidents<u32>,
}

impl LocalHealth {
    /// Notes that the worker ran `late` after it wanted to; `at` is when it ran at last.
    pub fn record_stall(&mut self, at: Instant, late: Duration) {
        self.stalls.record(at, late);
    }

    /// Notes that the kernel dropped `count` packets at a full receive buffer; `at` is when it was
    /// noticed.
    pub fn record_drops(&mut self, at: Instant, count: u32) {
        self.drops.record(at, count);
    }

    /// The longest stall that ended at or after `since`; zero if none.
    #[must_use]
    pub fn worst_stall(&self, since: Instant) -> Duration {
        self.stalls.since(since).max().unwrap_or_default()
    }

    /// Packets dropped at or after `since`.
    #[must_use]
    pub fn drops(&self, since: Instant) -> u32 {
        self.drops.since(since).fold(0, u32::saturating_add)
    }
}

#[derive(Clone, Debug)]
struct Incidents<T> {
    kept: [Option<(Instant, T)>; KEPT],
    next: usize,
}

impl<T: Copy> Default for Incidents<T> {
    fn default() -> Self {
        Self {
            kept: [None; KEPT],
            next: 0,
        }
    }
}

impl<T: Copy> Incidents<T> {
    fn record(&mut self, at: Instant, what: T) {
        self.kept[self.next] = Some((at, what));
        self.next = (self.next + 1) % KEPT;
    }

    fn since(&self, since: Instant) -> impl Iterator<Item = T> {
        self.kept
            .iter()
            .flatten()
            .filter(move |(at, _)| *at >= since)
            .map(|(_, what)| *what)
    }
}
