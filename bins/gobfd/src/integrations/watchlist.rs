//! From what each session says to what is said of each target.
//!
//! Several sessions may watch one target, and one session several. The rule: while any session to
//! a target is Up its path works; else it has failed if any says so; else nothing is known if any
//! knows nothing. A target that lost its last session is as if BFD had no say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bfd_engine::SessionId;
use bfd_proto::SessionView;

use super::opinion::{Cause, Opinion, Witness};

/// Sessions and the targets they speak for.
#[derive(Debug)]
pub(super) struct Watchlist<T> {
    sessions: HashMap<SessionId, Watch<T>>,
    tallies: BTreeMap<T, Tally>,
    /// Targets that are there whatever the sessions.
    fixed: BTreeSet<T>,
}

#[derive(Debug)]
struct Watch<T> {
    witness: Witness,
    targets: Vec<T>,
}

/// How many sessions say what of one target.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    good: usize,
    bad: usize,
    waived: usize,
    unknown: usize,
    cause: Option<Cause>,
    /// A session has spoken for it once.
    watched: bool,
}

impl<T: Ord + Clone> Watchlist<T> {
    /// Nothing but these targets, of which nothing is known.
    pub(super) fn new(targets: impl IntoIterator<Item = T>) -> Self {
        let fixed: BTreeSet<T> = targets.into_iter().collect();
        let tallies = fixed
            .iter()
            .map(|target| (target.clone(), Tally::default()));
        Self {
            sessions: HashMap::new(),
            tallies: tallies.collect(),
            fixed,
        }
    }

    /// Takes in what a session shows now; `targets` is asked for when it is new. Returns the
    /// targets it speaks for.
    pub(super) fn see(
        &mut self,
        id: SessionId,
        view: &SessionView,
        targets: impl FnOnce() -> Vec<T>,
    ) -> &[T] {
        let watch = match self.sessions.entry(id) {
            std::collections::hash_map::Entry::Occupied(known) => {
                let watch = known.into_mut();
                let before = watch.witness.opinion();
                watch.witness.see(view);
                let after = watch.witness.opinion();
                for target in &watch.targets {
                    let tally = self.tallies.entry(target.clone()).or_default();
                    tally.take(before);
                    tally.add(after);
                }
                watch
            }
            std::collections::hash_map::Entry::Vacant(new) => {
                let watch = new.insert(Watch {
                    witness: Witness::new(view),
                    targets: targets(),
                });
                for target in &watch.targets {
                    let tally = self.tallies.entry(target.clone()).or_default();
                    tally.add(watch.witness.opinion());
                }
                watch
            }
        };
        &watch.targets
    }

    /// Forgets a session. Returns the targets it spoke for.
    pub(super) fn remove(&mut self, id: SessionId) -> Vec<T> {
        let Some(watch) = self.sessions.remove(&id) else {
            return Vec::new();
        };
        for target in &watch.targets {
            if let Some(tally) = self.tallies.get_mut(target) {
                tally.take(watch.witness.opinion());
            }
        }
        watch.targets
    }

    /// What is said of a target.
    pub(super) fn opinion(&self, target: &T) -> Opinion {
        self.tallies
            .get(target)
            .map_or(Opinion::Waived, Tally::opinion)
    }

    /// Forgets a target that no session speaks for any more; returns whether it did.
    pub(super) fn retire(&mut self, target: &T) -> bool {
        let idle = self.tallies.get(target).is_none_or(Tally::is_idle);
        let retired = idle && !self.fixed.contains(target);
        if retired {
            self.tallies.remove(target);
        }
        retired
    }

    /// The sessions that say their path failed: what they show may change without an event.
    pub(super) fn failed(&self) -> Vec<SessionId> {
        let failed = self
            .sessions
            .iter()
            .filter(|(_, watch)| matches!(watch.witness.opinion(), Opinion::Bad(_)));
        failed.map(|(id, _)| *id).collect()
    }
}

impl Tally {
    fn add(&mut self, opinion: Opinion) {
        self.watched = true;
        *self.count(opinion) += 1;
        if let Opinion::Bad(cause) = opinion {
            self.cause = Some(cause);
        }
    }

    fn take(&mut self, opinion: Opinion) {
        *self.count(opinion) -= 1;
    }

    fn count(&mut self, opinion: Opinion) -> &mut usize {
        match opinion {
            Opinion::Unknown => &mut self.unknown,
            Opinion::Waived => &mut self.waived,
            Opinion::Good => &mut self.good,
            Opinion::Bad(_) => &mut self.bad,
        }
    }

    fn is_idle(&self) -> bool {
        self.good + self.bad + self.waived + self.unknown == 0
    }

    fn opinion(&self) -> Opinion {
        match self.cause {
            _ if self.good > 0 => Opinion::Good,
            Some(cause) if self.bad > 0 => Opinion::Bad(cause),
            _ if self.unknown > 0 || !self.watched => Opinion::Unknown,
            _ => Opinion::Waived,
        }
    }
}
