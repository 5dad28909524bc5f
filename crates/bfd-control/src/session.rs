//! What the control plane knows of a session, and what one is shown of it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bfd_engine::SessionId;
use bfd_proto::{History, Instant, Path, PathProblem, Session, SessionView};

use crate::intent::{Owner, TimerOverride, Wanted};
use crate::key::SessionKey;
use crate::topology::Resolved;

/// The control plane's side of a session: a value that is replaced, never changed.
#[derive(Clone, Debug)]
pub struct SessionMeta {
    /// Its name in the engine.
    pub id: SessionId,
    /// Its identity.
    pub key: SessionKey,
    /// Who wants it.
    pub owner: Owner,
    /// What it shall be.
    pub wanted: Wanted,
    /// What is laid over what its owner asked for; `None`: nothing, `wanted` is what that was.
    pub overridden: Option<Box<Overridden>>,
    /// The id of the key it sends with now; `None`: no authentication.
    pub sends_key: Option<u8>,
    /// The way out, or why there is none.
    pub path: Result<Resolved, PathProblem>,
    /// When it was admitted.
    pub created: Instant,
    /// When it was last down; the one thing that changes, and goes into later versions.
    pub(crate) down_at: DownAt,
}

/// An override of timers or of the administrative state, seen from above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    /// What the owner asked for.
    pub base: Wanted,
    /// Timers laid over those.
    pub timers: TimerOverride,
}

/// Nanoseconds of the last Down; 0: never. Only the hub writes it, and only it makes versions.
#[derive(Debug, Default)]
pub(crate) struct DownAt(AtomicU64);

impl DownAt {
    pub(crate) fn set(&self, at: Instant) {
        self.0.store(at.as_nanos(), Ordering::Relaxed);
    }
}

impl Clone for DownAt {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl SessionMeta {
    /// The address it sends from: the one asked for, else the one found; `None` while unknown.
    #[must_use]
    pub fn local(&self) -> Option<IpAddr> {
        self.key
            .local
            .or_else(|| self.path.ok().map(|path| path.local))
    }

    /// What its owner asked for.
    #[must_use]
    pub fn base(&self) -> &Wanted {
        let below = self.overridden.as_ref();
        below.map_or(&self.wanted, |overridden| &overridden.base)
    }

    /// Timers laid over those that its owner asked for.
    #[must_use]
    pub fn timers(&self) -> TimerOverride {
        let overridden = self.overridden.as_ref();
        overridden.map_or_else(TimerOverride::default, |overridden| overridden.timers)
    }

    /// When it last left Init or Up for Down or AdminDown; `None`: never.
    #[must_use]
    pub fn down_at(&self) -> Option<Instant> {
        Some(self.down_at.0.load(Ordering::Relaxed))
            .filter(|at| *at != 0)
            .map(Instant::from_nanos)
    }

    /// What the session looks like until its worker has taken it over.
    pub(crate) fn first_view(&self) -> SessionView {
        let path = self.path.map_or_else(Path::Waiting, |_| Path::Ready);
        let spec = self.wanted.spec;
        Session::new(spec, None, self.id.discriminator, 0, path, self.created)
            .0
            .view(&History::new(self.created))
    }
}

/// One session as it is at one moment.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// The control plane's side.
    pub meta: Arc<SessionMeta>,
    /// The worker's side.
    pub view: SessionView,
}
