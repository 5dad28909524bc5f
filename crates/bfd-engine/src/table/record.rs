//! One record that its writer can change while others read it.
//!
//! Purpose: a sequence lock over plain words, without a lock and without unsafe code. Owner: one
//! writing thread. Thread: reading on any. The writer never waits; a reader that met a write tries
//! again. Also compiled against `loom`'s atomics (`tests/loom.rs`), hence the `super` import.

use super::atomic::{AtomicU64, Ordering, fence};

/// `N` words that are always read as they stood together.
#[derive(Debug)]
pub(crate) struct Record<const N: usize> {
    /// Odd while a write is under way.
    sequence: AtomicU64,
    words: [AtomicU64; N],
}

impl<const N: usize> Default for Record<N> {
    fn default() -> Self {
        Self {
            sequence: AtomicU64::new(0),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

impl<const N: usize> Record<N> {
    /// Replaces the first words of the record. Only one thread may call this.
    pub(crate) fn write(&self, words: &[u64]) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        for (place, word) in self.words.iter().zip(words) {
            place.store(*word, Ordering::Relaxed);
        }
        self.sequence.store(sequence + 2, Ordering::Release);
    }

    /// All words as one write left them; `None` if a write was met.
    pub(crate) fn try_read(&self) -> Option<[u64; N]> {
        let before = self.sequence.load(Ordering::Acquire);
        let words = std::array::from_fn(|at| self.words[at].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let after = self.sequence.load(Ordering::Relaxed);
        (before == after && before.is_multiple_of(2)).then_some(words)
    }
}
