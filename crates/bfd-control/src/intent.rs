//! Who wants which session.
//!
//! Purpose: hold every wish with its one owner, refuse a second owner of a key, and lay live
//! changes over wishes without losing the wish below. Owner: the steward. Thread: its own. It must
//! never know whether a session runs: that is the plan's business.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bfd_proto::SessionSpec;

use crate::key::SessionKey;
use crate::keychain::KeyChain;

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
}

impl Wish {
    /// What the session shall be, all things considered.
    #[must_use]
    pub fn effective(&self) -> Wanted {
        let admin_down = self.admin_override.unwrap_or(self.base.admin_down);
        Wanted {
            admin_down,
            ..self.base.clone()
        }
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
        let wish = Wish {
            owner,
            base: intent.wanted,
            admin_override: None,
        };
        self.wishes.insert(intent.key, wish);
        Ok(())
    }

    /// Forgets a wish, whoever's it is.
    pub fn release(&mut self, key: &SessionKey) -> Option<Wish> {
        self.wishes.remove(key)
    }

    /// Replaces all wishes of `owner`. A wish that says the same as before, or has but other keys,
    /// keeps what was laid over it; one that says something else loses it. Returns the intents whose key another owner holds
    /// or that came twice: they are left out.
    pub fn replace(&mut self, owner: Owner, intents: Vec<Intent>) -> Vec<Conflict> {
        let theirs = |wish: &Wish| wish.owner == owner;
        let mut before = BTreeMap::new();
        self.wishes.retain(|key, wish| {
            if theirs(wish) {
                before.insert(key.clone(), wish.clone());
            }
            !theirs(wish)
        });
        let mut conflicts = Vec::new();
        for intent in intents {
            let kept = before
                .get(&intent.key)
                .filter(|wish| wish.base.is_like(&intent.wanted));
            let admin_override = kept.and_then(|wish| wish.admin_override);
            let key = intent.key.clone();
            match self.claim(owner, intent) {
                Ok(()) => self.set_override(&key, admin_override),
                Err(conflict) => conflicts.push(conflict),
            }
        }
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

    /// The wish for this key.
    #[must_use]
    pub fn get(&self, key: &SessionKey) -> Option<&Wish> {
        self.wishes.get(key)
    }

    /// Every session that shall run, and how.
    #[must_use]
    pub fn wanted(&self) -> BTreeMap<SessionKey, Wanted> {
        self.wishes
            .iter()
            .map(|(key, wish)| (key.clone(), wish.effective()))
            .collect()
    }

    fn set_override(&mut self, key: &SessionKey, admin_override: Option<bool>) {
        if let Some(wish) = self.wishes.get_mut(key) {
            wish.admin_override = admin_override;
        }
    }
}

#[cfg(test)]
mod tests;
