//! One daemon per network namespace.
//!
//! `SO_REUSEPORT` would let a second daemon of the same user join the group and steal packets. An
//! abstract Unix socket belongs to the network namespace and vanishes with its owner. Any thread.

use std::{
    io,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixListener},
    },
};

use rustix::net::{self, AddressFamily, SocketFlags, SocketType};

/// Holds a name in this network namespace until dropped.
#[derive(Debug)]
pub struct NamespaceLock {
    _listener: UnixListener,
}

/// Why a [`NamespaceLock`] was not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process of this network namespace holds the name.
    #[error("another daemon{} already runs in this network namespace (it holds the abstract socket @{name}); \
             stop it or use a namespace of its own", holder(*.pid))]
    Busy {
        /// The contested name.
        name: String,
        /// Process id of the holder as far as visible from here.
        pid: Option<u32>,
    },
    /// The system refused for another reason.
    #[error("cannot take the abstract socket @{name}: {source}")]
    System {
        /// The wanted name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

impl NamespaceLock {
    /// Takes `name` (at most 107 octets) for this network namespace.
    ///
    /// # Errors
    /// [`LockError::Busy`] if another holder lives, [`LockError::System`] otherwise.
    pub fn acquire(name: &str) -> Result<Self, LockError> {
        let system = |source| LockError::System {
            name: name.to_owned(),
            source,
        };
        let address = SocketAddr::from_abstract_name(name).map_err(system)?;
        match UnixListener::bind_addr(&address) {
            Ok(listener) => Ok(Self {
                _listener: listener,
            }),
            Err(e) if e.kind() == io::ErrorKind::AddrInUse => Err(LockError::Busy {
                name: name.to_owned(),
                pid: holder_pid(name),
            }),
            Err(source) => Err(system(source)),
        }
    }
}

/// Asks the holder's listening socket whose it is. Nobody accepts there, hence non-blocking.
fn holder_pid(name: &str) -> Option<u32> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).ok()?;
    let address = net::SocketAddrUnix::new_abstract_name(name.as_bytes()).ok()?;
    net::connect(&socket, &address).ok()?;
    let credentials = net::sockopt::socket_peercred(&socket).ok()?;
    u32::try_from(credentials.pid.as_raw_nonzero().get()).ok()
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}
