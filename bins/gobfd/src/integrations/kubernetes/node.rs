//! The part of a node that counts.

use std::net::IpAddr;

use kube::api::{NotUsed, Object};
use serde::Deserialize;

/// A node as it is read: of the many kilobytes of a node's status only the addresses are kept.
pub(super) type Node = Object<NotUsed, NodeStatus>;

/// The status of a node.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct NodeStatus {
    #[serde(default)]
    addresses: Vec<NodeAddress>,
}

#[derive(Clone, Debug, Deserialize)]
struct NodeAddress {
    #[serde(rename = "type")]
    kind: String,
    address: String,
}

/// The first `InternalIP` of each family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// IPv4.
    pub(super) v4: Option<IpAddr>,
    /// IPv6.
    pub(super) v6: Option<IpAddr>,
}

impl Addresses {
    /// Those of `node`.
    pub(super) fn of(node: &Node) -> Self {
        let listed = node.status.iter().flat_map(|status| &status.addresses);
        let internal = listed.filter(|address| address.kind == "InternalIP");
        internal
            .filter_map(|address| address.address.parse::<IpAddr>().ok())
            .map(|address| address.to_canonical())
            .filter(|address| is_usable(*address))
            .collect()
    }
}

impl FromIterator<IpAddr> for Addresses {
    fn from_iter<T: IntoIterator<Item = IpAddr>>(addresses: T) -> Self {
        let mut first = Self::default();
        for address in addresses {
            let place = match address {
                IpAddr::V4(_) => &mut first.v4,
                IpAddr::V6(_) => &mut first.v6,
            };
            place.get_or_insert(address);
        }
        first
    }
}

/// A link-local address means nothing without an interface, which a node does not tell.
fn is_usable(address: IpAddr) -> bool {
    let local = matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
    !(local || address.is_unspecified() || address.is_multicast() || address.is_loopback())
}
