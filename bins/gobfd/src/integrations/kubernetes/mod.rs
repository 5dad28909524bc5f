//! The node mesh: a session to every other node of a Kubernetes cluster.
//!
//! Purpose: keep the sessions of owner [`Owner::Kubernetes`] equal to what the nodes of the cluster
//! ask for (`mesh`). The list of nodes comes from a watch that mends itself (`nodes`). Owner: it owns
//! the picture of the cluster. Thread: tokio's. It must never end a session because the API server
//! does not answer: a list of nodes is out of date then, but the nodes are there.

mod client;
mod health;
mod mesh;
mod node;
mod nodes;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::time::Duration;

use bfd_control::{Control, Intent, Owner, Reconciled, Stopping};
use futures::{Stream, StreamExt as _};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::config::KubernetesSettings;
use crate::metrics::KubernetesSample;
use health::Health;
use mesh::Mesh;
use nodes::{Lost, News, Nodes};

/// How often the wishes are repeated without news: somebody may have freed an address of ours.
const REPEAT: Duration = Duration::from_secs(30);
/// Pause before everything is begun anew; the watch has a back-off of its own for all else.
const RETRY: Duration = Duration::from_secs(5);

/// The running source.
#[derive(Clone, Debug)]
pub struct Handle {
    settings: watch::Sender<Option<KubernetesSettings>>,
    health: Health,
}

impl Handle {
    /// Starts it in `tasks`; it does nothing before it has settings.
    pub fn start(control: Control, tasks: &mut JoinSet<()>) -> Self {
        let (settings, told) = watch::channel(None);
        let health = Health::default();
        tasks.spawn(run(told, Source::new(control, health.clone())));
        Self { settings, health }
    }

    /// Puts settings in force, at once and also if they are the same; `None` ends all sessions of
    /// the mesh.
    pub fn apply(&self, settings: Option<KubernetesSettings>) {
        self.settings.send_replace(settings);
    }

    /// How it is doing; `None` while it is switched off.
    #[must_use]
    pub fn sample(&self) -> Option<KubernetesSample> {
        self.health.sample()
    }
}

async fn run(mut settings: watch::Receiver<Option<KubernetesSettings>>, mut source: Source) {
    loop {
        let current = settings.borrow_and_update().clone();
        tokio::select! {
            Stopping = source.serve(current.as_ref()) => return,
            changed = settings.changed() => if changed.is_err() { return },
        }
    }
}

/// What outlives a change of settings.
struct Source {
    control: Control,
    health: Health,
    /// The nodes, as far as they are known.
    nodes: Nodes,
    /// What was asked for last.
    wanted: Option<Vec<Intent>>,
    /// What could not be had, as it was last said.
    said: Vec<String>,
}

impl Source {
    fn new(control: Control, health: Health) -> Self {
        Self {
            control,
            health,
            nodes: Nodes::default(),
            wanted: None,
            said: Vec::new(),
        }
    }

    async fn serve(&mut self, settings: Option<&KubernetesSettings>) -> Stopping {
        let served = match settings {
            Some(settings) => self.follow(settings).await,
            None => self.leave().await,
        };
        match served {
            Err(stopping) => stopping,
            Ok(never) => match never {},
        }
    }

    /// Ends what is there; where there never was anything, nothing is asked for.
    async fn leave(&mut self) -> Result<Infallible, Stopping> {
        self.nodes = Nodes::default();
        self.health.off();
        if self.wanted.take().is_some() {
            let done = self
                .control
                .reconcile(Owner::Kubernetes, Vec::new())
                .await?;
            self.report(&done, &[]);
        }
        std::future::pending().await
    }

    async fn follow(&mut self, settings: &KubernetesSettings) -> Result<Infallible, Stopping> {
        self.health.on();
        self.nodes.belong_to(settings);
        let mut due = interval(REPEAT);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            match client::connect(settings, &self.health) {
                Ok(api) => {
                    let events = nodes::watch(api, settings);
                    self.attend(settings, std::pin::pin!(events), &mut due)
                        .await?;
                }
                Err(error) => self.health.failed(&error.to_string()),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Follows one watch until it has to be begun anew.
    async fn attend(
        &mut self,
        settings: &KubernetesSettings,
        mut events: impl Stream<Item = nodes::Result> + Unpin,
        due: &mut Interval,
    ) -> Result<(), Stopping> {
        loop {
            tokio::select! {
                _ = due.tick() => self.wish(settings, true).await?,
                event = events.next() => match event.map(|event| self.nodes.take(event)) {
                    None => return Ok(()),
                    Some(Ok(News::None)) => {}
                    Some(Ok(News::Changed)) => self.wish(settings, false).await?,
                    Some(Ok(News::Listed)) => {
                        self.health.listed();
                        self.wish(settings, false).await?;
                    }
                    Some(Err(Lost { reason, anew })) => {
                        self.health.failed(&reason);
                        if anew {
                            return Ok(());
                        }
                    }
                },
            }
        }
    }

    /// Asks for the sessions that the nodes make necessary; unless `again`, only if that is news.
    async fn wish(&mut self, settings: &KubernetesSettings, again: bool) -> Result<(), Stopping> {
        let Some(nodes) = self.nodes.known() else {
            return Ok(());
        };
        let mut mesh = Mesh::of(nodes, settings);
        mesh.leave_to_others(&self.control.sessions());
        self.health.mesh(mesh.peers, mesh.intents.len());
        if !again && self.wanted.as_ref() == Some(&mesh.intents) {
            return Ok(());
        }
        self.wanted = Some(mesh.intents.clone());
        let done = self
            .control
            .reconcile(Owner::Kubernetes, mesh.intents)
            .await?;
        self.report(&done, &mesh.complaints);
        Ok(())
    }

    /// Says what changed, and what cannot be had once.
    fn report(&mut self, done: &Reconciled, complaints: &[String]) {
        let Reconciled {
            created,
            destroyed,
            changed,
            conflicts,
            failed,
            ..
        } = done;
        if created + destroyed + changed > 0 {
            tracing::info!(created, destroyed, changed, "node mesh follows the cluster");
        }
        let conflicts = conflicts.iter().map(ToString::to_string);
        let all = complaints
            .iter()
            .cloned()
            .chain(conflicts)
            .chain(failed.iter().cloned());
        let all: Vec<String> = all.collect();
        for error in all.iter().filter(|error| !self.said.contains(error)) {
            tracing::warn!(%error, "session of the node mesh left out");
        }
        self.said = all;
    }
}
