//! Words filled and read octet by octet.

use std::time::Duration;

const WORD: usize = size_of::<u64>();

/// Fills words in order; what is not written stays zero.
pub(super) struct Writer<const N: usize> {
    octets: [[u8; WORD]; N],
    at: usize,
}

impl<const N: usize> Default for Writer<N> {
    fn default() -> Self {
        Self {
            octets: [[0; WORD]; N],
            at: 0,
        }
    }
}

impl<const N: usize> Writer<N> {
    pub(super) fn put<const LEN: usize>(&mut self, octets: [u8; LEN]) {
        self.octets.as_flattened_mut()[self.at..self.at + LEN].copy_from_slice(&octets);
        self.at += LEN;
    }

    pub(super) fn half(&mut self, half: u32) {
        self.put(half.to_le_bytes());
    }

    pub(super) fn word(&mut self, word: u64) {
        self.put(word.to_le_bytes());
    }

    pub(super) fn words(&self) -> [u64; N] {
        self.octets.map(u64::from_le_bytes)
    }
}

/// Reads words in the same order.
pub(super) struct Reader<const N: usize> {
    octets: [[u8; WORD]; N],
    at: usize,
}

impl<const N: usize> Reader<N> {
    pub(super) fn new(words: &[u64; N]) -> Self {
        Self {
            octets: words.map(u64::to_le_bytes),
            at: 0,
        }
    }

    pub(super) fn take<const LEN: usize>(&mut self) -> [u8; LEN] {
        let mut taken = [0; LEN];
        taken.copy_from_slice(&self.octets.as_flattened()[self.at..self.at + LEN]);
        self.at += LEN;
        taken
    }

    pub(super) fn half(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(super) fn word(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    pub(super) fn duration(&mut self) -> Duration {
        Duration::from_nanos(self.word())
    }
}
