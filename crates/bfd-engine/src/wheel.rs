//! The timing wheel: when each session of a shard wants to be called next.
//!
//! Purpose: one entry per slot, set and taken out in constant time, without allocation. Owner: the
//! shard of one worker. Thread: that worker's. It must never report an entry early: detection times
//! round up to the grain.
//!
//! Four levels of 64 buckets; a bucket of level *n* covers 64ⁿ ticks. An entry lies on the level of
//! the highest base-64 digit in which its tick differs from the current one, so every entry of a
//! level is due before every entry of the next, and the first set bit of a level's occupancy word
//! is its earliest bucket. What differs beyond the fourth digit (9 minutes) waits in a list.

use bfd_proto::Instant;

use crate::chunks::Chunks;

/// Width of a tick in nanoseconds: 2¹⁵, about 33 µs. The grid on which sessions send is a multiple.
pub const GRAIN_NANOS: u64 = 1 << GRAIN_SHIFT;

const GRAIN_SHIFT: u32 = 15;
const LEVELS: usize = 4;
const DIGIT_BITS: u32 = 6;
const BUCKETS: usize = 1 << DIGIT_BITS;
const DIGIT_MASK: u64 = BUCKETS as u64 - 1;
/// Index of the list beyond the last level.
const FAR: usize = LEVELS * BUCKETS;
/// Ticks the levels cover together.
const SPAN_BITS: u32 = 24;
/// No entry: ends a list.
const NIL: u32 = u32::MAX;
/// The bucket number of a slot that has no deadline.
const NOWHERE: usize = (1 << BUCKET_BITS) - 1;
/// Bits that hold any bucket number. A tick has 49, so that both share a word.
const BUCKET_BITS: u32 = 10;

/// Deadlines of slots.
#[derive(Debug)]
pub struct Wheel {
    /// Ticks up to and including this one have been cascaded; their entries are in level 0.
    current: u64,
    occupied: [u64; LEVELS],
    heads: [u32; FAR + 1],
    entries: Chunks<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The tick, and in the lowest bits the bucket.
    place: u64,
    previous: u32,
    next: u32,
}

const _: () = assert!(size_of::<Entry>() <= 16);

impl Default for Entry {
    fn default() -> Self {
        Self {
            place: place(0, NOWHERE),
            previous: NIL,
            next: NIL,
        }
    }
}

impl Entry {
    const fn tick(self) -> u64 {
        self.place >> BUCKET_BITS
    }

    #[expect(clippy::cast_possible_truncation, reason = "ten bits are left")]
    const fn bucket(self) -> usize {
        self.place as usize & NOWHERE
    }
}

const fn place(tick: u64, bucket: usize) -> u64 {
    tick << BUCKET_BITS | bucket as u64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "levels, digits and buckets are tiny"
)]
impl Wheel {
    /// An empty wheel whose time starts at `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            current: floor_tick(now),
            occupied: [0; LEVELS],
            heads: [NIL; FAR + 1],
            entries: Chunks::default(),
        }
    }

    /// Makes room for the slots below `slots`, so that [`Wheel::set`] need not allocate for them.
    pub fn reserve(&mut self, slots: u32) {
        if let Some(last) = slots.checked_sub(1) {
            self.entries.reserve(last);
        }
    }

    /// Sets the deadline of `slot`, in place of any earlier one.
    pub fn set(&mut self, slot: u32, at: Instant) {
        self.entries.reserve(slot);
        self.cancel(slot);
        self.link(slot, ceil_tick(at).max(self.current));
    }

    /// Takes the deadline of `slot` away, if it has one.
    pub fn cancel(&mut self, slot: u32) {
        if self
            .entries
            .get(slot)
            .is_some_and(|entry| entry.bucket() != NOWHERE)
        {
            self.unlink(slot);
        }
    }

    /// Takes out one slot whose deadline has passed; `None` when no more are due at `now`.
    ///
    /// Among slots of different ticks the earlier comes first.
    pub fn pop(&mut self, now: Instant) -> Option<u32> {
        let now = floor_tick(now);
        while let Some((bucket, start)) = self.earliest() {
            if start > now {
                break;
            }
            self.current = self.current.max(start);
            if bucket < BUCKETS {
                let slot = self.heads[bucket];
                self.unlink(slot);
                return Some(slot);
            }
            self.cascade(bucket);
        }
        self.current = self.current.max(now);
        None
    }

    /// The moment before which [`Wheel::pop`] has nothing to do; `None` for an empty wheel.
    ///
    /// An entry further away than 64 ticks may cost a wake-up ahead of its deadline, at which it
    /// only moves to a finer level.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Instant> {
        self.earliest()
            .map(|(_, start)| Instant::from_nanos(start << GRAIN_SHIFT))
    }

    /// The first bucket that holds something, and the tick at which it begins.
    fn earliest(&self) -> Option<(usize, u64)> {
        let level = self.occupied.iter().position(|bits| *bits != 0);
        match level {
            Some(level) => {
                let digit = u64::from(self.occupied[level].trailing_zeros());
                let shift = DIGIT_BITS * level as u32;
                let higher = self.current >> (shift + DIGIT_BITS) << DIGIT_BITS;
                let bucket = level * BUCKETS + digit as usize;
                Some((bucket, (higher | digit) << shift))
            }
            None if self.heads[FAR] != NIL => {
                Some((FAR, ((self.current >> SPAN_BITS) + 1) << SPAN_BITS))
            }
            None => None,
        }
    }

    /// Spreads the entries of a bucket, whose time has come, over the finer levels.
    fn cascade(&mut self, bucket: usize) {
        let mut slot = std::mem::replace(&mut self.heads[bucket], NIL);
        self.note_empty(bucket);
        while slot != NIL {
            let entry = self.entries[slot];
            self.link(slot, entry.tick());
            slot = entry.next;
        }
    }

    fn link(&mut self, slot: u32, tick: u64) {
        let bucket = self.bucket_of(tick);
        let next = std::mem::replace(&mut self.heads[bucket], slot);
        self.entries[slot] = Entry {
            place: place(tick, bucket),
            previous: NIL,
            next,
        };
        if let Some(head) = self.entries.get_mut(next) {
            head.previous = slot;
        }
        if bucket < FAR {
            self.occupied[bucket / BUCKETS] |= 1 << (bucket % BUCKETS);
        }
    }

    fn unlink(&mut self, slot: u32) {
        let entry = std::mem::take(&mut self.entries[slot]);
        let bucket = entry.bucket();
        match self.entries.get_mut(entry.previous) {
            Some(previous) => previous.next = entry.next,
            None => self.heads[bucket] = entry.next,
        }
        if let Some(next) = self.entries.get_mut(entry.next) {
            next.previous = entry.previous;
        }
        if self.heads[bucket] == NIL {
            self.note_empty(bucket);
        }
    }

    fn note_empty(&mut self, bucket: usize) {
        if bucket < FAR {
            self.occupied[bucket / BUCKETS] &= !(1 << (bucket % BUCKETS));
        }
    }

    fn bucket_of(&self, tick: u64) -> usize {
        let differing = tick ^ self.current;
        if differing >> SPAN_BITS != 0 {
            return FAR;
        }
        let level = (63 - (differing | 1).leading_zeros()) / DIGIT_BITS;
        let digit = (tick >> (DIGIT_BITS * level)) & DIGIT_MASK;
        level as usize * BUCKETS + digit as usize
    }
}

fn floor_tick(at: Instant) -> u64 {
    at.as_nanos() >> GRAIN_SHIFT
}

fn ceil_tick(at: Instant) -> u64 {
    at.as_nanos().div_ceil(GRAIN_NANOS)
}

#[cfg(test)]
mod tests;
