//! The flag that says an event found no place.
//!
//! Also compiled against `loom`'s atomics (`tests/loom.rs`), hence the `super` import.

use super::atomic::{AtomicBool, Ordering};

/// Raised by the worker, taken by the reader of the ring.
#[derive(Debug)]
pub(crate) struct Overflow(AtomicBool);

impl Default for Overflow {
    fn default() -> Self {
        Self(AtomicBool::new(false))
    }
}

impl Overflow {
    /// Notes that an event was left out; what was published before is visible to who takes it.
    pub(crate) fn raise(&self) {
        self.0.fetch_or(true, Ordering::AcqRel);
    }

    /// Whether events were left out since this was last asked.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}
