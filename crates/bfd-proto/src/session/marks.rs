//! Counter readings from the past, so that a verdict can say what happened in its window.

use std::time::Duration;

use crate::Instant;

/// The counters that evidence quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    /// Packets discarded, modulo 2³²: only differences are asked for.
    pub(crate) discarded: u32,
    /// Packets that could not be sent.
    pub(crate) tx_errors: u32,
}

/// Two readings, the older of which reaches back at least one window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    older: Tally,
    newer: Tally,
    /// When the newer was taken.
    taken: Instant,
}

impl Tally {
    pub(crate) const NONE: Self = Self {
        discarded: 0,
        tx_errors: 0,
    };
}

impl Marks {
    pub(crate) const fn new(now: Instant) -> Self {
        Self {
            older: Tally::NONE,
            newer: Tally::NONE,
            taken: now,
        }
    }

    /// Takes a reading, at most one each `window`.
    pub(crate) fn advance(&mut self, now: Instant, window: Duration, tally: Tally) {
        if now.saturating_duration_since(self.taken) >= window {
            *self = Self {
                older: self.newer,
                newer: tally,
                taken: now,
            };
        }
    }

    /// Discarded packets and failed transmissions since the older reading.
    pub(crate) const fn since(&self, now: Tally) -> Tally {
        Tally {
            discarded: now.discarded.wrapping_sub(self.older.discarded),
            tx_errors: now.tx_errors.saturating_sub(self.older.tx_errors),
        }
    }
}
