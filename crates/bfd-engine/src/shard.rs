//! The sessions of one worker, and everything that happens to them.
//!
//! Purpose: lead inputs to sessions and collect what they cause: packets owed, deadlines, records
//! to publish, events. Owner and thread: one worker. It must never touch a socket or a clock: the
//! worker gives it packets and the time, and fetches what is to be sent.

mod owed;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::time::Duration;

use bfd_proto::{
    Actions, Admin, ControlPacket, Discard, Discriminator, Input, Instant, LocalHealth,
    PathProblem, Received, Session, SessionSpec, State, StateChange,
};

use crate::command::{Add, path};
use crate::ring::Ring;
use crate::stats::Meters;
use crate::table::StateTable;
use crate::wheel::Wheel;
use crate::{Event, RxMeta, SessionId};

/// Slots made at a time. Writing them takes memory that the vector's spare room does not.
const STEP: usize = 64;

/// Sessions, their deadlines, and what they owe the world.
#[derive(Debug)]
pub(crate) struct Shard {
    slots: Vec<Option<Entry>>,
    by_discriminator: HashMap<u32, u32, BuildHasherDefault<DiscriminatorHasher>>,
    wheel: Wheel,
    health: LocalHealth,
    owed: owed::Owed,
    leaving: Vec<(Instant, SessionId)>,
    packets_per_second: u64,
    meters: Arc<Meters>,
}

/// One session and its place in the world.
#[derive(Debug)]
struct Entry {
    id: SessionId,
    session: Session,
    egress: Option<bfd_net::Egress>,
    /// The wheel's entry; a later deadline of the session does not move it.
    wheel: Option<Instant>,
    leaving: bool,
}

impl Shard {
    pub(crate) fn new(now: Instant, meters: Arc<Meters>) -> Self {
        Self {
            slots: Vec::new(),
            by_discriminator: HashMap::default(),
            wheel: Wheel::new(now),
            health: LocalHealth::default(),
            owed: owed::Owed::default(),
            leaving: Vec::new(),
            packets_per_second: 0,
            meters,
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
            id,
            session,
            egress: egress.ok(),
            wheel: None,
            leaving: false,
        };
        self.make_room(id.slot);
        self.packets_per_second += most_packets_per_second(&spec);
        self.slots[id.slot as usize] = Some(entry);
        self.by_discriminator
            .insert(id.discriminator.get(), id.slot);
        self.owed.event(Event::Added(id), Some(done));
        self.apply(id.slot, now, actions);
        if admin_down {
            self.input(id, now, Input::Admin(Admin::Down));
        }
    }

    fn make_room(&mut self, slot: u32) {
        let slots = slot as usize + 1;
        if self.slots.len() < slots {
            self.slots
                .resize_with(slots.next_multiple_of(STEP), || None);
            self.wheel
                .reserve(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
            self.owed.reserve(self.slots.len());
        }
    }

    /// Lets something happen to a session; nothing if it is gone.
    pub(crate) fn input(&mut self, id: SessionId, now: Instant, input: Input<'_>) {
        let health = &self.health;
        if let Some(entry) = entry(&mut self.slots, id) {
            let actions = entry.session.handle(now, input, health);
            self.apply(id.slot, now, actions);
        }
    }

    /// Gives a session other values; nothing if it is gone.
    pub(crate) fn update(&mut self, id: SessionId, now: Instant, spec: SessionSpec) {
        if let Some(entry) = entry(&mut self.slots, id) {
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
        if let Some(entry) = entry(&mut self.slots, id) {
            entry.egress = egress.ok();
            self.input(id, now, Input::Path(path(egress)));
        }
    }

    /// Tells the peer that the session ends. It stays until the peer must have heard, unless there
    /// is no peer that listens (RFC 5880 §6.8.16).
    pub(crate) fn leave(&mut self, id: SessionId, now: Instant, limit: Duration) {
        let Some(entry) = entry(&mut self.slots, id).filter(|entry| !entry.leaving) else {
            return;
        };
        entry.leaving = true;
        let heard = entry.session.view().remote.discriminator.is_some();
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
        let ids: Vec<SessionId> = self.slots.iter().flatten().map(|entry| entry.id).collect();
        ids.into_iter().for_each(|id| self.leave(id, now, limit));
    }

    /// Forgets a session at once.
    pub(crate) fn forget(&mut self, id: SessionId) {
        if let Some(entry) = entry(&mut self.slots, id) {
            self.packets_per_second -= most_packets_per_second(entry.session.spec());
            self.slots[id.slot as usize] = None;
            self.by_discriminator.remove(&id.discriminator.get());
            self.wheel.cancel(id.slot);
            self.leaving.retain(|(_, other)| *other != id);
            self.owed.gone(id);
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
        let slot = *self.by_discriminator.get(&yours.get())?;
        self.slots[slot as usize].as_ref().map(|entry| entry.id)
    }

    /// Whether a later packet than one that arrived at `arrival` was accepted already.
    ///
    /// A peer that expires sends Down with a zero discriminator and, once it hears us, Init with
    /// ours: two ways through this program. The detour must not let the Down undo the Init.
    pub(crate) fn has_heard_since(&self, id: SessionId, arrival: Instant) -> bool {
        let entry = self.slots.get(id.slot as usize).and_then(Option::as_ref);
        let last = entry.filter(|entry| entry.id == id);
        let last = last.and_then(|entry| entry.session.view().last_received);
        last.is_some_and(|last| last > arrival)
    }

    /// Gives a packet to this session (RFC 5880 §6.8.6 from step 10 on).
    ///
    /// A packet that came after the detection time proves the silence before it, however late
    /// either is noticed.
    pub(crate) fn deliver(&mut self, id: SessionId, meta: &RxMeta, packet: &ControlPacket<'_>) {
        let Some(entry) = entry(&mut self.slots, id) else {
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
        let entry = self.slots[slot as usize].as_ref();
        entry.is_some_and(|entry| entry.session.is_overdue(now))
    }

    /// Lets time pass for the session in a slot that was popped. Silence counts as far as the
    /// sockets were heard; where that decides, the session may send but is not judged.
    pub(crate) fn expire(&mut self, slot: u32, now: Instant, heard_until: Instant) {
        let Some(entry) = self.slots[slot as usize].as_mut() else {
            return;
        };
        entry.wheel = None;
        let deaf = entry.session.is_overdue(heard_until) != entry.session.is_overdue(now);
        let input = if deaf { Input::Pace } else { Input::Deadline };
        let actions = entry.session.handle(now, input, &self.health);
        self.apply(slot, now, actions);
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
            let Some(entry) = self.slots[slot as usize].as_mut() else {
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
        let id = self
            .slots
            .get(token as usize)
            .and_then(Option::as_ref)
            .map(|entry| entry.id);
        if let Some(id) = id {
            self.input(id, now, Input::TxFailed(errno));
        }
    }

    /// Shows what changed: first the table, then the events. Returns whether there were events.
    pub(crate) fn publish(&mut self, table: &StateTable, ring: &Ring) -> bool {
        for (slot, change) in self.owed.records() {
            match (self.slots[slot as usize].as_ref(), change) {
                (None, _) => {}
                (Some(entry), owed::Record::Whole) => {
                    table.publish(slot, entry.id.generation, &entry.session.view());
                }
                (Some(entry), owed::Record::Hot) => {
                    table.publish_hot(slot, entry.id.generation, &entry.session.view());
                }
            }
        }
        self.owed.events(table, ring)
    }

    fn apply(&mut self, slot: u32, now: Instant, actions: Actions) {
        let Some(entry) = self.slots[slot as usize].as_mut() else {
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
        let id = entry.id;
        if let Some(what) = actions.transmit {
            self.owed.packet(slot, what);
        }
        self.owed.record(slot, actions.altered);
        if let Some(change) = actions.change {
            self.measure(&change);
            self.owed.event(Event::Changed { id, change }, None);
        }
    }

    fn measure(&self, change: &StateChange) {
        let Some(down) = change.down else { return };
        self.meters.verdict(&down.verdict);
        let silent = change.to == State::Down && change.diagnostic.bits() == 1;
        if silent {
            self.meters
                .detection
                .record(down.evidence.gap.saturating_sub(down.evidence.limit));
        }
    }
}

fn entry(slots: &mut [Option<Entry>], id: SessionId) -> Option<&mut Entry> {
    let entry = slots.get_mut(id.slot as usize)?.as_mut()?;
    (entry.id.generation == id.generation).then_some(entry)
}

/// What the peer may send at most: a jittered sender sends up to a third more than one packet an
/// interval.
fn most_packets_per_second(spec: &SessionSpec) -> u64 {
    1_333_333 / u64::from(spec.required_min_rx.micros().0.max(1)) + 1
}

/// Hashes discriminators by one multiplication. The keys in the map are random and secret, so no
/// flood of others can make them collide.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DiscriminatorHasher(u64);

impl Hasher for DiscriminatorHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write_u32(u32::from(*octet));
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = (self.0 ^ u64::from(key)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 32;
    }
}

#[cfg(test)]
mod tests;
