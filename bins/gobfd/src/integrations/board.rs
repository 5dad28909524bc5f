//! What an integration does, as API and metrics show it.
//!
//! Owner: the daemon, so that counters live on when the integration is restarted. The integration
//! writes, anyone reads a copy. It must never be held while somebody waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bfd_proto::Instant;

use super::agenda::Wish;
use bfd_program::exposition::HistogramSample;

/// Upper bounds of the times from the change of a session to its effect.
const BOUNDS: [Duration; 12] = [
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(10),
];

/// A handle to the picture of one integration; clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<Picture>>);

/// The picture at one moment.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The neighbour system; `None`: the integration is switched off.
    pub neighbour: Option<Neighbour>,
    /// The targets, in their order.
    pub targets: BTreeMap<String, Target>,
    /// Actions that ended, by name and whether they succeeded.
    pub actions: BTreeMap<(&'static str, bool), u64>,
    /// Times from the change of a session to its confirmed effect.
    pub reaction: HistogramSample,
}

/// The neighbour system.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// Where it is called.
    pub address: String,
    /// What is done to it.
    pub strategy: &'static str,
    /// Its version, once it has answered.
    pub version: Option<&'static str>,
    /// Whether it answers now.
    pub connected: bool,
    /// Why it did not answer last.
    pub error: Option<String>,
}

/// One target.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it shall be.
    pub wish: Wish,
    /// When BFD wanted it so.
    pub since: Instant,
    /// What it was last found to be; `None`: not known yet.
    pub applied: Option<&'static str>,
    /// Whether that is what it shall be.
    pub confirmed: bool,
    /// When that was confirmed last.
    pub confirmed_at: Option<Instant>,
    /// How long the last action took from the change of the session to its confirmation.
    pub took: Option<Duration>,
    /// How many attempts have failed in a row.
    pub failures: u32,
    /// Why and when the last attempt failed; `None`: it did not.
    pub error: Option<(String, Instant)>,
    /// The penalty of flap dampening, if that is switched on.
    pub penalty: Option<f64>,
    /// Whether it is held down for flapping.
    pub suppressed: bool,
}

impl Target {
    /// An attempt failed, the last of so many in a row.
    pub(crate) fn failed(&mut self, reason: String, failures: u32, now: Instant) {
        self.confirmed = false;
        self.failures = failures;
        self.error = Some((reason, now));
    }

    /// An attempt found or left the target in `state`; whether that is still what it shall be.
    pub(crate) fn applied(&mut self, state: &'static str, is_wished: bool, now: Instant) {
        self.applied = Some(state);
        self.confirmed = is_wished;
        self.confirmed_at = Some(now);
        self.failures = 0;
        self.error = None;
    }
}

impl Board {
    /// The picture as it is now.
    #[must_use]
    pub fn picture(&self) -> Picture {
        self.lock().clone()
    }

    /// The integration starts, or with `None` ends: counters stay, targets go.
    pub(crate) fn begin(&self, neighbour: Option<Neighbour>) {
        let mut picture = self.lock();
        picture.neighbour = neighbour;
        picture.targets.clear();
    }

    /// Changes what is said of the neighbour.
    pub(crate) fn neighbour(&self, change: impl FnOnce(&mut Neighbour)) {
        if let Some(neighbour) = &mut self.lock().neighbour {
            change(neighbour);
        }
    }

    /// Changes what is said of a target, which is there from now on.
    pub(crate) fn target(
        &self,
        name: &str,
        wish: Wish,
        since: Instant,
        change: impl FnOnce(&mut Target),
    ) {
        let mut picture = self.lock();
        let target = picture
            .targets
            .entry(name.to_owned())
            .or_insert_with(|| Target {
                wish,
                since,
                applied: None,
                confirmed: false,
                confirmed_at: None,
                took: None,
                failures: 0,
                error: None,
                penalty: None,
                suppressed: false,
            });
        (target.wish, target.since) = (wish, since);
        change(target);
    }

    /// A target is there no more.
    pub(crate) fn remove(&self, name: &str) {
        self.lock().targets.remove(name);
    }

    /// Counts an action that ended.
    pub(crate) fn count(&self, action: &'static str, succeeded: bool) {
        *self.lock().actions.entry((action, succeeded)).or_default() += 1;
    }

    /// Counts the time an effect took.
    pub(crate) fn reacted(&self, took: Duration) {
        let reaction = &mut self.lock().reaction;
        if reaction.buckets.is_empty() {
            reaction.buckets = BOUNDS.iter().map(|bound| (*bound, 0)).collect();
        }
        for (bound, count) in &mut reaction.buckets {
            *count += u64::from(took <= *bound);
        }
        reaction.count += 1;
        reaction.sum += took;
    }

    fn lock(&self) -> MutexGuard<'_, Picture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
