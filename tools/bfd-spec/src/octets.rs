//! Octets written as hexadecimal digits, grouped by blanks at will.

use serde::{Deserialize, Deserializer, de};

/// Octets of a packet, key or digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Octets(pub Vec<u8>);

impl Octets {
    /// Reads hexadecimal digits; `None` when a character is no digit or one digit is left over.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<Vec<u8>>>()?;
        let (pairs, rest) = digits.as_chunks::<2>();
        let octets = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        rest.is_empty().then_some(Self(octets))
    }
}

impl std::ops::Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| de::Error::custom(format!("not hexadecimal: {text}")))
    }
}
