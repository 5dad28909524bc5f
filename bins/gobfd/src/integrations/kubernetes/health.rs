//! How the source is doing: for the metrics page, and for a log that says each trouble once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::metrics::KubernetesSample;

/// Shared with the metrics page; a clone is the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The section is switched on.
    on: bool,
    /// The last thing heard of the server was a good answer.
    connected: bool,
    /// The trouble that was logged and is not over.
    trouble: Option<String>,
    peers: u64,
    sessions: u64,
    lists: u64,
    failures: u64,
}

impl Health {
    /// What the metrics page shows; `None` while the section is switched off.
    pub(super) fn sample(&self) -> Option<KubernetesSample> {
        let state = self.state();
        state.on.then(|| KubernetesSample {
            connected: state.connected,
            peers: state.peers,
            sessions: state.sessions,
            lists: state.lists,
            failures: state.failures,
        })
    }

    /// Begins with a server of which nothing has been heard.
    pub(super) fn on(&self) {
        let mut state = self.state();
        state.on = true;
        state.connected = false;
    }

    /// Counters stay; a later `on` goes on with them.
    pub(super) fn off(&self) {
        let mut state = self.state();
        state.on = false;
        state.connected = false;
        state.trouble = None;
    }

    /// The server gave a good answer.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        state.connected = true;
        if state.trouble.take().is_some() {
            tracing::info!("the Kubernetes API server answers again");
        }
    }

    /// A list or watch failed.
    pub(super) fn failed(&self, reason: &str) {
        let mut state = self.state();
        state.connected = false;
        state.failures += 1;
        if state.trouble.as_deref() != Some(reason) {
            tracing::warn!(
                error = reason,
                "cannot follow the Kubernetes nodes; sessions stay as they are"
            );
            state.trouble = Some(reason.to_owned());
        }
    }

    /// All nodes were listed.
    pub(super) fn listed(&self) {
        self.state().lists += 1;
    }

    /// What the mesh is now: other nodes, and wanted sessions.
    pub(super) fn mesh(&self, peers: usize, sessions: usize) {
        let mut state = self.state();
        (state.peers, state.sessions) = (peers as u64, sessions as u64);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
