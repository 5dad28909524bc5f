//! How a session is named and asked for.

use std::net::IpAddr;
use std::sync::Arc;

use bfd_proto::{Authentication, Discriminator, PathProblem, SessionKind, SessionSpec};

/// Names one session for the life of the process; never used again for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId {
    /// The worker that owns it.
    pub worker: u16,
    /// Its place there.
    pub slot: u32,
    /// How often that place was given out before.
    pub generation: u32,
    /// Its `bfd.LocalDiscr`.
    pub discriminator: Discriminator,
}

/// Which packets belong to a session while the peer does not know its discriminator
/// (RFC 5881 §3, RFC 5883 §3).
///
/// Interface and local address may change during its life, as interfaces are made anew and routes
/// choose other addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Path kind: it sets the port.
    pub kind: SessionKind,
    /// The peer's address.
    pub peer: IpAddr,
    /// Our address; `None`: any.
    pub local: Option<IpAddr>,
    /// The interface; `None`: any.
    pub ifindex: Option<u32>,
}

/// The way out of a session's packets. The ports are the engine's to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Egress {
    /// Source address.
    pub local: IpAddr,
    /// Interface to leave by; 0: as the routes say.
    pub ifindex: u32,
}

/// What a new session is to be.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Protocol wishes.
    pub spec: SessionSpec,
    /// How it authenticates; `None`: not at all.
    pub authentication: Option<Arc<Authentication>>,
    /// Which packets belong to it.
    pub endpoint: Endpoint,
    /// The way to the peer, or why there is none yet.
    pub path: Result<Egress, PathProblem>,
    /// Start in AdminDown.
    pub admin_down: bool,
}
