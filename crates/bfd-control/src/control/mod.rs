//! The one door to the control plane.
//!
//! Purpose: everything the API, the configuration and the metrics may ask, as one handle. Owner:
//! wishes belong to the steward, events to the hub; the handle owns nothing. Thread: any; a wish is
//! carried out on the steward's, and its caller waits for the answer without blocking a thread.

mod command;
mod keys;
mod steward;
#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::engine::Sessions;
use crate::error::{ChangeError, StartError, Stopping};
use crate::hub::{EventSource, Hub, Subscribed, pump};
use crate::intent::{Conflict, Intent, Owner, TimerChange};
use crate::session::{SessionInfo, SessionMeta};
use crate::topology::Topology;

use command::Command;
use steward::Steward;

/// Wishes that may wait for the steward; further callers wait for room.
const WISHES: usize = 256;

/// Asks the kernel from which address it would send to a peer; `None`: no route.
pub type RouteSource = Box<dyn Fn(IpAddr) -> Option<IpAddr> + Send>;

/// Handle to the control plane.
#[derive(Clone)]
pub struct Control {
    wishes: mpsc::Sender<Command>,
    hub: Arc<Hub>,
    engine: Arc<dyn Sessions>,
}

/// What a reload came to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Sessions started.
    pub created: usize,
    /// Sessions ended.
    pub destroyed: usize,
    /// Sessions changed while they run.
    pub changed: usize,
    /// Sessions left out because their key belongs to somebody else.
    pub conflicts: Vec<Conflict>,
    /// Sessions of the owner that keep what was laid over them.
    pub overridden: usize,
    /// Sessions the engine could not take.
    pub failed: Vec<String>,
}

impl Control {
    /// Starts the steward's thread and the one that feeds the hub. `topology` is what the host
    /// looks like now.
    ///
    /// # Errors
    /// A thread could not be started.
    pub fn start(
        engine: Arc<dyn Sessions>,
        events: impl EventSource,
        topology: Arc<Topology>,
        route: RouteSource,
    ) -> io::Result<Self> {
        let hub = Arc::new(Hub::new(Arc::clone(&engine)));
        let (wishes, inbox) = mpsc::channel(WISHES);
        let steward = Steward::new(Arc::clone(&engine), Arc::clone(&hub), topology, route);
        thread::Builder::new()
            .name("gobfd-control".into())
            .spawn(move || steward.run(inbox))?;
        let fed = Arc::clone(&hub);
        let feed = move || {
            if let Err(error) = pump(events, &fed) {
                tracing::error!(%error, "state changes can no longer be read from the engine");
            }
        };
        thread::Builder::new()
            .name("gobfd-events".into())
            .spawn(feed)?;
        Ok(Self {
            wishes,
            hub,
            engine,
        })
    }

    /// Adds a session on behalf of `owner`. It starts at once; while it has no path it waits.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn add(&self, owner: Owner, intent: Intent) -> Result<SessionInfo, StartError> {
        self.ask(|answer| Command::Add {
            owner,
            intent,
            answer,
        })
        .await?
    }

    /// Ends a session, whoever wanted it, and forgets the wish.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn remove(&self, discriminator: u32) -> Result<(), ChangeError> {
        self.ask(|answer| Command::Remove {
            discriminator,
            answer,
        })
        .await?
    }

    /// Holds a session down or lets it go, on behalf of `by`.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn admin(
        &self,
        by: Owner,
        discriminator: u32,
        down: bool,
    ) -> Result<SessionInfo, ChangeError> {
        self.ask(|answer| Command::Admin {
            by,
            discriminator,
            down,
            answer,
        })
        .await?
    }

    /// Lays timers over those of a session, whoever owns it, or takes them back. They stay until
    /// they are taken back or the session goes; the session changes by a Poll Sequence and keeps
    /// its state.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn set_timers(
        &self,
        discriminator: u32,
        change: TimerChange,
    ) -> Result<SessionInfo, ChangeError> {
        self.ask(|answer| Command::Timers {
            discriminator,
            change,
            answer,
        })
        .await?
    }

    /// Makes the sessions of `owner` those of `intents`. Sessions that stay as they are receive
    /// nothing.
    ///
    /// # Errors
    /// The daemon is stopping.
    pub async fn reconcile(
        &self,
        owner: Owner,
        intents: Vec<Intent>,
    ) -> Result<Reconciled, Stopping> {
        self.ask(|answer| Command::Reconcile {
            owner,
            intents,
            answer,
        })
        .await
    }

    /// Lets each session use the keys that count by the wall clock now. To be called often: the
    /// clock may be set.
    ///
    /// # Errors
    /// The daemon is stopping.
    pub async fn turn_keys(&self) -> Result<(), Stopping> {
        self.ask(|answer| Command::TurnKeys { answer }).await
    }

    /// Tells what the host looks like now; sessions whose way changed are moved, started or told
    /// that it is lost. Returns once they are.
    ///
    /// # Errors
    /// The daemon is stopping.
    pub async fn topology(&self, topology: Arc<Topology>) -> Result<(), Stopping> {
        self.ask(|answer| Command::Topology { topology, answer })
            .await
    }

    /// The session with this discriminator.
    #[must_use]
    pub fn get(&self, discriminator: u32) -> Option<SessionInfo> {
        self.hub.find(discriminator).map(|meta| self.hub.look(meta))
    }

    /// Every session as the control plane knows it, in ascending order of the discriminator. Cheap:
    /// the list is shared.
    #[must_use]
    pub fn sessions(&self) -> Arc<[Arc<SessionMeta>]> {
        self.hub.sessions()
    }

    /// A session of [`Control::sessions`] as it is now.
    #[must_use]
    pub fn look(&self, meta: &Arc<SessionMeta>) -> SessionInfo {
        self.hub.look(Arc::clone(meta))
    }

    /// The UDP source port of a session; `None` once it is gone.
    #[must_use]
    pub fn source_port(&self, meta: &SessionMeta) -> Option<u16> {
        self.engine.source_port(meta.id)
    }

    /// Subscribes to events, with the sessions as they are.
    #[must_use]
    pub fn watch(&self) -> Subscribed {
        self.hub.subscribe()
    }

    /// Takes all sessions down for good, within `limit` and a little, and ends all subscriptions.
    /// Wishes are refused from now on.
    pub async fn shutdown(&self, limit: Duration) {
        self.hub.stopping();
        if self
            .ask(|answer| Command::Shutdown { limit, answer })
            .await
            .is_ok()
        {
            // The engine keeps to its limit; the rest is for its last events to arrive here.
            let _ =
                tokio::time::timeout(limit + Duration::from_millis(500), self.hub.emptied()).await;
        }
        self.hub.close();
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, Stopping> {
        let (answer, reply) = oneshot::channel();
        self.wishes
            .send(command(answer))
            .await
            .map_err(|_| Stopping)?;
        reply.await.map_err(|_| Stopping)
    }
}
