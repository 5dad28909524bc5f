//! An engine without sockets, threads or time: what it is asked for is written down, what happens
//! in it is up to the test.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bfd_engine::{AddError, Egress, Endpoint, Event, NewSession, SessionId};
use bfd_proto::{
    Admin, Authentication, Diagnostic, Discriminator, History, Instant, Path, PathProblem, Session,
    SessionSpec, SessionView, State, StateChange,
};

use crate::engine::Sessions;
use crate::hub::EventSource;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    Add(SessionId, Endpoint, Result<Egress, PathProblem>),
    Update(SessionId, SessionSpec),
    /// The ids of the keys sent and accepted.
    Authenticate(SessionId, Option<(u8, Vec<u8>)>),
    Admin(SessionId, Admin),
    Path(SessionId, Endpoint, Result<Egress, PathProblem>),
    PointToPoint(Vec<u32>),
    Remove(SessionId),
    Shutdown(Duration),
}

#[derive(Debug, Default)]
struct Inside {
    views: HashMap<SessionId, SessionView>,
    calls: Vec<Call>,
    events: Vec<Event>,
    overflow: bool,
}

pub(crate) struct Fake {
    inside: Mutex<Inside>,
    /// Looks at the control plane at the moment it asks for an admin state.
    witness: Mutex<Option<Box<dyn Fn() + Send>>>,
    clock: AtomicU64,
    /// Seconds since 1970.
    wall: AtomicU64,
    bell: UnixStream,
    /// Sessions do what they are told at once.
    obedient: bool,
}

/// The reading end.
pub(crate) struct Source {
    fake: Arc<Fake>,
    bell: UnixStream,
}

pub(crate) fn fake(obedient: bool) -> (Arc<Fake>, Source) {
    let (bell, ear) = UnixStream::pair().expect("a pair of sockets");
    ear.set_nonblocking(true).expect("a mode");
    let fake = Arc::new(Fake {
        inside: Mutex::default(),
        witness: Mutex::default(),
        clock: AtomicU64::new(1_000),
        wall: AtomicU64::new(1_000),
        bell,
        obedient,
    });
    let source = Source {
        fake: Arc::clone(&fake),
        bell: ear,
    };
    (fake, source)
}

impl Fake {
    pub(crate) fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.inside.lock().expect("no panic").calls)
    }

    /// Calls `witness` whenever an admin state is asked for.
    pub(crate) fn watch_admin(&self, witness: impl Fn() + Send + 'static) {
        *self.witness.lock().expect("no panic") = Some(Box::new(witness));
    }

    /// Sets the wall clock, in seconds since 1970.
    pub(crate) fn set_wall(&self, seconds: u64) {
        self.wall.store(seconds, Ordering::Relaxed);
    }

    /// The session changes its state, and the worker tells it.
    pub(crate) fn change(&self, id: SessionId, to: State) -> StateChange {
        let change = self.enter(id, to);
        self.tell(Event::Changed { id, change });
        change
    }

    /// The session changes its state, and the ring has no room for the event.
    pub(crate) fn change_untold(&self, id: SessionId, to: State) {
        self.enter(id, to);
        self.inside.lock().expect("no panic").overflow = true;
        self.ring();
    }

    /// The session is gone.
    pub(crate) fn gone(&self, id: SessionId) {
        self.inside.lock().expect("no panic").views.remove(&id);
        self.tell(Event::Removed(id));
    }

    fn enter(&self, id: SessionId, to: State) -> StateChange {
        let at = self.now();
        let mut inside = self.inside.lock().expect("no panic");
        let view = inside.views.get_mut(&id).expect("a session");
        let from = std::mem::replace(&mut view.state, to);
        view.last_change = Some(at);
        StateChange {
            at,
            from,
            to,
            diagnostic: Diagnostic::NONE,
            remote_state: view.remote.state,
            down: None,
        }
    }

    fn tell(&self, event: Event) {
        self.inside.lock().expect("no panic").events.push(event);
        self.ring();
    }

    fn ring(&self) {
        // Full means that it rings already.
        let _ = (&self.bell).write(&[1]);
    }

    fn note(&self, call: Call) {
        self.inside.lock().expect("no panic").calls.push(call);
    }
}

impl Sessions for Fake {
    fn add(&self, session: NewSession) -> Result<SessionId, AddError> {
        let now = self.now();
        let number = u32::try_from(now.as_nanos()).expect("a short test");
        let discriminator = Discriminator::new(number).expect("not zero");
        let id = SessionId {
            worker: 0,
            slot: number,
            generation: 0,
            discriminator,
        };
        let path = session.path.map_or_else(Path::Waiting, |_| Path::Ready);
        let view = Session::new(session.spec, None, discriminator, 0, path, now)
            .0
            .view(&History::new(now));
        self.inside.lock().expect("no panic").views.insert(id, view);
        self.note(Call::Add(id, session.endpoint, session.path));
        if let Some(authentication) = session.authentication {
            self.authenticate(id, Some(authentication));
        }
        self.tell(Event::Added(id));
        Ok(id)
    }

    fn update(&self, id: SessionId, spec: SessionSpec) {
        self.note(Call::Update(id, spec));
    }

    fn authenticate(&self, id: SessionId, wanted: Option<Arc<Authentication>>) {
        let keys = |it: Arc<Authentication>| (it.send_key_id(), it.accepted_key_ids().collect());
        self.note(Call::Authenticate(id, wanted.map(keys)));
    }

    fn admin(&self, id: SessionId, admin: Admin) {
        self.note(Call::Admin(id, admin));
        if let Some(witness) = &*self.witness.lock().expect("no panic") {
            witness();
        }
    }

    fn path(&self, id: SessionId, endpoint: Endpoint, path: Result<Egress, PathProblem>) {
        self.note(Call::Path(id, endpoint, path));
    }

    fn point_to_point(&self, interfaces: Vec<u32>) {
        self.note(Call::PointToPoint(interfaces));
    }

    fn remove(&self, id: SessionId) {
        self.note(Call::Remove(id));
        if self.obedient {
            self.change(id, State::AdminDown);
        }
    }

    fn shutdown(&self, limit: Duration) {
        self.note(Call::Shutdown(limit));
        let ids: Vec<_> = self
            .inside
            .lock()
            .expect("no panic")
            .views
            .keys()
            .copied()
            .collect();
        for id in ids.into_iter().filter(|_| self.obedient) {
            self.change(id, State::AdminDown);
            self.gone(id);
        }
    }

    fn read(&self, id: SessionId) -> Option<SessionView> {
        self.inside
            .lock()
            .expect("no panic")
            .views
            .get(&id)
            .copied()
    }

    fn source_port(&self, _: SessionId) -> Option<u16> {
        Some(49152)
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.clock.fetch_add(1, Ordering::Relaxed))
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.wall.load(Ordering::Relaxed))
    }
}

impl EventSource for Source {
    fn ready(&self) -> io::Result<OwnedFd> {
        Ok(self.bell.try_clone()?.into())
    }

    fn drain(&mut self, into: &mut Vec<Event>) -> bool {
        while self
            .bell
            .read(&mut [0; 1024])
            .is_ok_and(|octets| octets > 0)
        {}
        let mut inside = self.fake.inside.lock().expect("no panic");
        into.append(&mut inside.events);
        std::mem::take(&mut inside.overflow)
    }
}
