//! How the rest of the program speaks to the engine.
//!
//! Purpose: wishes in, events and records out. Owner: shared by all of the control plane. Thread:
//! any that may wait; a full mailbox makes the caller wait, never a worker.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bfd_net::Waker;
use bfd_proto::{Admin, Authentication, PathProblem, SessionKind, SessionSpec, SessionView};

use crate::command::{Add, Command, DeskCommand};
use crate::mailbox::Mailbox;
use crate::registry::Registry;
use crate::ring::Ring;
use crate::stats::{EngineStats, Meters};
use crate::table::StateTable;
use crate::{AddError, Egress, Endpoint, Event, NewSession, SessionId};

/// What all handles share with the threads.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Books of the control side; no worker takes this lock.
    pub(crate) registry: Mutex<Registry>,
    pub(crate) workers: Vec<WorkerPort>,
    pub(crate) desk: Arc<Mailbox<DeskCommand>>,
    pub(crate) desk_meters: Arc<Meters>,
    pub(crate) listener: Waker,
}

/// One worker as seen from outside.
#[derive(Debug)]
pub(crate) struct WorkerPort {
    pub(crate) mailbox: Arc<Mailbox<Command>>,
    pub(crate) ring: Arc<Ring>,
    pub(crate) table: Arc<StateTable>,
    pub(crate) meters: Arc<Meters>,
}

/// A cheap handle; all clones speak to the same engine.
#[derive(Clone, Debug)]
pub struct EngineHandle(Arc<Shared>);

impl EngineHandle {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Starts a session. `done` is called on the worker's thread once [`EngineHandle::read`] shows
    /// it; it must not block.
    ///
    /// A session on its way out that has the same endpoint is forgotten at once: two must not speak
    /// to one peer.
    ///
    /// # Errors
    /// See [`AddError`].
    pub fn add(
        &self,
        session: NewSession,
        done: impl FnOnce(SessionId) + Send + 'static,
    ) -> Result<SessionId, AddError> {
        let mut registry = self.registry();
        registry.sweep(|id| self.port(id).table.is_gone(id.slot, id.generation));
        for old in registry.leaving_from(&session.endpoint) {
            self.send(old, Command::Forget(old));
        }
        let id = registry.book(session.endpoint)?;
        let seed = registry.seed()?;
        let source_port = registry.entry(id).map_or(0, |entry| entry.source_port);
        drop(registry);
        self.port(id).table.reserve(id.slot);
        let egress = session
            .path
            .map(|egress| wire(egress, &session.endpoint, source_port));
        let NewSession {
            spec,
            authentication,
            admin_down,
            ..
        } = session;
        let add = Add {
            id,
            spec,
            authentication,
            egress,
            admin_down,
            seed,
            done: Box::new(done),
        };
        self.port(id).mailbox.send(Command::Add(Box::new(add)))?;
        // The worker first: a packet the desk passes on must find its session.
        let insert = DeskCommand::Insert(id, session.endpoint);
        self.0.desk.send(insert)?;
        Ok(id)
    }

    /// Changes a session while it runs; nothing if it is gone.
    pub fn update(&self, id: SessionId, spec: SessionSpec) {
        self.send(id, Command::Update(id, spec));
        if self.registry().set_kind(id, spec.kind) {
            let _ = self.0.desk.send(DeskCommand::SetKind(id, spec.kind));
        }
    }

    /// Lets a session authenticate with other keys, or not at all, from its next packet on.
    pub fn authenticate(&self, id: SessionId, wanted: Option<Arc<Authentication>>) {
        self.send(id, Command::Authenticate(id, wanted));
    }

    /// Holds a session down or lets it go.
    pub fn admin(&self, id: SessionId, admin: Admin) {
        self.send(id, Command::Admin(id, admin));
    }

    /// Gives a session another endpoint and way out, or takes the way away.
    pub fn path(&self, id: SessionId, endpoint: Endpoint, path: Result<Egress, PathProblem>) {
        let Some(source_port) = self.source_port(id) else {
            return;
        };
        self.registry().move_to(id, &endpoint);
        let _ = self.0.desk.send(DeskCommand::Insert(id, endpoint));
        let egress = path.map(|egress| wire(egress, &endpoint, source_port));
        self.send(id, Command::Path(id, egress));
    }

    /// Says which interfaces are point-to-point links, by index: on them a first packet is accepted
    /// whatever its source address (RFC 5881 §6). What was said before is forgotten.
    pub fn point_to_point(&self, interfaces: impl IntoIterator<Item = u32>) {
        let all = interfaces.into_iter().collect();
        let _ = self.0.desk.send(DeskCommand::PointToPoint(all));
    }

    /// Ends a session: AdminDown, told to the peer for its detection time, then
    /// [`Event::Removed`].
    pub fn remove(&self, id: SessionId) {
        if self.registry().leave(id) {
            let _ = self.0.desk.send(DeskCommand::Remove(id));
            self.send(id, Command::Remove(id));
        }
    }

    /// Ends all sessions, each after its peer's detection time but within `limit`.
    pub fn shutdown(&self, limit: Duration) {
        for id in self.sessions() {
            self.registry().leave(id);
        }
        for port in &self.0.workers {
            let _ = port.mailbox.send(Command::Shutdown(limit));
        }
    }

    /// A session as its worker last showed it; `None`: not yet, or no more.
    #[must_use]
    pub fn read(&self, id: SessionId) -> Option<SessionView> {
        self.port(id).table.read(id.slot, id.generation)
    }

    /// The UDP source port of a session; `None` once it is gone.
    #[must_use]
    pub fn source_port(&self, id: SessionId) -> Option<u16> {
        self.registry().entry(id).map(|entry| entry.source_port)
    }

    /// Every session that is not gone, in no order.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        let mut registry = self.registry();
        registry.sweep(|id| self.port(id).table.is_gone(id.slot, id.generation));
        registry.sessions()
    }

    /// Counters of all threads.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        let worker = |port: &WorkerPort| {
            port.meters
                .worker(port.mailbox.depth(), port.mailbox.refused())
        };
        EngineStats {
            workers: self.0.workers.iter().map(worker).collect(),
            desk: self
                .0
                .desk_meters
                .desk(self.0.desk.depth(), self.0.desk.refused()),
        }
    }

    /// Readable when there are events; see [`EngineHandle::drain_events`].
    #[must_use]
    pub fn event_fd(&self) -> BorrowedFd<'_> {
        self.0.listener.as_fd()
    }

    /// Moves all waiting events to `into`. Returns whether some were left out because nobody read
    /// in time: then [`EngineHandle::read`] of every session shows what they would have told.
    ///
    /// Only one reader may call this.
    pub fn drain_events(&self, into: &mut Vec<Event>) -> bool {
        self.0.listener.clear();
        let drain = |overflow, port: &WorkerPort| port.ring.drain(into) | overflow;
        self.0.workers.iter().fold(false, drain)
    }

    pub(crate) fn stop(&self) {
        let _ = self.0.desk.send(DeskCommand::Stop);
        for port in &self.0.workers {
            let _ = port.mailbox.send(Command::Stop);
        }
    }

    /// A stopped engine has no sessions left to do anything to.
    fn send(&self, id: SessionId, command: Command) {
        let _ = self.port(id).mailbox.send(command);
    }

    fn port(&self, id: SessionId) -> &WorkerPort {
        &self.0.workers[usize::from(id.worker)]
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// The mailboxes of all workers, in order.
    pub(crate) fn mailboxes(&self) -> Arc<[Arc<Mailbox<Command>>]> {
        let mailboxes = self.workers.iter().map(|port| Arc::clone(&port.mailbox));
        mailboxes.collect()
    }
}

/// The way out with everything that a header needs.
fn wire(egress: Egress, endpoint: &Endpoint, source_port: u16) -> bfd_net::Egress {
    let single_hop = endpoint.kind == SessionKind::SingleHop;
    bfd_net::Egress {
        local: egress.local,
        peer: endpoint.peer,
        ifindex: if single_hop { egress.ifindex } else { 0 },
        source_port,
        destination_port: endpoint.kind.port(),
        dont_fragment: false,
    }
}
