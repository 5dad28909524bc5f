//! Who is there: slots, discriminators and source ports in use.
//!
//! Purpose: give every session a place, a name and a port of its own. Owner: all handles together,
//! behind one lock that no worker ever takes. Thread: any of the control plane. A worker reports
//! an empty slot through the state table; the registry looks there before it gives it out again.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use bfd_proto::{Discriminator, SessionKind};

use crate::chunks::Chunks;
use crate::ports::PortPool;
use crate::{Endpoint, Entropy, SessionId};

/// Draws of a discriminator before giving up; each fails only when it hits one in use.
const DRAWS: usize = 64;
/// Most sessions of one worker.
const SLOTS: u32 = 1 << 20;

/// Why a session could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// The operating system gave no random number.
    #[error("no random number for a discriminator: {0}")]
    Entropy(#[from] getrandom::Error),
    /// Every worker holds 1 048 576 sessions.
    #[error("there is no room for another session")]
    Full,
    /// The engine has stopped.
    #[error(transparent)]
    Stopped(#[from] crate::Stopped),
}

/// The books of the control side.
#[derive(Debug)]
pub(crate) struct Registry {
    entropy: Entropy,
    shelves: Vec<Shelf>,
    discriminators: HashSet<u32>,
    ports: PortPool,
    leaving: Vec<SessionId>,
    hasher: RandomState,
}

/// What is booked for one session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its `bfd.LocalDiscr`.
    discriminator: Discriminator,
    /// Its source port.
    pub(crate) source_port: u16,
    /// Whether it is on its way out.
    leaving: bool,
    /// With the kind the packets that belong to it, as far as to know the same again.
    addresses: Fingerprint,
    kind: SessionKind,
}

/// A hash, in octets so that it packs with what is smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint([u8; 8]);

/// A slot of a worker.
#[derive(Debug, Default)]
struct Place {
    /// How often it was given out before.
    generation: u32,
    entry: Option<Entry>,
}

const _: () = assert!(size_of::<Place>() <= 24);

/// The slots of one worker.
#[derive(Debug, Default)]
struct Shelf {
    places: Chunks<Place>,
    /// Slots given out at least once.
    made: u32,
    free: Vec<u32>,
}

impl Registry {
    /// Empty books for `workers` workers.
    pub(crate) fn new(workers: u16, mut entropy: Entropy) -> Result<Self, getrandom::Error> {
        let ports = PortPool::new(entropy.next_u32()?);
        Ok(Self {
            entropy,
            shelves: (0..workers).map(|_| Shelf::default()).collect(),
            discriminators: HashSet::new(),
            ports,
            leaving: Vec::new(),
            hasher: RandomState::new(),
        })
    }

    /// Books a place with the worker that has the fewest sessions.
    pub(crate) fn book(&mut self, endpoint: Endpoint) -> Result<SessionId, AddError> {
        let shelves = self.shelves.iter_mut().enumerate();
        let (worker, shelf) = shelves
            .min_by_key(|(_, shelf)| shelf.used())
            .ok_or(AddError::Full)?;
        if shelf.used() >= SLOTS as usize {
            return Err(AddError::Full);
        }
        let worker = u16::try_from(worker).map_err(|_| AddError::Full)?;
        let discriminator = self.draw(worker)?;
        self.discriminators.insert(discriminator.get());
        let entry = Entry {
            discriminator,
            source_port: self.ports.take(),
            leaving: false,
            addresses: self.addresses(&endpoint),
            kind: endpoint.kind,
        };
        let (slot, generation) = self.shelves[usize::from(worker)].take(entry);
        Ok(SessionId {
            worker,
            slot,
            generation,
            discriminator,
        })
    }

    /// A seed for the jitter of one session.
    pub(crate) fn seed(&mut self) -> Result<u64, AddError> {
        Ok(self.entropy.next()?)
    }

    /// What is booked for `id`; `None` once it is gone.
    pub(crate) fn entry(&self, id: SessionId) -> Option<&Entry> {
        let place = self.shelf(id)?.places.get(id.slot)?;
        let same = place.generation == id.generation;
        place.entry.as_ref().filter(|_| same)
    }

    /// Notes another endpoint.
    pub(crate) fn move_to(&mut self, id: SessionId, endpoint: &Endpoint) {
        let addresses = self.addresses(endpoint);
        if let Some(entry) = self.entry_mut(id) {
            (entry.addresses, entry.kind) = (addresses, endpoint.kind);
        }
    }

    /// Notes another kind; whether the session is there.
    pub(crate) fn set_kind(&mut self, id: SessionId, kind: SessionKind) -> bool {
        let entry = self.entry_mut(id);
        entry.map(|entry| entry.kind = kind).is_some()
    }

    /// Notes that `id` is on its way out; whether it was not yet.
    pub(crate) fn leave(&mut self, id: SessionId) -> bool {
        let fresh = self.entry_mut(id).filter(|entry| !entry.leaving);
        let fresh = fresh.map(|entry| entry.leaving = true).is_some();
        if fresh {
            self.leaving.push(id);
        }
        fresh
    }

    /// Sessions on their way out that would answer to the same packets as `endpoint`: two must not
    /// speak to one peer (RFC 5880 §6.8.16).
    pub(crate) fn leaving_from(&self, endpoint: &Endpoint) -> Vec<SessionId> {
        let wanted = (self.addresses(endpoint), endpoint.kind);
        let same = |id: &&SessionId| {
            self.entry(**id)
                .is_some_and(|entry| (entry.addresses, entry.kind) == wanted)
        };
        self.leaving.iter().filter(same).copied().collect()
    }

    /// Frees what belonged to sessions for which `is_gone` holds.
    pub(crate) fn sweep(&mut self, is_gone: impl Fn(SessionId) -> bool) {
        let leaving = std::mem::take(&mut self.leaving);
        let (gone, still) = leaving.into_iter().partition(|id| is_gone(*id));
        self.leaving = still;
        gone.into_iter().for_each(|id| self.release(id));
    }

    /// All sessions that are not gone.
    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        let shelves = (0..).zip(&self.shelves);
        shelves
            .flat_map(|(worker, shelf)| shelf.ids(worker))
            .collect()
    }

    fn release(&mut self, id: SessionId) {
        let Some(entry) = self.entry(id).copied() else {
            return;
        };
        self.ports.give_back(entry.source_port);
        self.discriminators.remove(&id.discriminator.get());
        self.shelves[usize::from(id.worker)].give_back(id.slot);
    }

    /// Stands for the addresses and the interface of an endpoint. That two have the same number by
    /// chance happens once in 2⁶⁴ pairs, and then a session ends without a last word.
    fn addresses(&self, endpoint: &Endpoint) -> Fingerprint {
        let Endpoint {
            peer,
            local,
            ifindex,
            ..
        } = endpoint;
        let hash = self.hasher.hash_one((peer, local, ifindex));
        Fingerprint(hash.to_ne_bytes())
    }

    fn shelf(&self, id: SessionId) -> Option<&Shelf> {
        self.shelves.get(usize::from(id.worker))
    }

    fn entry_mut(&mut self, id: SessionId) -> Option<&mut Entry> {
        let shelf = self.shelves.get_mut(usize::from(id.worker))?;
        let place = shelf.places.get_mut(id.slot)?;
        let same = place.generation == id.generation;
        place.entry.as_mut().filter(|_| same)
    }

    /// A random discriminator that leads to `worker` and names nobody yet.
    fn draw(&mut self, worker: u16) -> Result<Discriminator, AddError> {
        let workers = u32::try_from(self.shelves.len()).map_err(|_| AddError::Full)?;
        for _ in 0..DRAWS {
            let drawn = self.entropy.next_u32()?;
            let candidate = (drawn - drawn % workers).checked_add(worker.into());
            let free = candidate.filter(|value| !self.discriminators.contains(value));
            if let Some(discriminator) = free.and_then(Discriminator::new) {
                return Ok(discriminator);
            }
        }
        Err(AddError::Full)
    }
}

impl Shelf {
    fn used(&self) -> usize {
        self.made as usize - self.free.len()
    }

    /// Books a slot; returns it and its generation.
    fn take(&mut self, entry: Entry) -> (u32, u32) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.places.reserve(self.made);
            self.made += 1;
            self.made - 1
        });
        let place = &mut self.places[slot];
        place.entry = Some(entry);
        (slot, place.generation)
    }

    fn give_back(&mut self, slot: u32) {
        let place = &mut self.places[slot];
        place.entry = None;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(slot);
    }

    fn ids(&self, worker: u16) -> impl Iterator<Item = SessionId> {
        self.places.iter().filter_map(move |(slot, place)| {
            Some(SessionId {
                worker,
                slot,
                generation: place.generation,
                discriminator: place.entry.as_ref()?.discriminator,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::Ipv4Addr;

    use bfd_proto::SessionKind;

    use super::Registry;
    use crate::{Endpoint, Entropy};

    fn endpoint(last: u8) -> Endpoint {
        Endpoint {
            kind: SessionKind::SingleHop,
            peer: Ipv4Addr::new(10, 0, 0, last).into(),
            local: None,
            ifindex: None,
        }
    }

    // covers: 5880-6.3-01, 5880-6.8.1-05
    #[test]
    fn sessions_spread_over_workers_and_discriminators_lead_there() {
        let mut registry = Registry::new(3, Entropy::System).unwrap();
        let ids: Vec<_> = (0..300)
            .map(|_| registry.book(endpoint(1)).unwrap())
            .collect();
        for id in &ids {
            assert_eq!(id.discriminator.get() % 3, u32::from(id.worker));
        }
        let distinct: HashSet<_> = ids.iter().map(|id| id.discriminator).collect();
        assert_eq!(distinct.len(), 300);
        assert_eq!(ids.iter().filter(|id| id.worker == 2).count(), 100);
    }

    // covers: 5880-6.8.1-06, 5880-9-03, 7492-3-03
    #[test]
    fn discriminators_are_drawn_at_random() {
        let draw = || {
            let mut registry = Registry::new(1, Entropy::System).unwrap();
            [(); 8].map(|()| registry.book(endpoint(1)).unwrap().discriminator.get())
        };
        let (first, second) = (draw(), draw());
        assert_ne!(first, second, "a restart begins anew");
        let near = |pair: &[u32]| pair[0].abs_diff(pair[1]) < 1000;
        assert!(!first.windows(2).all(near), "{first:?} are in sequence");
    }

    #[test]
    fn a_slot_is_given_out_again_once_its_session_is_gone() {
        let mut registry = Registry::new(1, Entropy::Seeded(1)).unwrap();
        let first = registry.book(endpoint(1)).unwrap();
        assert!(registry.leave(first));
        assert!(!registry.leave(first));
        assert_eq!(registry.leaving_from(&endpoint(1)), [first]);
        assert_eq!(registry.leaving_from(&endpoint(2)), []);
        registry.sweep(|_| false);
        assert_eq!(registry.book(endpoint(2)).unwrap().slot, 1);
        registry.sweep(|id| id == first);
        assert!(registry.entry(first).is_none());
        let again = registry.book(endpoint(1)).unwrap();
        assert_eq!((again.slot, again.generation), (0, 1));
        assert_eq!(registry.sessions().len(), 2);
    }
}
