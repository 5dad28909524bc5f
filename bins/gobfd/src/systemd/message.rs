//! Messages on the socket of the service manager.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::net::UnixDatagram as Datagram;
use tokio::time::timeout;

/// How long a service manager may take to make room for a message.
const PATIENCE: Duration = Duration::from_secs(1);

/// Name of the socket: a path, or behind `@` a name without a file.
pub(super) struct Socket(OsString);

impl Socket {
    /// The one that `NOTIFY_SOCKET` names.
    pub(super) fn of_process() -> Option<Self> {
        std::env::var_os("NOTIFY_SOCKET")
            .filter(|name| !name.is_empty())
            .map(Self)
    }

    /// Sends all that is said at one moment as one message. `sd_notify::notify` would block this
    /// thread while the queue of a service manager that hangs is full.
    pub(super) async fn send(&self, states: &[NotifyState<'_>]) -> io::Result<()> {
        let text: String = states.iter().map(|state| format!("{state}\n")).collect();
        let socket = connect(&self.0)?;
        match timeout(PATIENCE, socket.send(text.as_bytes())).await {
            Ok(sent) => sent.map(drop),
            Err(late) => Err(io::Error::new(io::ErrorKind::TimedOut, late)),
        }
    }
}

/// Anew for each message: the service manager may have been started again.
fn connect(name: &OsStr) -> io::Result<Datagram> {
    let socket = UnixDatagram::unbound()?;
    match name.as_bytes().strip_prefix(b"@") {
        Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
        None => socket.connect(name)?,
    }
    socket.set_nonblocking(true)?;
    Datagram::from_std(socket)
}
