//! The events one subscriber has not read yet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bfd_engine::SessionId;
use tokio::sync::Notify;

use super::Event;

/// How many events wait before those of one session are merged. A reader that is only a moment
/// late sees each change; one that stopped reading costs this many events and one per session.
pub(crate) const UNMERGED: usize = 256;

/// A queue that never refuses an event and never exceeds [`UNMERGED`] plus the number of sessions.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    events: BTreeMap<u64, Arc<Event>>,
    /// Number of the last waiting event of each session.
    last: BTreeMap<SessionId, u64>,
    /// Events were dropped in pairs; the next one read says so.
    lagged: bool,
    closed: bool,
}

impl Queue {
    pub(crate) fn push(&self, event: &Arc<Event>) {
        self.waiting().push(event);
        self.arrived.notify_one();
    }

    /// No event comes after this; those that wait can still be read.
    pub(crate) fn close(&self) {
        self.waiting().closed = true;
        self.arrived.notify_one();
    }

    /// The next event, once there is one; `None` after the last of a closed queue.
    pub(crate) async fn next(&self) -> Option<Arc<Event>> {
        loop {
            if let Some(outcome) = self.try_next() {
                return outcome;
            }
            self.arrived.notified().await;
        }
    }

    /// The next event now; `None`: not yet; `Some(None)`: never.
    pub(crate) fn try_next(&self) -> Option<Option<Arc<Event>>> {
        let mut waiting = self.waiting();
        match waiting.pop() {
            Some(event) => Some(Some(event)),
            None => waiting.closed.then_some(None),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn push(&mut self, event: &Arc<Event>) {
        if self.closed {
            return;
        }
        let earlier = self.last.get(&event.id()).copied();
        match earlier.filter(|_| self.events.len() >= UNMERGED) {
            None => self.insert(Arc::clone(event)),
            Some(sequence) => self.merge(sequence, event),
        }
    }

    fn merge(&mut self, sequence: u64, event: &Arc<Event>) {
        let merged = self
            .events
            .remove(&sequence)
            .map(|earlier| earlier.merge(event));
        self.last.remove(&event.id());
        match merged.flatten() {
            Some(merged) => self.insert(merged),
            None => self.lagged = true,
        }
    }

    fn insert(&mut self, event: Arc<Event>) {
        self.last.insert(event.id(), event.sequence);
        self.events.insert(event.sequence, event);
    }

    fn pop(&mut self) -> Option<Arc<Event>> {
        let (sequence, event) = self.events.pop_first()?;
        if self.last.get(&event.id()) == Some(&sequence) {
            self.last.remove(&event.id());
        }
        if std::mem::take(&mut self.lagged) && !event.lagged {
            return Some(Arc::new(Event {
                lagged: true,
                ..Event::clone(&event)
            }));
        }
        Some(event)
    }
}

#[cfg(test)]
mod tests;
