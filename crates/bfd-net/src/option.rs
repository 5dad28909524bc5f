//! Socket options that neither the standard library nor `socket2` offers. Any thread.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

use libc::c_int;

/// An option that is switched on by the value 1.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Switch {
    /// Destination address and interface of each IPv4 datagram.
    PacketInfoV4,
    /// Destination address and interface of each IPv6 datagram.
    PacketInfoV6,
    /// Time to live of each IPv4 datagram.
    TtlV4,
    /// Hop limit of each IPv6 datagram.
    HopLimitV6,
    /// Wall clock stamp taken by the kernel on arrival.
    Timestamp,
    /// Running count of datagrams the socket dropped.
    DropCount,
    /// Errors below an IPv4 socket are told to the sender.
    ErrorsV4,
    /// Errors below an IPv6 socket are told to the sender.
    ErrorsV6,
}

impl Switch {
    const fn level_and_name(self) -> (c_int, c_int) {
        match self {
            Self::PacketInfoV4 => (libc::IPPROTO_IP, libc::IP_PKTINFO),
            Self::PacketInfoV6 => (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO),
            Self::TtlV4 => (libc::IPPROTO_IP, libc::IP_RECVTTL),
            Self::HopLimitV6 => (libc::IPPROTO_IPV6, libc::IPV6_RECVHOPLIMIT),
            Self::Timestamp => (libc::SOL_SOCKET, libc::SO_TIMESTAMPNS),
            Self::DropCount => (libc::SOL_SOCKET, libc::SO_RXQ_OVFL),
            Self::ErrorsV4 => (libc::IPPROTO_IP, libc::IP_RECVERR),
            Self::ErrorsV6 => (libc::IPPROTO_IPV6, libc::IPV6_RECVERR),
        }
    }
}

/// Switches an option on.
pub(crate) fn enable(socket: impl AsFd, switch: Switch) -> io::Result<()> {
    let (level, name) = switch.level_and_name();
    set_int(socket.as_fd(), level, name, 1)
}

/// `SO_RCVBUFFORCE`: like `SO_RCVBUF` but above `net.core.rmem_max`; needs `CAP_NET_ADMIN`.
pub(crate) fn force_receive_buffer(socket: impl AsFd, bytes: c_int) -> io::Result<()> {
    set_int(
        socket.as_fd(),
        libc::SOL_SOCKET,
        libc::SO_RCVBUFFORCE,
        bytes,
    )
}

/// `SO_SNDBUFFORCE`: like `SO_SNDBUF` but above `net.core.wmem_max`; needs `CAP_NET_ADMIN`.
pub(crate) fn force_send_buffer(socket: impl AsFd, bytes: c_int) -> io::Result<()> {
    set_int(
        socket.as_fd(),
        libc::SOL_SOCKET,
        libc::SO_SNDBUFFORCE,
        bytes,
    )
}

/// Attaches a classic BPF program that picks the member of an `SO_REUSEPORT` group.
pub(crate) fn attach_group_filter(
    socket: impl AsFd,
    program: &[libc::sock_filter],
) -> io::Result<()> {
    let len = u16::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let fprog = libc::sock_fprog {
        len,
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: `fprog` names `len` instructions of `program`, both outlive the call, and the kernel
    // copies them without writing through the pointer.
    check(unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_REUSEPORT_CBPF,
            (&raw const fprog).cast(),
            length_of(&fprog),
        )
    })
}

/// Datagrams dropped by the socket since it was opened (`SO_MEMINFO`), modulo 2^32.
pub(crate) fn drop_count(socket: impl AsFd) -> io::Result<u32> {
    const DROPS: usize = 8;
    let mut info = [0_u32; DROPS + 1];
    let mut len = length_of(&info);
    // SAFETY: `info` is writable for the `len` octets named, and any octets are valid `u32`s.
    check(unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            info.as_mut_ptr().cast(),
            &raw mut len,
        )
    })?;
    Ok(info[DROPS])
}

fn set_int(socket: BorrowedFd<'_>, level: c_int, name: c_int, value: c_int) -> io::Result<()> {
    // SAFETY: `value` is a readable integer of the length named; the kernel only reads it.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            length_of(&value),
        )
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "option values have a few octets"
)]
const fn length_of<T>(value: &T) -> libc::socklen_t {
    size_of_val(value) as libc::socklen_t
}

fn check(result: c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
