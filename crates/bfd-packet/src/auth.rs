//! The authentication section (RFC 5880 §4.2-4.4): layout only, no keys and no digests.

use crate::ParseError;

/// Auth Len of both MD5 types (RFC 5880 §4.3).
const MD5_LEN: usize = 24;
/// Auth Len of both SHA1 types (RFC 5880 §4.4).
const SHA1_LEN: usize = 28;
/// The longest simple password (RFC 5880 §4.2).
const PASSWORD_MAX: usize = 16;
/// The longest key of MD5, as long as its digest (RFC 5880 §6.7.3).
const MD5_KEY_MAX: usize = 16;
/// The longest key of SHA1, as long as its digest (RFC 5880 §6.7.4).
const SHA1_KEY_MAX: usize = 20;
/// Octets of the longest section.
pub const MAX_SECTION_LEN: usize = SHA1_LEN;

/// Authentication type (RFC 5880 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AuthType {
    /// 1: simple password.
    SimplePassword = 1,
    /// 2: keyed MD5.
    KeyedMd5 = 2,
    /// 3: meticulous keyed MD5.
    MeticulousKeyedMd5 = 3,
    /// 4: keyed SHA1.
    KeyedSha1 = 4,
    /// 5: meticulous keyed SHA1.
    MeticulousKeyedSha1 = 5,
}

impl AuthType {
    /// Every type, in the order of the codes.
    pub const ALL: [Self; 5] = [
        Self::SimplePassword,
        Self::KeyedMd5,
        Self::MeticulousKeyedMd5,
        Self::KeyedSha1,
        Self::MeticulousKeyedSha1,
    ];

    /// Stable name: word of the configuration, log field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SimplePassword => "simple_password",
            Self::KeyedMd5 => "keyed_md5",
            Self::MeticulousKeyedMd5 => "meticulous_keyed_md5",
            Self::KeyedSha1 => "keyed_sha1",
            Self::MeticulousKeyedSha1 => "meticulous_keyed_sha1",
        }
    }

    /// The type for a code; `None` for the reserved codes 0 and 6 to 255.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::SimplePassword,
            2 => Self::KeyedMd5,
            3 => Self::MeticulousKeyedMd5,
            4 => Self::KeyedSha1,
            5 => Self::MeticulousKeyedSha1,
            _ => return None,
        })
    }

    /// The code on the wire, 1 to 5.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Octets of the longest secret: the password, or the key of the digest.
    #[must_use]
    pub const fn secret_max(self) -> usize {
        match self {
            Self::SimplePassword => PASSWORD_MAX,
            Self::KeyedMd5 | Self::MeticulousKeyedMd5 => MD5_KEY_MAX,
            Self::KeyedSha1 | Self::MeticulousKeyedSha1 => SHA1_KEY_MAX,
        }
    }

    /// Whether the sequence number steps with every packet (RFC 5880 §6.7.3, §6.7.4).
    #[must_use]
    pub const fn is_meticulous(self) -> bool {
        matches!(self, Self::MeticulousKeyedMd5 | Self::MeticulousKeyedSha1)
    }
}

/// The octets of an authentication section: all between offset 24 and Length.
///
/// Kept unread until the session is known, because RFC 5880 §6.8.6 looks at them only in step 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthBytes<'a>(&'a [u8]);

impl<'a> AuthBytes<'a> {
    /// `octets` holds at least Auth Type and Auth Len: the caller checked Length ≥ 26.
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The section as octets, as received.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.0
    }

    /// Auth Type, read before anything else (RFC 5880 §6.7.2-6.7.4).
    ///
    /// # Errors
    /// [`ParseError::AuthType`] for a reserved type.
    pub fn kind(&self) -> Result<AuthType, ParseError> {
        let code = self.0.first().ok_or(ParseError::AuthLength)?;
        AuthType::from_code(*code).ok_or(ParseError::AuthType)
    }

    /// Auth Key ID, which has the same place in every type.
    ///
    /// # Errors
    /// [`ParseError::AuthLength`] when Length ends before it.
    pub fn key_id(&self) -> Result<u8, ParseError> {
        self.0.get(2).copied().ok_or(ParseError::AuthLength)
    }

    /// Reads the section.
    ///
    /// # Errors
    /// [`ParseError::AuthType`] for a reserved type, [`ParseError::AuthLength`] when Auth Len does
    /// not fit the type or runs past Length. Octets behind the section but inside Length are
    /// accepted: no rule of RFC 5880 discards them.
    pub fn section(&self) -> Result<AuthSection<'a>, ParseError> {
        let kind = self.kind()?;
        let len = *self.0.get(1).ok_or(ParseError::AuthLength)?;
        let section = self
            .0
            .get(..usize::from(len))
            .ok_or(ParseError::AuthLength)?;
        match kind {
            AuthType::SimplePassword => simple_password(section),
            AuthType::KeyedMd5 | AuthType::MeticulousKeyedMd5 => digest(kind, section, MD5_LEN),
            AuthType::KeyedSha1 | AuthType::MeticulousKeyedSha1 => digest(kind, section, SHA1_LEN),
        }
    }
}

/// A well-formed authentication section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthSection<'a> {
    /// Type 1 (RFC 5880 §4.2).
    SimplePassword {
        /// Which password this is.
        key_id: u8,
        /// The password, 1 to 16 octets.
        password: &'a [u8],
    },
    /// Types 2 to 5 (RFC 5880 §4.3, §4.4).
    Digest(Digest<'a>),
}

impl AuthSection<'_> {
    /// Writes the section to the front of `out` and returns it, to be set in a packet.
    ///
    /// # Panics
    /// When password or digest is longer than its type allows.
    #[must_use]
    pub fn write<'b>(&self, out: &'b mut [u8; MAX_SECTION_LEN]) -> AuthBytes<'b> {
        let (kind, key_id, head, tail) = match self {
            Self::SimplePassword { key_id, password } => {
                (AuthType::SimplePassword, key_id, 3, *password)
            }
            Self::Digest(digest) => (digest.kind, &digest.key_id, 8, digest.digest),
        };
        let len = head + tail.len();
        out[head..len].copy_from_slice(tail);
        out[0] = kind.code();
        out[1] = u8::try_from(len).unwrap_or(u8::MAX);
        out[2] = *key_id;
        if let Self::Digest(digest) = self {
            out[3] = 0;
            out[4..8].copy_from_slice(&digest.sequence.to_be_bytes());
        }
        AuthBytes(&out[..len])
    }
}

/// The section of a keyed digest type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest<'a> {
    /// Which of the four digest types.
    pub kind: AuthType,
    /// Which key made the digest.
    pub key_id: u8,
    /// The sequence number.
    pub sequence: u32,
    /// The digest: 16 octets for MD5, 20 for SHA1.
    pub digest: &'a [u8],
}

fn simple_password(section: &[u8]) -> Result<AuthSection<'_>, ParseError> {
    match section {
        [_, _, key_id, password @ ..] if (1..=PASSWORD_MAX).contains(&password.len()) => {
            Ok(AuthSection::SimplePassword {
                key_id: *key_id,
                password,
            })
        }
        _ => Err(ParseError::AuthLength),
    }
}

fn digest(kind: AuthType, section: &[u8], len: usize) -> Result<AuthSection<'_>, ParseError> {
    if section.len() != len {
        return Err(ParseError::AuthLength);
    }
    // The Reserved octet behind Key ID is ignored on receipt (RFC 5880 §4.3).
    let [_, _, key_id, _, a, b, c, d, digest @ ..] = section else {
        return Err(ParseError::AuthLength);
    };
    let sequence = u32::from_be_bytes([*a, *b, *c, *d]);
    Ok(AuthSection::Digest(Digest {
        kind,
        key_id: *key_id,
        sequence,
        digest,
    }))
}
