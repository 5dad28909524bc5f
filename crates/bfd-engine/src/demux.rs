//! To which session a packet belongs whose sender does not know our discriminator yet.
//!
//! Purpose: RFC 5880 §6.8.6 step 9 by the rules of RFC 5881 §3 and RFC 5883 §3, bounded under any
//! flood. Owner: the front desk. Thread: its own. It must never keep anything for a source that no
//! session has as its peer: what a stranger sends costs one look-up and one counter.

mod bucket;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use bfd_proto::{Discard, Instant, SessionKind};

use crate::{Endpoint, RxMeta, SessionId};
use bucket::Bucket;

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
    peers: HashMap<IpAddr, Peer>,
    /// Where to look for a session that is to be forgotten.
    addresses: HashMap<SessionId, IpAddr>,
    /// Single-hop sessions by the link they are bound to.
    bound: HashMap<Link, HashSet<SessionId>>,
    /// Interfaces with one neighbour and no more: its source address says nothing.
    point_to_point: HashSet<u32>,
}

#[derive(Debug)]
struct Peer {
    candidates: Vec<Candidate>,
    /// For packets that fit a session.
    entry: Bucket,
    /// For packets that fit none; apart, so that forged ones cannot use up the peer's own.
    evidence: Bucket,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    id: SessionId,
    endpoint: Endpoint,
}

impl Demux {
    /// Adds a session, or notes its other endpoint.
    pub(crate) fn insert(&mut self, id: SessionId, endpoint: Endpoint, now: Instant) {
        self.remove(id);
        self.addresses.insert(id, endpoint.peer);
        let peer = self
            .peers
            .entry(endpoint.peer)
            .or_insert_with(|| Peer::new(now));
        peer.candidates.push(Candidate { id, endpoint });
        if let Some(link) = Link::of(&endpoint) {
            self.bound.entry(link).or_default().insert(id);
        }
    }

    /// Forgets a session.
    pub(crate) fn remove(&mut self, id: SessionId) {
        let Some(address) = self.addresses.remove(&id) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(&address) else {
            return;
        };
        let removed = peer
            .candidates
            .extract_if(.., |candidate| candidate.id == id);
        let links: Vec<_> = removed
            .filter_map(|gone| Link::of(&gone.endpoint))
            .collect();
        if peer.candidates.is_empty() {
            self.peers.remove(&address);
        }
        for link in links {
            self.unbind(id, link);
        }
    }

    fn unbind(&mut self, id: SessionId, link: Link) {
        if let Some(here) = self.bound.get_mut(&link) {
            here.remove(&id);
            if here.is_empty() {
                self.bound.remove(&link);
            }
        }
    }

    /// Notes which interfaces are point-to-point links, in place of those noted before.
    pub(crate) fn set_point_to_point(&mut self, interfaces: HashSet<u32>) {
        self.point_to_point = interfaces;
    }

    /// Finds the session for a packet with Your Discriminator zero.
    pub(crate) fn find(&mut self, meta: &RxMeta, now: Instant) -> Finding {
        let neighbour = self.neighbour(meta).unwrap_or(meta.source);
        let meta = RxMeta {
            source: neighbour,
            ..*meta
        };
        match self.peers.get_mut(&neighbour) {
            Some(peer) => peer.find(&meta, now),
            None => Finding::Nobody(Discard::UnknownPeer),
        }
    }

    /// Finds the session that a packet nobody can read was probably meant for.
    pub(crate) fn blame(&mut self, meta: &RxMeta, reason: Discard, now: Instant) -> Finding {
        let peer = self.peers.get_mut(&meta.source);
        match peer.and_then(|peer| Some((peer.best(meta)?.0, peer))) {
            Some((id, peer)) => peer.refuse(id, reason, now),
            None => Finding::Nobody(reason),
        }
    }

    /// The peer at the other end of a point-to-point link, whatever source its packet has
    /// (RFC 5881 §6). `None` where the source has to decide: there is no session of this family on
    /// the link, or more than one.
    fn neighbour(&self, meta: &RxMeta) -> Option<IpAddr> {
        let link = Link {
            ifindex: meta.ifindex,
            v4: meta.source.is_ipv4(),
        };
        if !self.point_to_point.contains(&link.ifindex) || meta.port != SINGLE_HOP_PORT {
            return None;
        }
        let here = self.bound.get(&link).filter(|here| here.len() == 1)?;
        let id = here.iter().next()?;
        self.addresses.get(id).copied()
    }
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

impl Peer {
    fn new(now: Instant) -> Self {
        Self {
            // Nearly every peer has one session, and a vector that grows makes room for four.
            candidates: Vec::with_capacity(1),
            entry: Bucket::full(now),
            evidence: Bucket::full(now),
        }
    }

    fn find(&mut self, meta: &RxMeta, now: Instant) -> Finding {
        let Some((id, fit)) = self.best(meta) else {
            return Finding::Nobody(Discard::UnknownPeer);
        };
        let rate = self.rate();
        let reason = match fit {
            Fit::Accepted { .. } if self.entry.take(now, rate) => return Finding::Session(id),
            Fit::Accepted { .. } => Discard::RateLimited,
            Fit::Refused(misfit) => misfit.discard(),
        };
        self.refuse(id, reason, now)
    }

    /// Notes the refusal with the session, as often as evidence may cost anything.
    fn refuse(&mut self, id: SessionId, reason: Discard, now: Instant) -> Finding {
        if self.evidence.take(now, self.rate()) {
            Finding::Refused(id, reason)
        } else {
            Finding::Nobody(reason)
        }
    }

    /// The session that the packet fits best, if only a little.
    fn best(&self, meta: &RxMeta) -> Option<(SessionId, Fit)> {
        let fits = self
            .candidates
            .iter()
            .map(|candidate| (candidate.id, candidate.fit(meta)));
        fits.max_by_key(|(_, fit)| *fit)
    }

    fn rate(&self) -> u32 {
        let size = u32::try_from(self.candidates.len()).unwrap_or(u32::MAX);
        size.saturating_mul(PER_SESSION)
    }
}

impl Candidate {
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
