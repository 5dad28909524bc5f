//! Who wants which session.
//!
//! Purpose: hold every wish with its one owner, refuse a second owner of a key, and lay live
//! changes over wishes without losing the wish below. Owner: the steward. Thread: its own. It must
//! never know whether a session runs: that is the plan's business.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bfd_proto::{DetectMult, Interval, SessionSpec};

use crate::key::SessionKey;
use crate::keychain::KeyChain;
use crate::session::Overridden;

/// Who asked for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Owner {
    /// The configuration file.
    Config,
    /// A client of the API.
    Api,
    /// The nodes of a Kubernetes cluster.
    Kubernetes,
}

impl Owner {
    /// Stable name: API value and log field.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Api => "api",
            Self::Kubernetes => "kubernetes",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "the configuration",
            Self::Api => "the API",
            Self::Kubernetes => "the Kubernetes node mesh",
        })
    }
}

/// One wanted session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Which session.
    pub key: SessionKey,
    /// What it shall be.
    pub wanted: Wanted,
}

/// What a session shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Kind, role, timers and padding.
    pub spec: SessionSpec,
    /// The keys it authenticates with; `None`: no authentication.
    pub keys: Option<Arc<KeyChain>>,
    /// Held in AdminDown from the start.
    pub admin_down: bool,
}

/// Timers laid over those that a session's owner asked for; `None`: the owner's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TimerOverride {
    /// Desired Min TX Interval.
    pub desired_min_tx: Option<Interval>,
    /// Required Min RX Interval.
    pub required_min_rx: Option<Interval>,
    /// Detect Mult.
    pub detect_mult: Option<DetectMult>,
}

impl TimerOverride {
    /// Whether nothing is laid over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These timers, and where they say nothing, those of `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            desired_min_tx: self.desired_min_tx.or(below.desired_min_tx),
            required_min_rx: self.required_min_rx.or(below.required_min_rx),
            detect_mult: self.detect_mult.or(below.detect_mult),
        }
    }

    /// What becomes of `spec` under these timers.
    #[must_use]
    pub fn applied(self, spec: SessionSpec) -> SessionSpec {
        SessionSpec {
            desired_min_tx: self.desired_min_tx.unwrap_or(spec.desired_min_tx),
            required_min_rx: self.required_min_rx.unwrap_or(spec.required_min_rx),
            detect_mult: self.detect_mult.unwrap_or(spec.detect_mult),
            ..spec
        }
    }
}

/// What shall become of the timers laid over a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TimerChange {
    /// Take back what was laid over before.
    pub reset: bool,
    /// What is laid over then; where it says nothing, everything stays as it is.
    pub lay: TimerOverride,
}

impl Wanted {
    /// Whether both ask for the same, whatever the keys.
    fn is_like(&self, other: &Self) -> bool {
        (self.spec, self.admin_down) == (other.spec, other.admin_down)
    }
}

/// A wish as it is held: its owner's words, and what was laid over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Who asked.
    pub owner: Owner,
    /// What the owner asked for.
    pub base: Wanted,
    /// The administrative state somebody else than the owner set; `None`: the owner's.
    pub admin_override: Option<bool>,
    /// Timers that somebody laid over the owner's.
    pub timers: TimerOverride,
}

impl Wish {
    fn new(owner: Owner, base: Wanted) -> Self {
        Self {
            owner,
            base,
            admin_override: None,
            timers: TimerOverride::default(),
        }
    }

    /// This wish with what lay over the one it replaces. A session that is wanted as before goes on
    /// sharing its keys with the running one.
    fn after(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            self.timers = before.timers;
            let is_like = before.base.is_like(&self.base);
            self.admin_override = before.admin_override.filter(|_| is_like);
            if self.base.keys == before.base.keys {
                self.base.keys.clone_from(&before.base.keys);
            }
        }
        self
    }

    /// What the session shall be, all things considered.
    #[must_use]
    pub fn effective(&self) -> Wanted {
        Wanted {
            spec: self.timers.applied(self.base.spec),
            admin_down: self.admin_override.unwrap_or(self.base.admin_down),
            ..self.base.clone()
        }
    }

    /// Whether anything is laid over the owner's words.
    #[must_use]
    pub fn is_overridden(&self) -> bool {
        self.admin_override.is_some() || !self.timers.is_empty()
    }

    /// What is laid over the owner's words, with these; `None`: nothing is.
    pub(crate) fn overridden(&self) -> Option<Box<Overridden>> {
        let overridden = || Overridden {
            base: self.base.clone(),
            timers: self.timers,
        };
        self.is_overridden().then(|| Box::new(overridden()))
    }
}

/// The key is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("session {key} already belongs to {owner}")]
pub struct Conflict {
    /// The key asked for.
    pub key: SessionKey,
    /// Who holds it.
    pub owner: Owner,
}

/// All wishes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Intents {
    wishes: BTreeMap<SessionKey, Wish>,
}

impl Intents {
    /// Notes a new wish.
    ///
    /// # Errors
    /// The key is taken, by whichever owner.
    pub fn claim(&mut self, owner: Owner, intent: Intent) -> Result<(), Conflict> {
        if let Some(wish) = self.wishes.get(&intent.key) {
            return Err(Conflict {
                key: intent.key,
                owner: wish.owner,
            });
        }
        self.wishes
            .insert(intent.key, Wish::new(owner, intent.wanted));
        Ok(())
    }

    /// Forgets a wish, whoever's it is.
    pub fn release(&mut self, key: &SessionKey) -> Option<Wish> {
        self.wishes.remove(key)
    }

    /// Replaces all wishes of `owner`. Timers laid over a session stay as long as it does; its
    /// overridden administrative state stays only if the wish says the same as before, or has but
    /// other keys. Returns the intents whose key another owner holds or that came twice: they are
    /// left out.
    pub fn replace(&mut self, owner: Owner, intents: Vec<Intent>) -> Vec<Conflict> {
        let all = std::mem::take(&mut self.wishes).into_iter();
        let (before, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.partition(|(_, wish)| wish.owner == owner);
        let (mut wishes, mut conflicts) = (BTreeMap::new(), Vec::new());
        for Intent { key, wanted } in intents {
            match others.get(&key).or_else(|| wishes.get(&key)) {
                None => {
                    let wish = Wish::new(owner, wanted);
                    wishes.insert(key, wish.after(before.get(&key)));
                }
                Some(Wish { owner, .. }) => conflicts.push(Conflict { key, owner: *owner }),
            }
        }
        self.wishes = joined(others, wishes);
        conflicts
    }

    /// Sets the administrative state of a session on behalf of `by`: a new wish if `by` owns it,
    /// else an override. Returns the wish as it is now; `None`: there is none for this key.
    pub fn set_admin(&mut self, by: Owner, key: &SessionKey, admin_down: bool) -> Option<Wish> {
        let wish = self.wishes.get_mut(key)?;
        if wish.owner == by {
            wish.base.admin_down = admin_down;
        } else {
            wish.admin_override = Some(admin_down).filter(|down| *down != wish.base.admin_down);
        }
        Some(wish.clone())
    }

    /// Changes what is laid over the timers of a session, whoever owns it. Returns the wish as it
    /// is now; `None`: there is none for this key.
    pub fn set_timers(&mut self, key: &SessionKey, change: TimerChange) -> Option<Wish> {
        let wish = self.wishes.get_mut(key)?;
        let below = if change.reset {
            TimerOverride::default()
        } else {
            wish.timers
        };
        wish.timers = change.lay.over(below);
        Some(wish.clone())
    }

    /// The wish for this key.
    #[must_use]
    pub fn get(&self, key: &SessionKey) -> Option<&Wish> {
        self.wishes.get(key)
    }

    /// How many sessions of `owner` something is laid over.
    #[must_use]
    pub fn overridden(&self, owner: Owner) -> usize {
        let theirs = self.wishes.values().filter(|wish| wish.owner == owner);
        theirs.filter(|wish| wish.is_overridden()).count()
    }

    /// Every session that shall run, and how.
    #[must_use]
    pub fn wanted(&self) -> BTreeMap<SessionKey, Wanted> {
        self.wishes
            .iter()
            .map(|(key, wish)| (*key, wish.effective()))
            .collect()
    }
}

/// One map of both. Made at once, its nodes are full; filled key by key in ascending order, as a
/// file mostly is, they stay half empty.
pub(crate) fn joined<T>(
    one: BTreeMap<SessionKey, T>,
    other: impl IntoIterator<Item = (SessionKey, T)>,
) -> BTreeMap<SessionKey, T> {
    one.into_iter().chain(other).collect()
}

#[cfg(test)]
mod tests;
