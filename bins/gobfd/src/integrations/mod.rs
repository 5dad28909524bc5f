//! Integrations: what other systems on this host do because of BFD.
//!
//! Purpose: one module per neighbour system, each with settings and one `run`; those that react to
//! sessions share the driver `level_triggered`. Owner: [`Integrations`] owns their tasks. Thread:
//! tokio's. It must never delay the control plane or the API, however a neighbour behaves.

mod agenda;
mod backoff;
mod board;
mod dampening;
pub mod gobgp;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
mod level_triggered;
mod node_mesh;
mod opinion;
#[cfg(test)]
mod tests;
mod watchlist;

use std::time::Duration;

use bfd_control::Control;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, GobgpSettings};
use level_triggered::Life;

pub use agenda::Wish;
pub use board::{Board, Neighbour, Picture, Target};
pub use node_mesh::NodeMesh;
pub use opinion::Cause;

/// Longest time an integration may take to end, beyond what it needs to give its targets back.
const PARTING: Duration = Duration::from_secs(3);

/// Why an integration cannot be started with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// Files for TLS to GoBGP.
    #[error("gobgp.tls: {0}")]
    GobgpTls(#[from] gobgp::TlsError),
}

/// The running integrations.
#[derive(Debug)]
pub struct Integrations {
    mesh: NodeMesh,
    gobgp: Option<Running<GobgpSettings>>,
    board: Board,
    /// Whether it was said that there is none.
    said: bool,
}

#[derive(Debug)]
struct Running<S> {
    settings: S,
    life: watch::Sender<Life>,
    task: JoinHandle<()>,
}

impl Integrations {
    /// None running, those that react to sessions shown on `board`; `mesh` waits for settings.
    #[must_use]
    pub fn new(board: Board, mesh: NodeMesh) -> Self {
        Self {
            mesh,
            gobgp: None,
            board,
            said: false,
        }
    }

    /// Whether the integrations can be started as `config` says.
    ///
    /// # Errors
    /// What is missing, as a sentence.
    pub fn check(config: &Config) -> Result<(), SetupError> {
        config.gobgp.as_ref().map_or(Ok(()), gobgp::check)?;
        Ok(())
    }

    /// Makes them run as `config` says. One whose settings are the same is not touched; one whose
    /// settings changed first gives back what the new settings do not speak of.
    pub async fn apply(&mut self, config: &Config, control: &Control) {
        self.mesh.apply(config);
        let wanted = config.gobgp.as_ref();
        if wanted.is_none() && !std::mem::replace(&mut self.said, true) {
            tracing::info!("gobgp integration disabled");
        }
        if self.gobgp.as_ref().map(|running| &running.settings) == wanted {
            return;
        }
        if let Some(running) = self.gobgp.take() {
            let how = gobgp::ending(&running.settings, wanted);
            running.end(how).await;
        }
        self.gobgp = wanted.map(|settings| {
            let (life, lives) = watch::channel(Life::Run);
            let settings = settings.clone();
            let run = gobgp::run(settings.clone(), control.clone(), lives, self.board.clone());
            Running {
                settings,
                life,
                task: tokio::spawn(run),
            }
        });
        match &self.gobgp {
            Some(_) => self.said = false,
            None => self.board.begin(None),
        }
    }

    /// Ends them all and leaves their neighbours as they are: the next daemon takes over.
    pub async fn leave(&mut self) {
        if let Some(running) = self.gobgp.take() {
            running.end(Life::Leave).await;
        }
    }
}

impl<S> Running<S> {
    async fn end(mut self, how: Life) {
        self.life.send_replace(how);
        if tokio::time::timeout(PARTING, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
