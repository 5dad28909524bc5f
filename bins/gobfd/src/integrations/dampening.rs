//! Flap dampening: a penalty per target that grows with each Down and decays with time.
//!
//! A target whose penalty reaches the suppress threshold is held down: that it works again counts
//! only once the penalty has decayed below the reuse threshold, or the longest time has passed. A
//! Down itself is never held back (ADR 0016).

use std::time::Duration;

use bfd_proto::Instant;

use crate::config::DampeningSettings;

/// Below this a penalty is none.
const NOTHING: f64 = 0.001;

/// The penalty of one target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Penalty {
    settings: DampeningSettings,
    value: f64,
    /// When `value` was right.
    at: Instant,
    suppressed: Option<Instant>,
}

impl Penalty {
    /// None.
    pub(super) fn new(settings: DampeningSettings, now: Instant) -> Self {
        Self {
            settings,
            value: 0.0,
            at: now,
            suppressed: None,
        }
    }

    /// The path failed. Returns whether the target is held down from now on, and was not before.
    pub(super) fn down(&mut self, now: Instant) -> bool {
        self.settle(now);
        self.value = self.value(now) + 1.0;
        self.at = now;
        let begins = self.suppressed.is_none() && self.value >= self.suppress_threshold();
        if begins {
            self.suppressed = Some(now);
        }
        begins
    }

    /// Ends the hold if its time has come. Returns whether it did.
    pub(super) fn settle(&mut self, now: Instant) -> bool {
        let over = self.release_at().is_some_and(|at| at <= now);
        if over {
            self.suppressed = None;
            self.value = 0.0;
            self.at = now;
        }
        over
    }

    /// Whether the target is held down.
    pub(super) fn is_suppressed(&self) -> bool {
        self.suppressed.is_some()
    }

    /// When the hold ends, if no further Down comes; `None`: there is none.
    pub(super) fn release_at(&self) -> Option<Instant> {
        let longest = self.suppressed? + self.settings.max_suppress_time;
        let halvings = (self.value / self.settings.reuse_threshold.value()).log2();
        let decayed = self.at + self.settings.half_life.mul_f64(halvings.max(0.0)) + TICK;
        Some(longest.min(decayed))
    }

    /// From which penalty on it is held down.
    pub(super) fn suppress_threshold(&self) -> f64 {
        self.settings.suppress_threshold.value()
    }

    /// The penalty now.
    pub(super) fn value(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        let value = self.value * (-passed / self.settings.half_life.as_secs_f64()).exp2();
        if value < NOTHING { 0.0 } else { value }
    }
}

/// "Below" the threshold, not at it.
const TICK: Duration = Duration::from_nanos(1);
