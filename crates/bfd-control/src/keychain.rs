//! Key chains: several keys of one type, each with the times in which it is sent and accepted.
//!
//! Purpose: to say which keys count at a moment of the wall clock, so that the protocol need not
//! know one. Owner: whoever wished for the session; shared, never changed. Thread: any. It must
//! never leave a session without a key: when all have run out, the last one goes on
//! (as RFC 2328 appendix D.3 asks of OSPF), and when none has begun, the first one counts.

use std::sync::Arc;
use std::time::SystemTime;

use bfd_proto::{AuthError, AuthType, Authentication, Key};

/// From when until when a key counts; the end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Lifetime {
    /// `None`: since ever.
    pub from: Option<SystemTime>,
    /// `None`: for ever.
    pub until: Option<SystemTime>,
}

impl Lifetime {
    /// Whether it never holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }

    fn holds(&self, at: SystemTime) -> bool {
        self.from.is_none_or(|from| from <= at) && !self.is_over(at)
    }

    fn is_over(&self, at: SystemTime) -> bool {
        self.until.is_some_and(|until| until <= at)
    }
}

/// A key and when it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedKey {
    /// The key.
    pub key: Arc<Key>,
    /// When packets leave with it.
    pub send: Lifetime,
    /// When packets may come with it.
    pub accept: Lifetime,
}

/// Keys of one type. Chains are equal when they have the same name, type and keys, secrets included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChain {
    name: String,
    /// All keys at once.
    all: Authentication,
    keys: Box<[TimedKey]>,
}

/// Why keys do not make a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyChainError {
    /// There is no key.
    #[error("a chain needs at least one key")]
    Empty,
    /// The type and the keys do not go together.
    #[error(transparent)]
    Keys(#[from] AuthError),
}

/// What counts at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// What sessions do.
    pub authentication: Arc<Authentication>,
    /// When something else counts; `None`: never.
    pub until: Option<SystemTime>,
    /// No key is to be sent now: the one that is stands in.
    pub stand_in: bool,
}

impl KeyChain {
    /// A chain; `name` is what messages call it. Of keys that may be sent at the same time the one
    /// that began last is, and of those the last in `keys`.
    ///
    /// # Errors
    /// See [`KeyChainError`].
    pub fn new(
        name: impl Into<String>,
        kind: AuthType,
        keys: Vec<TimedKey>,
    ) -> Result<Self, KeyChainError> {
        let first = keys.first().ok_or(KeyChainError::Empty)?;
        // All at once must be legal, so that any selection of them is.
        let every = keys.iter().map(|timed| Arc::clone(&timed.key));
        let all = Authentication::new(kind, Arc::clone(&first.key), every)?;
        Ok(Self {
            name: name.into(),
            all,
            keys: keys.into(),
        })
    }

    /// One key that always counts.
    ///
    /// # Errors
    /// See [`KeyChainError`].
    pub fn single(kind: AuthType, key: Key) -> Result<Self, KeyChainError> {
        let timed = TimedKey {
            key: Arc::new(key),
            send: Lifetime::default(),
            accept: Lifetime::default(),
        };
        Self::new("", kind, vec![timed])
    }

    /// What messages call it; empty for the one key of one session.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `bfd.AuthType`.
    #[must_use]
    pub const fn kind(&self) -> AuthType {
        self.all.kind()
    }

    /// The keys, in the order given.
    #[must_use]
    pub fn keys(&self) -> &[TimedKey] {
        &self.keys
    }

    /// What counts at `now`.
    #[must_use]
    pub fn at(&self, now: SystemTime) -> InUse {
        let (send, stand_in) = self.sent(now);
        let mut accepted: Vec<u8> = self
            .keys
            .iter()
            .filter(|timed| timed.accept.holds(now))
            .map(|timed| timed.key.id)
            .collect();
        if accepted.is_empty() {
            accepted.extend(self.closest(now, |timed| timed.accept));
        }
        let authentication = self.all.narrowed(send, |id| accepted.contains(&id));
        InUse {
            authentication: Arc::new(authentication),
            until: self.next_change(now),
            stand_in,
        }
    }

    /// The key to send with, and whether it merely stands in.
    fn sent(&self, now: SystemTime) -> (u8, bool) {
        let valid = self.keys.iter().filter(|timed| timed.send.holds(now));
        // Of equal ones `max_by_key` takes the last.
        match valid.max_by_key(|timed| timed.send.from) {
            Some(timed) => (timed.key.id, false),
            None => {
                let closest = self.closest(now, |timed| timed.send);
                (closest.unwrap_or(self.all.send_key_id()), true)
            }
        }
    }

    /// The key that ran out last; else, when none has begun, the one that begins first.
    fn closest(&self, now: SystemTime, lifetime: impl Fn(&TimedKey) -> Lifetime) -> Option<u8> {
        let over = self
            .keys
            .iter()
            .filter(|timed| lifetime(timed).is_over(now));
        let closest = over
            .max_by_key(|timed| lifetime(timed).until)
            .or_else(|| self.keys.iter().min_by_key(|timed| lifetime(timed).from));
        closest.map(|timed| timed.key.id)
    }

    /// The next moment after `now` at which a lifetime begins or ends.
    fn next_change(&self, now: SystemTime) -> Option<SystemTime> {
        let lifetimes = self
            .keys
            .iter()
            .flat_map(|timed| [timed.send, timed.accept]);
        lifetimes
            .flat_map(|lifetime| [lifetime.from, lifetime.until])
            .flatten()
            .filter(|moment| *moment > now)
            .min()
    }
}

#[cfg(test)]
mod tests;
