//! The way of events from a worker to the control plane.
//!
//! Purpose: carry every state change in order, or say that some are missing. Owner: the worker
//! writes, one reader drains. Thread: both. The worker never waits for room: a full ring raises a
//! flag, and the reader then looks at the state table, which holds the latest state and verdict of
//! every session. A change may so be merged with a later one, but is never lost.

mod overflow;

use crossbeam_queue::ArrayQueue;

use crate::Event;
use overflow::Overflow;

/// The atomics of `overflow.rs`; `loom`'s in its test.
mod atomic {
    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
}

/// A bounded queue of events with one writer and one reader.
#[derive(Debug)]
pub(crate) struct Ring {
    events: ArrayQueue<Event>,
    overflow: Overflow,
}

impl Ring {
    /// A ring with room for `capacity` events, at least one.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            events: ArrayQueue::new(capacity.max(1)),
            overflow: Overflow::default(),
        }
    }

    /// Adds an event, or notes that one is missing. The state table must show it already.
    pub(crate) fn push(&self, event: Event) {
        if self.events.push(event).is_err() {
            self.overflow.raise();
        }
    }

    /// Moves all events to `into`; whether some are missing.
    ///
    /// The flag is taken first: an event left out while the ring is being drained raises it again.
    pub(crate) fn drain(&self, into: &mut Vec<Event>) -> bool {
        let overflow = self.overflow.take();
        into.extend(std::iter::from_fn(|| self.events.pop()));
        overflow
    }
}
