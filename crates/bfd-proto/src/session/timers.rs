//! Timers as data: a table of moments, no callbacks.

use crate::Instant;

/// Every timer of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Timer {
    /// The next periodic packet is due (RFC 5880 §6.8.7).
    Transmit,
    /// The detection time ends, in whatever state (RFC 5880 §6.8.1, §6.8.4).
    Detection,
}

/// When each timer runs out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timers([Option<Instant>; 2]);

impl Timers {
    pub(crate) const fn set(&mut self, timer: Timer, at: Option<Instant>) {
        self.0[timer as usize] = at;
    }

    pub(crate) const fn get(&self, timer: Timer) -> Option<Instant> {
        self.0[timer as usize]
    }

    pub(crate) fn is_due(&self, timer: Timer, now: Instant) -> bool {
        self.get(timer).is_some_and(|at| at <= now)
    }

    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.0.iter().flatten().min().copied()
    }
}
