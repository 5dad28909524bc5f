//! Sessions by the address of their peer.
//!
//! Purpose: find all sessions of a peer by one look-up. Owner: the demultiplexer. Thread: the front
//! desk's. It must never decide which of them a packet belongs to.
//!
//! A seat for each slot holds what is known of its session. The sessions of one peer hang together,
//! the latest first, and a table of places leads to that one: an address is kept once.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;

use bfd_proto::{Discriminator, Instant};
use hashbrown::HashTable;

use super::bucket::Bucket;
use crate::chunks::Chunks;
use crate::{Endpoint, SessionId};

/// All sessions that the front desk knows.
#[derive(Debug, Default)]
pub(super) struct Peers {
    /// By worker and slot.
    seats: Vec<Chunks<Option<Seat>>>,
    /// The latest session of each peer.
    latest: HashTable<Place>,
    hasher: RandomState,
}

/// Where a session sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    worker: u16,
    slot: u32,
}

/// A session with its endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    generation: u32,
    discriminator: Discriminator,
    pub(super) endpoint: Endpoint,
    /// The session of this peer that came before.
    next: Option<Place>,
    /// The peer's; it counts where its latest session sits.
    budget: Budget,
}

const _: () = assert!(size_of::<Option<Seat>>() <= 80);

/// How many more first packets of a peer are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// For packets that fit a session.
    pub(super) entry: Bucket,
    /// For packets that fit none; apart, so that forged ones cannot use up the peer's own.
    pub(super) evidence: Bucket,
}

impl Peers {
    /// Puts a session in its place, which must be empty; it becomes its peer's latest.
    pub(super) fn insert(&mut self, id: SessionId, endpoint: Endpoint, now: Instant) -> Place {
        let place = Place::of(id);
        let hash = self.hasher.hash_one(endpoint.peer);
        let next = self.latest(endpoint.peer);
        let seat = Seat {
            generation: id.generation,
            discriminator: id.discriminator,
            endpoint,
            next,
            budget: next
                .and_then(|next| Some(self.seat(next)?.budget))
                .unwrap_or(Budget::full(now)),
        };
        match next {
            Some(next) => self.lead(endpoint.peer, next, place),
            None => {
                let Self {
                    seats,
                    latest,
                    hasher,
                } = self;
                let hash_of =
                    |place: &Place| peer(seats, *place).map_or(0, |peer| hasher.hash_one(peer));
                latest.insert_unique(hash, place, hash_of);
            }
        }
        *self.make(place) = Some(seat);
        place
    }

    /// Empties a place and returns who sat there.
    pub(super) fn remove(&mut self, place: Place) -> Option<Seat> {
        let seat = *self.seat(place)?;
        let first = self.latest(seat.endpoint.peer)?;
        match seat.next {
            _ if first != place => self.unhook(first, place, seat.next),
            Some(next) => {
                self.lead(seat.endpoint.peer, place, next);
                self.seat_mut(next)?.budget = seat.budget;
            }
            None => self.close(seat.endpoint.peer),
        }
        *self.make(place) = None;
        Some(seat)
    }

    /// The session in this place.
    pub(super) fn seat(&self, place: Place) -> Option<&Seat> {
        let seats = self.seats.get(usize::from(place.worker))?;
        seats.get(place.slot)?.as_ref()
    }

    /// Where this very session sits; `None` if it does not.
    pub(super) fn place(&self, id: SessionId) -> Option<Place> {
        let place = Place::of(id);
        (self.id(place)? == id).then_some(place)
    }

    /// The name of the session in this place.
    pub(super) fn id(&self, place: Place) -> Option<SessionId> {
        let seat = self.seat(place)?;
        Some(SessionId {
            worker: place.worker,
            slot: place.slot,
            generation: seat.generation,
            discriminator: seat.discriminator,
        })
    }

    /// The latest session of this peer.
    pub(super) fn latest(&self, address: IpAddr) -> Option<Place> {
        let hash = self.hasher.hash_one(address);
        let same = |place: &Place| peer(&self.seats, *place) == Some(address);
        self.latest.find(hash, same).copied()
    }

    /// The sessions of a peer, the latest first.
    pub(super) fn from(&self, latest: Place) -> impl Iterator<Item = (Place, &Seat)> {
        let seated = |place: Place| Some((place, self.seat(place)?));
        std::iter::successors(seated(latest), move |(_, seat)| seated(seat.next?))
    }

    /// The budget of a peer whose latest session sits here.
    pub(super) fn budget(&mut self, latest: Place) -> Option<&mut Budget> {
        Some(&mut self.seat_mut(latest)?.budget)
    }

    /// Every session.
    pub(super) fn all(&self) -> impl Iterator<Item = (Place, &Seat)> {
        let workers = (0..).zip(&self.seats);
        workers.flat_map(|(worker, seats)| {
            let taken = seats.iter();
            taken.filter_map(move |(slot, seat)| Some((Place { worker, slot }, seat.as_ref()?)))
        })
    }

    /// The table leads to `to` in place of `from`.
    fn lead(&mut self, address: IpAddr, from: Place, to: Place) {
        let hash = self.hasher.hash_one(address);
        if let Some(place) = self.latest.find_mut(hash, |place| *place == from) {
            *place = to;
        }
    }

    /// The table leads nowhere any more.
    fn close(&mut self, address: IpAddr) {
        let hash = self.hasher.hash_one(address);
        let Self { seats, latest, .. } = self;
        let same = |place: &Place| peer(seats, *place) == Some(address);
        if let Ok(entry) = latest.find_entry(hash, same) {
            entry.remove();
        }
    }

    /// Takes `place` out of the list that begins at `first`.
    fn unhook(&mut self, first: Place, place: Place, next: Option<Place>) {
        let before = self.from(first).find(|(_, seat)| seat.next == Some(place));
        let before = before.map(|(before, _)| before);
        if let Some(before) = before.and_then(|before| self.seat_mut(before)) {
            before.next = next;
        }
    }

    fn seat_mut(&mut self, place: Place) -> Option<&mut Seat> {
        let seats = self.seats.get_mut(usize::from(place.worker))?;
        seats.get_mut(place.slot)?.as_mut()
    }

    fn make(&mut self, place: Place) -> &mut Option<Seat> {
        let worker = usize::from(place.worker);
        if self.seats.len() <= worker {
            self.seats.resize_with(worker + 1, Chunks::default);
        }
        let seats = &mut self.seats[worker];
        seats.reserve(place.slot);
        &mut seats[place.slot]
    }
}

impl Place {
    pub(super) const fn of(id: SessionId) -> Self {
        Self {
            worker: id.worker,
            slot: id.slot,
        }
    }
}

impl Budget {
    fn full(now: Instant) -> Self {
        Self {
            entry: Bucket::full(now),
            evidence: Bucket::full(now),
        }
    }
}

/// The address of the peer whose session sits in this place.
fn peer(seats: &[Chunks<Option<Seat>>], place: Place) -> Option<IpAddr> {
    let seat = seats.get(usize::from(place.worker))?.get(place.slot)?;
    Some(seat.as_ref()?.endpoint.peer)
}

#[cfg(test)]
mod tests;
