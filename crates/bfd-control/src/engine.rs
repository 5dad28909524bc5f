//! The engine as the control plane sees it.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bfd_engine::{AddError, Egress, Endpoint, EngineHandle, Event, NewSession, SessionId};
use bfd_proto::{Admin, Authentication, Instant, PathProblem, SessionSpec, SessionView};

use crate::hub::EventSource;

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
    /// Lets a session authenticate with other keys, or not at all.
    fn authenticate(&self, id: SessionId, wanted: Option<Arc<Authentication>>);
    /// Holds a session down or lets it go.
    fn admin(&self, id: SessionId, admin: Admin);
    /// Gives a session another way, or takes it away.
    fn path(&self, id: SessionId, endpoint: Endpoint, path: Result<Egress, PathProblem>);
    /// Says which interfaces are point-to-point links, in place of those named before.
    fn point_to_point(&self, interfaces: Vec<u32>);
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
    /// The clock that lifetimes of keys are read from.
    fn wall(&self) -> SystemTime;
}

impl Sessions for EngineHandle {
    fn add(&self, session: NewSession) -> Result<SessionId, AddError> {
        Self::add(self, session, |_| ())
    }

    fn update(&self, id: SessionId, spec: SessionSpec) {
        Self::update(self, id, spec);
    }

    fn authenticate(&self, id: SessionId, wanted: Option<Arc<Authentication>>) {
        Self::authenticate(self, id, wanted);
    }

    fn admin(&self, id: SessionId, admin: Admin) {
        Self::admin(self, id, admin);
    }

    fn path(&self, id: SessionId, endpoint: Endpoint, path: Result<Egress, PathProblem>) {
        Self::path(self, id, endpoint, path);
    }

    fn point_to_point(&self, interfaces: Vec<u32>) {
        Self::point_to_point(self, interfaces);
    }

    fn remove(&self, id: SessionId) {
        Self::remove(self, id);
    }

    fn shutdown(&self, limit: Duration) {
        Self::shutdown(self, limit);
    }

    fn read(&self, id: SessionId) -> Option<SessionView> {
        Self::read(self, id)
    }

    fn source_port(&self, id: SessionId) -> Option<u16> {
        Self::source_port(self, id)
    }

    fn now(&self) -> Instant {
        now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

impl EventSource for EngineHandle {
    fn ready(&self) -> io::Result<OwnedFd> {
        self.event_fd().try_clone_to_owned()
    }

    fn drain(&mut self, into: &mut Vec<Event>) -> bool {
        self.drain_events(into)
    }
}

/// Now, on the clock of the engine and of everything the control plane tells.
#[must_use]
pub fn now() -> Instant {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let nanos = i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
    Instant::from_nanos(u64::try_from(nanos).unwrap_or(0))
}
