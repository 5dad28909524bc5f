//! To which session a packet belongs whose sender does not know our discriminator yet.
//!
//! Purpose: RFC 5880 §6.8.6 step 9 by the rules of RFC 5881 §3 and RFC 5883 §3, bounded under any
//! flood. Owner: the front desk. Thread: its own. It must never keep anything for a source that no
//! session has as its peer: what a stranger sends costs one look-up and one counter.

mod bucket;
mod peers;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use bfd_proto::{Discard, Instant, SessionKind};

use crate::{Endpoint, RxMeta, SessionId};
use peers::{Peers, Place, Seat};

/// First packets per second that a peer may send for each session configured with it. A peer that
/// is not Up sends one, and a few more when its state changes (RFC 5880 §6.8.3, §6.8.7).
const PER_SESSION: u32 = 16;

const SINGLE_HOP_PORT: u16 = SessionKind::SingleHop.port();

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// To this session.
    Session(SessionId),
    /// Nowhere, but this session was probably meant.
    Refused(SessionId, Discard),
    /// Nowhere.
    Nobody(Discard),
}

/// Sessions by peer.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    peers: Peers,
    /// Interfaces with one neighbour and no more: its source address says nothing.
    point_to_point: HashSet<u32>,
    /// Single-hop sessions bound to such an interface.
    bound: HashMap<Link, Vec<Place>>,
}

impl Demux {
    /// Adds a session, or notes its other endpoint.
    pub(crate) fn insert(&mut self, id: SessionId, endpoint: Endpoint, now: Instant) {
        self.vacate(Place::of(id));
        let place = self.peers.insert(id, endpoint, now);
        self.bind(place, &endpoint);
    }

    /// Notes that a session is of another kind.
    pub(crate) fn set_kind(&mut self, id: SessionId, kind: SessionKind, now: Instant) {
        let place = self.peers.place(id);
        if let Some(seat) = place.and_then(|place| self.peers.seat(place)) {
            let endpoint = Endpoint {
                kind,
                ..seat.endpoint
            };
            self.insert(id, endpoint, now);
        }
    }

    /// Forgets a session.
    pub(crate) fn remove(&mut self, id: SessionId) {
        if let Some(place) = self.peers.place(id) {
            self.vacate(place);
        }
    }

    fn vacate(&mut self, place: Place) {
        if let Some(seat) = self.peers.remove(place) {
            self.unbind(place, &seat.endpoint);
        }
    }

    fn bind(&mut self, place: Place, endpoint: &Endpoint) {
        let link = Link::of(endpoint);
        if let Some(link) = link.filter(|link| self.point_to_point.contains(&link.ifindex)) {
            self.bound.entry(link).or_default().push(place);
        }
    }

    fn unbind(&mut self, place: Place, endpoint: &Endpoint) {
        let Some(link) = Link::of(endpoint) else {
            return;
        };
        if let Some(here) = self.bound.get_mut(&link) {
            here.retain(|other| *other != place);
            if here.is_empty() {
                self.bound.remove(&link);
            }
        }
    }

    /// Notes which interfaces are point-to-point links, in place of those noted before.
    pub(crate) fn set_point_to_point(&mut self, interfaces: HashSet<u32>) {
        self.point_to_point = interfaces;
        self.bound.clear();
        let all = self.peers.all();
        let all: Vec<_> = all.map(|(place, seat)| (place, seat.endpoint)).collect();
        for (place, endpoint) in all {
            self.bind(place, &endpoint);
        }
    }

    /// Finds the session for a packet with Your Discriminator zero.
    pub(crate) fn find(&mut self, meta: &RxMeta, now: Instant) -> Finding {
        let neighbour = self.neighbour(meta).unwrap_or(meta.source);
        let meta = RxMeta {
            source: neighbour,
            ..*meta
        };
        let Some(best) = self.best(&meta) else {
            return Finding::Nobody(Discard::UnknownPeer);
        };
        match best.fit {
            Fit::Refused(misfit) => self.refuse(&best, misfit.discard(), now),
            Fit::Accepted { .. } if self.admits(&best, now) => Finding::Session(best.id),
            Fit::Accepted { .. } => self.refuse(&best, Discard::RateLimited, now),
        }
    }

    /// Finds the session that a packet nobody can read was probably meant for.
    pub(crate) fn blame(&mut self, meta: &RxMeta, reason: Discard, now: Instant) -> Finding {
        match self.best(meta) {
            Some(best) => self.refuse(&best, reason, now),
            None => Finding::Nobody(reason),
        }
    }

    /// Whether the peer may send another first packet.
    fn admits(&mut self, best: &Best, now: Instant) -> bool {
        let budget = self.peers.budget(best.latest);
        budget.is_some_and(|budget| budget.entry.take(now, best.rate))
    }

    /// Notes the refusal with the session, as often as evidence may cost anything.
    fn refuse(&mut self, best: &Best, reason: Discard, now: Instant) -> Finding {
        let budget = self.peers.budget(best.latest);
        if budget.is_some_and(|budget| budget.evidence.take(now, best.rate)) {
            Finding::Refused(best.id, reason)
        } else {
            Finding::Nobody(reason)
        }
    }

    /// The session of this peer that the packet fits best, if only a little; of two that it fits
    /// alike, the later.
    fn best(&self, meta: &RxMeta) -> Option<Best> {
        let latest = self.peers.latest(meta.source)?;
        let mut sessions = 0_u32;
        let candidates = self.peers.from(latest).inspect(|_| sessions += 1);
        let fits = candidates.map(|(place, seat)| (place, seat.fit(meta)));
        let (place, fit) = fits.min_by_key(|(_, fit)| Reverse(*fit))?;
        Some(Best {
            id: self.peers.id(place)?,
            fit,
            latest,
            rate: sessions.saturating_mul(PER_SESSION),
        })
    }

    /// The peer at the other end of a point-to-point link, whatever source its packet has
    /// (RFC 5881 §6). `None` where the source has to decide: there is no session of this family on
    /// the link, or more than one.
    fn neighbour(&self, meta: &RxMeta) -> Option<IpAddr> {
        let link = Link {
            ifindex: meta.ifindex,
            v4: meta.source.is_ipv4(),
        };
        if meta.port != SINGLE_HOP_PORT {
            return None;
        }
        let here = self.bound.get(&link).filter(|here| here.len() == 1)?;
        Some(self.peers.seat(*here.first()?)?.endpoint.peer)
    }
}

/// What a packet fits best.
#[derive(Debug)]
struct Best {
    id: SessionId,
    fit: Fit,
    /// The latest session of the same peer.
    latest: Place,
    /// First packets a second that this peer may send.
    rate: u32,
}

/// An interface and a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Link {
    ifindex: u32,
    v4: bool,
}

impl Link {
    /// The link that a single-hop session is bound to.
    fn of(endpoint: &Endpoint) -> Option<Self> {
        let ifindex = endpoint.ifindex?;
        let v4 = endpoint.peer.is_ipv4();
        (endpoint.kind == SessionKind::SingleHop).then_some(Self { ifindex, v4 })
    }
}

impl Seat {
    /// How well the packet fits: interface and port must, our address must for multihop; beyond
    /// that the more of the session's own wishes it meets, the better.
    fn fit(&self, meta: &RxMeta) -> Fit {
        let Endpoint {
            kind,
            local,
            ifindex,
            ..
        } = self.endpoint;
        let interface = ifindex.map(|wanted| wanted == meta.ifindex);
        let address = local.map(|wanted| wanted == meta.destination);
        let multihop = matches!(kind, SessionKind::MultiHop { .. });
        if kind.port() != meta.port {
            Fit::Refused(Misfit::Port)
        } else if interface == Some(false) {
            Fit::Refused(Misfit::Interface)
        } else if multihop && address == Some(false) {
            Fit::Refused(Misfit::Address)
        } else if meta.ttl < kind.min_ttl() {
            Fit::Refused(Misfit::Ttl)
        } else {
            Fit::Accepted {
                interface: interface.is_some(),
                address: address == Some(true),
            }
        }
    }
}

/// The order is the preference, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Refused(Misfit),
    Accepted { interface: bool, address: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Misfit {
    Port,
    Interface,
    Address,
    Ttl,
}

impl Misfit {
    const fn discard(self) -> Discard {
        match self {
            Self::Port => Discard::WrongPort,
            Self::Interface => Discard::WrongInterface,
            Self::Address => Discard::UnknownPeer,
            Self::Ttl => Discard::Ttl,
        }
    }
}

#[cfg(test)]
mod tests;
