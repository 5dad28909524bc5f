//! Neighbour systems: one module for each, started from one place.
//!
//! Purpose: start them with the daemon, tell them what the configuration says, and show how they are
//! doing. Owner: the daemon. Thread: tokio's. Each ends with the task set it was started in; none
//! may hold up the daemon or another.

#[cfg(feature = "kubernetes")]
pub mod kubernetes;

use bfd_control::Control;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::metrics::KubernetesSample;

/// The running integrations; a clone is the same.
#[derive(Clone, Debug)]
pub struct Integrations {
    #[cfg(feature = "kubernetes")]
    kubernetes: kubernetes::Handle,
}

impl Integrations {
    /// Starts all of them in `tasks`, idle until [`Integrations::apply`] says more.
    pub fn start(control: &Control, tasks: &mut JoinSet<()>) -> Self {
        #[cfg(not(feature = "kubernetes"))]
        let _ = (control, tasks);
        Self {
            #[cfg(feature = "kubernetes")]
            kubernetes: kubernetes::Handle::start(control.clone(), tasks),
        }
    }

    /// Puts the sections of the integrations in force.
    pub fn apply(&self, config: &Config) {
        #[cfg(not(feature = "kubernetes"))]
        let _ = config;
        #[cfg(feature = "kubernetes")]
        self.kubernetes.apply(config.kubernetes.clone());
    }

    /// How the node mesh is doing; `None` while it is switched off.
    #[must_use]
    pub fn kubernetes(&self) -> Option<KubernetesSample> {
        #[cfg(feature = "kubernetes")]
        return self.kubernetes.sample();
        #[cfg(not(feature = "kubernetes"))]
        None
    }
}
