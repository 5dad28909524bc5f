//! Addresses to listen on, in the form Go programs take them: `:9100`, `127.0.0.1:50051`,
//! `[::1]:50051`, `localhost:50051`.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

/// A TCP listen address. Port 0 lets the kernel choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    host: Host,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Any,
    Address(IpAddr),
    Name(String),
}

impl ListenAddress {
    /// Reads `HOST:PORT`; `None` when the text has no port or the host is neither empty, an
    /// address nor a host name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            host: Host::parse(host)?,
            port: port.parse().ok()?,
        })
    }

    /// This port on one address of this host, or on all.
    #[must_use]
    pub fn new(address: Option<IpAddr>, port: u16) -> Self {
        let host = address.map_or(Host::Any, Host::Address);
        Self { host, port }
    }

    /// The port, 0 when the kernel is to choose.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether only this host can reach the address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Any => false,
            Host::Address(address) => address.is_loopback(),
            Host::Name(name) => name == "localhost",
        }
    }

    /// The addresses to try in order; the first that can be bound serves. "Any" means dual-stack
    /// `[::]` and, on hosts without IPv6, `0.0.0.0`.
    ///
    /// # Errors
    /// When a host name cannot be resolved.
    pub fn candidates(&self) -> io::Result<Vec<SocketAddr>> {
        let port = self.port;
        Ok(match &self.host {
            Host::Any => vec![
                SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
                SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
            ],
            Host::Address(address) => vec![SocketAddr::from((*address, port))],
            Host::Name(name) => (name.as_str(), port).to_socket_addrs()?.collect(),
        })
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Any);
        }
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']')?;
            return inner
                .parse::<Ipv6Addr>()
                .ok()
                .map(|address| Self::Address(address.into()));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(address.into()));
        }
        let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        // All digits and points, yet no address: a typing error, not a name.
        let numeric = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        (text.len() <= 253 && text.bytes().all(name) && !numeric)
            .then(|| Self::Name(text.to_owned()))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Any => write!(f, ":{}", self.port),
            Host::Address(address) => SocketAddr::from((*address, self.port)).fmt(f),
            Host::Name(name) => write!(f, "{name}:{}", self.port),
        }
    }
}
