//! The address by which GoBGP knows a BGP peer.

use std::fmt;
use std::net::IpAddr;

use bfd_control::SessionKey;

/// A BGP neighbour: an address, and for a link-local one the interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Neighbor {
    pub(super) address: IpAddr,
    zone: Option<String>,
}

impl Neighbor {
    /// The neighbour a BFD session watches.
    pub(super) fn of(session: &SessionKey) -> Self {
        let zone = session.interface.filter(|_| session.needs_interface());
        Self {
            address: session.peer,
            zone: zone.map(|name| name.to_string()),
        }
    }

    /// Reads an address as GoBGP writes it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, zone) = match text.split_once('%') {
            Some((address, zone)) => (address, Some(zone.to_owned())),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().ok()?.to_canonical();
        Some(Self { address, zone })
    }

    /// Reads an element of a set of neighbours, `192.0.2.1/32`.
    pub(super) fn parse_host(text: &str) -> Option<IpAddr> {
        let (address, len) = text.split_once('/').unwrap_or((text, ""));
        let address: IpAddr = address.parse().ok()?;
        let host = if address.is_ipv4() { "32" } else { "128" };
        (len.is_empty() || len == host).then(|| address.to_canonical())
    }
}

/// As GoBGP writes it.
impl fmt::Display for Neighbor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.zone {
            Some(zone) => write!(f, "{}%{zone}", self.address),
            None => self.address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Neighbor;

    #[test]
    fn addresses_are_read_as_gobgp_writes_them() {
        for text in ["192.0.2.1", "2001:db8::1", "fe80::1%eth0"] {
            assert_eq!(Neighbor::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(Neighbor::parse("<nil>"), None);
        let host = |text| Neighbor::parse_host(text).map(|address| address.to_string());
        assert_eq!(host("192.0.2.1/32").as_deref(), Some("192.0.2.1"));
        assert_eq!(host("fe80::1/128").as_deref(), Some("fe80::1"));
        assert_eq!(host("192.0.2.0/24"), None);
    }
}
