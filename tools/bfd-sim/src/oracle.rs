//! What must hold whatever happens.
//!
//! The oracle sees each packet when it reaches a host and each event when its engine tells it, and
//! knows nothing of how the engine works.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bfd_engine::{GRAIN_NANOS, NewSession, SessionId};
use bfd_proto::{Diagnostic, Down, Instant, State, StateChange, Verdict};

/// Arrivals remembered; more than fit into any detection time.
const REMEMBERED: usize = 128;
/// How much later than its detection time a silent session may be found: one tick of the wheel and
/// what the simulated scheduler takes at most.
pub(crate) const TOLERANCE: Duration =
    Duration::from_nanos(GRAIN_NANOS).saturating_add(Duration::from_millis(2));

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub(crate) String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Violation {}

/// One end of a session.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) id: SessionId,
    pub(crate) wish: NewSession,
    pub(crate) state: State,
    /// Downs since they were last looked at.
    pub(crate) downs: Vec<StateChange>,
    /// Whether its removal was asked for.
    pub(crate) removed: bool,
    arrivals: VecDeque<Instant>,
}

impl End {
    pub(crate) const fn new(id: SessionId, wish: NewSession) -> Self {
        Self {
            id,
            wish,
            state: State::Down,
            downs: Vec::new(),
            removed: false,
            arrivals: VecDeque::new(),
        }
    }

    /// A packet with this session's discriminator reached the host and was queued.
    pub(crate) fn arrived(&mut self, at: Instant) {
        if self.arrivals.len() == REMEMBERED {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back(at);
    }

    /// The engine told of a change.
    ///
    /// # Errors
    /// When the change does not follow from the last one, lacks its verdict, is a Down although
    /// packets arrived in time, or one that comes late although its worker was not kept from
    /// running since `free_since`.
    pub(crate) fn changed(
        &mut self,
        change: StateChange,
        free_since: Instant,
    ) -> Result<(), Violation> {
        let StateChange { from, to, down, .. } = change;
        if from != self.state || from == to {
            return Err(Violation(format!(
                "{from} to {to} told in state {}",
                self.state
            )));
        }
        let wants_verdict = to == State::AdminDown || to == State::Down && from >= State::Init;
        if down.is_some() != wants_verdict {
            return Err(Violation(format!("verdict {down:?} for {from} to {to}")));
        }
        self.state = to;
        self.downs.extend(down.map(|_| change));
        self.check_expiry(&change, free_since)
    }

    /// The verdicts of the Downs since this was last asked.
    pub(crate) fn take_verdicts(&mut self) -> Vec<Verdict> {
        let downs = self.downs.drain(..);
        downs
            .filter_map(|change| change.down)
            .map(|down| down.verdict)
            .collect()
    }

    /// When the latest packet arrived.
    pub(crate) fn last_arrival(&self) -> Option<Instant> {
        self.arrivals.back().copied()
    }

    fn check_expiry(&self, change: &StateChange, free_since: Instant) -> Result<(), Violation> {
        let expired = change.diagnostic == Diagnostic::CONTROL_TIME_EXPIRED;
        // Packets that were refused arrived, but do not count as heard.
        let refused = |down: &Down| matches!(down.verdict, Verdict::Auth(_));
        let down = change.down.filter(|down| expired && !refused(down));
        let last = self.arrivals.iter().rev().find(|at| **at < change.at);
        let (Some(down), Some(last)) = (down, last) else {
            return Ok(());
        };
        let limit = down.evidence.limit;
        let gap = change.at.saturating_duration_since(*last);
        if gap < limit {
            let what = format!("Down after {gap:?} of silence, {limit:?} are granted: {change:?}");
            return Err(Violation(what));
        }
        let latest = (*last + limit).max(free_since) + TOLERANCE;
        if change.from == State::Up && change.at > latest {
            let late = change.at.saturating_duration_since(*last + limit);
            return Err(Violation(format!(
                "Down {late:?} after the detection time: {change:?}"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
