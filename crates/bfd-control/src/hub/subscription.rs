//! One reader of events.

use std::sync::Arc;

use bfd_proto::State;

use super::queue::Queue;
use super::{Event, Hub, Subscriber};
use crate::session::SessionInfo;

/// A stream of events that loses none: see [`Event::lagged`]. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    queue: Arc<Queue>,
}

/// A subscription with the sessions as they were when it began.
#[derive(Debug)]
pub struct Subscribed {
    /// What happens from here on.
    pub events: Subscription,
    /// The sessions after event number `sequence`, in ascending order of the discriminator.
    pub sessions: Vec<SessionInfo>,
    /// Number of the last event the snapshot includes; the subscription begins after it.
    pub sequence: u64,
}

impl Subscription {
    /// The next event; `None`: the daemon stops and all was read.
    ///
    /// Safe to cancel: an event is taken only when it is returned.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        self.queue.next().await
    }

    /// The next event if one waits.
    pub fn try_next(&mut self) -> Option<Arc<Event>> {
        self.queue.try_next().flatten()
    }
}

impl Hub {
    pub(crate) fn subscribe(&self) -> Subscribed {
        let mut state = self.state();
        let queue = Arc::new(Queue::default());
        if state.closed {
            queue.close();
        } else {
            let start = state.sequence;
            state.subscribers.push(Subscriber {
                queue: Arc::downgrade(&queue),
                start,
            });
        }
        let sequence = state.sequence;
        let told: Vec<_> = state
            .directory
            .shown()
            .map(|entry| (Arc::clone(&entry.meta), entry.state, entry.last_change))
            .collect();
        drop(state);
        let sessions = told
            .into_iter()
            .map(|(meta, told, last_change)| {
                let mut session = self.look(meta);
                if session.view.last_change != last_change {
                    as_told(&mut session, told);
                }
                session
            })
            .collect();
        Subscribed {
            events: Subscription { queue },
            sessions,
            sequence,
        }
    }
}

/// A change that is still to be told must not show in the snapshot already.
fn as_told(session: &mut SessionInfo, state: State) {
    session.view.state = state;
}
