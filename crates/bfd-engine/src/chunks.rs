//! A list that grows without moving what it holds.
//!
//! Purpose: something for each slot, in the room that it takes. A vector that grows copies
//! everything and then has up to as much spare room. Owner: whoever owns the slots. Thread: that
//! one's. It must never give room back: a slot that was used once will be used again.

use std::ops::{Index, IndexMut};

/// Elements made at a time.
const CHUNK: usize = 64;

/// Elements by slot.
#[derive(Debug)]
pub(crate) struct Chunks<T>(Vec<Box<[T]>>);

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> Chunks<T> {
    /// Makes elements up to and including that of `slot`.
    pub(crate) fn reserve(&mut self, slot: u32) {
        let chunks = slot as usize / CHUNK + 1;
        while self.0.len() < chunks {
            self.0.push((0..CHUNK).map(|_| T::default()).collect());
        }
    }
}

impl<T> Chunks<T> {
    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len() * CHUNK
    }

    /// The element of `slot`; `None` if it was not made.
    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        self.0
            .get(slot as usize / CHUNK)?
            .get(slot as usize % CHUNK)
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        let chunk = self.0.get_mut(slot as usize / CHUNK)?;
        chunk.get_mut(slot as usize % CHUNK)
    }

    /// Every element with its slot.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(self.0.iter().flatten())
    }
}

impl<T> Index<u32> for Chunks<T> {
    type Output = T;

    fn index(&self, slot: u32) -> &T {
        &self.0[slot as usize / CHUNK][slot as usize % CHUNK]
    }
}

impl<T> IndexMut<u32> for Chunks<T> {
    fn index_mut(&mut self, slot: u32) -> &mut T {
        &mut self.0[slot as usize / CHUNK][slot as usize % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::Chunks;

    #[test]
    fn what_is_there_stays_where_it_is() {
        let mut chunks = Chunks::<u64>::default();
        assert_eq!((chunks.len(), chunks.get(0)), (0, None));
        chunks.reserve(0);
        chunks[63] = 7;
        let place: *const u64 = &chunks[63];
        chunks.reserve(10_000);
        assert_eq!((chunks[63], chunks.get(10_000)), (7, Some(&0)));
        assert!(std::ptr::eq(place, &chunks[63]));
        assert_eq!(chunks.iter().filter(|(_, held)| **held != 0).count(), 1);
        assert_eq!(chunks.iter().find(|(_, held)| **held == 7), Some((63, &7)));
    }
}
