//! The name of a network interface.

use std::fmt;
use std::str::FromStr;

/// Octets of the longest name: `IFNAMSIZ` without the zero at its end.
const LONGEST: usize = 15;

/// A name the kernel may know an interface by: 1 to 15 octets.
///
/// Held in place, because every session has a key with room for one. The order is that of the text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InterfaceName {
    /// The text, then zeros.
    octets: [u8; LONGEST],
}

/// The text cannot be the name of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an interface name of 1 to 15 octets without blanks, slash or colon")]
pub struct BadInterfaceName;

impl InterfaceName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.octets.iter().position(|octet| *octet == 0);
        let text = &self.octets[..end.unwrap_or(LONGEST)];
        // It was made of text.
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl FromStr for InterfaceName {
    type Err = BadInterfaceName;

    /// By the kernel's rule for device names.
    fn from_str(text: &str) -> Result<Self, BadInterfaceName> {
        let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | ':');
        if text.is_empty() || matches!(text, "." | "..") || text.contains(bad) {
            return Err(BadInterfaceName);
        }
        let mut octets = [0; LONGEST];
        let room = octets.get_mut(..text.len()).ok_or(BadInterfaceName)?;
        room.copy_from_slice(text.as_bytes());
        Ok(Self { octets })
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> InterfaceName {
        text.parse().expect("a name")
    }

    #[test]
    fn what_was_read_is_shown() {
        for text in ["a", "eth0.100", "fifteen-octets-", "wg-\u{fc}"] {
            assert_eq!(name(text).as_str(), text);
            assert_eq!(
                (format!("{}", name(text)), format!("{:?}", name(text))),
                (text.to_owned(), format!("{text:?}"))
            );
        }
    }

    #[test]
    fn what_the_kernel_would_refuse_is_no_name() {
        let bad = [
            "",
            ".",
            "..",
            "sixteen-octets-x",
            "a b",
            "a/b",
            "a:b",
            "a\0",
            "a\n",
        ];
        for text in bad {
            assert_eq!(
                text.parse::<InterfaceName>(),
                Err(BadInterfaceName),
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_order_is_that_of_the_text() {
        let mut names = ["eth10", "eth1", "br0", "eth1.5", "eth"].map(name);
        names.sort_unstable();
        let shown = names.map(|name| name.to_string());
        assert_eq!(shown, ["br0", "eth", "eth1", "eth1.5", "eth10"]);
    }
}
