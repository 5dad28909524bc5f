//! What every session looks like, for everyone who wants to know.
//!
//! Purpose: listing and scraping without asking a worker. Owner: one worker writes all records of
//! its table; the past of its sessions it keeps here and nowhere else. Thread: writing on that
//! worker's, reading and growing on any. The worker never waits for a reader; a reader that met a
//! write reads again.

mod image;
mod record;

use std::hint;
use std::sync::OnceLock;
use std::thread;

use bfd_proto::{History, SessionView, Traffic};

use image::{HOT, WORDS};
use record::Record;

/// The atomics of `record.rs`; `loom`'s in its test.
mod atomic {
    pub(crate) use std::sync::atomic::{AtomicU64, Ordering, fence};
}

/// Records of the first chunk; the next ones double the table.
const FIRST_CHUNK: u32 = 64;
/// Records of the largest chunks, so that few lie idle.
const LARGEST_CHUNK: u32 = 1024;
/// Chunks before the first of the largest.
const DOUBLING: usize = 5;
/// Enough for 2²⁰ sessions.
const CHUNKS: usize = DOUBLING + 1023;
/// Failed attempts after which a reader lets others run: the writer may have been interrupted.
const SPINS: u32 = 100;

/// One record: whose it is, then the image of its session.
type SlotRecord = Record<{ WORDS + 1 }>;

const _: () = assert!(size_of::<SlotRecord>() <= 368);

/// Records of the sessions of one worker, by slot.
#[derive(Debug)]
pub(crate) struct StateTable {
    chunks: [OnceLock<Box<[SlotRecord]>>; CHUNKS],
}

impl Default for StateTable {
    fn default() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
        }
    }
}

impl StateTable {
    /// Makes room for `slot`. Whoever hands out the slot calls this, so that the worker need not
    /// allocate.
    pub(crate) fn reserve(&self, slot: u32) {
        let (chunk, _) = place(slot);
        for (at, chunk) in self.chunks[..=chunk].iter().enumerate() {
            chunk.get_or_init(|| (0..chunk_len(at)).map(|_| SlotRecord::default()).collect());
        }
    }

    /// Writes the record of `slot`. Only the owning worker may call this.
    pub(crate) fn publish(&self, slot: u32, generation: u32, view: &SessionView) {
        let mut words = [live(generation); WORDS + 1];
        words[1..].copy_from_slice(&image::encode(view));
        self.write(slot, &words);
    }

    /// Writes what changes with every packet: packet counters and arrivals.
    pub(crate) fn publish_traffic(&self, slot: u32, generation: u32, traffic: &Traffic) {
        let mut words = [live(generation); HOT + 1];
        words[1..].copy_from_slice(&image::encode_traffic(traffic));
        self.write(slot, &words);
    }

    /// Marks `slot` as free: its session is gone.
    pub(crate) fn clear(&self, slot: u32, generation: u32) {
        self.write(slot, &[gone(generation)]);
    }

    /// The session of this generation in `slot`; `None` if it is not there yet or no more.
    pub(crate) fn read(&self, slot: u32, generation: u32) -> Option<SessionView> {
        let words = self.words(slot)?;
        if words[0] != live(generation) {
            return None;
        }
        image::decode(words[1..].try_into().ok()?)
    }

    /// The past of the session of this generation in `slot`.
    pub(crate) fn history(&self, slot: u32, generation: u32) -> Option<History> {
        Some(self.read(slot, generation)?.history())
    }

    /// Whether the session of this generation has left `slot`.
    pub(crate) fn is_gone(&self, slot: u32, generation: u32) -> bool {
        self.words(slot)
            .is_some_and(|words| words[0] == gone(generation))
    }

    fn write(&self, slot: u32, words: &[u64]) {
        if let Some(record) = self.record(slot) {
            record.write(words);
        }
    }

    fn words(&self, slot: u32) -> Option<[u64; WORDS + 1]> {
        let record = self.record(slot)?;
        for attempt in 1.. {
            if let Some(words) = record.try_read() {
                return Some(words);
            }
            if attempt % SPINS == 0 {
                thread::yield_now()
            } else {
                hint::spin_loop()
            }
        }
        None
    }

    fn record(&self, slot: u32) -> Option<&SlotRecord> {
        let (chunk, at) = place(slot);
        self.chunks.get(chunk)?.get()?.get(at)
    }
}

/// The first word of a record that holds a session; 0 is a record that never held one.
fn live(generation: u32) -> u64 {
    u64::from(generation) << 2 | 1
}

/// The first word of a record whose session is gone.
fn gone(generation: u32) -> u64 {
    u64::from(generation) << 2 | 2
}

/// Chunk of `slot` and its place there: chunk 0 holds 64, chunk *n* the next 64 · 2ⁿ⁻¹ until a chunk
/// holds 1024.
fn place(slot: u32) -> (usize, usize) {
    if slot >= LARGEST_CHUNK {
        let chunk = (slot / LARGEST_CHUNK) as usize + DOUBLING - 1;
        return (chunk, (slot % LARGEST_CHUNK) as usize);
    }
    let chunk = (slot / FIRST_CHUNK)
        .checked_ilog2()
        .map_or(0, |log| log + 1);
    let first = if chunk == 0 {
        0
    } else {
        FIRST_CHUNK << (chunk - 1)
    };
    (chunk as usize, (slot - first) as usize)
}

fn chunk_len(chunk: usize) -> u32 {
    FIRST_CHUNK << chunk.min(DOUBLING).saturating_sub(1)
}

#[cfg(test)]
mod tests;
