//! Every cause that `explain` can name.

use serde::Serialize;

/// The cause, as programs read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// Nothing is wrong.
    Up,
    /// The handshake runs and needs another moment.
    ComingUp,
    /// An operator of this system holds the session down.
    AdminDown,
    /// The interface does not exist.
    InterfaceMissing,
    /// The interface is down or has no carrier.
    InterfaceDown,
    /// The local address does not exist.
    AddressMissing,
    /// No route leads to the peer.
    NoRoute,
    /// Local and peer address are of different families.
    AddressFamily,
    /// The operator of the peer holds the session down.
    PeerAdminDown,
    /// The peer is heard, and says that it does not hear us.
    PeerSignalsDown,
    /// Packets come with too small a TTL.
    WrongTtl,
    /// Packets come to the port of the other session type.
    WrongPort,
    /// Packets come in through another interface.
    WrongInterface,
    /// Packets fail authentication.
    Authentication,
    /// Packets break another rule.
    Refused,
    /// The kernel refuses to send.
    CannotSend,
    /// A passive session waits for the peer to begin.
    PassiveWaits,
    /// Nothing comes from the peer.
    NothingReceived,
    /// The daemon has no such session.
    NoSession,
    /// No daemon answers, and another program holds the BFD ports.
    PortsHeld,
    /// No daemon answers.
    NoDaemon,
}

#[cfg(test)]
impl Cause {
    /// Every cause, in order.
    pub(crate) const ALL: [Self; 21] = [
        Self::Up,
        Self::ComingUp,
        Self::AdminDown,
        Self::InterfaceMissing,
        Self::InterfaceDown,
        Self::AddressMissing,
        Self::NoRoute,
        Self::AddressFamily,
        Self::PeerAdminDown,
        Self::PeerSignalsDown,
        Self::WrongTtl,
        Self::WrongPort,
        Self::WrongInterface,
        Self::Authentication,
        Self::Refused,
        Self::CannotSend,
        Self::PassiveWaits,
        Self::NothingReceived,
        Self::NoSession,
        Self::PortsHeld,
        Self::NoDaemon,
    ];
}
