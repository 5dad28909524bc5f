//! The Kubernetes source as the rest of the daemon sees it, whether the program was built with it or
//! not.

use bfd_control::Control;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::metrics::KubernetesSample;

/// The source of sessions between Kubernetes nodes; a clone is the same.
#[derive(Clone, Debug)]
pub struct NodeMesh {
    #[cfg(feature = "kubernetes")]
    source: super::kubernetes::Handle,
}

impl NodeMesh {
    /// Starts it in `tasks`; it does nothing before it has settings.
    pub fn start(control: &Control, tasks: &mut JoinSet<()>) -> Self {
        #[cfg(not(feature = "kubernetes"))]
        let _ = (control, tasks);
        Self {
            #[cfg(feature = "kubernetes")]
            source: super::kubernetes::Handle::start(control.clone(), tasks),
        }
    }

    /// Puts section `kubernetes` in force, also when it is as before.
    pub fn apply(&self, config: &Config) {
        #[cfg(not(feature = "kubernetes"))]
        let _ = config;
        #[cfg(feature = "kubernetes")]
        self.source.apply(config.kubernetes.clone());
    }

    /// How it is doing; `None` while it is switched off.
    #[must_use]
    pub fn sample(&self) -> Option<KubernetesSample> {
        #[cfg(feature = "kubernetes")]
        return self.source.sample();
        #[cfg(not(feature = "kubernetes"))]
        None
    }
}
