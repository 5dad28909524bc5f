use bfd_control::Topology;
use rtnetlink::packet_core::{NetlinkMessage, NetlinkPayload};
use rtnetlink::packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use rtnetlink::packet_route::link::{InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkMessage};
use rtnetlink::packet_route::{AddressFamily, RouteNetlinkMessage};

use super::message::{Told, apply_all};

fn octets(message: RouteNetlinkMessage) -> Vec<u8> {
    let mut message = NetlinkMessage::from(message);
    message.finalize();
    let mut octets = vec![0; message.buffer_len()];
    message.serialize(&mut octets);
    // As the kernel does: the next message begins on a boundary of four.
    octets.resize(octets.len().next_multiple_of(4), 0);
    octets
}

fn apply(topology: &mut Topology, messages: &[RouteNetlinkMessage]) -> Vec<Told> {
    let datagram: Vec<u8> = messages.iter().cloned().flat_map(octets).collect();
    let mut told = Vec::new();
    apply_all(&datagram, topology, |what| told.push(what));
    told
}

fn link(index: u32, name: &str, flags: LinkFlags) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message.header.flags = flags;
    message.attributes = vec![LinkAttribute::IfName(name.into())];
    message
}

fn address(index: u32, attributes: Vec<AddressAttribute>) -> AddressMessage {
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    message.header.index = index;
    message.header.prefix_len = 24;
    message.attributes = attributes;
    message
}

const RUNNING: LinkFlags = LinkFlags::Up.union(LinkFlags::Running);

#[test]
fn links_and_addresses_come_and_go() {
    let mut topology = Topology::default();
    let local: std::net::IpAddr = [10, 0, 0, 1].into();
    let told = apply(
        &mut topology,
        &[
            RouteNetlinkMessage::NewLink(link(7, "eth0", RUNNING)),
            RouteNetlinkMessage::NewAddress(address(7, vec![AddressAttribute::Local(local)])),
        ],
    );
    assert_eq!(told, [Told::Topology, Told::Topology]);
    assert!(topology.link_named("eth0").is_some_and(|link| link.running));
    let found = topology.addresses().next().expect("an address");
    assert_eq!(
        (found.local, found.network, found.prefix_len),
        (local, local, 24)
    );

    let no_carrier = RouteNetlinkMessage::NewLink(link(7, "eth0", LinkFlags::Up));
    apply(&mut topology, &[no_carrier]);
    assert!(topology.link(7).is_some_and(|link| !link.running));

    let gone = address(7, vec![AddressAttribute::Local(local)]);
    apply(&mut topology, &[RouteNetlinkMessage::DelAddress(gone)]);
    assert_eq!(topology.addresses().count(), 0);
    let gone = RouteNetlinkMessage::DelLink(link(7, "eth0", LinkFlags::empty()));
    apply(&mut topology, &[gone]);
    assert_eq!(topology, Topology::default());
}

#[test]
fn the_far_end_of_a_point_to_point_link_sets_the_network() {
    let mut topology = Topology::default();
    let (ours, theirs) = ([10, 0, 0, 1].into(), [10, 9, 9, 9].into());
    let attributes = vec![
        AddressAttribute::Local(ours),
        AddressAttribute::Address(theirs),
    ];
    apply(
        &mut topology,
        &[RouteNetlinkMessage::NewAddress(address(1, attributes))],
    );
    let found = topology.addresses().next().expect("an address");
    assert_eq!((found.local, found.network), (ours, theirs));
}

#[test]
fn tentative_addresses_are_not_usable() {
    let mut topology = Topology::default();
    let local = AddressAttribute::Address("fd00::1".parse().expect("an address"));
    let mut usable = |flags| {
        let message = address(1, vec![local.clone(), AddressAttribute::Flags(flags)]);
        apply(&mut topology, &[RouteNetlinkMessage::NewAddress(message)]);
        topology.addresses().next().expect("an address").usable
    };
    assert!(!usable(AddressFlags::Tentative));
    assert!(!usable(AddressFlags::Dadfailed));
    assert!(usable(AddressFlags::Tentative | AddressFlags::Optimistic));
    assert!(usable(AddressFlags::Permanent));
}

// covers: 5881-6-03
#[test]
fn tunnels_to_one_neighbour_are_point_to_point() {
    let kind = |kind: InfoKind| {
        let mut message = link(7, "tunnel", RUNNING | LinkFlags::Pointopoint);
        let info = LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind)]);
        message.attributes.push(info);
        let mut topology = Topology::default();
        apply(&mut topology, &[RouteNetlinkMessage::NewLink(message)]);
        topology.point_to_point().collect::<Vec<_>>()
    };
    assert_eq!(kind(InfoKind::GreTun), [7]);
    assert!(kind(InfoKind::Wireguard).is_empty());
    assert!(kind(InfoKind::Tun).is_empty());
    let mut topology = Topology::default();
    apply(
        &mut topology,
        &[RouteNetlinkMessage::NewLink(link(7, "eth0", RUNNING))],
    );
    assert_eq!(topology.point_to_point().count(), 0);
}

#[test]
fn the_port_of_a_bridge_is_not_the_interface() {
    let mut topology = Topology::default();
    let known = RouteNetlinkMessage::NewLink(link(7, "eth0", RUNNING));
    apply(&mut topology, &[known]);
    let mut port = link(7, "eth0", LinkFlags::empty());
    port.header.interface_family = AddressFamily::Bridge;
    let told = apply(&mut topology, &[RouteNetlinkMessage::DelLink(port)]);
    assert_eq!(told, [Told::Nothing]);
    assert!(topology.link_named("eth0").is_some_and(|link| link.running));
}

#[test]
fn routes_are_not_even_read() {
    let mut topology = Topology::default();
    let mut header = [0_u8; 16];
    header[..4].copy_from_slice(&16_u32.to_ne_bytes());
    header[4..6].copy_from_slice(&24_u16.to_ne_bytes());
    let mut told = Vec::new();
    apply_all(&header, &mut topology, |what| told.push(what));
    assert_eq!(told, [Told::Routes]);
}

#[test]
fn junk_is_skipped_without_a_panic() {
    let mut topology = Topology::default();
    let good = octets(RouteNetlinkMessage::NewLink(link(7, "eth0", RUNNING)));
    for cut in 0..good.len() {
        apply_all(&good[..cut], &mut topology, |_| ());
    }
    let mut short = good.clone();
    short[..4].copy_from_slice(&8_u32.to_ne_bytes());
    apply_all(&short, &mut topology, |_| ());
    assert_eq!(topology, Topology::default());
    assert!(matches!(
        NetlinkMessage::<RouteNetlinkMessage>::deserialize(&good).map(|m| m.payload),
        Ok(NetlinkPayload::InnerMessage(_))
    ));
}
