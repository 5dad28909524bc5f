//! Authentication as values: keys, what is sent and accepted with them, digests, sequence windows
//! (RFC 5880 §6.7).
//!
//! Purpose: to say whether a packet is the peer's, and to make ours say so. Owner: whoever made the
//! [`Authentication`]; sessions share it and never change it. Thread: any. It must never know what
//! time it is: which keys are valid now is for the maker to say.

mod digest;
mod secret;
pub(crate) mod window;

use std::fmt;
use std::sync::Arc;

use bfd_packet::AuthType;

pub(crate) use digest::{DIGEST_AT, SHA1_DIGEST, digest, is_same};
pub use secret::Secret;

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Auth Key ID, 0 to 255.
    pub id: u8,
    /// What only we and the peer know.
    pub secret: Secret,
}

/// How a session authenticates: one type, the key it sends with, the keys it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    kind: AuthType,
    send: Arc<Key>,
    accept: Box<[Arc<Key>]>,
}

/// Why keys do not make an [`Authentication`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// The secret of this key is longer than the type allows.
    SecretTooLong {
        /// The key.
        id: u8,
        /// Octets of the longest secret.
        max: usize,
    },
    /// Two different keys to be accepted have this id.
    DuplicateId(u8),
}

impl Authentication {
    /// Authentication of this type. An empty `accept` refuses every packet.
    ///
    /// # Errors
    /// See [`AuthError`].
    pub fn new(
        kind: AuthType,
        send: Arc<Key>,
        accept: impl IntoIterator<Item = Arc<Key>>,
    ) -> Result<Self, AuthError> {
        let accept: Box<[Arc<Key>]> = accept.into_iter().collect();
        let (mut known, max) = ([false; 256], kind.secret_max());
        for key in accept.iter().chain([&send]) {
            if key.secret.len() > max {
                return Err(AuthError::SecretTooLong { id: key.id, max });
            }
        }
        for key in &accept {
            if std::mem::replace(&mut known[usize::from(key.id)], true) {
                return Err(AuthError::DuplicateId(key.id));
            }
        }
        Ok(Self { kind, send, accept })
    }

    /// The same with fewer keys: those accepted for whose id `accepts` holds, sending the one with
    /// the id `send`; an id that is none of them leaves the sending key as it is.
    #[must_use]
    pub fn narrowed(&self, send: u8, accepts: impl Fn(u8) -> bool) -> Self {
        let named = self.accept.iter().find(|key| key.id == send);
        let accept = self.accept.iter().filter(|key| accepts(key.id));
        Self {
            kind: self.kind,
            send: Arc::clone(named.unwrap_or(&self.send)),
            accept: accept.cloned().collect(),
        }
    }

    /// `bfd.AuthType`.
    #[must_use]
    pub const fn kind(&self) -> AuthType {
        self.kind
    }

    /// The id of the key that packets leave with.
    #[must_use]
    pub fn send_key_id(&self) -> u8 {
        self.send.id
    }

    /// The ids of the keys that packets may come with.
    pub fn accepted_key_ids(&self) -> impl Iterator<Item = u8> {
        self.accept.iter().map(|key| key.id)
    }

    pub(crate) fn send_key(&self) -> &Key {
        &self.send
    }

    pub(crate) fn accepted(&self, id: u8) -> Option<&Key> {
        self.accept.iter().find(|key| key.id == id).map(Arc::as_ref)
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretTooLong { id, max } => {
                write!(f, "the secret of key {id} is longer than {max} octets")
            }
            Self::DuplicateId(id) => write!(f, "two keys have the id {id}"),
        }
    }
}

impl std::error::Error for AuthError {}

#[cfg(test)]
mod tests;
