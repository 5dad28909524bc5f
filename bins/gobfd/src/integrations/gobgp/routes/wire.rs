//! Routes as GoBGP's messages: the same fields in both versions, but not the same contents.

use std::net::IpAddr;

use buffa::{Message, MessageField};

use crate::config::Route;
use crate::integrations::gobgp::fault::Fault;
use crate::integrations::gobgp::link::Link;
use crate::integrations::gobgp::message as m;
use crate::integrations::gobgp::message::__buffa::view as v;
use crate::integrations::gobgp::message::{attribute::Attr, nlri};
use crate::integrations::gobgp::version::{self, Version};

/// The first part of the name of a type of GoBGP 3.
const TYPES: &str = "type.googleapis.com/apipb.";

impl Link {
    /// Announces a route.
    pub(super) async fn announce(&self, route: &Route) -> Result<(), Fault> {
        let request = m::AddPathRequest {
            table_type: self.version().global_table(),
            path: MessageField::some(path(self.version(), route)),
        };
        self.unary(&version::ADD_PATH, request).await
    }

    /// Withdraws a route.
    pub(super) async fn withdraw(&self, route: &Route) -> Result<(), Fault> {
        let request = m::DeletePathRequest {
            table_type: self.version().global_table(),
            family: MessageField::some(family(route.prefix.addr())),
            path: MessageField::some(path(self.version(), route)),
        };
        self.unary(&version::DELETE_PATH, request).await
    }

    /// Whether the route is announced: made here, with our next hop.
    pub(super) async fn announces(&self, route: &Route) -> Result<bool, Fault> {
        let prefix = route.prefix.to_string();
        let request = m::ListPathRequest {
            table_type: self.version().global_table(),
            family: MessageField::some(family(route.prefix.addr())),
            prefixes: vec![m::TableLookupPrefix { prefix }],
        };
        let answers: Vec<m::ListPathResponse> = self
            .list::<_, v::ListPathResponseView<'static>, _>(&version::LIST_PATH, request)
            .await?;
        let mut paths = answers
            .into_iter()
            .filter_map(|answer| answer.destination.into_option())
            .filter(|found| found.prefix.parse() == Ok(route.prefix))
            .flat_map(|found| found.paths);
        Ok(paths
            .any(|path| is_local(&path) && next_hop(self.version(), &path) == Some(route.next_hop)))
    }
}

fn family(address: IpAddr) -> m::Family {
    let afi = if address.is_ipv4() { 1 } else { 2 };
    m::Family { afi, safi: 1 }
}

fn path(version: Version, route: &Route) -> m::Path {
    let prefix = m::IPAddressPrefix {
        prefix_len: route.prefix.prefix_len().into(),
        prefix: route.prefix.addr().to_string(),
    };
    let (nlri, pattrs) = match version {
        Version::V3 => v3(prefix, route.next_hop),
        Version::V4 => v4(prefix, route.next_hop),
    };
    m::Path {
        nlri,
        pattrs,
        family: MessageField::some(family(route.prefix.addr())),
        ..Default::default()
    }
}

fn v3(prefix: m::IPAddressPrefix, next_hop: IpAddr) -> (Vec<u8>, Vec<Vec<u8>>) {
    let boxed = |name: &str, value: Vec<u8>| m::Boxed {
        type_url: format!("{TYPES}{name}"),
        value,
    };
    let nlri = boxed("IPAddressPrefix", prefix.encode_to_vec());
    let origin = boxed(
        "OriginAttribute",
        m::OriginAttribute::default().encode_to_vec(),
    );
    let hop = match next_hop {
        IpAddr::V4(_) => {
            let hop = m::NextHopAttribute {
                next_hop: next_hop.to_string(),
            };
            boxed("NextHopAttribute", hop.encode_to_vec())
        }
        IpAddr::V6(_) => {
            let reach = m::MpReachV3 {
                family: MessageField::some(family(next_hop)),
                next_hops: vec![next_hop.to_string()],
                nlris: vec![nlri.clone()],
            };
            boxed("MpReachNLRIAttribute", reach.encode_to_vec())
        }
    };
    let pattrs = [origin, hop].iter().map(Message::encode_to_vec).collect();
    (nlri.encode_to_vec(), pattrs)
}

fn v4(prefix: m::IPAddressPrefix, next_hop: IpAddr) -> (Vec<u8>, Vec<Vec<u8>>) {
    let nlri = m::Nlri {
        nlri: Some(nlri::Nlri::Prefix(Box::new(prefix))),
    };
    let hop = match next_hop {
        IpAddr::V4(_) => Attr::NextHop(Box::new(m::NextHopAttribute {
            next_hop: next_hop.to_string(),
        })),
        IpAddr::V6(_) => Attr::MpReach(Box::new(m::MpReachV4 {
            family: MessageField::some(family(next_hop)),
            next_hops: vec![next_hop.to_string()],
            nlris: vec![nlri.clone()],
        })),
    };
    let origin = Attr::Origin(Box::default());
    let pattrs = [origin, hop].map(|attr| m::Attribute { attr: Some(attr) }.encode_to_vec());
    (nlri.encode_to_vec(), pattrs.into())
}

/// Whether no peer told of the path: GoBGP writes `<nil>` or `invalid IP` then.
fn is_local(path: &m::Path) -> bool {
    path.neighbor_ip.parse::<IpAddr>().is_err()
}

fn next_hop(version: Version, path: &m::Path) -> Option<IpAddr> {
    let hops = path.pattrs.iter().filter_map(|octets| match version {
        Version::V3 => next_hop_v3(octets),
        Version::V4 => next_hop_v4(octets),
    });
    hops.filter_map(|hop| hop.parse().ok()).next()
}

fn next_hop_v3(octets: &[u8]) -> Option<String> {
    let boxed = m::Boxed::decode_from_slice(octets).ok()?;
    match boxed.type_url.strip_prefix(TYPES)? {
        "NextHopAttribute" => {
            let hop = m::NextHopAttribute::decode_from_slice(&boxed.value).ok()?;
            Some(hop.next_hop)
        }
        "MpReachNLRIAttribute" => {
            let reach = m::MpReachV3::decode_from_slice(&boxed.value).ok()?;
            reach.next_hops.into_iter().next()
        }
        _ => None,
    }
}

fn next_hop_v4(octets: &[u8]) -> Option<String> {
    match m::Attribute::decode_from_slice(octets).ok()?.attr? {
        Attr::NextHop(hop) => Some(hop.next_hop),
        Attr::MpReach(reach) => reach.next_hops.into_iter().next(),
        Attr::Origin(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(prefix: &str, next_hop: &str) -> Route {
        Route {
            prefix: prefix.parse().expect(prefix),
            next_hop: next_hop.parse().expect(next_hop),
            peer: None,
        }
    }

    #[test]
    fn the_next_hop_of_what_is_announced_is_found_again() {
        for route in [
            route("198.51.100.1/32", "192.0.2.1"),
            route("2001:db8::/32", "2001:db8:1::1"),
        ] {
            for version in [Version::V3, Version::V4] {
                let path = path(version, &route);
                assert_eq!(next_hop(version, &path), Some(route.next_hop));
                assert!(is_local(&path));
            }
        }
    }

    #[test]
    fn odd_octets_are_no_next_hop() {
        for octets in [&b""[..], b"\xff\xff", b"\x0a\x03abc"] {
            assert_eq!((next_hop_v3(octets), next_hop_v4(octets)), (None, None));
        }
    }
}
