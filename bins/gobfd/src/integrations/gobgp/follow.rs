//! Keeps the connection to GoBGP, and tells the driver when something may have changed there.
//!
//! Each peer that GoBGP reports is looked at again, everything is after a new connection and every
//! [`AUDIT`]: GoBGP does not report all changes, and not those of routes.

use std::time::Duration;

use tokio::sync::mpsc;

use super::fault::Fault;
use super::link::{Lines, Link};
use super::neighbor::Neighbor;
use crate::config::GobgpSettings;
use crate::integrations::backoff;
use crate::integrations::board::Board;
use crate::integrations::level_triggered::{Doubt, chance};

/// How often all is looked at again; with the time limit of a call, also how soon a GoBGP that
/// hangs is noticed.
const AUDIT: Duration = Duration::from_secs(10);

/// What a strategy takes from a connection beyond its attempts.
pub(super) trait Survey<T>: Send + Sync {
    /// Reads what GoBGP remembers for us, and whether it answers at all. Returns the targets it
    /// knows of. `is_new`: the first time on this connection.
    fn survey(
        &self,
        link: &Link,
        is_new: bool,
    ) -> impl Future<Output = Result<Vec<T>, Fault>> + Send;

    /// The target that a changed peer is.
    fn changed(&self, peer: Neighbor) -> Option<T>;
}

/// The keeper of the connection.
pub(super) struct Follow<'s, S, T> {
    pub(super) settings: &'s GobgpSettings,
    pub(super) survey: S,
    pub(super) lines: Lines,
    pub(super) doubts: mpsc::Sender<Doubt<T>>,
    pub(super) board: Board,
}

impl<S: Survey<T>, T> Follow<'_, S, T> {
    /// Connects, and again when the connection breaks, for ever.
    pub(super) async fn run(self) {
        let mut failures = 0_u32;
        loop {
            let fault = match Link::open(self.settings).await {
                Ok(link) => {
                    failures = 0;
                    self.hold(&link).await
                }
                Err(fault) => fault,
            };
            self.lines.set(None);
            self.board.neighbour(|shown| {
                shown.connected = false;
                shown.error = Some(fault.to_string());
            });
            failures = failures.saturating_add(1);
            if failures.is_power_of_two() {
                let addr = &self.settings.addr;
                tracing::warn!(%addr, error = %fault, attempts = failures, "gobgp does not answer");
            }
            tokio::time::sleep(backoff::wait(failures, chance())).await;
        }
    }

    /// Stays with one connection until it is lost.
    async fn hold(&self, link: &Link) -> Fault {
        if let Err(fault) = self.audit(link, true).await {
            return fault;
        }
        let (addr, version) = (&self.settings.addr, link.version().name());
        tracing::info!(%addr, version, "gobgp connected");
        let audits = async {
            loop {
                tokio::time::sleep(AUDIT).await;
                if let Err(fault) = self.audit(link, false).await {
                    return fault;
                }
            }
        };
        tokio::select! {
            fault = self.watch(link) => fault,
            fault = audits => fault,
        }
    }

    async fn audit(&self, link: &Link, is_new: bool) -> Result<(), Fault> {
        let found = self.survey.survey(link, is_new).await?;
        if is_new {
            self.lines.set(Some(link.clone()));
            self.board.neighbour(|shown| {
                (shown.connected, shown.error) = (true, None);
                shown.version = Some(link.version().name());
            });
        }
        for target in found {
            self.doubt(Doubt::Found(target)).await;
        }
        self.doubt(Doubt::All).await;
        Ok(())
    }

    async fn watch(&self, link: &Link) -> Fault {
        let mut changes = match link.changes().await {
            Ok(changes) => changes,
            Err(fault) => return fault,
        };
        loop {
            match changes.next().await {
                Ok(Some(peer)) => {
                    if let Some(target) = self.survey.changed(peer) {
                        self.doubt(Doubt::Target(target)).await;
                    }
                }
                Ok(None) => {}
                Err(fault) => return fault,
            }
        }
    }

    async fn doubt(&self, doubt: Doubt<T>) {
        // The driver ends only together with us.
        let _ = self.doubts.send(doubt).await;
    }
}
