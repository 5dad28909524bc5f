//! The Internet checksum (RFC 1071). Pure; any thread.

/// One's complement sum over parts of even length, except the last which may be odd.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Checksum(u64);

impl Checksum {
    /// Adds octets as big-endian words; an odd last octet is padded with zero.
    pub(super) fn add(mut self, octets: &[u8]) -> Self {
        let (words, rest) = octets.as_chunks::<4>();
        for word in words {
            self.0 += u64::from(u32::from_be_bytes(*word));
        }
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        self.0 += u64::from(u32::from_be_bytes(last));
        self
    }

    /// Adds one number of the pseudo header.
    pub(super) fn add_number(mut self, number: u32) -> Self {
        self.0 += u64::from(number);
        self
    }

    /// The complement of the folded sum, as it stands in a header.
    pub(super) fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum >> 16) + (sum & 0xffff);
        }
        !u16::try_from(sum).expect("folded to 16 bits")
    }
}
