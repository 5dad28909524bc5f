//! From a session's key to its way out.

use std::net::IpAddr;

use bfd_proto::PathProblem;

use super::{Address, Link, Topology};
use crate::key::{Hops, SessionKey, is_link_local};

/// The kernel's answer to "from which address would you send to this peer?", `None`: no route.
pub type RouteLookup<'a> = &'a dyn Fn(IpAddr) -> Option<IpAddr>;

/// The way out of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Address to send from.
    pub local: IpAddr,
    /// Interface the session is bound to on send and receive; `None`: the kernel routes.
    pub bound: Option<u32>,
    /// Interface whose loss ends a single-hop session; `None`: no single one, as for multihop.
    pub link: Option<u32>,
}

impl Topology {
    /// Where a session with this key sends from and through.
    ///
    /// `held` is the local address in use until now: a session that chose its address by route
    /// keeps it as long as it exists and leads out, because the peer knows us by it.
    ///
    /// # Errors
    /// The first [`PathProblem`] on the way: interface, then route, then address.
    pub fn resolve(
        &self,
        key: &SessionKey,
        held: Option<IpAddr>,
        route: RouteLookup<'_>,
    ) -> Result<Resolved, PathProblem> {
        if key
            .local
            .is_some_and(|local| local.is_ipv4() != key.peer.is_ipv4())
        {
            return Err(PathProblem::AddressFamily);
        }
        match &key.interface {
            Some(name) => self.resolve_bound(key, name.as_str(), held),
            None if key.needs_interface() => Err(PathProblem::InterfaceMissing),
            None => self.resolve_routed(key, held, route),
        }
    }

    /// Why the way used until now is none any more; `None` if it still is one.
    ///
    /// A lost way is told to the session before another is tried, so that a Down caused by it gets
    /// the right verdict.
    #[must_use]
    pub fn lost(&self, used: &Resolved) -> Option<PathProblem> {
        let link = used.link.map(|index| self.link(index));
        match link {
            Some(None) => Some(PathProblem::InterfaceMissing),
            Some(Some(link)) if !link.running => Some(PathProblem::InterfaceDown),
            _ if self.owner(used.local).is_none() => Some(PathProblem::AddressMissing),
            _ => None,
        }
    }

    fn resolve_bound(
        &self,
        key: &SessionKey,
        name: &str,
        held: Option<IpAddr>,
    ) -> Result<Resolved, PathProblem> {
        let link = self.link_named(name).ok_or(PathProblem::InterfaceMissing)?;
        if !link.running {
            return Err(PathProblem::InterfaceDown);
        }
        let local = match key.local {
            Some(local) => self.owned_by(link, local).then_some(local),
            None => self.choose(link, key.peer, held),
        };
        let local = local.ok_or(PathProblem::AddressMissing)?;
        Ok(Resolved {
            local,
            bound: Some(link.index),
            link: Some(link.index),
        })
    }

    fn resolve_routed(
        &self,
        key: &SessionKey,
        held: Option<IpAddr>,
        route: RouteLookup<'_>,
    ) -> Result<Resolved, PathProblem> {
        if key.local.is_some_and(|local| self.owner(local).is_none()) {
            return Err(PathProblem::AddressMissing);
        }
        // Before the route: while its interface is down, an attached peer must not be looked for
        // behind the default route.
        if key.hops == Hops::Single && self.is_detached(key.peer) {
            return Err(PathProblem::InterfaceDown);
        }
        let routed = route(key.peer).ok_or(PathProblem::NoRoute)?;
        let local = key.local.unwrap_or_else(|| self.keep(held, routed, key));
        self.owner(local).ok_or(PathProblem::AddressMissing)?;
        match self.carrier(local, key) {
            Some(link) if !link.running => Err(PathProblem::InterfaceDown),
            link => Ok(Resolved {
                local,
                bound: None,
                link: link.map(|link| link.index),
            }),
        }
    }

    /// Whether the peer is in a subnet of ours, but every interface into it is down.
    fn is_detached(&self, peer: IpAddr) -> bool {
        let mut into = self
            .attached(peer)
            .filter_map(|address| self.link(address.interface));
        into.next()
            .is_some_and(|first| !first.running && into.all(|link| !link.running))
    }

    /// `held`, if it still leads out the same way as the address the kernel would choose now.
    fn keep(&self, held: Option<IpAddr>, routed: IpAddr, key: &SessionKey) -> IpAddr {
        let way = |local| self.carrier(local, key).map(|link| link.index);
        let beside = |local| {
            self.attached(key.peer)
                .any(|address| address.local == local)
        };
        let usable = |held: &IpAddr| {
            let as_near = beside(*held) || !beside(routed);
            self.owner(*held).is_some() && way(*held) == way(routed) && as_near
        };
        held.filter(usable).unwrap_or(routed)
    }

    /// The interface a single-hop session between `local` and its peer depends on.
    fn carrier(&self, local: IpAddr, key: &SessionKey) -> Option<&Link> {
        if key.hops == Hops::Multi {
            return None;
        }
        let ours = self
            .attached(key.peer)
            .find(|address| address.local == local);
        let address = ours.or_else(|| self.attached(key.peer).next());
        address.map_or_else(|| self.owner(local), |address| self.link(address.interface))
    }

    /// Addresses of ours whose subnet the peer is in.
    fn attached(&self, peer: IpAddr) -> impl Iterator<Item = &Address> {
        self.addresses()
            .filter(move |address| address.usable && address.covers(peer))
    }

    /// The interface that has this address, one that is running before others.
    fn owner(&self, local: IpAddr) -> Option<&Link> {
        let owners = || {
            self.links
                .values()
                .filter(|link| self.owned_by(link, local))
        };
        owners()
            .find(|link| link.running)
            .or_else(|| owners().next())
    }

    fn owned_by(&self, link: &Link, local: IpAddr) -> bool {
        self.on(link).any(|address| {
            address.local == local || (link.loopback && local.is_ipv4() && address.covers(local))
        })
    }

    fn choose(&self, link: &Link, peer: IpAddr, held: Option<IpAddr>) -> Option<IpAddr> {
        let fits = |address: &&Address| {
            address.local.is_ipv4() == peer.is_ipv4()
                && is_link_local(address.local) == is_link_local(peer)
        };
        let candidates = || {
            self.on(link)
                .filter(fits)
                .map(|address| (address.local, *address))
        };
        let held = candidates().find(|(local, _)| Some(*local) == held);
        let near = || candidates().find(|(_, address)| address.covers(peer));
        held.or_else(near)
            .or_else(|| candidates().next())
            .map(|(local, _)| local)
    }

    fn on(&self, link: &Link) -> impl Iterator<Item = &Address> {
        let of_link = (link.index, IpAddr::from([0, 0, 0, 0]))..;
        self.addresses
            .range(of_link)
            .take_while(move |((interface, _), _)| *interface == link.index)
            .map(|(_, address)| address)
            .filter(|address| address.usable)
    }
}
