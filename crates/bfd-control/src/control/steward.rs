//! The one who carries out wishes.
//!
//! Purpose: keep the running sessions equal to the wanted ones, and each on its way out. Owner: it
//! owns intents, the topology in use and the table of running sessions. Thread: its own, for the
//! engine may make it wait. It must never be asked for what the hub knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use bfd_engine::{AddError, Egress, Endpoint, NewSession};
use bfd_proto::{Admin, PathProblem};
use tokio::sync::mpsc;

use super::command::Command;
use super::keys::{Held, Told};
use super::{Reconciled, RouteSource};
use crate::engine::Sessions;
use crate::error::{ChangeError, StartError};
use crate::hub::Hub;
use crate::intent::{Intent, Intents, Owner, TimerChange, Wanted, Wish, joined};
use crate::key::SessionKey;
use crate::keychain::KeyChain;
use crate::plan::{Change, KeyChange, Plan};
use crate::session::{DownAt, SessionInfo, SessionMeta};
use crate::topology::{Resolved, Topology};

pub(super) struct Steward {
    engine: Arc<dyn Sessions>,
    hub: Arc<Hub>,
    topology: Arc<Topology>,
    route: RouteSource,
    intents: Intents,
    running: BTreeMap<SessionKey, Running>,
    /// What has been said of keys.
    told: Told,
}

struct Running {
    /// The version that the hub shows.
    meta: Arc<SessionMeta>,
    /// The keys in use, of those wanted.
    keys: Option<Box<Held>>,
}

impl Steward {
    pub(super) fn new(
        engine: Arc<dyn Sessions>,
        hub: Arc<Hub>,
        topology: Arc<Topology>,
        route: RouteSource,
    ) -> Self {
        let (intents, running, told) = Default::default();
        tell_links(&*engine, &Topology::default(), &topology);
        Self {
            engine,
            hub,
            topology,
            route,
            intents,
            running,
            told,
        }
    }

    /// Serves until the daemon stops. Whoever gave up waiting for an answer does not get one.
    pub(super) fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        while let Some(command) = inbox.blocking_recv() {
            match command {
                Command::Add {
                    owner,
                    intent,
                    answer,
                } => {
                    let _ = answer.send(self.add(owner, intent));
                }
                Command::Remove {
                    discriminator,
                    answer,
                } => {
                    let _ = answer.send(self.remove(discriminator));
                }
                Command::Admin {
                    by,
                    discriminator,
                    down,
                    answer,
                } => {
                    let _ = answer.send(self.admin(by, discriminator, down));
                }
                Command::Timers {
                    discriminator,
                    change,
                    answer,
                } => {
                    let _ = answer.send(self.set_timers(discriminator, change));
                }
                Command::Reconcile {
                    owner,
                    intents,
                    answer,
                } => {
                    let _ = answer.send(self.reconcile(owner, intents));
                }
                Command::TurnKeys { answer } => {
                    self.turn_keys();
                    let _ = answer.send(());
                }
                Command::Topology { topology, answer } => {
                    self.follow(topology);
                    let _ = answer.send(());
                }
                Command::Shutdown { limit, answer } => {
                    inbox.close();
                    self.engine.shutdown(limit);
                    let _ = answer.send(());
                    return;
                }
            }
        }
    }

    fn add(&mut self, owner: Owner, intent: Intent) -> Result<SessionInfo, StartError> {
        let Intent { key, wanted } = intent.clone();
        self.intents.claim(owner, intent)?;
        let (started, running) = self.start(&key, wanted).inspect_err(|_| {
            self.intents.release(&key);
        })?;
        self.running.insert(key, running);
        Ok(started)
    }

    fn remove(&mut self, discriminator: u32) -> Result<(), ChangeError> {
        let meta = self.hub.find(discriminator).ok_or(ChangeError::NotFound)?;
        self.intents.release(&meta.key);
        self.end(&meta.key);
        Ok(())
    }

    fn admin(
        &mut self,
        by: Owner,
        discriminator: u32,
        down: bool,
    ) -> Result<SessionInfo, ChangeError> {
        self.rewish(discriminator, |intents, key| {
            intents.set_admin(by, key, down)
        })
    }

    fn set_timers(
        &mut self,
        discriminator: u32,
        change: TimerChange,
    ) -> Result<SessionInfo, ChangeError> {
        self.rewish(discriminator, |intents, key| {
            intents.set_timers(key, change)
        })
    }

    /// Changes the wish for a running session, and the session with it.
    fn rewish(
        &mut self,
        discriminator: u32,
        set: impl FnOnce(&mut Intents, &SessionKey) -> Option<Wish>,
    ) -> Result<SessionInfo, ChangeError> {
        let meta = self.hub.find(discriminator).ok_or(ChangeError::NotFound)?;
        let wish = set(&mut self.intents, &meta.key).ok_or(ChangeError::NotFound)?;
        let running = self.running.get(&meta.key).ok_or(ChangeError::NotFound)?;
        if let Some(change) = Change::between(&running.meta.wanted, &wish.effective()) {
            self.change(&meta.key, &change);
        }
        let running = self.running.get_mut(&meta.key);
        let running = running.ok_or(ChangeError::NotFound)?;
        describe(&self.hub, &self.intents, &meta.key, running);
        Ok(self.hub.look(Arc::clone(&running.meta)))
    }

    fn reconcile(&mut self, owner: Owner, intents: Vec<Intent>) -> Reconciled {
        let conflicts = self.intents.replace(owner, intents);
        let plan = Plan::between(&self.wanted_now(), &self.intents.wanted());
        let mut done = Reconciled {
            destroyed: plan.remove.len(),
            changed: plan.change.len(),
            overridden: self.intents.overridden(owner),
            conflicts,
            ..Reconciled::default()
        };
        // Ends come first: a peer must not hear two of us at once.
        plan.remove.iter().for_each(|key| self.end(key));
        plan.change
            .iter()
            .for_each(|(key, change)| self.change(key, change));
        let mut started = Vec::with_capacity(plan.add.len());
        for (key, wanted) in plan.add {
            match self.start(&key, wanted) {
                Ok((_, running)) => started.push((key, running)),
                Err(error) => {
                    self.intents.release(&key);
                    done.failed.push(format!("session {key}: {error}"));
                }
            }
        }
        done.created = started.len();
        if !started.is_empty() {
            self.running = joined(std::mem::take(&mut self.running), started);
        }
        for (key, running) in &mut self.running {
            describe(&self.hub, &self.intents, key, running);
        }
        done
    }

    fn wanted_now(&self) -> BTreeMap<SessionKey, Wanted> {
        self.running
            .iter()
            .map(|(key, running)| (*key, running.meta.wanted.clone()))
            .collect()
    }

    fn start(
        &mut self,
        key: &SessionKey,
        wanted: Wanted,
    ) -> Result<(SessionInfo, Running), AddError> {
        let path = self.topology.resolve(key, None, &*self.route);
        let owner = self.intents.get(key).map_or(Owner::Api, |wish| wish.owner);
        let keys = wanted.keys.clone().map(|chain| self.hold(chain));
        let sends_key = keys.as_deref().map(Held::sends);
        let session = NewSession {
            spec: wanted.spec,
            authentication: keys.as_deref().map(Held::authentication),
            endpoint: endpoint(key, &wanted, path),
            path: path.map(egress),
            admin_down: wanted.admin_down,
        };
        let started = self.hub.admit(|| {
            let created = self.engine.now();
            let id = self.engine.add(session)?;
            Ok(SessionMeta {
                id,
                key: *key,
                owner,
                wanted,
                overridden: None,
                sends_key,
                path,
                created,
                down_at: DownAt::default(),
            })
        })?;
        let meta = Arc::clone(&started.meta);
        Ok((started, Running { meta, keys }))
    }

    fn end(&mut self, key: &SessionKey) {
        if let Some(running) = self.running.remove(key) {
            self.hub.leave(running.meta.id);
            self.engine.remove(running.meta.id);
        }
    }

    fn change(&mut self, key: &SessionKey, change: &Change) {
        let rekeyed = change.keys.clone().map(KeyChange::keys);
        let held = rekeyed.clone().flatten().map(|keys| self.hold(keys));
        let Some(running) = self.running.get_mut(key) else {
            return;
        };
        // Before the engine: whoever hears of what it does must see the wish behind it.
        self.hub.amend(&mut running.meta, |meta| {
            let wanted = &mut meta.wanted;
            wanted.spec = change.spec.unwrap_or(wanted.spec);
            wanted.admin_down = change.admin_down.unwrap_or(wanted.admin_down);
            if let Some(keys) = &rekeyed {
                wanted.keys.clone_from(keys);
                meta.sends_key = held.as_deref().map(Held::sends);
            }
        });
        let id = running.meta.id;
        if rekeyed.is_some() {
            running.keys = held;
            let authentication = running.keys.as_deref().map(Held::authentication);
            self.engine.authenticate(id, authentication);
        }
        if let Some(spec) = change.spec {
            self.engine.update(id, spec);
        }
        if let Some(down) = change.admin_down {
            self.engine
                .admin(id, if down { Admin::Down } else { Admin::Up });
        }
    }

    /// What of a chain counts now.
    fn hold(&mut self, chain: Arc<KeyChain>) -> Box<Held> {
        let held = Held::new(chain, self.engine.wall());
        self.told.look_at(&held);
        Box::new(held)
    }

    /// Brings the keys of all sessions in line with the wall clock.
    fn turn_keys(&mut self) {
        let now = self.engine.wall();
        for running in self.running.values_mut() {
            let Some(held) = running.keys.as_mut().filter(|held| held.is_due(now)) else {
                continue;
            };
            let before = held.sends();
            let turned = held.turn(now);
            self.told.look_at(held);
            if before != held.sends() {
                self.told.changed(held);
            }
            if turned {
                let sends_key = Some(held.sends());
                self.hub
                    .amend(&mut running.meta, |meta| meta.sends_key = sends_key);
                let authentication = Some(held.authentication());
                self.engine.authenticate(running.meta.id, authentication);
            }
        }
        self.told.tell();
    }

    /// Finds each session's way in `topology`. A way that was lost is told as lost first, and
    /// another one only then: the Down it causes must get the right verdict.
    fn follow(&mut self, topology: Arc<Topology>) {
        if *topology == *self.topology {
            return;
        }
        tell_links(&*self.engine, &self.topology, &topology);
        self.topology = topology;
        let (mut lost, mut found) = (0_usize, 0_usize);
        for (key, running) in &mut self.running {
            let used = running.meta.path.ok();
            let gone = used.and_then(|path| self.topology.lost(&path));
            let held = used.map(|path| path.local);
            if let Some(problem) = gone {
                move_to(&*self.engine, &self.hub, key, running, Err(problem));
            }
            let path = self.topology.resolve(key, held, &*self.route);
            if path != running.meta.path {
                move_to(&*self.engine, &self.hub, key, running, path);
            }
            lost += usize::from(path.is_err() && held.is_some());
            found += usize::from(path.is_ok() && held.is_none());
        }
        // One line for all of them: a host may lose thousands at once.
        if lost + found > 0 {
            let waiting = self
                .running
                .values()
                .filter(|running| running.meta.path.is_err());
            let waiting = waiting.count();
            // The first one's words are those of 0.6.1.
            let message = match lost {
                0 => "BFD sessions found their way",
                _ => "interface link down affected BFD sessions",
            };
            tracing::info!(lost, found, waiting, "{message}");
        }
    }
}

/// Tells the engine which links are point-to-point, if that is news.
fn tell_links(engine: &dyn Sessions, old: &Topology, new: &Topology) {
    if !new.point_to_point().eq(old.point_to_point()) {
        engine.point_to_point(new.point_to_point().collect());
    }
}

fn move_to(
    engine: &dyn Sessions,
    hub: &Hub,
    key: &SessionKey,
    running: &mut Running,
    path: Result<Resolved, PathProblem>,
) {
    hub.amend(&mut running.meta, |meta| meta.path = path);
    let meta = &running.meta;
    engine.path(meta.id, endpoint(key, &meta.wanted, path), path.map(egress));
}

/// Brings what the hub shows of a session in line with its wish.
fn describe(hub: &Hub, intents: &Intents, key: &SessionKey, running: &mut Running) {
    let Some(wish) = intents.get(key) else {
        return;
    };
    let (owner, overridden) = (wish.owner, wish.overridden());
    // Thousands are described after a reload, and few of them differ.
    if (running.meta.owner, &running.meta.overridden) != (owner, &overridden) {
        hub.amend(&mut running.meta, |meta| {
            meta.owner = owner;
            meta.overridden = overridden;
        });
    }
}

/// Which first packets belong to the session: those to the address it sends from, on its interface.
fn endpoint(key: &SessionKey, wanted: &Wanted, path: Result<Resolved, PathProblem>) -> Endpoint {
    Endpoint {
        kind: wanted.spec.kind,
        peer: key.peer,
        local: key.local.or_else(|| path.ok().map(|path| path.local)),
        ifindex: path.ok().and_then(|path| path.bound),
    }
}

fn egress(path: Resolved) -> Egress {
    Egress {
        local: path.local,
        ifindex: path.bound.unwrap_or(0),
    }
}
