//! Why the receive sockets of a port could not be opened, with the remedy.

use std::{fmt, io};

use crate::Family;

/// A receive group that could not be opened.
#[derive(Debug)]
pub struct OpenError {
    /// Address family of the group.
    pub family: Family,
    /// UDP port of the group.
    pub port: u16,
    /// What the system said.
    pub source: io::Error,
}

impl OpenError {
    /// Whether somebody else holds the port.
    #[must_use]
    pub fn is_port_in_use(&self) -> bool {
        self.source.kind() == io::ErrorKind::AddrInUse
    }

    /// Whether the kernel lacks the address family altogether.
    #[must_use]
    pub fn is_family_missing(&self) -> bool {
        matches!(
            self.source.raw_os_error(),
            Some(libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL)
        )
    }

    fn remedy(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                "another BFD daemon (FRR's bfdd, BIRD or a second GoBFD) holds the port; \
                 stop it or use a network namespace of its own"
            }
            io::ErrorKind::PermissionDenied => {
                "the process lacks a capability: CAP_NET_RAW, and below port 1024 CAP_NET_BIND_SERVICE"
            }
            _ if self.is_family_missing() => "this address family is switched off in the kernel",
            _ => "see the system's message",
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            family,
            port,
            source,
        } = self;
        write!(
            f,
            "cannot receive on UDP port {port} ({family}): {source}: {}",
            self.remedy()
        )
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
