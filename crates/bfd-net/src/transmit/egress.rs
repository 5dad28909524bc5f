//! The way out of a packet. Plain data; any thread.

use std::net::IpAddr;

/// How a UDP payload leaves this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Egress {
    /// Source address; not checked against the addresses of this host.
    pub local: IpAddr,
    /// Destination address, of the same family as `local`.
    pub peer: IpAddr,
    /// Interface to leave through, also the scope of link-local addresses; 0 means by route.
    pub ifindex: u32,
    /// UDP source port (49152..=65535 for BFD, RFC 5881 §4).
    pub source_port: u16,
    /// UDP destination port (3784 or 4784 for BFD control packets).
    pub destination_port: u16,
    /// Whether routers must not fragment the packet (RFC 9764 §3); IPv6 never fragments.
    pub dont_fragment: bool,
}
