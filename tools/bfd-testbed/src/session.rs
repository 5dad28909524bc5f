//! One wanted BFD session, in terms that every daemon's configuration can express.

use std::net::IpAddr;
use std::time::Duration;

/// A session as one end sees it. Each daemon's module writes it in that daemon's own language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Address of the other end.
    pub peer: IpAddr,
    /// Our address.
    pub local: IpAddr,
    /// The interface of a single-hop session; `None` makes it multihop.
    pub interface: Option<String>,
    /// Interval at which we would like to send.
    pub transmit: Duration,
    /// Interval at which we are able to receive.
    pub receive: Duration,
    /// Detection time multiplier.
    pub multiplier: u8,
    /// Lowest TTL accepted on a multihop session; `None`: the daemon's default.
    pub min_ttl: Option<u8>,
    /// Wait for the other end to speak first.
    pub passive: bool,
}

impl Session {
    /// A single-hop session at 100 ms × 3.
    #[must_use]
    pub fn single_hop(local: IpAddr, peer: IpAddr, interface: &str) -> Self {
        Self {
            interface: Some(interface.to_owned()),
            ..Self::multihop(local, peer)
        }
    }

    /// A multihop session at 100 ms × 3.
    #[must_use]
    pub const fn multihop(local: IpAddr, peer: IpAddr) -> Self {
        Self {
            peer,
            local,
            interface: None,
            transmit: Duration::from_millis(100),
            receive: Duration::from_millis(100),
            multiplier: 3,
            min_ttl: None,
            passive: false,
        }
    }

    /// The same session with other timers, in milliseconds.
    #[must_use]
    pub const fn timed(mut self, transmit: u64, receive: u64, multiplier: u8) -> Self {
        self.transmit = Duration::from_millis(transmit);
        self.receive = Duration::from_millis(receive);
        self.multiplier = multiplier;
        self
    }

    /// The same session with a minimum TTL.
    #[must_use]
    pub const fn min_ttl(mut self, ttl: u8) -> Self {
        self.min_ttl = Some(ttl);
        self
    }

    /// The same session in the passive role.
    #[must_use]
    pub const fn passive(mut self) -> Self {
        self.passive = true;
        self
    }

    /// The other end of this session, with the same timers.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self {
            peer: self.local,
            local: self.peer,
            ..self.clone()
        }
    }
}

/// How far a daemon says a session has come (RFC 5880 §4.1, Sta).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Held down by its operator.
    AdminDown,
    /// Nothing, or nothing good, is heard.
    Down,
    /// Heard, not yet confirmed.
    Init,
    /// Both directions work.
    Up,
}

impl State {
    /// From the two bits on the wire.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::AdminDown,
            1 => Self::Down,
            2 => Self::Init,
            _ => Self::Up,
        }
    }

    /// From what the daemons print: `Up`, `up`, `AdminDown`, `shutdown` …
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "admindown" | "shutdown" => Some(Self::AdminDown),
            "down" => Some(Self::Down),
            "init" => Some(Self::Init),
            "up" => Some(Self::Up),
            _ => None,
        }
    }
}
