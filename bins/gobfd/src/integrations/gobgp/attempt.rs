//! What the attempts of both strategies share: looking again until it is in force, and the outcome.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

use super::fault::Fault;
use crate::integrations::agenda::{Job, Wish};
use crate::integrations::level_triggered::{Applied, Failed};

/// First pause between two looks; GoBGP needs less than a millisecond when it is idle.
const FIRST: Duration = Duration::from_micros(500);
/// Longest pause.
const LONGEST: Duration = Duration::from_millis(250);

/// The pauses between looks at what was asked for.
pub(super) struct Pace {
    limit: Duration,
    end: Instant,
    pause: Duration,
}

impl Pace {
    /// For at most `limit`.
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            limit,
            end: Instant::now() + limit,
            pause: FIRST,
        }
    }

    /// Waits until the next look; an error when there has been enough time.
    pub(super) async fn next(&mut self) -> Result<(), Fault> {
        if Instant::now() >= self.end {
            return Err(Fault::NotConfirmed { limit: self.limit });
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(())
    }
}

/// The end of an attempt for the driver; a failure is logged.
pub(super) fn outcome<T: Display>(
    job: &Job<T>,
    action: Option<&'static str>,
    settled: Result<&'static str, Fault>,
) -> Result<Applied, Failed> {
    settled
        .map(|state| Applied { state, action })
        .map_err(|fault| {
            report(job, &fault);
            let reason = fault.to_string();
            Failed { action, reason }
        })
}

/// The first failure, and then ever fewer: the last one is always in the API.
fn report<T: Display>(job: &Job<T>, fault: &Fault) {
    let attempts = job.failures + 1;
    if !attempts.is_power_of_two() {
        return;
    }
    let target = &job.target;
    match job.wish {
        Wish::Avoid(_) => {
            tracing::error!(peer = %target, error = %fault, attempts, "failed to apply BGP Down action");
        }
        Wish::Use => {
            tracing::error!(peer = %target, error = %fault, attempts, "failed to apply BGP Up action");
        }
        Wish::Leave | Wish::Release => {
            tracing::warn!(peer = %target, error = %fault, attempts, "cannot look at BGP peer");
        }
    }
}
