//! How many lines state changes may take.

use std::time::Duration;

use bfd_proto::{Instant, State, StateChange, Verdict};

/// Lines that may be written at once.
pub(super) const BURST: u64 = 200;
/// Lines per second after that.
pub(super) const RATE: u64 = 50;
/// How long changes are gathered for one summary.
const SUMMARY_EVERY: Duration = Duration::from_secs(1);
/// What a line costs, in nanoseconds of waiting.
const COST: u64 = 1_000_000_000 / RATE;

/// A token bucket for lines, with an account of what found none.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    /// The moment at which the bucket is full again.
    full_at: Instant,
    held_back: Option<HeldBack>,
}

/// Changes that were counted instead of written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeldBack {
    /// When the first of them happened.
    pub(super) since: Instant,
    /// By code of the new state.
    pub(super) to: [u64; 4],
    /// By verdict.
    pub(super) verdicts: [u64; Verdict::LABELS.len()],
}

impl HeldBack {
    /// How many there are.
    pub(super) fn changes(&self) -> u64 {
        self.to.iter().sum()
    }

    /// How many led to this state.
    pub(super) fn to(&self, state: State) -> u64 {
        self.to[usize::from(state.bits())]
    }
}

impl Limit {
    /// A full bucket.
    pub(super) fn new() -> Self {
        Self {
            full_at: Instant::ZERO,
            held_back: None,
        }
    }

    /// Whether this change may have a line now; if not, it is counted.
    pub(super) fn admit(&mut self, now: Instant, change: &StateChange) -> bool {
        let full_at = self.full_at.max(now);
        let wait = full_at.saturating_duration_since(now);
        if wait <= Duration::from_nanos(COST * (BURST - 1)) {
            self.full_at = full_at + Duration::from_nanos(COST);
            return true;
        }
        let zero = HeldBack {
            since: now,
            to: [0; 4],
            verdicts: [0; Verdict::LABELS.len()],
        };
        let held_back = self.held_back.get_or_insert(zero);
        held_back.to[usize::from(change.to.bits())] += 1;
        if let Some(down) = &change.down {
            held_back.verdicts[down.verdict.index()] += 1;
        }
        false
    }

    /// When the next summary is due; `None` while nothing is held back.
    pub(super) fn due(&self) -> Option<Instant> {
        self.held_back
            .map(|held_back| held_back.since + SUMMARY_EVERY)
    }

    /// The account, if its time has come.
    pub(super) fn summary(&mut self, now: Instant) -> Option<HeldBack> {
        self.due()
            .filter(|due| *due <= now)
            .and_then(|_| self.held_back.take())
    }

    /// The account, whatever the time.
    pub(super) fn flush(&mut self) -> Option<HeldBack> {
        self.held_back.take()
    }
}
