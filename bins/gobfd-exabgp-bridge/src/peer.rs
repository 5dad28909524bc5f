//! Which sessions a route hangs on.

use std::fmt;
use std::net::IpAddr;

use bfd_api::v1::{BfdSession, SessionState, SessionType};

/// A peer as the operator names it: its address, and what tells its sessions apart if it has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Address of the peer.
    pub address: IpAddr,
    /// Interface the session must be bound to; `None`: any or none.
    pub interface: Option<String>,
    /// Address the session must be sent from; `None`: any.
    pub local: Option<IpAddr>,
    /// Kind of the session; `None`: any.
    pub kind: Option<SessionType>,
}

/// What is known of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    peer: Option<IpAddr>,
    local: Option<IpAddr>,
    interface: String,
    kind: Option<SessionType>,
    state: SessionState,
    verdict: String,
}

impl Peer {
    /// Whatever session leads to `address`.
    #[must_use]
    pub const fn any_session(address: IpAddr) -> Self {
        Self {
            address,
            interface: None,
            local: None,
            kind: None,
        }
    }

    pub(crate) fn matches(&self, session: &Session) -> bool {
        session.peer == Some(self.address)
            && (self.interface.as_ref()).is_none_or(|name| *name == session.interface)
            && self.local.is_none_or(|local| session.local == Some(local))
            && self.kind.is_none_or(|kind| session.kind == Some(kind))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)?;
        match &self.interface {
            Some(interface) => write!(f, "%{interface}"),
            None => Ok(()),
        }
    }
}

impl Session {
    pub(crate) fn is_up(&self) -> bool {
        self.state == SessionState::Up
    }
}

impl From<&BfdSession> for Session {
    fn from(session: &BfdSession) -> Self {
        let down = session.last_down.as_option();
        Self {
            peer: address(&session.peer_address),
            local: address(&session.local_address),
            interface: session.interface_name.clone(),
            kind: session.r#type.as_known(),
            state: session.local_state.as_known().unwrap_or_default(),
            verdict: down.map(|down| down.sentence.clone()).unwrap_or_default(),
        }
    }
}

/// `Up`, or the state and why.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, fallen) = match self.state {
            SessionState::Up => ("Up", false),
            SessionState::Init => ("Init", false),
            SessionState::Down => ("Down", true),
            SessionState::AdminDown => ("AdminDown", true),
            SessionState::Unspecified => ("in an unknown state", false),
        };
        f.write_str(name)?;
        match self.verdict.as_str() {
            sentence if fallen && !sentence.is_empty() => write!(f, ": {sentence}"),
            _ => Ok(()),
        }
    }
}

/// Compared as addresses, not as text; an IPv4-mapped one is one of IPv4.
fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse::<IpAddr>().ok()?.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(peer: &str, interface: &str) -> Session {
        Session::from(&BfdSession {
            peer_address: peer.into(),
            local_address: "2001:db8::2".into(),
            interface_name: interface.into(),
            r#type: SessionType::SingleHop.into(),
            ..Default::default()
        })
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        let peer = Peer::any_session("2001:db8::1".parse().unwrap());
        assert!(peer.matches(&session("2001:DB8:0::1", "")));
        assert!(!peer.matches(&session("2001:db8::2", "")));
        assert!(!peer.matches(&session("not an address", "")));
        let peer = Peer::any_session("192.0.2.1".parse().unwrap());
        assert!(peer.matches(&session("::ffff:192.0.2.1", "")));
    }

    #[test]
    fn everything_that_is_given_must_fit() {
        let peer = Peer {
            address: "fe80::1".parse().unwrap(),
            interface: Some("eth0".into()),
            local: Some("2001:db8::2".parse().unwrap()),
            kind: Some(SessionType::SingleHop),
        };
        assert_eq!(peer.to_string(), "fe80::1%eth0");
        assert!(peer.matches(&session("fe80::1", "eth0")));
        assert!(!peer.matches(&session("fe80::1", "eth1")));
        let other = Peer {
            local: Some("2001:db8::3".parse().unwrap()),
            ..peer.clone()
        };
        assert!(!other.matches(&session("fe80::1", "eth0")));
        let other = Peer {
            kind: Some(SessionType::MultiHop),
            ..peer
        };
        assert!(!other.matches(&session("fe80::1", "eth0")));
    }
}
