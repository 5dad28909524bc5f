//! What this host's interfaces and addresses allow.
//!
//! Purpose: answer "from which address and over which interface does this session send?" Owner:
//! whoever feeds it builds snapshots; readers share them. Thread: any. It is a plain value and must
//! never ask the kernel: the one question only the kernel can answer, the route, is a parameter.

mod resolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;

pub use resolve::{Resolved, RouteLookup};

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Interface index, unique in the network namespace.
    pub index: u32,
    /// Interface name.
    pub name: String,
    /// Administratively up and with carrier.
    pub running: bool,
    /// The loopback interface: every address of its prefixes is local.
    pub loopback: bool,
    /// One neighbour at the other end and no more: its source address says nothing (RFC 5881 §6).
    pub point_to_point: bool,
}

/// An address of this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Index of the interface it is configured on.
    pub interface: u32,
    /// The address itself.
    pub local: IpAddr,
    /// The address the prefix belongs to: `local`, or the far end of a point-to-point link.
    pub network: IpAddr,
    /// Length of the prefix in bits.
    pub prefix_len: u8,
    /// Whether one may send from it: false while duplicate address detection runs or has failed.
    pub usable: bool,
}

impl Address {
    /// Whether `address` lies in this address' prefix.
    #[must_use]
    pub fn covers(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let shift = 32 - u32::from(self.prefix_len.min(32));
                (a.to_bits() ^ b.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let shift = 128 - u32::from(self.prefix_len.min(128));
                (a.to_bits() ^ b.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Interfaces and addresses of this host at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Topology {
    links: BTreeMap<u32, Link>,
    addresses: BTreeMap<(u32, IpAddr), Address>,
    routes: u64,
}

impl Topology {
    /// Adds an interface or replaces the one with its index.
    pub fn set_link(&mut self, link: Link) {
        self.links.insert(link.index, link);
    }

    /// Removes an interface and all its addresses.
    pub fn remove_link(&mut self, index: u32) {
        self.links.remove(&index);
        self.addresses
            .retain(|(interface, _), _| *interface != index);
    }

    /// Adds an address or replaces the one on the same interface.
    pub fn set_address(&mut self, address: Address) {
        self.addresses
            .insert((address.interface, address.local), address);
    }

    /// Removes an address of an interface.
    pub fn remove_address(&mut self, interface: u32, local: IpAddr) {
        self.addresses.remove(&(interface, local));
    }

    /// Notes that the kernel's routes changed: answers of a [`RouteLookup`] may differ now, so the
    /// snapshot must differ as well.
    pub fn routes_changed(&mut self) {
        self.routes += 1;
    }

    /// Takes over another picture of the same host; routes count as changed.
    pub fn replace(&mut self, other: Self) {
        *self = Self {
            routes: self.routes + 1,
            ..other
        };
    }

    /// The interface with this name.
    #[must_use]
    pub fn link_named(&self, name: &str) -> Option<&Link> {
        self.links.values().find(|link| link.name == name)
    }

    /// The interface with this index.
    #[must_use]
    pub fn link(&self, index: u32) -> Option<&Link> {
        self.links.get(&index)
    }

    /// All interfaces, by index.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.values()
    }

    /// Indexes of the point-to-point links.
    pub fn point_to_point(&self) -> impl Iterator<Item = u32> {
        let links = self.links().filter(|link| link.point_to_point);
        links.map(|link| link.index)
    }

    /// All addresses, by interface.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.addresses.values()
    }
}
