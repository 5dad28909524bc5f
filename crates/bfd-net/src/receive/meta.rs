//! What the kernel tells about a received datagram. Plain data; any thread.

use std::net::{IpAddr, SocketAddr};

use crate::WallNanos;

/// Facts about one received datagram, none of them taken from its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RxMeta {
    /// Sender; a link-local IPv6 source carries its interface as scope.
    pub source: SocketAddr,
    /// Destination address of the IP header.
    pub destination: IpAddr,
    /// Index of the interface the datagram came in through.
    pub ifindex: u32,
    /// Time to live or hop limit as received.
    pub ttl: u8,
    /// When the kernel took the packet from the device; `None` if it was not stamped.
    pub stamp: Option<WallNanos>,
    /// True length of the UDP payload in octets, even where fewer are at hand.
    pub length: usize,
}

impl RxMeta {
    /// Whether the payload at hand is only the beginning of what was sent.
    #[must_use]
    pub const fn is_truncated(&self, payload: &[u8]) -> bool {
        self.length > payload.len()
    }
}
