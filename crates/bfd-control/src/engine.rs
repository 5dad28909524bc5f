//! The engine as the control plane sees it.

use std::time::Duration;

use bfd_engine::{AddError, Egress, Endpoint, NewSession, SessionId};
use bfd_proto::{Admin, Instant, PathProblem, SessionSpec, SessionView};

/// The running sessions: the engine, or in tests something that needs neither sockets nor threads.
///
/// Calls may wait for room in a worker's mailbox, so they belong on a thread that may wait.
pub trait Sessions: Send + Sync + 'static {
    /// Starts a session.
    ///
    /// # Errors
    /// See [`AddError`].
    fn add(&self, session: NewSession) -> Result<SessionId, AddError>;
    /// Changes a session while it runs.
    fn update(&self, id: SessionId, spec: SessionSpec);
    /// Holds a session down or lets it go.
    fn admin(&self, id: SessionId, admin: Admin);
    /// Gives a session another way, or takes it away.
    fn path(&self, id: SessionId, endpoint: Endpoint, path: Result<Egress, PathProblem>);
    /// Ends a session: AdminDown, told to the peer for its detection time.
    fn remove(&self, id: SessionId);
    /// Ends all sessions within `limit`.
    fn shutdown(&self, limit: Duration);
    /// A session as its worker last showed it; `None`: not yet, or no more.
    fn read(&self, id: SessionId) -> Option<SessionView>;
    /// The UDP source port of a session; `None` once it is gone.
    fn source_port(&self, id: SessionId) -> Option<u16>;
    /// The clock all moments are read from.
    fn now(&self) -> Instant;
}
