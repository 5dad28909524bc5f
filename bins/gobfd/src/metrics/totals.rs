//! Counters that outlive sessions.
//!
//! A counter of Prometheus must never go back, but the sum over the sessions that exist does when
//! one is removed. So the growth of each session's counters is added up here.

use std::collections::HashMap;

use bfd_proto::{Discard, Discriminator, SessionView, Verdict};

type Discards = [u32; Discard::COUNT];

/// Counted by the control plane since the daemon started.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    verdicts: [u64; Verdict::LABELS.len()],
    discards: [u64; Discard::COUNT],
    unclaimed: [u64; Discard::COUNT],
    /// What each session had discarded when it was looked at last, if anything.
    seen: HashMap<Discriminator, Discards>,
}

impl Totals {
    /// Counts a session that went down for this reason.
    pub fn count_down(&mut self, verdict: &Verdict) {
        self.verdicts[verdict.index()] += 1;
    }

    /// Takes over what a session has discarded since it was looked at last. To be called for each
    /// session before a page is written, and once more when a session is removed.
    pub fn absorb(&mut self, view: &SessionView) {
        let now = view.counters.discards;
        let before = self.seen.get(&view.discriminator).copied();
        let before = before.unwrap_or_default();
        // Most sessions never discard a packet, and need no place here.
        if now == before {
            return;
        }
        self.seen.insert(view.discriminator, now);
        for ((total, now), before) in self.discards.iter_mut().zip(now).zip(before) {
            // Less than before: another session has been given the discriminator.
            *total += u64::from(now.checked_sub(before).unwrap_or(now));
        }
    }

    /// Takes over the rest of a removed session and forgets it.
    pub fn retire(&mut self, view: &SessionView) {
        self.absorb(view);
        self.seen.remove(&view.discriminator);
    }

    /// Sets the counts of sessions that went down, by [`Verdict::index`], as the engine has counted
    /// them since it started.
    pub fn set_verdicts(&mut self, verdicts: [u64; Verdict::LABELS.len()]) {
        self.verdicts = verdicts;
    }

    /// Sets the count of packets that no session claimed, by [`Discard::index`], as the engine has
    /// counted them since it started.
    pub fn set_unclaimed(&mut self, discards: [u64; Discard::COUNT]) {
        self.unclaimed = discards;
    }

    /// Sessions that went down, by [`Verdict::LABELS`].
    pub(super) fn verdicts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Verdict::LABELS.into_iter().zip(self.verdicts)
    }

    /// Discarded packets, whether or not a session claimed them.
    pub(super) fn discards(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Discard::ALL.into_iter().map(|reason| {
            let index = reason.index();
            (reason.label(), self.discards[index] + self.unclaimed[index])
        })
    }
}
