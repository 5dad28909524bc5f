//! Events: numbered once, told to everyone who subscribed.
//!
//! Purpose: turn what workers report into one ordered history, with the directory of sessions it
//! refers to. Owner: the hub owns directory and numbering; each subscriber owns its queue. Thread:
//! the pump and the steward write, anyone reads; the lock is never shared with a worker. It must
//! never wait for a subscriber, and never lose the last state of a session.

mod directory;
mod event;
mod pump;
mod queue;
mod subscription;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bfd_engine::{AddError, SessionId};
use bfd_proto::{Instant, SessionView, State, StateChange};
use tokio::sync::watch;

use crate::engine::Sessions;
use crate::session::{SessionInfo, SessionMeta};

use directory::{Directory, Entry};
pub use event::{Event, EventKind};
pub use pump::EventSource;
pub(crate) use pump::pump;
use queue::Queue;
pub use subscription::{Subscribed, Subscription};

/// The directory of sessions and everyone who watches it.
pub(crate) struct Hub {
    engine: Arc<dyn Sessions>,
    state: Mutex<HubState>,
    /// How many sessions are left, for whoever waits for the last to go.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct HubState {
    sequence: u64,
    directory: Directory,
    subscribers: Vec<Subscriber>,
    /// The daemon stops: sessions that end are not deleted, and the end of the last is the end.
    stopping: bool,
    closed: bool,
}

struct Subscriber {
    queue: std::sync::Weak<Queue>,
    /// Number of the last event its snapshot includes.
    start: u64,
}

impl Hub {
    pub(crate) fn new(engine: Arc<dyn Sessions>) -> Self {
        Self {
            engine,
            state: Mutex::default(),
            count: watch::Sender::new(0),
        }
    }

    /// Starts a session by `add` and announces it, before any event of its own can be told.
    pub(crate) fn admit(
        &self,
        add: impl FnOnce() -> Result<SessionMeta, AddError>,
    ) -> Result<SessionInfo, AddError> {
        let mut state = self.state();
        let meta = Arc::new(add()?);
        // The engine gives a discriminator out again when its session is gone, and of that the last
        // event may be on its way here.
        if let Some(gone) = state.directory.holder(meta.id.discriminator) {
            self.removed(&mut state, gone);
        }
        let session = SessionInfo {
            view: meta.first_view(),
            meta: Arc::clone(&meta),
        };
        let created = meta.created;
        state.directory.insert(Entry::new(meta));
        state.publish(EventKind::Added, session.clone(), created, false);
        self.count.send_replace(state.directory.len());
        Ok(session)
    }

    /// Replaces what the control plane knows of a session: makes another version of `meta`, and
    /// shows that.
    pub(crate) fn amend(&self, meta: &mut Arc<SessionMeta>, change: impl FnOnce(&mut SessionMeta)) {
        let mut state = self.state();
        change(Arc::make_mut(meta));
        state.directory.amend(meta);
    }

    /// A session was asked to end: nobody finds it any more. Watchers hear of it when its worker
    /// has taken it down.
    pub(crate) fn leave(&self, id: SessionId) {
        let mut state = self.state();
        state.sequence += 1;
        let sequence = state.sequence;
        let Some(entry) = state.directory.hide(id, sequence) else {
            return;
        };
        if entry.state == State::AdminDown {
            self.delete(&mut state, id, self.engine.now());
        }
    }

    /// Tells what workers reported. After an overflow some events are missing: the state table
    /// shows what they led to.
    pub(crate) fn absorb(&self, events: &[bfd_engine::Event], overflow: bool) {
        let mut state = self.state();
        for event in events {
            match *event {
                bfd_engine::Event::Added(id) => state.directory.taken(id),
                bfd_engine::Event::Changed { id, change } => {
                    self.changed(&mut state, id, change, false);
                }
                bfd_engine::Event::Removed(id) => self.removed(&mut state, id),
            }
        }
        if overflow {
            self.catch_up(&mut state);
        }
    }

    /// All sessions, in ascending order of the discriminator.
    pub(crate) fn sessions(&self) -> Arc<[Arc<SessionMeta>]> {
        self.state().directory.all()
    }

    /// The session with this discriminator.
    pub(crate) fn find(&self, discriminator: u32) -> Option<Arc<SessionMeta>> {
        self.state().directory.find(discriminator)
    }

    /// A session as it is now.
    pub(crate) fn look(&self, meta: Arc<SessionMeta>) -> SessionInfo {
        let view = self
            .engine
            .read(meta.id)
            .unwrap_or_else(|| meta.first_view());
        SessionInfo { meta, view }
    }

    /// From now on sessions end because the daemon does.
    pub(crate) fn stopping(&self) {
        self.state().stopping = true;
    }

    /// Waits until the last session is gone.
    pub(crate) async fn emptied(&self) {
        // The sender lives as long as `self`, so the wait can only end by the condition.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends all subscriptions once they have read what waits for them.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        for subscriber in state.subscribers.drain(..) {
            subscriber.queue.upgrade().inspect(|queue| queue.close());
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    fn changed(&self, state: &mut HubState, id: SessionId, change: StateChange, merged: bool) {
        let Some(entry) = state.directory.entry(id) else {
            return;
        };
        entry.taken = true;
        entry.state = change.to;
        entry.last_change = Some(change.at);
        if change.down.is_some() {
            entry.meta.down_at.set(change.at);
        }
        let hidden = entry.hidden.is_some();
        let mut session = self.look(Arc::clone(&entry.meta));
        overlay(&mut session, change);
        state.publish(EventKind::Changed(change), session, change.at, merged);
        if hidden && change.to == State::AdminDown {
            self.delete(state, id, change.at);
        }
    }

    fn removed(&self, state: &mut HubState, id: SessionId) {
        if state.stopping {
            state.directory.remove(id);
            self.count.send_replace(state.directory.len());
        } else {
            self.delete(state, id, self.engine.now());
        }
    }

    fn delete(&self, state: &mut HubState, id: SessionId, at: Instant) {
        let Some(entry) = state.directory.entry(id) else {
            return;
        };
        let mut session = self.look(Arc::clone(&entry.meta));
        session.view.state = State::AdminDown;
        state.publish(EventKind::Deleted, session, at, false);
        state.directory.remove(id);
        self.count.send_replace(state.directory.len());
    }

    fn catch_up(&self, state: &mut HubState) {
        for id in state.directory.ids() {
            let Some(entry) = state.directory.entry(id) else {
                continue;
            };
            match self.engine.read(id) {
                Some(view) => {
                    entry.taken = true;
                    if let Some(change) = missed(entry, &view) {
                        self.changed(state, id, change, true);
                    }
                }
                None if entry.taken => self.removed(state, id),
                None => {}
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, HubState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HubState {
    fn publish(&mut self, kind: EventKind, session: SessionInfo, at: Instant, lagged: bool) {
        self.sequence += 1;
        let hidden = self
            .directory
            .entry(session.meta.id)
            .and_then(|entry| entry.hidden);
        let event = Arc::new(Event {
            sequence: self.sequence,
            kind,
            session,
            at,
            lagged,
        });
        self.subscribers.retain(|subscriber| {
            let Some(queue) = subscriber.queue.upgrade() else {
                return false;
            };
            // A snapshot taken after a session was hidden does not know it.
            if hidden.is_none_or(|hidden| subscriber.start < hidden) {
                queue.push(&event);
            }
            true
        });
    }
}

/// What happened between the last event told and now, as one change.
fn missed(told: &Entry, view: &SessionView) -> Option<StateChange> {
    let at = view
        .last_change
        .filter(|at| Some(*at) != told.last_change)?;
    Some(StateChange {
        at,
        from: told.state,
        to: view.state,
        diagnostic: view.diagnostic,
        remote_state: view.remote.state,
        down: view.last_down.filter(|_| view.state < State::Init),
    })
}

/// Shows the session as it was right after the change: the worker may be ahead of its events.
fn overlay(session: &mut SessionInfo, change: StateChange) {
    let view = &mut session.view;
    view.state = change.to;
    view.diagnostic = change.diagnostic;
    view.remote.state = change.remote_state;
    view.last_change = Some(change.at);
    view.last_down = change.down.or(view.last_down);
}
