//! Packets of one family waiting for the next `sendmmsg`.

use std::{io, net::IpAddr, os::fd::OwnedFd};

use socket2::{Protocol, SockRef, Socket, Type};

use super::{
    egress::Egress,
    frame::{self, MAX_HEADERS, MAX_PAYLOAD},
    sendmmsg,
};
use crate::{
    Family,
    option::{self, Switch},
    sockaddr::RawAddr,
};

/// Packets per system call.
pub(super) const CAPACITY: usize = 64;

/// Room for the packets: a full batch of ordinary ones or a few padded to jumbo size.
const ARENA: usize = 64 * 1024;

/// Room for one packet of any size.
const LARGEST: usize = MAX_HEADERS + MAX_PAYLOAD;

/// Octets that may wait below the socket. Packets to a dead neighbour wait there for seconds, and
/// thousands of them must not use up the share of the living.
const SEND_BUFFER: usize = 32 * 1024 * 1024;

/// `TC_PRIO_CONTROL`: ahead of everything else in the default queueing discipline.
const PRIORITY_CONTROL: u32 = 7;
/// The highest priority that needs no capability.
const PRIORITY_UNPRIVILEGED: u32 = 6;

/// A raw socket and what it will send next. Packets lie one behind the other in `arena`.
#[derive(Debug)]
pub(super) struct Queue {
    socket: OwnedFd,
    arena: Box<[u8]>,
    used: usize,
    slots: Box<[Slot]>,
    filled: usize,
}

impl Queue {
    pub(super) fn open(family: Family) -> io::Result<Self> {
        Ok(Self {
            socket: open_socket(family)?.into(),
            arena: vec![0; ARENA].into_boxed_slice(),
            used: 0,
            slots: vec![Slot::EMPTY; CAPACITY].into_boxed_slice(),
            filled: 0,
        })
    }

    /// Whether the next packet, of any size, needs a flush first.
    pub(super) fn is_full(&self) -> bool {
        self.filled == CAPACITY || ARENA - self.used < LARGEST
    }

    /// Adds a packet to a queue that is not full; `false` if it cannot be expressed.
    pub(super) fn push(&mut self, egress: &Egress, payload: &[u8], token: u32) -> bool {
        let Some(length) = frame::write(egress, payload, &mut self.arena[self.used..]) else {
            return false;
        };
        self.slots[self.filled] = Slot::new(egress, self.used..self.used + length, token);
        self.used += length;
        self.filled += 1;
        true
    }

    /// Sends everything; each refused packet is reported and the ones behind it still go out.
    pub(super) fn flush(&mut self, mut failed: impl FnMut(u32, i32)) {
        let mut next = 0;
        while next < self.filled {
            let waiting = &mut self.slots[next..self.filled];
            next += sendmmsg::send(&self.socket, waiting, &self.arena).unwrap_or_else(|error| {
                failed(waiting[0].token, error.raw_os_error().unwrap_or(libc::EIO));
                1
            });
        }
        self.used = 0;
        self.filled = 0;
    }
}

/// One packet in the arena and where it goes.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) packet: std::ops::Range<usize>,
    pub(super) destination: RawAddr,
    pub(super) destination_length: u32,
    pub(super) control: PacketInfo,
    token: u32,
}

impl Slot {
    const EMPTY: Self = Self {
        packet: 0..0,
        destination: RawAddr::EMPTY,
        destination_length: 0,
        control: PacketInfo::EMPTY,
        token: 0,
    };

    fn new(egress: &Egress, packet: std::ops::Range<usize>, token: u32) -> Self {
        let mut destination = RawAddr::EMPTY;
        let destination_length = destination.set_destination(egress.peer, egress.ifindex);
        let control = PacketInfo::new(egress.local, egress.ifindex);
        Self {
            packet,
            destination,
            destination_length,
            control,
            token,
        }
    }
}

/// The control message that picks interface and source address for the route lookup.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct PacketInfo {
    octets: [u8; Self::ROOM],
    length: usize,
}

impl PacketInfo {
    const HEADER: usize = size_of::<usize>() + 8;
    const ROOM: usize = Self::HEADER + 24;
    const EMPTY: Self = Self {
        octets: [0; Self::ROOM],
        length: 0,
    };

    fn new(source: IpAddr, ifindex: u32) -> Self {
        let interface = ifindex.to_ne_bytes();
        match source {
            IpAddr::V4(ip) => Self::message(
                libc::IPPROTO_IP,
                libc::IP_PKTINFO,
                [&interface, &ip.octets(), &[0; 4]],
            ),
            IpAddr::V6(ip) => Self::message(
                libc::IPPROTO_IPV6,
                libc::IPV6_PKTINFO,
                [&ip.octets(), &interface, &[]],
            ),
        }
    }

    pub(super) fn octets_mut(&mut self) -> &mut [u8] {
        &mut self.octets[..self.length]
    }

    /// The length in the header excludes padding, the length of the buffer includes it.
    fn message(level: i32, kind: i32, parts: [&[u8]; 3]) -> Self {
        let length = Self::HEADER + parts.iter().map(|part| part.len()).sum::<usize>();
        let mut message = Self::EMPTY;
        let header = [
            &length.to_ne_bytes()[..],
            &level.to_ne_bytes(),
            &kind.to_ne_bytes(),
        ];
        let mut at = 0;
        for part in header.iter().chain(&parts) {
            message.octets[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        message.length = length.next_multiple_of(size_of::<usize>());
        message
    }
}

/// A send-only raw socket: with this protocol number the kernel delivers nothing to it.
fn open_socket(family: Family) -> io::Result<Socket> {
    let protocol = Protocol::from(libc::IPPROTO_RAW);
    let socket = Socket::new(family.domain(), Type::RAW.nonblocking(), Some(protocol))?;
    set_family_options(&socket, family)?;
    if socket.set_priority(PRIORITY_CONTROL).is_err() {
        socket.set_priority(PRIORITY_UNPRIVILEGED)?;
    }
    enlarge_send_buffer(&socket)?;
    Ok(socket)
}

/// Without the errors switched on, raw sockets hide `ENOBUFS`: a full interface queue, a full
/// neighbour table. Without free binding, IPv6 refuses a source that IPv4 accepts.
fn set_family_options(socket: &Socket, family: Family) -> io::Result<()> {
    match family {
        Family::V4 => option::enable(socket, Switch::ErrorsV4),
        Family::V6 => {
            socket.set_freebind_v6(true)?;
            option::enable(socket, Switch::ErrorsV6)
        }
    }
}

fn enlarge_send_buffer(socket: &Socket) -> io::Result<()> {
    let bytes = i32::try_from(SEND_BUFFER).expect("a constant within range");
    option::force_send_buffer(socket, bytes)
        .or_else(|_| SockRef::from(socket).set_send_buffer_size(SEND_BUFFER))
}
