use std::net::IpAddr;

use bfd_proto::PathProblem;

use super::{Address, Link, Resolved, Topology};
use crate::key::{Hops, SessionKey};

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn link(index: u32, name: &str) -> Link {
    Link {
        index,
        name: name.into(),
        running: true,
        loopback: name == "lo",
        point_to_point: false,
    }
}

fn address(interface: u32, text: &str) -> Address {
    let (local, prefix_len) = text.split_once('/').expect("a prefix");
    let prefix_len = prefix_len.parse().expect("a length");
    Address {
        interface,
        local: ip(local),
        network: ip(local),
        prefix_len,
        usable: true,
    }
}

/// lo, two Ethernets with IPv4 and IPv6, and a loopback address for multihop.
fn host() -> Topology {
    let mut topology = Topology::default();
    for (index, name) in [(1, "lo"), (2, "eth0"), (3, "eth1")] {
        topology.set_link(link(index, name));
    }
    for (index, text) in [
        (1, "127.0.0.1/8"),
        (1, "192.0.2.1/32"),
        (2, "10.0.0.1/24"),
        (2, "10.0.9.1/24"),
        (2, "fe80::a/64"),
        (2, "2001:db8::1/64"),
        (3, "10.0.1.1/24"),
        (3, "fe80::b/64"),
    ] {
        topology.set_address(address(index, text));
    }
    topology
}

fn key(peer: &str) -> SessionKey {
    SessionKey {
        peer: ip(peer),
        local: None,
        interface: None,
        hops: Hops::Single,
    }
}

fn on(peer: &str, interface: &str) -> SessionKey {
    SessionKey {
        interface: Some(interface.parse().expect("a name")),
        ..key(peer)
    }
}

fn from(peer: &str, local: &str) -> SessionKey {
    SessionKey {
        local: Some(ip(local)),
        ..key(peer)
    }
}

fn multihop(key: SessionKey) -> SessionKey {
    SessionKey {
        hops: Hops::Multi,
        ..key
    }
}

/// Routes as `host` would have them; everything else goes out through eth1.
fn route(peer: IpAddr) -> Option<IpAddr> {
    let attached = [("10.0.0.1/24", "10.0.0.1"), ("10.0.9.1/24", "10.0.9.1")];
    let source = attached
        .into_iter()
        .find(|(net, _)| address(2, net).covers(peer));
    match peer {
        IpAddr::V4(_) => Some(source.map_or(ip("10.0.1.1"), |(_, source)| ip(source))),
        IpAddr::V6(_) => address(2, "2001:db8::1/64")
            .covers(peer)
            .then(|| ip("2001:db8::1")),
    }
}

fn resolve(topology: &Topology, key: &SessionKey) -> Result<Resolved, PathProblem> {
    topology.resolve(key, None, &route)
}

fn way(local: &str, bound: Option<u32>, link: Option<u32>) -> Result<Resolved, PathProblem> {
    Ok(Resolved {
        local: ip(local),
        bound,
        link,
    })
}

// covers: 5881-6-02
#[test]
fn resolves_as_the_rules_say() {
    let host = host();
    let table = [
        // Bound to an interface: the address in the peer's subnet, else the first of its scope.
        (on("10.0.0.2", "eth0"), way("10.0.0.1", Some(2), Some(2))),
        (on("10.0.9.2", "eth0"), way("10.0.9.1", Some(2), Some(2))),
        (on("172.16.0.1", "eth0"), way("10.0.0.1", Some(2), Some(2))),
        (on("fe80::2", "eth0"), way("fe80::a", Some(2), Some(2))),
        (on("fe80::2", "eth1"), way("fe80::b", Some(3), Some(3))),
        (
            on("2001:db8::2", "eth0"),
            way("2001:db8::1", Some(2), Some(2)),
        ),
        (on("2001:db8::2", "eth1"), Err(PathProblem::AddressMissing)),
        (on("10.0.0.2", "eth7"), Err(PathProblem::InterfaceMissing)),
        // By route.
        (key("10.0.9.2"), way("10.0.9.1", None, Some(2))),
        (key("172.16.0.1"), way("10.0.1.1", None, Some(3))),
        (key("2001:db8:1::2"), Err(PathProblem::NoRoute)),
        (key("fe80::2"), Err(PathProblem::InterfaceMissing)),
        // With an address.
        (from("10.0.0.2", "10.0.0.1"), way("10.0.0.1", None, Some(2))),
        (
            from("10.0.0.2", "192.0.2.1"),
            way("192.0.2.1", None, Some(2)),
        ),
        (
            from("10.0.0.2", "10.0.0.99"),
            Err(PathProblem::AddressMissing),
        ),
        (
            from("10.0.0.2", "2001:db8::1"),
            Err(PathProblem::AddressFamily),
        ),
        (
            from("127.0.0.2", "127.0.0.3"),
            way("127.0.0.3", None, Some(1)),
        ),
        // Multihop depends on no interface.
        (
            multihop(from("172.16.0.1", "192.0.2.1")),
            way("192.0.2.1", None, None),
        ),
        (multihop(key("10.0.0.2")), way("10.0.0.1", None, None)),
    ];
    for (key, expected) in table {
        assert_eq!(resolve(&host, &key), expected, "{key}");
    }
}

#[test]
fn address_on_another_interface_does_not_count() {
    let key = SessionKey {
        local: Some(ip("10.0.1.1")),
        ..on("10.0.1.2", "eth0")
    };
    assert_eq!(resolve(&host(), &key), Err(PathProblem::AddressMissing));
}

#[test]
fn link_without_carrier_is_no_way() {
    let mut host = host();
    host.set_link(Link {
        running: false,
        ..link(2, "eth0")
    });
    for key in [
        key("10.0.0.2"),
        on("10.0.0.2", "eth0"),
        from("10.0.0.2", "10.0.0.1"),
    ] {
        assert_eq!(
            resolve(&host, &key),
            Err(PathProblem::InterfaceDown),
            "{key}"
        );
    }
    // Multihop goes where the routes lead.
    assert!(resolve(&host, &multihop(from("10.0.0.2", "192.0.2.1"))).is_ok());
}

#[test]
fn attached_peer_is_not_looked_for_behind_the_default_route() {
    let mut host = host();
    host.set_link(Link {
        running: false,
        ..link(2, "eth0")
    });
    let default_route = |_| Some(ip("10.0.1.1"));
    let found = host.resolve(&key("10.0.0.2"), None, &default_route);
    assert_eq!(found, Err(PathProblem::InterfaceDown));
}

#[test]
fn tentative_address_is_not_used_yet() {
    let mut host = host();
    host.set_address(Address {
        usable: false,
        ..address(2, "2001:db8::1/64")
    });
    let key = on("2001:db8::2", "eth0");
    assert_eq!(resolve(&host, &key), Err(PathProblem::AddressMissing));
    host.set_address(address(2, "2001:db8::1/64"));
    assert!(resolve(&host, &key).is_ok());
}

#[test]
fn address_by_route_is_kept_while_it_leads_the_same_way() {
    let host = host();
    let key = multihop(key("172.16.0.1"));
    let held = host.resolve(&key, Some(ip("10.0.0.1")), &route);
    assert_eq!(held, way("10.0.0.1", None, None));
    let gone = host.resolve(&key, Some(ip("10.0.77.1")), &route);
    assert_eq!(gone, way("10.0.1.1", None, None));
}

#[test]
fn single_hop_returns_to_the_attached_interface() {
    let moved = host().resolve(&key("10.0.0.2"), Some(ip("10.0.1.1")), &route);
    assert_eq!(moved, way("10.0.0.1", None, Some(2)));
}

#[test]
fn lost_way_is_named() {
    let mut host = host();
    let used = resolve(&host, &key("10.0.0.2")).expect("a way");
    assert_eq!(host.lost(&used), None);
    host.remove_address(2, ip("10.0.0.1"));
    assert_eq!(host.lost(&used), Some(PathProblem::AddressMissing));
    host.set_link(Link {
        running: false,
        ..link(2, "eth0")
    });
    assert_eq!(host.lost(&used), Some(PathProblem::InterfaceDown));
    host.remove_link(2);
    assert_eq!(host.lost(&used), Some(PathProblem::InterfaceMissing));
}

#[test]
fn removing_a_link_takes_its_addresses_along() {
    let mut host = host();
    host.remove_link(2);
    assert!(host.addresses().all(|address| address.interface != 2));
    assert_eq!(
        resolve(&host, &from("10.0.0.2", "10.0.0.1")),
        Err(PathProblem::AddressMissing)
    );
}

#[test]
fn prefixes_cover_at_their_edges() {
    assert!(address(2, "10.0.0.1/0").covers(ip("203.0.113.9")));
    assert!(!address(2, "10.0.0.1/32").covers(ip("10.0.0.2")));
    assert!(address(2, "10.0.0.1/31").covers(ip("10.0.0.0")));
    assert!(address(2, "2001:db8::1/0").covers(ip("fe80::1")));
    assert!(address(2, "2001:db8::1/127").covers(ip("2001:db8::")));
    assert!(!address(2, "10.0.0.1/0").covers(ip("::1")));
}
