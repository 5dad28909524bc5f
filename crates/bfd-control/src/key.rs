//! What tells one session from another.

use std::fmt;
use std::net::IpAddr;

use bfd_proto::SessionKind;

use crate::interface::InterfaceName;

/// The part of [`SessionKind`] that tells sessions apart; the rest of it can change live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hops {
    /// One IP hop (RFC 5881).
    Single,
    /// Any number of hops (RFC 5883).
    Multi,
}

impl From<SessionKind> for Hops {
    fn from(kind: SessionKind) -> Self {
        match kind {
            SessionKind::SingleHop => Self::Single,
            SessionKind::MultiHop { .. } => Self::Multi,
        }
    }
}

/// Identity of a session, fixed at its creation.
///
/// The order is by peer first, so that lists and plans are stable and readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey {
    /// Address of the peer, without zone: `interface` takes its part.
    pub peer: IpAddr,
    /// Address to send from; `None`: by the routing table.
    pub local: Option<IpAddr>,
    /// Interface to send on and to accept from; `None`: any.
    pub interface: Option<InterfaceName>,
    /// Path kind.
    pub hops: Hops,
}

impl SessionKey {
    /// Whether the peer's address means something only together with an interface.
    #[must_use]
    pub fn needs_interface(&self) -> bool {
        is_link_local(self.peer)
    }
}

impl fmt::Display for SessionKey {
    /// `192.0.2.1`, with ` from ADDR`, ` on IFNAME` and ` (multihop)` where they apply.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.peer)?;
        if let Some(local) = self.local {
            write!(f, " from {local}")?;
        }
        if let Some(interface) = self.interface {
            write!(f, " on {interface}")?;
        }
        match self.hops {
            Hops::Single => Ok(()),
            Hops::Multi => f.write_str(" (multihop)"),
        }
    }
}

/// IPv6 `fe80::/10`. IPv4 link-local addresses are routed like any other by Linux.
pub(crate) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
