//! The engine's place, taken by sessions that hear nothing: no socket, no thread, no packet. They are
//! the protocol's own, so what the API shows of them is what they are.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bfd_control::{EventSource, Sessions};
use bfd_engine::{AddError, Egress, Endpoint, Event, NewSession, SessionId};
use bfd_proto::{
    Admin, Authentication, Discriminator, History, Input, Instant, LocalHealth, Path, PathProblem,
    Session, SessionSpec, SessionView,
};

/// Sessions by discriminator, which is the lowest that is free: the same in every run.
#[derive(Default)]
struct Inside {
    sessions: BTreeMap<u32, (SessionId, Session, History)>,
    given: u32,
    events: Vec<Event>,
}

/// Sessions without a network.
pub(super) struct Still {
    inside: Mutex<Inside>,
    bell: UnixStream,
    ear: UnixStream,
}

/// The reading end of a [`Still`].
pub(super) struct Source(Arc<Still>);

impl Still {
    pub(super) fn new() -> Self {
        let (bell, ear) = UnixStream::pair().expect("a pair of sockets");
        ear.set_nonblocking(true).expect("a mode");
        Self {
            inside: Mutex::default(),
            bell,
            ear,
        }
    }

    pub(super) fn source(self: &Arc<Self>) -> Source {
        Source(Arc::clone(self))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        // Full means that it rings already.
        let _ = (&self.bell).write(&[1]);
    }

    fn input(&self, id: SessionId, input: Input<'_>) {
        let now = self.now();
        self.inside().input(id, now, input);
        self.ring();
    }
}

impl Inside {
    fn input(&mut self, id: SessionId, now: Instant, input: Input<'_>) {
        let number = id.discriminator.get();
        let Some((_, session, history)) = self.sessions.get_mut(&number) else {
            return;
        };
        let actions = session.handle(now, input, &LocalHealth::default());
        history.note(now, &actions);
        let changed = actions.change.map(|change| Event::Changed { id, change });
        self.events.extend(changed);
    }

    fn leave(&mut self, id: SessionId, now: Instant) {
        self.input(id, now, Input::Admin(Admin::Down));
        if self.sessions.remove(&id.discriminator.get()).is_some() {
            self.events.push(Event::Removed(id));
        }
    }
}

impl Sessions for Still {
    fn add(&self, new: NewSession) -> Result<SessionId, AddError> {
        let now = self.now();
        let mut inside = self.inside();
        let free = (1..).find(|number| !inside.sessions.contains_key(number));
        let number = free.and_then(Discriminator::new).expect("few sessions");
        inside.given += 1;
        let id = SessionId {
            worker: 0,
            slot: number.get(),
            generation: inside.given,
            discriminator: number,
        };
        let path = new.path.map_or_else(Path::Waiting, |_| Path::Ready);
        let (session, _) = Session::new(new.spec, new.authentication, number, 1, path, now);
        inside
            .sessions
            .insert(number.get(), (id, session, History::new(now)));
        inside.events.push(Event::Added(id));
        if new.admin_down {
            inside.input(id, now, Input::Admin(Admin::Down));
        }
        drop(inside);
        self.ring();
        Ok(id)
    }

    fn update(&self, id: SessionId, spec: SessionSpec) {
        self.input(id, Input::Spec(spec));
    }

    fn authenticate(&self, id: SessionId, wanted: Option<Arc<Authentication>>) {
        self.input(id, Input::Authentication(wanted.as_ref()));
    }

    fn admin(&self, id: SessionId, admin: Admin) {
        self.input(id, Input::Admin(admin));
    }

    fn path(&self, id: SessionId, _: Endpoint, path: Result<Egress, PathProblem>) {
        let path = path.map_or_else(Path::Waiting, |_| Path::Ready);
        self.input(id, Input::Path(path));
    }

    fn point_to_point(&self, _: Vec<u32>) {}

    fn remove(&self, id: SessionId) {
        let now = self.now();
        self.inside().leave(id, now);
        self.ring();
    }

    fn shutdown(&self, _: Duration) {
        let now = self.now();
        let mut inside = self.inside();
        let ids: Vec<_> = inside.sessions.values().map(|(id, ..)| *id).collect();
        ids.into_iter().for_each(|id| inside.leave(id, now));
        drop(inside);
        self.ring();
    }

    fn read(&self, id: SessionId) -> Option<SessionView> {
        let inside = self.inside();
        let (of, session, history) = inside.sessions.get(&id.discriminator.get())?;
        (*of == id).then(|| session.view(history))
    }

    fn source_port(&self, _: SessionId) -> Option<u16> {
        Some(49_152)
    }

    fn now(&self) -> Instant {
        bfd_control::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

impl EventSource for Source {
    fn ready(&self) -> io::Result<OwnedFd> {
        Ok(self.0.ear.try_clone()?.into())
    }

    fn drain(&mut self, into: &mut Vec<Event>) -> bool {
        let mut octets = [0; 1024];
        while (&self.0.ear).read(&mut octets).is_ok_and(|count| count > 0) {}
        into.append(&mut self.0.inside().events);
        false
    }
}
