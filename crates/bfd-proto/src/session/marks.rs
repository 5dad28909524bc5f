//! Counter readings from the past, so that a verdict can say what happened in its window.

use std::time::Duration;

use crate::Instant;
use crate::view::Counters;

/// Two readings, the older of which reaches back at least one window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    older: Mark,
    newer: Mark,
}

/// A reading of the counters that evidence quotes.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: Instant,
    discarded: u64,
    tx_errors: u32,
}

impl Marks {
    pub(crate) const fn new(now: Instant) -> Self {
        let mark = Mark {
            at: now,
            discarded: 0,
            tx_errors: 0,
        };
        Self {
            older: mark,
            newer: mark,
        }
    }

    /// Takes a reading, at most one each `window`: a sum over all counters is not for every packet.
    pub(crate) fn advance(&mut self, now: Instant, window: Duration, counters: &Counters) {
        if now.saturating_duration_since(self.newer.at) >= window {
            let newer = Mark {
                at: now,
                discarded: counters.discarded(),
                tx_errors: counters.tx_errors,
            };
            *self = Self {
                older: self.newer,
                newer,
            };
        }
    }

    /// Discarded packets and failed transmissions since the older reading.
    pub(crate) fn since(&self, counters: &Counters) -> (u32, u32) {
        let discarded = counters.discarded().saturating_sub(self.older.discarded);
        let tx_errors = counters.tx_errors.saturating_sub(self.older.tx_errors);
        (u32::try_from(discarded).unwrap_or(u32::MAX), tx_errors)
    }
}
