//! Why a received packet was not used.

use bfd_packet::ParseError;

/// The rule a discarded packet broke. The same value is the metric's label, the log's field and
/// what `explain` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Discard {
    /// The payload ends before the mandatory section does (RFC 5880 §4.1).
    Truncated,
    /// The version is not 1 (RFC 5880 §6.8.6 step 1).
    Version,
    /// Length is too small (RFC 5880 §6.8.6 step 2).
    LengthTooShort,
    /// Length exceeds the payload (RFC 5880 §6.8.6 step 3).
    LengthExceedsPayload,
    /// Detect Mult is zero (RFC 5880 §6.8.6 step 4).
    ZeroDetectMult,
    /// The Multipoint bit is set (RFC 5880 §6.8.6 step 5).
    Multipoint,
    /// My Discriminator is zero (RFC 5880 §6.8.6 step 6).
    ZeroMyDiscriminator,
    /// Your Discriminator names no session here (RFC 5880 §6.8.6 step 7).
    UnknownDiscriminator,
    /// Your Discriminator is zero in state Init or Up (RFC 5880 §6.8.6 step 8).
    ZeroYourDiscriminator,
    /// Your Discriminator is zero and no session has this peer (RFC 5880 §6.8.6 step 9).
    UnknownPeer,
    /// The peer is known, but not on this UDP port (RFC 5881 §4, RFC 5883 §5).
    WrongPort,
    /// The peer is known, but not on this interface (RFC 5881 §3).
    WrongInterface,
    /// TTL or Hop Limit is below what the session accepts (RFC 5881 §5, RFC 5883 §5).
    Ttl,
    /// The kernel gave no TTL, interface or destination for the packet.
    MissingMetadata,
    /// More first packets than one source may send (RFC 5880 §6.8.6 step 9 under flood).
    RateLimited,
    /// The A bit is set, the session uses no authentication (RFC 5880 §6.8.6 step 10).
    AuthUnexpected,
    /// The A bit is clear, the session uses authentication (RFC 5880 §6.8.6 step 11).
    AuthMissing,
    /// The authentication type is not the session's, or none at all (RFC 5880 §6.7.2-6.7.4).
    AuthType,
    /// The session has no key with this id to accept now (RFC 5880 §6.7.2-6.7.4).
    AuthKeyId,
    /// The authentication section does not fit its type, its key or the packet
    /// (RFC 5880 §4.2-4.4).
    AuthLength,
    /// The sequence number lies outside of the window: a repeated packet, or one of a peer that
    /// began anew (RFC 5880 §6.7.3, §6.7.4).
    AuthSequence,
    /// The password, or the digest, is not what the key makes (RFC 5880 §6.7.2-6.7.4).
    AuthDigest,
    /// The session is held in AdminDown (RFC 5880 §6.8.6 step 21).
    AdminDown,
}

impl Discard {
    /// Every reason, in the order of [`Discard::index`].
    pub const ALL: [Self; 23] = [
        Self::Truncated,
        Self::Version,
        Self::LengthTooShort,
        Self::LengthExceedsPayload,
        Self::ZeroDetectMult,
        Self::Multipoint,
        Self::ZeroMyDiscriminator,
        Self::UnknownDiscriminator,
        Self::ZeroYourDiscriminator,
        Self::UnknownPeer,
        Self::WrongPort,
        Self::WrongInterface,
        Self::Ttl,
        Self::MissingMetadata,
        Self::RateLimited,
        Self::AuthUnexpected,
        Self::AuthMissing,
        Self::AuthType,
        Self::AuthKeyId,
        Self::AuthLength,
        Self::AuthSequence,
        Self::AuthDigest,
        Self::AdminDown,
    ];

    /// How many reasons there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Position in [`Discard::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Stable name: metric label, log field, API value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Version => "version",
            Self::LengthTooShort => "length_too_short",
            Self::LengthExceedsPayload => "length_exceeds_payload",
            Self::ZeroDetectMult => "zero_detect_mult",
            Self::Multipoint => "multipoint",
            Self::ZeroMyDiscriminator => "zero_my_discriminator",
            Self::UnknownDiscriminator => "unknown_discriminator",
            Self::ZeroYourDiscriminator => "zero_your_discriminator",
            Self::UnknownPeer => "unknown_peer",
            Self::WrongPort => "wrong_port",
            Self::WrongInterface => "wrong_interface",
            Self::Ttl => "ttl",
            Self::MissingMetadata => "missing_metadata",
            Self::RateLimited => "rate_limited",
            Self::AuthUnexpected => "auth_unexpected",
            Self::AuthMissing => "auth_missing",
            Self::AuthType => "auth_type",
            Self::AuthKeyId => "auth_key_id",
            Self::AuthLength => "auth_length",
            Self::AuthSequence => "auth_sequence",
            Self::AuthDigest => "auth_digest",
            Self::AdminDown => "admin_down",
        }
    }

    /// Whether the packet failed authentication rather than another rule.
    #[must_use]
    pub const fn is_auth(self) -> bool {
        matches!(
            self,
            Self::AuthUnexpected
                | Self::AuthMissing
                | Self::AuthType
                | Self::AuthKeyId
                | Self::AuthLength
                | Self::AuthSequence
                | Self::AuthDigest
        )
    }
}

impl From<ParseError> for Discard {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Version => Self::Version,
            ParseError::LengthTooShort => Self::LengthTooShort,
            ParseError::LengthExceedsPayload => Self::LengthExceedsPayload,
            ParseError::ZeroDetectMult => Self::ZeroDetectMult,
            ParseError::Multipoint => Self::Multipoint,
            ParseError::ZeroMyDiscriminator => Self::ZeroMyDiscriminator,
            ParseError::ZeroYourDiscriminator => Self::ZeroYourDiscriminator,
            ParseError::AuthType => Self::AuthType,
            ParseError::AuthLength => Self::AuthLength,
            ParseError::Truncated => Self::Truncated,
        }
    }
}

const _: () = {
    let mut at = 0;
    while at < Discard::COUNT {
        assert!(Discard::ALL[at].index() == at);
        at += 1;
    }
};
