//! Strategy `disable-peer`: a BGP peer is disabled while its path has failed.

mod plan;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bfd_control::SessionKey;

use super::attempt::{Pace, outcome};
use super::fault::Fault;
use super::follow::Survey;
use super::link::{Lines, Link};
use super::neighbor::Neighbor;
use super::note::Note;
use super::text;
use super::version::AdminState;
use crate::integrations::agenda::Job;
use crate::integrations::level_triggered::{Applied, Failed, Reactor};
use crate::integrations::opinion::Cause;
use plan::{Seen, Step, plan};

const STRATEGY: &str = "disable-peer";

/// Steers the peers of one GoBGP.
#[derive(Clone, Debug)]
pub(super) struct Peers {
    lines: Lines,
    note: Arc<Mutex<Note>>,
    timeout: Duration,
}

impl Peers {
    pub(super) fn new(lines: Lines, timeout: Duration) -> Self {
        Self {
            lines,
            note: Arc::default(),
            timeout,
        }
    }

    fn note(&self) -> MutexGuard<'_, Note> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look(&self, link: &Link, peer: &Neighbor) -> Result<Seen, Fault> {
        let admin = link.peer(peer).await?;
        let ours = self.note().has(peer.address);
        Ok(Seen { admin, ours })
    }

    /// Plans and acts until there is nothing left to do. Each step can only be followed by fewer.
    async fn settle(
        &self,
        job: &Job<Neighbor>,
        action: &mut Option<&'static str>,
    ) -> Result<&'static str, Fault> {
        let link = self.lines.current()?;
        let mut seen = self.look(&link, &job.target).await?;
        loop {
            let step = plan(job.wish, seen);
            if let Step::Rest(state) = step {
                return Ok(state.name());
            }
            *action = step.action().or(*action);
            seen = self.act(&link, job, step).await?;
        }
    }

    /// Takes one step and returns what GoBGP shows once it is in force.
    async fn act(&self, link: &Link, job: &Job<Neighbor>, step: Step) -> Result<Seen, Fault> {
        let peer = &job.target;
        match step {
            Step::Disable(cause) => {
                self.announce(job, &cause);
                self.write(link, peer).await?;
                let reason = text::communication(&cause);
                link.disable(peer, reason.clone()).await?;
                let seen = self
                    .confirm(link, peer, |admin| admin != Some(AdminState::Up))
                    .await?;
                let took = job.took();
                tracing::info!(peer = %peer, reason, took = took.field(), "disabled BGP peer");
                Ok(seen)
            }
            Step::Enable => {
                if job.failures == 0 {
                    tracing::info!(peer = %peer, strategy = STRATEGY, "BFD Up, applying BGP action");
                }
                link.enable(peer).await?;
                let seen = self
                    .confirm(link, peer, |admin| admin != Some(AdminState::Down))
                    .await?;
                tracing::info!(peer = %peer, took = job.took().field(), "enabled BGP peer");
                Ok(seen)
            }
            Step::Forget => {
                // Refused: it is not there.
                or_refused(link.erase(peer.address).await)?;
                self.note().remove(peer.address);
                self.look(link, peer).await
            }
            Step::Rest(_) => self.look(link, peer).await,
        }
    }

    fn announce(&self, job: &Job<Neighbor>, cause: &Cause) {
        if job.failures == 0 {
            tracing::info!(
                peer = %job.target,
                strategy = STRATEGY,
                diag = %cause.diagnostic,
                "BFD Down, applying BGP action"
            );
        }
    }

    /// Notes the peer before it is disabled, so that a crash in between loses nothing. A GoBGP that
    /// refuses the note is obeyed all the same: then only this process remembers.
    async fn write(&self, link: &Link, peer: &Neighbor) -> Result<(), Fault> {
        self.note().begin(peer.address);
        let written = or_refused(link.note(peer.address).await);
        self.note().end(peer.address, written.is_ok());
        if let Some(fault) = written? {
            let message = "GoBGP does not keep the note of a disabled peer; a restart of gobfd would \
                           take the peer for one that an operator disabled";
            tracing::warn!(peer = %peer, error = %fault, "{message}");
        }
        Ok(())
    }

    /// Looks until the peer is as `done` says.
    async fn confirm(
        &self,
        link: &Link,
        peer: &Neighbor,
        done: impl Fn(Option<AdminState>) -> bool,
    ) -> Result<Seen, Fault> {
        let mut pace = Pace::new(self.timeout);
        loop {
            let seen = self.look(link, peer).await?;
            if done(seen.admin) {
                return Ok(seen);
            }
            pace.next().await?;
        }
    }
}

impl Reactor for Peers {
    type Target = Neighbor;

    fn fixed_targets(&self) -> Vec<Neighbor> {
        Vec::new()
    }

    fn targets(&self, session: &SessionKey) -> Vec<Neighbor> {
        vec![Neighbor::of(session)]
    }

    async fn apply(&self, job: Job<Neighbor>) -> Result<Applied, Failed> {
        let mut action = None;
        let settled = self.settle(&job, &mut action).await;
        outcome(&job, action, settled)
    }
}

impl Survey<Neighbor> for Peers {
    async fn survey(&self, link: &Link, is_new: bool) -> Result<Vec<Neighbor>, Fault> {
        let then = self.note().changes();
        let listed = link.noted().await?;
        if is_new {
            self.note().adopt(listed);
        } else {
            let corrections = self.note().audit(listed, then);
            for peer in corrections.write {
                or_refused(link.note(peer).await)?;
            }
            for peer in corrections.erase {
                or_refused(link.erase(peer).await)?;
            }
        }
        let peers: Vec<_> = self.note().peers().collect();
        // A link-local address of the note has no interface; the session that brings it has.
        let known = peers.into_iter().filter(|peer| !is_link_local(*peer));
        Ok(known
            .filter_map(|peer| Neighbor::parse(&peer.to_string()))
            .collect())
    }

    fn changed(&self, peer: Neighbor) -> Option<Neighbor> {
        Some(peer)
    }
}

/// A refusal is an answer: what was asked for is not to be had, but GoBGP is there.
fn or_refused(outcome: Result<(), Fault>) -> Result<Option<Fault>, Fault> {
    match outcome {
        Ok(()) => Ok(None),
        Err(fault @ Fault::Refused { .. }) => Ok(Some(fault)),
        Err(fault) => Err(fault),
    }
}

fn is_link_local(peer: std::net::IpAddr) -> bool {
    matches!(peer, std::net::IpAddr::V6(v6) if v6.is_unicast_link_local())
}
