//! Which target is to be worked at next.
//!
//! Purpose: the latest wish of each target counts, one attempt per target at a time, a bounded
//! number of attempts at once, the next attempt of one that failed after a growing wait. Owner: the
//! driver. It must never forget a target whose wish is not confirmed.

use std::collections::{BTreeMap, BTreeSet};

use bfd_program::logging::Took;
use bfd_proto::Instant;

use super::backoff;
use super::opinion::Cause;

/// What a target shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// As it is: BFD knows nothing yet.
    Leave,
    /// In use: the path works, or BFD has no say.
    Use,
    /// Out of use: the path failed.
    Avoid(Cause),
    /// As it would be without us: we stop caring for it.
    Release,
}

impl Wish {
    /// Whether both ask for the same, for whatever cause.
    pub(crate) fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// One attempt to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job<T> {
    /// What to work at.
    pub(crate) target: T,
    /// What it shall be.
    pub(crate) wish: Wish,
    /// What led to the attempt: the moment BFD noticed, or the one at which the neighbour was found
    /// to have changed.
    pub(crate) since: Instant,
    /// How many attempts failed before.
    pub(crate) failures: u32,
}

impl<T> Job<T> {
    /// How long it has taken since BFD noticed.
    pub(crate) fn took(&self) -> Took {
        Took(bfd_control::now().saturating_duration_since(self.since))
    }
}

/// All targets with their wishes.
#[derive(Debug)]
pub(super) struct Agenda<T> {
    entries: BTreeMap<T, Entry>,
    /// Those that wait for an attempt, by its time.
    queue: BTreeSet<(Instant, T)>,
    working: usize,
    most: usize,
}

#[derive(Debug)]
struct Entry {
    wish: Wish,
    /// The moment that led to the wish.
    since: Instant,
    /// The moment that led to the attempts under way.
    cause: Instant,
    failures: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Confirmed.
    Done,
    /// In the queue, for this moment.
    Waiting(Instant),
    /// Being worked at; `again`: what it is worked for may be out of date.
    Working { again: bool },
}

impl<T: Ord + Clone> Agenda<T> {
    /// Without targets; at most `most` attempts at once.
    pub(super) fn new(most: usize) -> Self {
        Self {
            entries: BTreeMap::new(),
            queue: BTreeSet::new(),
            working: 0,
            most,
        }
    }

    /// `target` shall be `wish`, because of what happened at `since`. Returns whether that is new.
    pub(super) fn wish(&mut self, target: &T, wish: Wish, since: Instant, now: Instant) -> bool {
        if let Some(entry) = self.entries.get_mut(target) {
            let is_new = !entry.wish.is_like(wish);
            entry.wish = wish;
            if !is_new {
                return false;
            }
            entry.since = since;
        } else {
            self.entries.insert(
                target.clone(),
                Entry {
                    wish,
                    since,
                    cause: since,
                    failures: 0,
                    state: State::Done,
                },
            );
        }
        self.doubt(target, now);
        if let Some(entry) = self.entries.get_mut(target) {
            entry.cause = since;
        }
        true
    }

    /// What was confirmed of `target` may no longer be so: an attempt is due now, whatever waits
    /// earlier failures asked for.
    pub(super) fn doubt(&mut self, target: &T, now: Instant) {
        let Some(entry) = self.entries.get_mut(target) else {
            return;
        };
        entry.failures = 0;
        match entry.state {
            State::Working { .. } => entry.state = State::Working { again: true },
            State::Done => {
                entry.cause = now;
                self.schedule(target, now);
            }
            State::Waiting(at) if at <= now => {}
            State::Waiting(at) => {
                self.queue.remove(&(at, target.clone()));
                self.schedule(target, now);
            }
        }
    }

    /// The next attempt, if one is due and may be made.
    pub(super) fn take(&mut self, now: Instant) -> Option<Job<T>> {
        let due = self.queue.first().is_some_and(|(at, _)| *at <= now);
        if !due || self.working >= self.most {
            return None;
        }
        let (_, target) = self.queue.pop_first()?;
        let entry = self.entries.get_mut(&target)?;
        entry.state = State::Working { again: false };
        self.working += 1;
        Some(Job {
            target,
            wish: entry.wish,
            since: entry.cause,
            failures: entry.failures,
        })
    }

    /// An attempt has ended; after a failure `chance` spreads the next. Returns how many failed in
    /// a row, 0 after a success.
    pub(super) fn ended(&mut self, target: &T, succeeded: bool, now: Instant, chance: f64) -> u32 {
        let Some(entry) = self.entries.get_mut(target) else {
            return 0;
        };
        let State::Working { again } = entry.state else {
            return entry.failures;
        };
        self.working -= 1;
        entry.state = State::Done;
        entry.failures = if succeeded { 0 } else { entry.failures + 1 };
        let failures = entry.failures;
        if again {
            self.schedule(target, now);
        } else if !succeeded {
            self.schedule(target, now + backoff::wait(failures, chance));
        }
        failures
    }

    /// When [`Agenda::take`] will have something; `None`: not before something else happens.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.working >= self.most {
            return None;
        }
        self.queue.first().map(|(at, _)| *at)
    }

    /// The wish of a target.
    pub(super) fn wished(&self, target: &T) -> Option<Wish> {
        self.entries.get(target).map(|entry| entry.wish)
    }

    /// The moment that led to the wish of a target.
    pub(super) fn since(&self, target: &T) -> Option<Instant> {
        self.entries.get(target).map(|entry| entry.since)
    }

    /// Leaves a target alone from now on; an attempt under way ends by itself.
    pub(super) fn forget(&mut self, target: &T) {
        let Some(entry) = self.entries.remove(target) else {
            return;
        };
        match entry.state {
            State::Waiting(at) => drop(self.queue.remove(&(at, target.clone()))),
            State::Working { .. } => self.working -= 1,
            State::Done => {}
        }
    }

    /// Whether every wish is confirmed.
    pub(super) fn is_settled(&self) -> bool {
        self.working == 0 && self.queue.is_empty()
    }

    fn schedule(&mut self, target: &T, at: Instant) {
        if let Some(entry) = self.entries.get_mut(target) {
            entry.state = State::Waiting(at);
            self.queue.insert((at, target.clone()));
        }
    }
}
