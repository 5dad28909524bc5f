//! The destination of a route.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use bfd_program::config::quoted;
use ipnet::IpNet;

/// An IPv4 or IPv6 prefix without host bits, printed in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(IpNet);

/// A text that is no prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrefixError {
    /// Not `ADDRESS/LENGTH`.
    #[error("expected a prefix such as 192.0.2.1/32 or 2001:db8::/48, found {}", quoted(.0))]
    Form(String),
    /// An address alone.
    #[error("expected a prefix, found the address {given}; {host} is its host route")]
    NoLength {
        /// What was found.
        given: IpAddr,
        /// What was probably meant.
        host: IpNet,
    },
    /// Bits are set beyond the length.
    #[error("{given} has bits set beyond its length; the prefix is {prefix}")]
    HostBits {
        /// What was found.
        given: IpNet,
        /// The same without these bits.
        prefix: IpNet,
    },
}

impl Prefix {
    /// Whether the prefix is one of IPv4.
    #[must_use]
    pub const fn is_ipv4(&self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        if let Ok(given) = text.parse::<IpAddr>() {
            let host = IpNet::from(given);
            return Err(PrefixError::NoLength { given, host });
        }
        let given: IpNet = text.parse().map_err(|_| PrefixError::Form(text.into()))?;
        let prefix = given.trunc();
        if given == prefix {
            Ok(Self(prefix))
        } else {
            Err(PrefixError::HostBits { given, prefix })
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let prefix = text.parse::<Prefix>();
        prefix
            .map(|prefix| prefix.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn prefixes_are_printed_in_canonical_form() {
        assert_eq!(read("198.51.100.1/32").as_deref(), Ok("198.51.100.1/32"));
        assert_eq!(read("0.0.0.0/0").as_deref(), Ok("0.0.0.0/0"));
        assert_eq!(read("2001:DB8:0::/48").as_deref(), Ok("2001:db8::/48"));
    }

    #[test]
    fn the_fault_is_named_with_its_remedy() {
        assert_eq!(
            read("198.51.100.1").unwrap_err(),
            "expected a prefix, found the address 198.51.100.1; 198.51.100.1/32 is its host route"
        );
        assert_eq!(
            read("198.51.100.1/24").unwrap_err(),
            "198.51.100.1/24 has bits set beyond its length; the prefix is 198.51.100.0/24"
        );
        assert_eq!(
            read("1.2.3.4/32\nwithdraw route 0.0.0.0/0").unwrap_err(),
            "expected a prefix such as 192.0.2.1/32 or 2001:db8::/48, \
             found \"1.2.3.4/32\\nwithdraw route 0.0.0.0/0\""
        );
        for text in [
            "",
            "/",
            "1.2.3.4/33",
            "1.2.3/24",
            "2001:db8::/129",
            " 1.2.3.4/32",
            "1.2.3.4/32 ",
            "1.2.3.4/32\n",
            "1.2.3.4/32 next-hop 1.1.1.1",
            "host/32",
        ] {
            assert_eq!(
                text.parse::<Prefix>(),
                Err(PrefixError::Form(text.into())),
                "{text:?}"
            );
        }
    }
}
