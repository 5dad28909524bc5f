//! The resolved configuration: every default filled in, every value legal.

use std::fmt;

use bfd_api::Endpoint;
use bfd_program::config::ListenAddress;
use bfd_program::logging::LogSettings;

use crate::board::{Policy, Selector};
use crate::push::Target;

/// What the agent is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the daemon's API is.
    pub daemon: Endpoint,
    /// What is logged.
    pub log: LogSettings,
    /// Where metrics and probes are served; `None`: nowhere.
    pub metrics: Option<ListenAddress>,
    /// What is answered where BFD alone does not say it.
    pub policy: Policy,
    /// HAProxy's runtime socket; `None`: nothing is pushed.
    pub push: Option<Target>,
    /// The backends, in the order of the file.
    pub backends: Vec<Backend>,
}

/// One element of `backends`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Which sessions count.
    pub selector: Selector,
    /// Where HAProxy asks.
    pub listen: ListenAddress,
    /// The server's name in HAProxy, `BACKEND/SERVER`, if states are pushed for it.
    pub server: Option<String>,
}

/// As logs name it: address and port, and what narrows the choice.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Selector {
            peer,
            interface,
            local,
        } = &self.selector;
        peer.fmt(f)?;
        if let Some(interface) = interface {
            write!(f, "%{interface}")?;
        }
        match local {
            Some(local) => write!(f, " from {local}"),
            None => Ok(()),
        }
    }
}
