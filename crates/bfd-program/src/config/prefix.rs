//! IP prefixes.

use std::fmt;
use std::net::IpAddr;

/// An address and how many of its bits count; the others are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix {
    address: IpAddr,
    len: u8,
}

impl Prefix {
    /// Reads `198.51.100.0/24`; `None` when it is no prefix or has bits behind its length.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, len) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let plain =
            len.bytes().all(|b| b.is_ascii_digit()) && (len == "0" || !len.starts_with('0'));
        let len: u8 = plain.then(|| len.parse().ok())??;
        let (bits, width) = match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32_u8),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let behind = width.checked_sub(len)?;
        (bits.trailing_zeros() >= u32::from(behind)).then_some(Self { address, len })
    }

    /// The address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits count.
    #[must_use]
    pub const fn len(&self) -> u8 {
        self.len
    }

    /// Whether no bit counts: the default route.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::Prefix;

    #[test]
    fn prefixes_are_read_and_written() {
        for text in [
            "198.51.100.1/32",
            "0.0.0.0/0",
            "10.0.0.0/8",
            "2001:db8::/32",
            "::/0",
            "::1/128",
        ] {
            assert_eq!(
                Prefix::parse(text)
                    .map(|prefix| prefix.to_string())
                    .as_deref(),
                Some(text)
            );
        }
        for text in [
            "10.0.0.1/8",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/08",
            "10.0.0.0/",
            "::1/64",
            "::/129",
            "x/8",
            "10.0.0.0/+8",
        ] {
            assert_eq!(Prefix::parse(text), None, "{text}");
        }
    }
}
