//! What subscribers are told.

use std::sync::Arc;

use bfd_engine::SessionId;
use bfd_proto::{Instant, StateChange};

use crate::session::SessionInfo;

/// One numbered event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Ascending within one run of the daemon.
    pub sequence: u64,
    /// What happened.
    pub kind: EventKind,
    /// The session after it.
    pub session: SessionInfo,
    /// When it happened.
    pub at: Instant,
    /// Earlier events are merged into this one: the reader or the hub was slow.
    pub lagged: bool,
}

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It is new.
    Added,
    /// Its state changed. In a merged event `from` is the state before the first change, and may
    /// equal `to`.
    Changed(StateChange),
    /// It is gone; the event shows it as it was last.
    Deleted,
}

impl Event {
    pub(crate) fn id(&self) -> SessionId {
        self.session.meta.id
    }

    /// `self` and then `later`, as one event; `None`: the reader need not know of either.
    pub(crate) fn merge(&self, later: &Arc<Self>) -> Option<Arc<Self>> {
        let kind = match (self.kind, later.kind) {
            (EventKind::Added, EventKind::Deleted) => return None,
            (EventKind::Added, _) => EventKind::Added,
            (EventKind::Changed(first), EventKind::Changed(last)) => {
                EventKind::Changed(StateChange {
                    from: first.from,
                    ..last
                })
            }
            (_, kind) => kind,
        };
        Some(Arc::new(Self {
            kind,
            lagged: true,
            ..Self::clone(later)
        }))
    }
}
