//! A group of UDP sockets on one port, opened and steered together.
//!
//! Purpose: one socket per worker and one for the front desk, all on the wildcard address. Owner:
//! the engine opens the set, then each thread owns its socket. A group must only be closed as a
//! whole: closing one member moves the last one into its place and steering goes astray.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU16,
    os::fd::{AsFd, BorrowedFd},
};

use socket2::{Protocol, Socket, Type};

use super::{BufferGrant, OpenError, Steering, buffer};
use crate::{
    Family,
    option::{self, Switch},
};

/// What a [`SocketSet`] should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupSpec {
    /// Address family; the IPv6 group does not receive IPv4.
    pub family: Family,
    /// UDP port; 0 lets the kernel choose, see [`RxSocket::port`].
    pub port: u16,
    /// Workers; the group has one socket more, the front desk's.
    pub workers: NonZeroU16,
    /// Receive buffer per socket in octets, in the sense of `SO_RCVBUF`.
    pub receive_buffer: usize,
}

/// A steered `SO_REUSEPORT` group: the workers' sockets in order, the front desk's last.
#[derive(Debug)]
pub struct SocketSet {
    sockets: Vec<RxSocket>,
    buffer: BufferGrant,
}

impl SocketSet {
    /// Opens all sockets of a group in the network namespace of the calling thread.
    ///
    /// # Errors
    /// [`OpenError`], with the remedy in its text; above all when another program holds the port,
    /// whether or not that program shares it (`SO_REUSEADDR`, `SO_REUSEPORT`).
    pub fn open(spec: GroupSpec) -> Result<Self, OpenError> {
        let GroupSpec { family, port, .. } = spec;
        Self::try_open(spec).map_err(|source| OpenError {
            family,
            port,
            source,
        })
    }

    /// The smallest buffer granted to one of the sockets.
    #[must_use]
    pub const fn buffer(&self) -> BufferGrant {
        self.buffer
    }

    /// The sockets: one per worker in order, then the front desk's.
    #[must_use]
    pub fn into_sockets(self) -> Vec<RxSocket> {
        self.sockets
    }

    fn try_open(spec: GroupSpec) -> io::Result<Self> {
        let steering = Steering::new(spec.workers);
        let first = RxSocket::open_first(spec.family, spec.port)?;
        let port = first.port;
        let mut sockets = vec![first];
        for _ in 1..steering.sockets() {
            sockets.push(RxSocket::join(spec.family, port)?);
        }
        steering.attach(&sockets[0])?;
        let buffer = resize_all(&sockets, spec.receive_buffer)?;
        Ok(Self { sockets, buffer })
    }
}

fn resize_all(sockets: &[RxSocket], bytes: usize) -> io::Result<BufferGrant> {
    let mut smallest = sockets[0].resize_buffer(bytes)?;
    for socket in &sockets[1..] {
        let grant = socket.resize_buffer(bytes)?;
        smallest.granted = smallest.granted.min(grant.granted);
    }
    Ok(smallest)
}

/// One receive socket; read it with [`RxBatch`](super::RxBatch).
#[derive(Debug)]
pub struct RxSocket {
    socket: Socket,
    family: Family,
    port: u16,
    /// The kernel's drop counter as last seen.
    drops_seen: u32,
}

impl RxSocket {
    /// Address family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Local UDP port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Changes the receive buffer, also while packets are queued or arriving.
    ///
    /// # Errors
    /// Only if the socket itself is unusable; a smaller grant is no error, see [`BufferGrant`].
    pub fn resize_buffer(&self, bytes: usize) -> io::Result<BufferGrant> {
        buffer::resize(&self.socket, bytes)
    }

    /// Datagrams the kernel dropped since the last look, also when nothing was received since.
    ///
    /// The counts of [`Burst`](super::Burst) only reach up to the last packet queued before the
    /// drop; ask here before blaming a silent peer. Datagrams with a bad checksum do not count.
    ///
    /// # Errors
    /// Only if the socket itself is unusable.
    pub fn take_drops(&mut self) -> io::Result<u32> {
        let counter = option::drop_count(&self.socket)?;
        Ok(self.note_drops(counter))
    }

    /// Takes over a value of the kernel's counter, returns the increase.
    pub(super) const fn note_drops(&mut self, counter: u32) -> u32 {
        let increase = counter.wrapping_sub(self.drops_seen);
        // Counters travel with the packets: a queued one may carry an older value than was read.
        if increase > u32::MAX / 2 {
            return 0;
        }
        self.drops_seen = counter;
        increase
    }

    /// Binds alone and shares the port only then: that finds foreign sharers, too, and leaves no
    /// moment in which another program could slip in.
    fn open_first(family: Family, port: u16) -> io::Result<Self> {
        let socket = prepare(family)?;
        socket.bind(&wildcard(family, port).into())?;
        socket.set_reuse_port(true)?;
        Self::finish(socket, family)
    }

    fn join(family: Family, port: u16) -> io::Result<Self> {
        let socket = prepare(family)?;
        socket.set_reuse_port(true)?;
        socket.bind(&wildcard(family, port).into())?;
        Self::finish(socket, family)
    }

    fn finish(socket: Socket, family: Family) -> io::Result<Self> {
        let address = socket.local_addr()?.as_socket();
        let port = address.ok_or(io::ErrorKind::AddrNotAvailable)?.port();
        Ok(Self {
            socket,
            family,
            port,
            drops_seen: 0,
        })
    }
}

impl AsFd for RxSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// An unbound socket with all metadata switched on. `SO_REUSEADDR` stays off: with it, the port
/// could be shared with another daemon that sets it as well.
fn prepare(family: Family) -> io::Result<Socket> {
    let socket = Socket::new(
        family.domain(),
        Type::DGRAM.nonblocking(),
        Some(Protocol::UDP),
    )?;
    let per_family = match family {
        Family::V4 => [Switch::PacketInfoV4, Switch::TtlV4],
        Family::V6 => {
            socket.set_only_v6(true)?;
            [Switch::PacketInfoV6, Switch::HopLimitV6]
        }
    };
    for switch in per_family
        .into_iter()
        .chain([Switch::Timestamp, Switch::DropCount])
    {
        option::enable(&socket, switch)?;
    }
    Ok(socket)
}

fn wildcard(family: Family, port: u16) -> SocketAddr {
    match family {
        Family::V4 => (Ipv4Addr::UNSPECIFIED, port).into(),
        Family::V6 => (Ipv6Addr::UNSPECIFIED, port).into(),
    }
}
