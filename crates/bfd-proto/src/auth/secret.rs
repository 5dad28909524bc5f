//! A secret: octets that are compared in constant time, never shown, and wiped when dropped.

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password, or the key of a digest: 1 to 20 octets of any value.
///
/// It has neither `Display` nor a serialised form, and its `Debug` shows nothing of it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret {
    /// Padded with zeros, as a digest wants it (RFC 5880 §6.7.3, §6.7.4).
    padded: [u8; Self::MAX],
    len: u8,
}

impl Secret {
    /// Octets of the longest secret of any type.
    pub const MAX: usize = 20;

    /// The secret made of these octets; `None` unless there are 1 to 20.
    #[must_use]
    pub fn new(octets: &[u8]) -> Option<Self> {
        if octets.is_empty() || octets.len() > Self::MAX {
            return None;
        }
        let mut padded = [0; Self::MAX];
        padded[..octets.len()].copy_from_slice(octets);
        let len = u8::try_from(octets.len()).ok()?;
        Some(Self { padded, len })
    }

    /// How many octets it has.
    #[expect(clippy::len_without_is_empty, reason = "a secret is never empty")]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.padded[..self.len()]
    }

    /// Padded with zeros to `len`, at most [`Secret::MAX`].
    pub(crate) fn padded(&self, len: usize) -> &[u8] {
        &self.padded[..len]
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let same = self.padded.ct_eq(&other.padded) & self.len.ct_eq(&other.len);
        same.into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
