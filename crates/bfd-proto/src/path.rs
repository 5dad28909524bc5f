//! Whether there is a way to the peer at all, as this host sees it.

use std::fmt;

/// Why there is no way to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PathProblem {
    /// The named interface does not exist.
    InterfaceMissing,
    /// The interface is administratively down or has no carrier.
    InterfaceDown,
    /// The local address is not configured on this host, or not on the interface.
    AddressMissing,
    /// No route leads to the peer.
    NoRoute,
    /// Local and peer address are of different families.
    AddressFamily,
}

impl PathProblem {
    /// Every problem.
    pub const ALL: [Self; 5] = [
        Self::InterfaceMissing,
        Self::InterfaceDown,
        Self::AddressMissing,
        Self::NoRoute,
        Self::AddressFamily,
    ];

    /// Stable name for logs and the API.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::InterfaceMissing => "interface-missing",
            Self::InterfaceDown => "interface-down",
            Self::AddressMissing => "address-missing",
            Self::NoRoute => "no-route",
            Self::AddressFamily => "address-family",
        }
    }
}

impl fmt::Display for PathProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InterfaceMissing => "the interface does not exist",
            Self::InterfaceDown => "the interface is down or has no carrier",
            Self::AddressMissing => "the local address is not configured",
            Self::NoRoute => "no route leads to the peer",
            Self::AddressFamily => "local and peer address are of different families",
        })
    }
}

/// The way to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// Packets can be sent.
    Ready,
    /// Nothing is sent until the problem is gone.
    Waiting(PathProblem),
}
