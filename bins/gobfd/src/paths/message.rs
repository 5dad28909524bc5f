//! One rtnetlink message and what it says of the topology.

use std::net::IpAddr;

use bfd_control::Topology;
use bfd_control::topology::{Address, Link};
use rtnetlink::packet_core::{NetlinkMessage, NetlinkPayload};
use rtnetlink::packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use rtnetlink::packet_route::link::{InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkMessage};
use rtnetlink::packet_route::{AddressFamily, RouteNetlinkMessage};

/// Octets of a netlink header.
const HEADER: usize = 16;
const RTM_NEWROUTE: u16 = 24;
const RTM_DELROUTE: u16 = 25;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLMSG_OVERRUN: u16 = 4;

/// What a message was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Links or addresses; the topology was changed accordingly.
    Topology,
    /// Routes: no word on which, the kernel is asked where it matters.
    Routes,
    /// The end of a dump.
    Done,
    /// The kernel refused a request, or lost messages.
    Trouble,
    /// Nothing of interest.
    Nothing,
}

/// Applies each message of a datagram.
pub(super) fn apply_all(mut datagram: &[u8], topology: &mut Topology, mut told: impl FnMut(Told)) {
    while let Some((message, rest)) = split(datagram) {
        told(apply(message, topology));
        datagram = rest;
    }
}

fn split(datagram: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = datagram
        .first_chunk::<4>()
        .map(|octets| u32::from_ne_bytes(*octets))?;
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length >= HEADER)?;
    let message = datagram.get(..length)?;
    let next = length.next_multiple_of(4).min(datagram.len());
    Some((message, &datagram[next..]))
}

fn apply(message: &[u8], topology: &mut Topology) -> Told {
    // Routes come in floods, and their contents are of no use here: they are not even parsed.
    match u16::from_ne_bytes([message[4], message[5]]) {
        RTM_NEWROUTE | RTM_DELROUTE => return Told::Routes,
        NLMSG_DONE => return Told::Done,
        NLMSG_ERROR | NLMSG_OVERRUN => return Told::Trouble,
        _ => {}
    }
    let Ok(message) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(message) else {
        tracing::warn!("rtnetlink message not understood");
        return Told::Nothing;
    };
    let NetlinkPayload::InnerMessage(message) = message.payload else {
        return Told::Nothing;
    };
    match message {
        // Of another family: the port of a bridge, not the interface.
        RouteNetlinkMessage::NewLink(link) | RouteNetlinkMessage::DelLink(link)
            if link.header.interface_family != AddressFamily::Unspec =>
        {
            return Told::Nothing;
        }
        RouteNetlinkMessage::NewLink(message) => match link(&message) {
            Some(link) => topology.set_link(link),
            None => return Told::Nothing,
        },
        RouteNetlinkMessage::DelLink(message) => topology.remove_link(message.header.index),
        RouteNetlinkMessage::NewAddress(message) => match address(&message) {
            Some(address) => topology.set_address(address),
            None => return Told::Nothing,
        },
        RouteNetlinkMessage::DelAddress(message) => match address(&message) {
            Some(address) => topology.remove_address(address.interface, address.local),
            None => return Told::Nothing,
        },
        _ => return Told::Nothing,
    }
    Told::Topology
}

fn link(message: &LinkMessage) -> Option<Link> {
    let name = message
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            LinkAttribute::IfName(name) => Some(name.clone()),
            _ => None,
        })?;
    let flags = message.header.flags;
    Some(Link {
        index: message.header.index,
        name,
        running: flags.contains(LinkFlags::Up | LinkFlags::Running),
        loopback: flags.contains(LinkFlags::Loopback),
        point_to_point: flags.contains(LinkFlags::Pointopoint) && !is_shared(message),
    })
}

/// WireGuard and tun call themselves point-to-point, yet many peers can be behind them.
fn is_shared(message: &LinkMessage) -> bool {
    let infos = message
        .attributes
        .iter()
        .filter_map(|attribute| match attribute {
            LinkAttribute::LinkInfo(infos) => Some(infos),
            _ => None,
        });
    let shared =
        |info: &LinkInfo| matches!(info, LinkInfo::Kind(InfoKind::Wireguard | InfoKind::Tun));
    infos.flatten().any(shared)
}

fn address(message: &AddressMessage) -> Option<Address> {
    let (mut local, mut network) = (None::<IpAddr>, None::<IpAddr>);
    let mut flags = AddressFlags::from_bits_retain(message.header.flags.bits().into());
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(address) => local = Some(*address),
            AddressAttribute::Address(address) => network = Some(*address),
            AddressAttribute::Flags(all) => flags = *all,
            _ => {}
        }
    }
    // Without IFA_LOCAL the one address is both; with it, the other is the far end's.
    let local = local.or(network)?;
    let unusable = AddressFlags::Tentative | AddressFlags::Dadfailed;
    Some(Address {
        interface: message.header.index,
        local,
        network: network.unwrap_or(local),
        prefix_len: message.header.prefix_len,
        usable: !flags.intersects(unusable) || flags.contains(AddressFlags::Optimistic),
    })
}
