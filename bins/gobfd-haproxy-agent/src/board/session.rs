//! What the board knows of sessions.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Peer;
use super::server::Server;

/// A session of the daemon's, as far as the board cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Address of the peer, canonical.
    pub peer: IpAddr,
    /// Address the session sends from, canonical; `None` while there is none.
    pub local: Option<IpAddr>,
    /// The interface the session is bound to.
    pub interface: Option<String>,
    /// What it says about the path.
    pub condition: Condition,
}

/// What a session says about the path to its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It works.
    Up,
    /// It does not.
    Down,
    /// An operator, ours or the peer's, holds the session down.
    AdminDown,
    /// Nothing: it was never Up.
    Undecided,
    /// Nothing any more: the daemon stops, or deletes the session.
    Ending,
}

/// What all sessions to a server say together.
///
/// Several sessions to one peer are several ways to it: the server is up while one of them works.
/// Failing that, the session that may still change its mind counts before one that has spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum View {
    Nothing,
    Down,
    AdminDown,
    Undecided,
    Ending,
    Up,
}

impl View {
    pub(super) fn of(server: &Server, peers: &BTreeMap<IpAddr, Peer>) -> Self {
        let sessions = peers
            .get(&server.selector.peer)
            .map(|peer| peer.sessions.values());
        sessions
            .into_iter()
            .flatten()
            .filter(|session| server.selector.takes(session))
            .map(|session| Self::from(session.condition))
            .max()
            .unwrap_or(Self::Nothing)
    }
}

impl From<Condition> for View {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::Up => Self::Up,
            Condition::Down => Self::Down,
            Condition::AdminDown => Self::AdminDown,
            Condition::Undecided => Self::Undecided,
            Condition::Ending => Self::Ending,
        }
    }
}
