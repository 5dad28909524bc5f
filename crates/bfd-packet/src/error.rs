//! Why octets are not a packet.

use core::fmt;

/// A structural rule that the octets break, in the order in which RFC 5880 §6.8.6 checks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParseError {
    /// The payload ends before its Length octet, or before the version (RFC 5880 §6.8.6 step 3).
    Truncated,
    /// The version is not 1 (RFC 5880 §6.8.6 step 1).
    Version,
    /// Length is below 24, or below 26 with the A bit (RFC 5880 §6.8.6 step 2).
    LengthTooShort,
    /// Length is above what the encapsulation delivered (RFC 5880 §6.8.6 step 3).
    LengthExceedsPayload,
    /// Detect Mult is zero (RFC 5880 §6.8.6 step 4).
    ZeroDetectMult,
    /// The Multipoint bit is set (RFC 5880 §6.8.6 step 5).
    Multipoint,
    /// My Discriminator is zero (RFC 5880 §6.8.6 step 6).
    ZeroMyDiscriminator,
    /// Your Discriminator is zero, yet the state is Init or Up (RFC 5880 §6.8.6 step 8).
    ZeroYourDiscriminator,
    /// Auth Type is 0 or above 5 (RFC 5880 §4.1).
    AuthType,
    /// Auth Len does not fit its type, or reaches past Length (RFC 5880 §4.2-4.4).
    AuthLength,
}

impl ParseError {
    /// All rules, in the order of their checks.
    pub const ALL: [Self; 10] = [
        Self::Truncated,
        Self::Version,
        Self::LengthTooShort,
        Self::LengthExceedsPayload,
        Self::ZeroDetectMult,
        Self::Multipoint,
        Self::ZeroMyDiscriminator,
        Self::ZeroYourDiscriminator,
        Self::AuthType,
        Self::AuthLength,
    ];
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "payload ends before its Length octet",
            Self::Version => "version is not 1",
            Self::LengthTooShort => "Length is too short for the mandatory section",
            Self::LengthExceedsPayload => "Length exceeds the payload",
            Self::ZeroDetectMult => "Detect Mult is zero",
            Self::Multipoint => "the Multipoint bit is set",
            Self::ZeroMyDiscriminator => "My Discriminator is zero",
            Self::ZeroYourDiscriminator => "Your Discriminator is zero in state Init or Up",
            Self::AuthType => "Auth Type is not one of 1 to 5",
            Self::AuthLength => "Auth Len does not fit its type or the packet",
        })
    }
}

impl core::error::Error for ParseError {}
