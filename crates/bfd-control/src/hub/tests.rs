use std::sync::Arc;

use bfd_engine::SessionId;
use bfd_proto::State;

use super::{Event, EventKind, Hub, Subscription};
use crate::engine::Sessions as _;
use crate::hub::EventSource as _;
use crate::session::SessionMeta;
use crate::testing::fake::{Fake, Source, fake};
use crate::testing::{meta, wanted};

struct Scene {
    fake: Arc<Fake>,
    source: Source,
    hub: Hub,
}

impl Scene {
    fn new() -> Self {
        let (fake, source) = fake(false);
        let hub = Hub::new(Arc::clone(&fake) as _);
        Self { fake, source, hub }
    }

    fn add(&self) -> SessionId {
        let added = self.hub.admit(|| {
            let wanted = wanted(100);
            let id = self.fake.add(bfd_engine::NewSession {
                spec: wanted.spec,
                authentication: None,
                endpoint: bfd_engine::Endpoint {
                    kind: wanted.spec.kind,
                    peer: [192, 0, 2, 1].into(),
                    local: None,
                    ifindex: None,
                },
                path: Err(bfd_proto::PathProblem::NoRoute),
                admin_down: false,
            })?;
            Ok(meta(id))
        });
        added.expect("room").meta.id
    }

    /// What the pump does.
    fn pump(&mut self) {
        let mut events = Vec::new();
        let overflow = self.source.drain(&mut events);
        self.hub.absorb(&events, overflow);
    }

    fn ids(&self) -> Vec<SessionId> {
        let id = |meta: &Arc<SessionMeta>| meta.id;
        self.hub.sessions().iter().map(id).collect()
    }
}

fn read(events: &mut Subscription) -> Vec<Arc<Event>> {
    std::iter::from_fn(|| events.try_next()).collect()
}

fn shape(event: &Event) -> (&'static str, State, bool) {
    let kind = match event.kind {
        EventKind::Added => "added",
        EventKind::Changed(_) => "changed",
        EventKind::Deleted => "deleted",
    };
    (kind, event.session.view.state, event.lagged)
}

#[test]
fn events_show_the_session_right_after_each_change() {
    let mut scene = Scene::new();
    let mut watch = scene.hub.subscribe();
    let id = scene.add();
    // The worker is ahead: when the first change is told, the table shows the second.
    scene.fake.change(id, State::Init);
    scene.fake.change(id, State::Up);
    scene.pump();
    let told = read(&mut watch.events);
    let shapes: Vec<_> = told.iter().map(|event| shape(event)).collect();
    assert_eq!(
        shapes,
        [
            ("added", State::Down, false),
            ("changed", State::Init, false),
            ("changed", State::Up, false)
        ]
    );
    assert!(told.is_sorted_by(|a, b| a.sequence < b.sequence));
}

#[test]
fn a_snapshot_and_what_follows_make_the_whole_history() {
    let mut scene = Scene::new();
    let id = scene.add();
    scene.fake.change(id, State::Init);
    scene.pump();
    // Happened, but not told yet: it belongs to the events, not to the snapshot.
    scene.fake.change(id, State::Up);
    let mut watch = scene.hub.subscribe();
    assert_eq!(watch.sessions[0].view.state, State::Init);
    scene.pump();
    let told = read(&mut watch.events);
    assert_eq!(told.len(), 1);
    assert_eq!(shape(&told[0]), ("changed", State::Up, false));
    assert!(told[0].sequence > watch.sequence);
}

#[test]
fn an_overflow_loses_no_last_state() {
    let mut scene = Scene::new();
    let (one, two) = (scene.add(), scene.add());
    scene.pump();
    let mut watch = scene.hub.subscribe();
    scene.fake.change(one, State::Init);
    scene.fake.change_untold(one, State::Up);
    scene.fake.change_untold(two, State::Init);
    scene.fake.change_untold(two, State::Down);
    scene.pump();
    let told = read(&mut watch.events);
    let mut shapes: Vec<_> = told
        .iter()
        .map(|event| (event.id() == one, shape(event)))
        .collect();
    shapes.sort_unstable();
    assert_eq!(
        shapes,
        [
            // It was away and came back: that is told as well.
            (false, ("changed", State::Down, true)),
            (true, ("changed", State::Init, false)),
            (true, ("changed", State::Up, true)),
        ]
    );
    // Nothing is left over for the next time.
    scene.hub.absorb(&[], true);
    assert!(read(&mut watch.events).is_empty());
}

#[test]
fn a_leaving_session_is_hidden_at_once_and_deleted_after_its_last_change() {
    let mut scene = Scene::new();
    let id = scene.add();
    scene.fake.change(id, State::Up);
    scene.pump();
    let mut before = scene.hub.subscribe();
    scene.hub.leave(id);
    assert!(scene.ids().is_empty());
    assert!(scene.hub.find(id.discriminator.get()).is_none());
    let mut after = scene.hub.subscribe();
    assert!(after.sessions.is_empty());
    scene.fake.change(id, State::AdminDown);
    scene.pump();
    scene.fake.gone(id);
    scene.pump();
    let told: Vec<_> = read(&mut before.events)
        .iter()
        .map(|event| shape(event))
        .collect();
    assert_eq!(
        told,
        [
            ("changed", State::AdminDown, false),
            ("deleted", State::AdminDown, false)
        ]
    );
    assert!(
        read(&mut after.events).is_empty(),
        "it was not in the snapshot"
    );
}

#[test]
fn a_session_held_down_is_deleted_at_once() {
    let mut scene = Scene::new();
    let id = scene.add();
    scene.fake.change(id, State::AdminDown);
    scene.pump();
    let mut watch = scene.hub.subscribe();
    scene.hub.leave(id);
    let told: Vec<_> = read(&mut watch.events)
        .iter()
        .map(|event| shape(event))
        .collect();
    assert_eq!(told, [("deleted", State::AdminDown, false)]);
}

#[test]
fn a_session_that_vanished_in_an_overflow_is_deleted() {
    let mut scene = Scene::new();
    let id = scene.add();
    scene.pump();
    let mut watch = scene.hub.subscribe();
    scene.hub.leave(id);
    scene.fake.gone(id);
    scene.source.drain(&mut Vec::new());
    scene.hub.absorb(&[], true);
    let told: Vec<_> = read(&mut watch.events)
        .iter()
        .map(|event| shape(event))
        .collect();
    assert_eq!(told, [("deleted", State::AdminDown, false)]);
}

#[test]
fn whoever_had_a_discriminator_is_deleted_before_it_is_anothers() {
    let scene = Scene::new();
    let old = scene.add();
    let mut watch = scene.hub.subscribe();
    scene.hub.leave(old);
    let new = SessionId {
        generation: 1,
        ..old
    };
    scene.hub.admit(|| Ok(meta(new))).expect("room");
    // What its worker tells of the old one comes late and concerns nobody.
    scene.hub.absorb(&[bfd_engine::Event::Removed(old)], false);
    let told = read(&mut watch.events);
    let of: Vec<_> = told.iter().map(|event| (event.id(), event.kind)).collect();
    assert_eq!(of, [(old, EventKind::Deleted), (new, EventKind::Added)]);
    assert_eq!(scene.ids(), [new]);
    let found = scene.hub.find(new.discriminator.get());
    assert_eq!(found.map(|meta| meta.id), Some(new));
}

#[test]
fn dropped_subscriptions_cost_nothing() {
    let mut scene = Scene::new();
    drop(scene.hub.subscribe());
    let id = scene.add();
    scene.fake.change(id, State::Up);
    scene.pump();
    assert!(scene.hub.state().subscribers.is_empty());
}

#[test]
fn the_end_comes_after_what_waits() {
    let scene = Scene::new();
    let mut watch = scene.hub.subscribe();
    scene.add();
    scene.hub.close();
    assert_eq!(read(&mut watch.events).len(), 1);
    assert!(scene.hub.subscribe().events.try_next().is_none());
}
