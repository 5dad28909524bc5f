//! The path attributes of a route, and how ExaBGP spells them.
//!
//! All are numbers or known words, so that no text of the operator reaches a command line.

use std::fmt;
use std::str::FromStr;

use bfd_program::config::quoted;

/// Well-known communities that ExaBGP 4.2 and 5.0 know by name.
const NAMES: [&str; 5] = [
    "no-export",
    "no-advertise",
    "no-export-subconfed",
    "nopeer",
    "blackhole",
];

/// What a route carries besides its next hop; what is absent is left to ExaBGP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// MULTI_EXIT_DISC (RFC 4271 §5.1.4).
    pub med: Option<u32>,
    /// LOCAL_PREF (RFC 4271 §5.1.5); ExaBGP sends it to internal peers only.
    pub local_preference: Option<u32>,
    /// AS_PATH as it is sent, our own AS first (RFC 4271 §5.1.2); empty: our own AS to external peers.
    pub as_path: Vec<u32>,
    /// COMMUNITIES (RFC 1997).
    pub communities: Vec<Community>,
    /// LARGE_COMMUNITY (RFC 8092).
    pub large_communities: Vec<LargeCommunity>,
}

/// A community: `AS:VALUE`, each up to 65535, or the name of a well-known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Community {
    /// `AS:VALUE`.
    Number(u16, u16),
    /// One of the well-known names.
    Named(&'static str),
}

/// A large community: `AS:DATA:DATA`, each up to 4294967295.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LargeCommunity(u32, u32, u32);

/// A text that is no community.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommunityError {
    /// Neither two numbers nor a known name.
    #[error(
        "expected a community such as 65000:1, each part at most 65535, or {}, found {}",
        NAMES.join(", "), quoted(.0)
    )]
    Community(String),
    /// Not three numbers.
    #[error(
        "expected a large community such as 4200000000:1:2, each part at most 4294967295, found {}",
        quoted(.0)
    )]
    Large(String),
}

impl FromStr for Community {
    type Err = CommunityError;

    fn from_str(text: &str) -> Result<Self, CommunityError> {
        if let Some(name) = NAMES.into_iter().find(|name| *name == text) {
            return Ok(Self::Named(name));
        }
        let read = text.split_once(':').and_then(|(left, right)| {
            let number = |part| number(part, u16::MAX.into())?.try_into().ok();
            Some(Self::Number(number(left)?, number(right)?))
        });
        read.ok_or_else(|| CommunityError::Community(text.into()))
    }
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(left, right) => write!(f, "{left}:{right}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl FromStr for LargeCommunity {
    type Err = CommunityError;

    fn from_str(text: &str) -> Result<Self, CommunityError> {
        let mut parts = text.split(':').map(|part| number(part, u32::MAX));
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(a)), Some(Some(b)), Some(Some(c)), None) => Ok(Self(a, b, c)),
            _ => Err(CommunityError::Large(text.into())),
        }
    }
}

impl fmt::Display for LargeCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.0, self.1, self.2)
    }
}

/// As the end of a command: each attribute with a blank before it.
impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(med) = self.med {
            write!(f, " med {med}")?;
        }
        if let Some(preference) = self.local_preference {
            write!(f, " local-preference {preference}")?;
        }
        list(f, "as-path", &self.as_path)?;
        list(f, "community", &self.communities)?;
        list(f, "large-community", &self.large_communities)
    }
}

fn list(f: &mut fmt::Formatter<'_>, name: &str, items: &[impl fmt::Display]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    write!(f, " {name} [")?;
    for item in items {
        write!(f, " {item}")?;
    }
    f.write_str(" ]")
}

/// Decimal digits only, no sign.
fn number(text: &str, max: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let number = digits.then(|| text.parse::<u32>().ok())??;
    (number <= max).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn communities_are_numbers_or_known_names() {
        for text in [
            "65000:1",
            "0:0",
            "65535:65535",
            "no-export",
            "nopeer",
            "blackhole",
        ] {
            assert_eq!(
                text.parse::<Community>().map(|read| read.to_string()),
                Ok(text.into())
            );
        }
        for text in [
            "",
            ":",
            "1",
            "65536:1",
            "1:65536",
            "1:2:3",
            "+1:2",
            "1: 2",
            "1:2\n",
            "no-exports",
            "no-export ]",
        ] {
            let refused = Err(CommunityError::Community(text.into()));
            assert_eq!(text.parse::<Community>(), refused, "{text:?}");
        }
    }

    #[test]
    fn large_communities_are_three_numbers() {
        for text in ["65000:1:2", "4294967295:0:4294967295"] {
            assert_eq!(
                text.parse::<LargeCommunity>().map(|read| read.to_string()),
                Ok(text.into())
            );
        }
        for text in [
            "",
            "::",
            "1:2",
            "1:2:3:4",
            "1:2:x",
            "4294967296:1:1",
            "1:2:3\n",
        ] {
            let refused = Err(CommunityError::Large(text.into()));
            assert_eq!(text.parse::<LargeCommunity>(), refused, "{text:?}");
        }
    }

    #[test]
    fn attributes_are_spelt_as_exabgp_reads_them() {
        assert_eq!(Attributes::default().to_string(), "");
        let all = Attributes {
            med: Some(100),
            local_preference: Some(200),
            as_path: vec![65002, 65002],
            communities: vec![Community::Number(65000, 1), Community::Named("no-export")],
            large_communities: vec![LargeCommunity(65000, 1, 2)],
        };
        assert_eq!(
            all.to_string(),
            " med 100 local-preference 200 as-path [ 65002 65002 ] \
             community [ 65000:1 no-export ] large-community [ 65000:1:2 ]"
        );
    }
}
