use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bfd_proto::{Admin, AuthType, Key, PathProblem, Secret, State};

use super::Control;
use crate::error::{ChangeError, StartError};
use crate::hub::{EventKind, Subscription};
use crate::intent::{Intent, Owner, TimerChange, TimerOverride};
use crate::keychain::{KeyChain, Lifetime, TimedKey};
use crate::session::SessionInfo;
use crate::testing::fake::{Call, Fake, fake};
use crate::testing::{key, keys, spec, wanted};
use crate::topology::{Address, Link, Topology};

/// eth0 with 192.0.2.100/24.
fn host(running: bool) -> Arc<Topology> {
    let mut topology = Topology::default();
    topology.set_link(Link {
        index: 2,
        name: "eth0".into(),
        running,
        loopback: false,
        point_to_point: false,
    });
    topology.set_address(address());
    Arc::new(topology)
}

fn address() -> Address {
    Address {
        interface: 2,
        local: local(),
        network: local(),
        prefix_len: 24,
        usable: true,
    }
}

fn local() -> IpAddr {
    [192, 0, 2, 100].into()
}

fn start(topology: Arc<Topology>) -> (Control, Arc<Fake>) {
    let (fake, source) = fake(true);
    let engine = Arc::clone(&fake) as _;
    let control = Control::start(engine, source, topology, Box::new(|_| Some(local())));
    (control.expect("threads"), fake)
}

fn intent(peer: u8, tx_ms: u32) -> Intent {
    Intent {
        key: key(peer),
        wanted: wanted(tx_ms),
    }
}

async fn add(control: &Control, peer: u8) -> SessionInfo {
    control
        .add(Owner::Api, intent(peer, 100))
        .await
        .expect("free and room")
}

/// The next event, within a generous time.
async fn next(events: &mut Subscription) -> (EventKind, State) {
    let event = tokio::time::timeout(Duration::from_secs(10), events.next()).await;
    let event = event.expect("in time").expect("not closed");
    (event.kind, event.session.view.state)
}

#[tokio::test]
async fn a_session_is_added_found_and_removed() {
    let (control, fake) = start(host(true));
    let mut watch = control.watch();
    let added = add(&control, 1).await;
    let discriminator = added.meta.id.discriminator.get();
    assert_eq!(added.view.state, State::Down);
    assert_eq!(added.meta.local(), Some(local()));
    assert!(control.get(discriminator).is_some());
    assert_eq!(next(&mut watch.events).await.0, EventKind::Added);

    control.remove(discriminator).await.expect("it is there");
    assert!(control.get(discriminator).is_none());
    assert!(matches!(
        next(&mut watch.events).await.0,
        EventKind::Changed(_)
    ));
    assert_eq!(
        next(&mut watch.events).await,
        (EventKind::Deleted, State::AdminDown)
    );
    assert_eq!(
        control.remove(discriminator).await,
        Err(ChangeError::NotFound)
    );
    let calls = fake.calls();
    assert!(
        matches!(calls[..], [Call::Add(..), Call::Remove(_)]),
        "{calls:?}"
    );
    // The key is free again.
    add(&control, 1).await;
}

#[tokio::test]
async fn a_second_owner_hears_who_holds_the_key() {
    let (control, _) = start(host(true));
    let done = control
        .reconcile(Owner::Config, vec![intent(1, 100)])
        .await
        .expect("running");
    assert_eq!(done.created, 1);
    let refused = control.add(Owner::Api, intent(1, 50)).await;
    let Err(StartError::Conflict(conflict)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(conflict.owner, Owner::Config);
    add(&control, 2).await;
    let again = vec![intent(1, 100), intent(2, 100)];
    let done = control
        .reconcile(Owner::Config, again)
        .await
        .expect("running");
    assert_eq!((done.created, done.conflicts.len()), (0, 1));
}

#[tokio::test]
async fn a_reload_touches_only_what_changed() {
    let (control, fake) = start(host(true));
    let first = vec![intent(1, 100), intent(2, 100), intent(3, 100)];
    control
        .reconcile(Owner::Config, first)
        .await
        .expect("running");
    let api = add(&control, 9).await;
    fake.calls();

    let second = vec![intent(1, 100), intent(2, 500), intent(4, 100)];
    let done = control
        .reconcile(Owner::Config, second.clone())
        .await
        .expect("running");
    assert_eq!((done.created, done.destroyed, done.changed), (1, 1, 1));
    let calls = fake.calls();
    assert!(
        matches!(calls[..], [Call::Remove(_), Call::Update(_, new), Call::Add(..)] if new == spec(500)),
        "{calls:?}"
    );
    assert!(control.get(api.meta.id.discriminator.get()).is_some());

    let done = control
        .reconcile(Owner::Config, second)
        .await
        .expect("running");
    assert_eq!((done.created, done.destroyed, done.changed), (0, 0, 0));
    assert_eq!(fake.calls(), []);
}

#[tokio::test]
async fn an_override_is_shown_kept_and_dropped() {
    let (control, fake) = start(host(true));
    control
        .reconcile(Owner::Config, vec![intent(1, 100)])
        .await
        .expect("running");
    let discriminator = control.sessions()[0].id.discriminator.get();
    fake.calls();
    let held = control
        .admin(Owner::Api, discriminator, true)
        .await
        .expect("there");
    assert!(held.meta.overridden.is_some() && held.meta.wanted.admin_down);
    assert!(matches!(fake.calls()[..], [Call::Admin(_, Admin::Down)]));

    control
        .reconcile(Owner::Config, vec![intent(1, 100)])
        .await
        .expect("running");
    assert_eq!(fake.calls(), []);
    assert!(control.sessions()[0].overridden.is_some());

    control
        .reconcile(Owner::Config, vec![intent(1, 200)])
        .await
        .expect("running");
    assert!(matches!(
        fake.calls()[..],
        [Call::Update(..), Call::Admin(_, Admin::Up)]
    ));
    assert!(control.sessions()[0].overridden.is_none());
}

#[tokio::test]
async fn timers_lie_over_a_session_until_they_are_taken_back() {
    let (control, fake) = start(host(true));
    let reload = async |tx_ms| {
        let intents = vec![intent(1, tx_ms)];
        let done = control.reconcile(Owner::Config, intents).await;
        done.expect("running")
    };
    reload(100).await;
    let discriminator = control.sessions()[0].id.discriminator.get();
    let set = async |reset, lay| {
        let change = TimerChange { reset, lay };
        let session = control.set_timers(discriminator, change).await;
        session.expect("there").meta
    };
    let updated = || match fake.calls()[..] {
        [Call::Update(_, spec)] => spec.desired_min_tx,
        ref calls => panic!("{calls:?}"),
    };
    fake.calls();
    let fast = wanted(50).spec.desired_min_tx;
    let lay = TimerOverride {
        desired_min_tx: Some(fast),
        required_min_rx: Some(fast),
        ..TimerOverride::default()
    };
    let meta = set(false, lay).await;
    assert_eq!(
        (meta.base(), meta.timers(), meta.overridden.is_some()),
        (&wanted(100), lay, true)
    );
    assert_eq!((updated(), meta.wanted.spec.desired_min_tx), (fast, fast));

    // A reload changes what lies below, and the running session not at all.
    let done = reload(200).await;
    assert_eq!((done.changed, done.overridden), (0, 1));
    assert_eq!(fake.calls(), []);
    assert_eq!(*control.sessions()[0].base(), wanted(200));

    let meta = set(true, TimerOverride::default()).await;
    assert_eq!((&meta.wanted, &meta.overridden), (&wanted(200), &None));
    assert_eq!(updated(), wanted(200).spec.desired_min_tx);
    assert_eq!(reload(200).await.overridden, 0);

    // The same again says nothing to the engine; nobody is there twice.
    set(true, TimerOverride::default()).await;
    assert_eq!(fake.calls(), []);
    let nobody = control.set_timers(discriminator + 1, TimerChange::default());
    assert_eq!(nobody.await.err(), Some(ChangeError::NotFound));
}

#[tokio::test]
async fn the_wish_is_shown_before_the_engine_hears_of_it() {
    let (control, fake) = start(Arc::new(Topology::default()));
    let discriminator = add(&control, 1).await.meta.id.discriminator.get();
    let (shown, seen) = (control.clone(), Arc::new(Mutex::new(Vec::new())));
    let sink = Arc::clone(&seen);
    fake.watch_admin(move || {
        let down = shown.sessions()[0].wanted.admin_down;
        sink.lock().expect("no panic").push(down);
    });
    for down in [true, false] {
        let answer = control.admin(Owner::Api, discriminator, down).await;
        answer.expect("there");
    }
    assert_eq!(*seen.lock().expect("no panic"), [true, false]);
}

#[tokio::test]
async fn a_session_waits_for_its_way_and_loses_it() {
    let (control, fake) = start(Arc::new(Topology::default()));
    let added = add(&control, 1).await;
    assert_eq!(added.meta.path, Err(PathProblem::AddressMissing));
    let calls = fake.calls();
    assert!(matches!(
        calls[..],
        [Call::Add(_, _, Err(PathProblem::AddressMissing))]
    ));

    control.topology(host(true)).await.expect("running");
    let calls = fake.calls();
    let Call::Path(_, endpoint, Ok(egress)) = calls[0] else {
        panic!("{calls:?}");
    };
    assert_eq!((endpoint.local, egress.local), (Some(local()), local()));
    assert!(control.sessions()[0].path.is_ok());

    control.topology(host(true)).await.expect("running");
    assert_eq!(fake.calls(), [], "the same picture is no news");

    control.topology(host(false)).await.expect("running");
    let calls = fake.calls();
    assert!(
        matches!(
            calls[..],
            [Call::Path(_, _, Err(PathProblem::InterfaceDown))]
        ),
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_lost_way_is_told_before_another_is_taken() {
    let (control, fake) = start(host(true));
    add(&control, 1).await;
    fake.calls();
    let mut moved = Topology::clone(&host(true));
    moved.remove_address(2, local());
    moved.set_address(Address {
        interface: 2,
        local: [192, 0, 2, 100].into(),
        ..address()
    });
    moved.set_link(Link {
        index: 3,
        name: "eth1".into(),
        running: true,
        loopback: false,
        point_to_point: false,
    });
    moved.remove_link(2);
    moved.set_address(Address {
        interface: 3,
        ..address()
    });
    control.topology(Arc::new(moved)).await.expect("running");
    let calls = fake.calls();
    let told: Vec<_> = calls
        .iter()
        .map(|call| match call {
            Call::Path(_, _, path) => path.map(|egress| egress.local),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [Err(PathProblem::InterfaceMissing), Ok(local())]);
}

#[tokio::test]
async fn a_stop_tells_watchers_and_refuses_wishes() {
    let (control, fake) = start(host(true));
    add(&control, 1).await;
    add(&control, 2).await;
    let mut watch = control.watch();
    control.shutdown(Duration::from_secs(2)).await;
    assert!(
        fake.calls()
            .contains(&Call::Shutdown(Duration::from_secs(2)))
    );
    for _ in 0..2 {
        assert_eq!(next(&mut watch.events).await.1, State::AdminDown);
    }
    assert!(watch.events.next().await.is_none());
    let refused = control.add(Owner::Api, intent(3, 100)).await;
    assert!(
        matches!(refused, Err(StartError::Stopping(_))),
        "{refused:?}"
    );
}

// covers: 5881-6-03
#[tokio::test]
async fn the_engine_knows_which_links_are_point_to_point() {
    let tunnel = |point_to_point| {
        let mut topology = Topology::clone(&host(true));
        topology.set_link(Link {
            index: 9,
            name: "gre1".into(),
            running: true,
            loopback: false,
            point_to_point,
        });
        Arc::new(topology)
    };
    let (control, fake) = start(tunnel(true));
    control.topology(host(true)).await.expect("running");
    control.topology(tunnel(false)).await.expect("running");
    control.topology(tunnel(true)).await.expect("running");
    let told = [vec![9], vec![], vec![9]].map(Call::PointToPoint);
    assert_eq!(fake.calls(), told);
}

/// A chain that sends key 1 until 2000 and key 2 from then on, and accepts both meanwhile.
fn rolling() -> Arc<KeyChain> {
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let key = |id| {
        let secret = Secret::new(&[id]).expect("one octet");
        Arc::new(Key { id, secret })
    };
    let forever = Lifetime::default();
    let old = TimedKey {
        key: key(1),
        send: Lifetime {
            until: at(2000),
            ..forever
        },
        accept: Lifetime {
            until: at(3000),
            ..forever
        },
    };
    let new = TimedKey {
        key: key(2),
        send: Lifetime {
            from: at(2000),
            until: at(4000),
        },
        accept: forever,
    };
    let chain = KeyChain::new("core", AuthType::KeyedSha1, vec![old, new]);
    Arc::new(chain.expect("legal"))
}

/// What the engine was told of keys: sent, and accepted.
fn told(fake: &Fake) -> Vec<Option<(u8, Vec<u8>)>> {
    let calls = fake.calls().into_iter();
    calls
        .map(|call| match call {
            Call::Authenticate(_, keys) => keys,
            Call::Add(..) => Some((0, vec![])),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn keys_turn_by_the_wall_clock_and_nothing_else_happens() {
    let (control, fake) = start(host(true));
    let mut guarded = intent(1, 100);
    guarded.wanted.keys = Some(rolling());
    control
        .reconcile(Owner::Config, vec![guarded, intent(2, 100)])
        .await
        .expect("running");
    let add = Some((0, vec![]));
    let first = Some((1, vec![1, 2]));
    assert_eq!(told(&fake), [add.clone(), first.clone(), add]);
    let mut seen = Vec::new();
    // Forwards, a little, far, and set back.
    for wall in [1999, 2000, 2001, 3000, 9000, 1500] {
        fake.set_wall(wall);
        control.turn_keys().await.expect("running");
        seen.push((wall, told(&fake)));
        let sessions = control.sessions();
        let sends = sessions.iter().find_map(|meta| meta.sends_key);
        assert_eq!(sends, Some(if wall < 2000 { 1 } else { 2 }));
    }
    let second = Some((2, vec![1, 2]));
    let last = Some((2, vec![2]));
    let wanted = [
        (1999, vec![]),
        (2000, vec![second]),
        (2001, vec![]),
        (3000, vec![last]),
        (9000, vec![]),
        (1500, vec![first]),
    ];
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_reload_of_keys_changes_keys_alone() {
    let (control, fake) = start(host(true));
    let with = |secret| {
        let mut intent = intent(1, 100);
        intent.wanted.keys = keys(secret);
        vec![intent]
    };
    control
        .reconcile(Owner::Config, with(5))
        .await
        .expect("running");
    fake.calls();
    let same = control
        .reconcile(Owner::Config, with(5))
        .await
        .expect("running");
    assert_eq!((same.changed, told(&fake)), (0, vec![]));
    let other = control
        .reconcile(Owner::Config, with(6))
        .await
        .expect("running");
    assert_eq!((other.changed, told(&fake)), (1, vec![Some((1, vec![1]))]));
    let off = control
        .reconcile(Owner::Config, with(0))
        .await
        .expect("running");
    assert_eq!((off.changed, told(&fake)), (1, vec![None]));
    assert!(
        control
            .sessions()
            .iter()
            .all(|meta| meta.sends_key.is_none())
    );
}
