//! Where a gRPC server is found, in the forms that Go programs take: `HOST:PORT`, `dns:///HOST:PORT`,
//! `passthrough:///HOST:PORT`, `unix:PATH` and `unix:///PATH`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// A server to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrpcTarget {
    /// A TCP port.
    Tcp {
        /// A host name or an address without brackets.
        host: String,
        /// Never 0.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl GrpcTarget {
    /// Reads a target; `None` when the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty()).then(|| Self::Unix(path.into()));
        }
        let bare = ["dns:///", "passthrough:///"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .unwrap_or(text);
        let (host, port) = bare.rsplit_once(':')?;
        let port = port.parse().ok().filter(|port| *port != 0)?;
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']').filter(|host| is_v6(host))?,
            None => Some(host).filter(|host| is_name(host))?,
        };
        let host = host.to_owned();
        Some(Self::Tcp { host, port })
    }

    /// Whether only this machine can be meant, so that nothing passes a wire.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp { host, .. } => match host.parse::<IpAddr>() {
                Ok(address) => address.is_loopback(),
                Err(_) => host == "localhost",
            },
        }
    }
}

fn is_v6(host: &str) -> bool {
    // A zone may follow.
    let address = host.split('%').next().unwrap_or_default();
    address.parse::<std::net::Ipv6Addr>().is_ok()
}

fn is_name(host: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    (1..=253).contains(&host.len()) && host.bytes().all(good)
}

impl fmt::Display for GrpcTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GrpcTarget;

    #[test]
    fn targets_are_read_in_all_forms() {
        for (text, shown, local) in [
            ("127.0.0.1:50051", "127.0.0.1:50051", true),
            ("localhost:1", "localhost:1", true),
            ("[::1]:50051", "[::1]:50051", true),
            ("dns:///gobgp.example:50051", "gobgp.example:50051", false),
            ("passthrough:///192.0.2.1:50051", "192.0.2.1:50051", false),
            ("unix:/run/gobgp.sock", "unix:/run/gobgp.sock", true),
            ("unix:///run/gobgp.sock", "unix:/run/gobgp.sock", true),
        ] {
            let target = GrpcTarget::parse(text).expect(text);
            assert_eq!(
                (target.to_string().as_str(), target.is_local()),
                (shown, local)
            );
        }
        for text in [
            "",
            "localhost",
            "localhost:0",
            ":50051",
            "::1:50051",
            "a b:1",
            "unix:",
            "https://a:1",
            "x:y",
        ] {
            assert_eq!(GrpcTarget::parse(text), None, "{text}");
        }
    }
}
