//! A watch that never ends: it reconnects, takes a snapshot, and tells the difference.
//!
//! A task owns the connection and the last known sessions; the reader owns the
//! other end of a bounded channel. A reader that is slow slows the stream down,
//! and the daemon then merges changes: memory stays bounded on both sides.

use std::collections::BTreeMap;
use std::time::Duration;

use buffa_types::google::protobuf::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::client::{Client, Events};
use crate::endpoint::Endpoint;
use crate::error::ClientError;
use crate::v1::watch_session_events_response::EventType;
use crate::v1::{BfdSession, SessionState, WatchSessionEventsRequest, WatchSessionEventsResponse};

/// First pause after a failure; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Longest silence before the snapshot is complete.
const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(30);
/// Updates that may wait for the reader.
const WAITING: usize = 256;

/// What a watch tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// A session changed.
    Change(Box<Change>),
    /// Everything known was told: the view is complete, and live from here.
    Current,
    /// The daemon does not answer: the view is as old as this. Told once per loss.
    Lost(ClientError),
}

/// One change of one session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The session is new to this watch.
    Added(BfdSession),
    /// The session changed its state, perhaps several times since it was last told.
    State {
        /// The session now.
        session: BfdSession,
        /// Its state when it was last told.
        previous: SessionState,
        /// When it changed, by the daemon's clock.
        at: Option<Timestamp>,
    },
    /// The session is gone; this is the last that was known of it.
    Removed(BfdSession),
}

/// All sessions of one daemon, for as long as the reader wants, over restarts of the daemon.
///
/// A session is recognised by its local discriminator; after a restart of the daemon the
/// old ones are told as removed before the new ones as added. Dropping the watch ends it.
pub struct Watch {
    updates: mpsc::Receiver<Update>,
    task: JoinHandle<()>,
    current: bool,
}

impl Watch {
    /// Starts watching the daemon at `endpoint`, running or not. Needs a tokio runtime.
    #[must_use]
    pub fn start(endpoint: Endpoint) -> Self {
        let (sender, updates) = mpsc::channel(WAITING);
        let follower = Follower {
            endpoint,
            known: BTreeMap::new(),
            updates: sender,
        };
        Self {
            updates,
            task: tokio::spawn(follower.run()),
            current: false,
        }
    }

    /// The next update. May be dropped and called again without losing any.
    pub async fn next(&mut self) -> Update {
        // The task ends only when this end of the channel is gone.
        let Some(update) = self.updates.recv().await else {
            return std::future::pending().await;
        };
        match update {
            Update::Current => self.current = true,
            Update::Lost(_) => self.current = false,
            Update::Change(_) => {}
        }
        update
    }

    /// Whether the updates read so far describe the daemon as it is: between
    /// [`Update::Current`] and [`Update::Lost`].
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.current
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Sessions = BTreeMap<u32, BfdSession>;

/// The reader is gone.
struct Closed;

struct Follower {
    endpoint: Endpoint,
    known: Sessions,
    updates: mpsc::Sender<Update>,
}

impl Follower {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut told = false;
        loop {
            let mut live = false;
            let Ok(error) = self.follow(&mut live).await else {
                return;
            };
            if live {
                (pause, told) = (FIRST_PAUSE, false);
            }
            if !told && self.updates.send(Update::Lost(error)).await.is_err() {
                return;
            }
            told = true;
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Follows one stream to its end and says why it ended; `live` once its snapshot was told.
    async fn follow(&mut self, live: &mut bool) -> Result<ClientError, Closed> {
        // A new client each time: a broken connection leaves nothing behind.
        let client = Client::new(self.endpoint.clone());
        let opened = timeout(SNAPSHOT_TIMEOUT, self.snapshot(&client)).await;
        let (mut events, fresh) = match opened {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => return Ok(error),
            Err(_) => return Ok(self.lost("no snapshot in time")),
        };
        self.resync(fresh).await?;
        self.tell(Update::Current).await?;
        *live = true;
        loop {
            match events.next().await {
                Ok(Some(event)) => self.apply(event).await?,
                Ok(None) => return Ok(self.lost("the daemon ended the stream")),
                Err(error) => return Ok(error),
            }
        }
    }

    async fn snapshot(&self, client: &Client) -> Result<(Events, Sessions), ClientError> {
        let request = WatchSessionEventsRequest {
            include_current: true,
            mark_snapshot: true,
        };
        let mut events = client.events(request).await?;
        let mut fresh = Sessions::new();
        loop {
            let event = events.next().await?;
            let event = event.ok_or_else(|| self.lost("the daemon ended the stream"))?;
            match (event.r#type.as_known(), event.session.into_option()) {
                (Some(EventType::EVENT_TYPE_SNAPSHOT_COMPLETE), _) => return Ok((events, fresh)),
                (_, Some(session)) => fresh.insert(session.local_discriminator, session),
                (_, None) => None,
            };
        }
    }

    /// Tells how `fresh` differs from what was known, and knows it from now on.
    async fn resync(&mut self, fresh: Sessions) -> Result<(), Closed> {
        let known = std::mem::replace(&mut self.known, fresh);
        for change in differences(known, &self.known) {
            self.tell(Update::Change(Box::new(change))).await?;
        }
        Ok(())
    }

    async fn apply(&mut self, event: WatchSessionEventsResponse) -> Result<(), Closed> {
        match change(&mut self.known, event) {
            Some(change) => self.tell(Update::Change(Box::new(change))).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, update: Update) -> Result<(), Closed> {
        self.updates.send(update).await.map_err(|_| Closed)
    }

    fn lost(&self, reason: &str) -> ClientError {
        ClientError::Unreachable {
            endpoint: self.endpoint.clone(),
            reason: reason.into(),
        }
    }
}

/// Removed sessions first, so that a reader who knows peers only meets no peer twice.
fn differences(mut known: Sessions, fresh: &Sessions) -> Vec<Change> {
    let mut later = Vec::new();
    for (discriminator, session) in fresh {
        match known.remove(discriminator) {
            None => later.push(Change::Added(session.clone())),
            Some(old) if moved(&old, session) => later.push(Change::State {
                previous: state(&old),
                at: session.last_state_change.as_option().cloned(),
                session: session.clone(),
            }),
            Some(_) => {}
        }
    }
    known
        .into_values()
        .map(Change::Removed)
        .chain(later)
        .collect()
}

/// Another state, or the same one after a change and back.
fn moved(old: &BfdSession, new: &BfdSession) -> bool {
    old.local_state != new.local_state || old.last_state_change != new.last_state_change
}

/// What a live event means to a reader who was told `known`.
fn change(known: &mut Sessions, event: WatchSessionEventsResponse) -> Option<Change> {
    let session = event.session.into_option()?;
    let discriminator = session.local_discriminator;
    if event.r#type == EventType::EVENT_TYPE_SESSION_DELETED {
        return known
            .remove(&discriminator)
            .map(|_| Change::Removed(session));
    }
    let Some(old) = known.insert(discriminator, session.clone()) else {
        return Some(Change::Added(session));
    };
    let at = event.timestamp.into_option();
    moved(&old, &session).then(|| Change::State {
        previous: state(&old),
        at,
        session,
    })
}

fn state(session: &BfdSession) -> SessionState {
    session.local_state.as_known().unwrap_or_default()
}
