//! What the control plane asks of the threads of the data plane.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bfd_proto::{Admin, Authentication, Path, PathProblem, SessionKind, SessionSpec};

use crate::{Endpoint, SessionId};

/// Called on the worker's thread when a session runs; it must not block.
pub(crate) type Done = Box<dyn FnOnce(SessionId) + Send>;

/// A wish for a worker.
pub(crate) enum Command {
    /// Start a session.
    Add(Box<Add>),
    /// Change a session while it runs.
    Update(SessionId, SessionSpec),
    /// Let a session authenticate with other keys, or not at all.
    Authenticate(SessionId, Option<Arc<Authentication>>),
    /// Hold a session down or let it go.
    Admin(SessionId, Admin),
    /// Another way to the peer, or none.
    Path(SessionId, Result<bfd_net::Egress, PathProblem>),
    /// Tell the peer, then forget the session.
    Remove(SessionId),
    /// Forget the session at once: another takes its place.
    Forget(SessionId),
    /// Tell all peers, for so long at most, then forget all sessions.
    Shutdown(Duration),
    /// End the thread.
    Stop,
}

/// All that a new session needs.
pub(crate) struct Add {
    pub(crate) id: SessionId,
    pub(crate) spec: SessionSpec,
    pub(crate) authentication: Option<Arc<Authentication>>,
    pub(crate) egress: Result<bfd_net::Egress, PathProblem>,
    pub(crate) admin_down: bool,
    pub(crate) seed: u64,
    pub(crate) done: Done,
}

/// A wish for the front desk.
#[derive(Debug)]
pub(crate) enum DeskCommand {
    /// First packets for this endpoint belong to this session.
    Insert(SessionId, Endpoint),
    /// The session is of this kind from now on.
    SetKind(SessionId, SessionKind),
    /// No more.
    Remove(SessionId),
    /// These interfaces are point-to-point links, no others.
    PointToPoint(HashSet<u32>),
    /// End the thread.
    Stop,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = match self {
            Self::Add(add) => ("Add", Some(add.id)),
            Self::Update(id, _) => ("Update", Some(*id)),
            Self::Authenticate(id, _) => ("Authenticate", Some(*id)),
            Self::Admin(id, _) => ("Admin", Some(*id)),
            Self::Path(id, _) => ("Path", Some(*id)),
            Self::Remove(id) => ("Remove", Some(*id)),
            Self::Forget(id) => ("Forget", Some(*id)),
            Self::Shutdown(_) => ("Shutdown", None),
            Self::Stop => ("Stop", None),
        };
        f.debug_tuple(name).field(&id).finish()
    }
}

/// The session's view of a way out.
pub(crate) fn path(egress: Result<bfd_net::Egress, PathProblem>) -> Path {
    match egress {
        Ok(_) => Path::Ready,
        Err(problem) => Path::Waiting(problem),
    }
}
