//! Sizing of socket receive buffers. Any thread, also while the socket is in use.

use std::{io, os::fd::AsFd};

use socket2::SockRef;

use crate::option;

/// What the kernel charges a receive buffer for one small datagram, in octets.
///
/// About what a driver costs that hands over its own receive buffer of 2 KiB. Where small packets
/// are copied it is less (768 to 832 measured on veth and loopback), so the real capacity is
/// usually larger; a driver with one page per packet needs more.
const DATAGRAM_COST: usize = 2304;

/// How large a receive buffer became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferGrant {
    /// Octets asked for, in the sense of `SO_RCVBUF`.
    pub asked: usize,
    /// Octets granted, in the same sense.
    pub granted: usize,
}

impl BufferGrant {
    /// Whether the kernel gave less than asked for: neither `CAP_NET_ADMIN` nor a sufficient
    /// `net.core.rmem_max`. Worth a warning that names this sysctl.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        self.granted < self.asked
    }

    /// Octets to ask for so that `datagrams` small datagrams fit.
    #[must_use]
    pub const fn bytes_for(datagrams: usize) -> usize {
        datagrams.saturating_mul(DATAGRAM_COST) / 2
    }

    /// Small datagrams that fit into what was granted.
    #[must_use]
    pub const fn datagrams(&self) -> usize {
        self.granted.saturating_mul(2) / DATAGRAM_COST
    }
}

/// Asks for a buffer of `bytes`, beyond the sysctl if allowed. Never shrinks what is queued.
pub(crate) fn resize(socket: &impl AsFd, bytes: usize) -> io::Result<BufferGrant> {
    // The kernel doubles the value in an `int`.
    let asked = bytes.min(i32::MAX as usize / 2);
    let value = i32::try_from(asked).expect("bounded above");
    let forced = option::force_receive_buffer(socket, value);
    let socket = SockRef::from(socket);
    if forced.is_err() {
        socket.set_recv_buffer_size(asked)?;
    }
    Ok(BufferGrant {
        asked,
        granted: socket.recv_buffer_size()? / 2,
    })
}
