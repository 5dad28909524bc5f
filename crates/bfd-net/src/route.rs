//! Which source address the routing table picks. Any thread; not for the packet path.

use std::{
    io,
    net::{IpAddr, SocketAddr, SocketAddrV6},
    num::NonZeroU32,
};

use socket2::{Protocol, Socket, Type};

use crate::Family;

/// Source address the kernel would use towards `peer`, through `ifindex` unless that is zero.
///
/// Connects a UDP socket, which looks up the route and sends nothing.
///
/// # Errors
/// `ENETUNREACH` or `EHOSTUNREACH` without a route, `ENODEV` without the interface, `EINVAL` for
/// a link-local peer without an interface.
pub fn route_source(peer: IpAddr, ifindex: u32) -> io::Result<IpAddr> {
    /// Any port does; this one is registered as "discard".
    const PORT: u16 = 9;
    let socket = Socket::new(Family::of(peer).domain(), Type::DGRAM, Some(Protocol::UDP))?;
    let target: SocketAddr = match peer {
        IpAddr::V4(_) => (peer, PORT).into(),
        IpAddr::V6(ip) => SocketAddrV6::new(ip, PORT, 0, ifindex).into(),
    };
    bind_interface(&socket, peer, ifindex)?;
    socket.connect(&target.into())?;
    let local = socket.local_addr()?.as_socket();
    local
        .map(|address| address.ip())
        .ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
}

fn bind_interface(socket: &Socket, peer: IpAddr, ifindex: u32) -> io::Result<()> {
    let interface = NonZeroU32::new(ifindex);
    match peer {
        IpAddr::V4(_) => socket.bind_device_by_index_v4(interface),
        IpAddr::V6(_) => socket.bind_device_by_index_v6(interface),
    }
}
