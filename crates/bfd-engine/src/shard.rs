//! The sessions of one worker, and everything that happens to them.
//!
//! Purpose: lead inputs to sessions and collect what they cause: packets owed, deadlines, records
//! to publish, events. Owner and thread: one worker. It must never touch a socket or a clock: the
//! worker gives it packets and the time, and fetches what is to be sent.

mod outlet;
mod owed;

use std::time::Duration;

use bfd_proto::{
    Actions, Admin, ControlPacket, Discard, Discriminator, History, Input, Instant, LocalHealth,
    PathProblem, Received, Session, SessionSpec, State, StateChange,
};
use hashbrown::HashTable;

use crate::chunks::Chunks;
use crate::command::{Add, path};
use crate::wheel::Wheel;
use crate::{Event, RxMeta, SessionId};

pub(crate) use outlet::Outlet;

/// Sessions, their deadlines, and what they owe the world.
#[derive(Debug)]
pub(crate) struct Shard {
    sessions: Chunks<Option<Entry>>,
    /// Slots, found by the discriminator of the session in them.
    by_discriminator: HashTable<u32>,
    wheel: Wheel,
    health: LocalHealth,
    owed: owed::Owed,
    leaving: Vec<(Instant, SessionId)>,
    packets_per_second: u64,
    outlet: Outlet,
    /// Events were put into the ring since the last [`Shard::publish`].
    told: bool,
}

/// One session and its place in the world. Its discriminator and the slot it lies in make the rest
/// of its [`SessionId`].
#[derive(Debug)]
struct Entry {
    session: Session,
    egress: Option<bfd_net::Egress>,
    /// The wheel's entry; a later deadline of the session does not move it.
    wheel: Option<Instant>,
    generation: u32,
    leaving: bool,
}

/// With its record the greater part of what a session costs (ADR 0023).
const _: () = assert!(size_of::<Option<Entry>>() <= 328);

impl Shard {
    pub(crate) fn new(now: Instant, outlet: Outlet) -> Self {
        Self {
            sessions: Chunks::default(),
            by_discriminator: HashTable::default(),
            wheel: Wheel::new(now),
            health: LocalHealth::default(),
            owed: owed::Owed::default(),
            leaving: Vec::new(),
            packets_per_second: 0,
            outlet,
            told: false,
        }
    }

    /// Notes what this machine did to its own sessions.
    pub(crate) fn health(&mut self) -> &mut LocalHealth {
        &mut self.health
    }

    /// Starts a session.
    pub(crate) fn add(&mut self, now: Instant, add: Add) {
        let Add {
            id,
            spec,
            authentication,
            egress,
            admin_down,
            seed,
            done,
        } = add;
        let (local, way) = (id.discriminator, path(egress));
        let (session, actions) = Session::new(spec, authentication, local, seed, way, now);
        let entry = Entry {
            session,
            egress: egress.ok(),
            wheel: None,
            generation: id.generation,
            leaving: false,
        };
        self.make_room(id.slot);
        self.packets_per_second += most_packets_per_second(&spec);
        self.outlet.show(id.slot, &entry, &History::new(now));
        self.sessions[id.slot] = Some(entry);
        self.name(id);
        self.tell(Event::Added(id));
        self.apply(id.slot, now, &actions);
        if admin_down {
            self.input(id, now, Input::Admin(Admin::Down));
        }
        done(id);
    }

    fn make_room(&mut self, slot: u32) {
        if self.sessions.get(slot).is_none() {
            self.sessions.reserve(slot);
            self.wheel.reserve(slot.saturating_add(1));
            self.owed.reserve(slot);
        }
    }

    /// Lets something happen to a session; nothing if it is gone.
    pub(crate) fn input(&mut self, id: SessionId, now: Instant, input: Input<'_>) {
        let health = &self.health;
        if let Some(entry) = entry(&mut self.sessions, id) {
            let actions = entry.session.handle(now, input, health);
            self.apply(id.slot, now, &actions);
        }
    }

    /// Gives a session other values; nothing if it is gone.
    pub(crate) fn update(&mut self, id: SessionId, now: Instant, spec: SessionSpec) {
        if let Some(entry) = entry(&mut self.sessions, id) {
            self.packets_per_second -= most_packets_per_second(entry.session.spec());
            self.packets_per_second += most_packets_per_second(&spec);
            self.input(id, now, Input::Spec(spec));
        }
    }

    /// Packets a second that the sessions here may receive together.
    pub(crate) const fn packets_per_second(&self) -> u64 {
        self.packets_per_second
    }

    /// Gives a session another way out, or takes it away.
    pub(crate) fn repath(
        &mut self,
        id: SessionId,
        now: Instant,
        egress: Result<bfd_net::Egress, PathProblem>,
    ) {
        if let Some(entry) = entry(&mut self.sessions, id) {
            entry.egress = egress.ok();
            self.input(id, now, Input::Path(path(egress)));
        }
    }

    /// Tells the peer that the session ends. It stays until the peer must have heard, unless there
    /// is no peer that listens (RFC 5880 §6.8.16).
    pub(crate) fn leave(&mut self, id: SessionId, now: Instant, limit: Duration) {
        let Some(entry) = entry(&mut self.sessions, id).filter(|entry| !entry.leaving) else {
            return;
        };
        entry.leaving = true;
        let heard = entry.session.remote().discriminator.is_some();
        let linger = if heard {
            entry.session.peer_detection_time().min(limit)
        } else {
            Duration::ZERO
        };
        self.leaving.push((now + linger, id));
        self.input(id, now, Input::Admin(Admin::Down));
    }

    /// Tells all peers.
    pub(crate) fn leave_all(&mut self, now: Instant, limit: Duration) {
        for at in &mut self.leaving {
            at.0 = at.0.min(now + limit);
        }
        let slots = self.sessions.iter().map(|(slot, _)| slot);
        let ids: Vec<SessionId> = slots.filter_map(|slot| self.id(slot)).collect();
        ids.into_iter().for_each(|id| self.leave(id, now, limit));
    }

    /// Forgets a session at once.
    pub(crate) fn forget(&mut self, id: SessionId) {
        if let Some(entry) = entry(&mut self.sessions, id) {
            self.packets_per_second -= most_packets_per_second(entry.session.spec());
            let hash = spread(id.discriminator);
            if let Ok(named) = self
                .by_discriminator
                .find_entry(hash, |slot| *slot == id.slot)
            {
                named.remove();
            }
            self.sessions[id.slot] = None;
            self.wheel.cancel(id.slot);
            self.leaving.retain(|(_, other)| *other != id);
            self.owed.forget(id);
        }
    }

    /// Forgets the sessions whose peers have heard by now.
    pub(crate) fn forget_left(&mut self, now: Instant) {
        while let Some(at) = self.leaving.iter().position(|(until, _)| *until <= now) {
            let (_, id) = self.leaving.swap_remove(at);
            self.forget(id);
        }
    }

    /// Gives a packet to the session that its Your Discriminator names. Returns whether there is
    /// one.
    pub(crate) fn packet(
        &mut self,
        meta: &RxMeta,
        packet: &ControlPacket<'_>,
        yours: Discriminator,
    ) -> bool {
        let id = self.named(yours);
        if let Some(id) = id {
            self.deliver(id, meta, packet);
        }
        id.is_some()
    }

    /// The session with this discriminator.
    pub(crate) fn named(&self, yours: Discriminator) -> Option<SessionId> {
        let this = |slot: &u32| discriminator(&self.sessions, *slot) == Some(yours);
        self.id(*self.by_discriminator.find(spread(yours), this)?)
    }

    /// Lets the session be found by its discriminator.
    fn name(&mut self, id: SessionId) {
        let hash = |slot: &u32| discriminator(&self.sessions, *slot).map_or(0, spread);
        self.by_discriminator
            .insert_unique(spread(id.discriminator), id.slot, hash);
    }

    /// The name of the session in this slot.
    fn id(&self, slot: u32) -> Option<SessionId> {
        let entry = self.sessions.get(slot)?.as_ref()?;
        Some(SessionId {
            worker: self.outlet.worker,
            slot,
            generation: entry.generation,
            discriminator: entry.session.discriminator(),
        })
    }

    /// Whether a later packet than one that arrived at `arrival` was accepted already.
    ///
    /// A peer that expires sends Down with a zero discriminator and, once it hears us, Init with
    /// ours: two ways through this program. The detour must not let the Down undo the Init.
    pub(crate) fn has_heard_since(&self, id: SessionId, arrival: Instant) -> bool {
        let entry = self.sessions.get(id.slot).and_then(Option::as_ref);
        let same = entry.filter(|entry| entry.generation == id.generation);
        let last = same.and_then(|entry| entry.session.last_received());
        last.is_some_and(|last| last > arrival)
    }

    /// Gives a packet to this session (RFC 5880 §6.8.6 from step 10 on).
    ///
    /// A packet that came after the detection time proves the silence before it, however late
    /// either is noticed.
    pub(crate) fn deliver(&mut self, id: SessionId, meta: &RxMeta, packet: &ControlPacket<'_>) {
        let Some(entry) = entry(&mut self.sessions, id) else {
            return;
        };
        let (kind, now) = (entry.session.spec().kind, meta.arrival);
        // By way of another thread a packet may come behind one that followed it on the wire: what
        // it says of the peer is no longer true.
        if entry.session.last_received().is_some_and(|last| now < last) {
            return;
        }
        if kind.port() != meta.port {
            let reason = Discard::WrongPort;
            return self.input(
                id,
                now,
                Input::Discarded {
                    reason,
                    ttl: meta.ttl,
                },
            );
        }
        if entry.session.is_overdue(now) {
            self.input(id, now, Input::Deadline);
        }
        self.input(
            id,
            now,
            Input::Packet(Received {
                packet,
                ttl: meta.ttl,
            }),
        );
    }

    /// The next slot with a deadline reached at `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<u32> {
        self.wheel.pop(now)
    }

    /// Whether the session in this slot has been silent for its detection time.
    pub(crate) fn is_overdue(&self, slot: u32, now: Instant) -> bool {
        let entry = self.sessions[slot].as_ref();
        entry.is_some_and(|entry| entry.session.is_overdue(now))
    }

    /// Lets time pass for the session in a slot that was popped. Silence counts as far as the
    /// sockets were heard; where that decides, the session may send but is not judged.
    pub(crate) fn expire(&mut self, slot: u32, now: Instant, heard_until: Instant) {
        let Some(entry) = self.sessions[slot].as_mut() else {
            return;
        };
        entry.wheel = None;
        let deaf = entry.session.is_overdue(heard_until) != entry.session.is_overdue(now);
        let input = if deaf { Input::Pace } else { Input::Deadline };
        let actions = entry.session.handle(now, input, &self.health);
        self.apply(slot, now, &actions);
    }

    /// When the next deadline is.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let leaving = self.leaving.iter().map(|(until, _)| *until).min();
        self.wheel.next_expiry().into_iter().chain(leaving).min()
    }

    /// Whether a packet is owed that its peer waits for: an answer, or a change of state.
    pub(crate) fn owes_answers(&self) -> bool {
        self.owed.has_answers()
    }

    /// Hands out every packet owed: the way out, a token, and the payload.
    pub(crate) fn transmit(
        &mut self,
        scratch: &mut [u8],
        mut send: impl FnMut(&bfd_net::Egress, &[u8], u32),
    ) {
        for (slot, what) in self.owed.packets() {
            let Some(entry) = self.sessions[slot].as_mut() else {
                continue;
            };
            let Some(egress) = entry.egress else { continue };
            let size = entry.session.write(what, scratch);
            let dont_fragment = entry.session.spec().padded_pdu_size.is_some();
            send(
                &bfd_net::Egress {
                    dont_fragment,
                    ..egress
                },
                &scratch[..size],
                slot,
            );
        }
    }

    /// A packet with this token could not be sent.
    pub(crate) fn failed(&mut self, now: Instant, token: u32, errno: i32) {
        if let Some(id) = self.id(token) {
            self.input(id, now, Input::TxFailed(errno));
        }
    }

    /// Shows what changed in this turn. Returns whether there were events.
    pub(crate) fn publish(&mut self) -> bool {
        let Self {
            sessions,
            owed,
            outlet,
            ..
        } = self;
        for (slot, change) in owed.records() {
            match (sessions[slot].as_ref(), change) {
                (None, _) => {}
                (Some(entry), owed::Record::Whole) => outlet.show_again(slot, entry),
                (Some(entry), owed::Record::Hot) => outlet.show_traffic(slot, entry),
            }
        }
        for id in owed.gone() {
            outlet.table.clear(id.slot, id.generation);
            outlet.ring.push(Event::Removed(id));
            self.told = true;
        }
        std::mem::take(&mut self.told)
    }

    /// Puts an event into the ring; the table must show it already.
    fn tell(&mut self, event: Event) {
        self.outlet.ring.push(event);
        self.told = true;
    }

    fn apply(&mut self, slot: u32, now: Instant, actions: &Actions) {
        let Some(entry) = self.sessions[slot].as_mut() else {
            return;
        };
        if let Some(at) = actions.deadline
            && entry.wheel.is_none_or(|wheel| at < wheel)
        {
            // Never into the tick that is being expired, or it would come up again and again.
            let at = at.max(now + Duration::from_nanos(1));
            entry.wheel = Some(at);
            self.wheel.set(slot, at);
        }
        if let Some(what) = actions.transmit {
            self.owed.packet(slot, what);
        }
        let noted = actions.change.is_some() || actions.discard.is_some();
        if noted {
            self.outlet.note(slot, entry, now, actions);
        }
        self.owed.record(slot, actions.altered && !noted);
        if let (Some(change), Some(id)) = (actions.change, self.id(slot)) {
            self.measure(&change);
            self.tell(Event::Changed { id, change });
        }
    }

    fn measure(&self, change: &StateChange) {
        let Some(down) = change.down else { return };
        self.outlet.meters.verdict(&down.verdict);
        let silent = change.to == State::Down && change.diagnostic.bits() == 1;
        if silent {
            self.outlet
                .meters
                .detection
                .record(down.evidence.gap.saturating_sub(down.evidence.limit));
        }
    }
}

fn entry(sessions: &mut Chunks<Option<Entry>>, id: SessionId) -> Option<&mut Entry> {
    let entry = sessions.get_mut(id.slot)?.as_mut()?;
    (entry.generation == id.generation).then_some(entry)
}

/// What the peer may send at most: a jittered sender sends up to a third more than one packet an
/// interval.
fn most_packets_per_second(spec: &SessionSpec) -> u64 {
    1_333_333 / u64::from(spec.required_min_rx.micros().0.max(1)) + 1
}

fn discriminator(sessions: &Chunks<Option<Entry>>, slot: u32) -> Option<Discriminator> {
    let entry = sessions.get(slot)?.as_ref()?;
    Some(entry.session.discriminator())
}

/// Hashes a discriminator by one multiplication. Those in the table are random and secret, so no
/// flood of others can make them collide.
const fn spread(discriminator: Discriminator) -> u64 {
    let product = (discriminator.get() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ product >> 32
}

#[cfg(test)]
mod tests;
