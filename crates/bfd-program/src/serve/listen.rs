//! Sockets to listen on, and one clear sentence when one cannot be had.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

use crate::config::ListenAddress;

/// Where clients connect.
#[derive(Debug)]
pub enum Listener {
    /// A TCP address.
    Tcp(TcpListener),
    /// A Unix socket; its file is removed with it.
    Unix(UnixListener, UnixPath),
}

/// The file of a Unix socket.
#[derive(Debug)]
pub struct UnixPath(PathBuf);

impl Drop for UnixPath {
    fn drop(&mut self) {
        // Whoever removed it before did our work.
        let _ = fs::remove_file(&self.0);
    }
}

/// An address cannot be listened on.
#[derive(Debug)]
pub struct BindError {
    purpose: Cow<'static, str>,
    key: Cow<'static, str>,
    address: String,
    source: io::Error,
}

impl BindError {
    fn remedy(&self) -> String {
        let key = &self.key;
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                format!("another program listens there; stop it or set {key} to another address")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("this host does not have that address; correct {key}")
            }
            io::ErrorKind::PermissionDenied => {
                format!("the user of this process may not; correct {key} or its permissions")
            }
            io::ErrorKind::NotFound => format!("the folder does not exist; correct {key}"),
            _ => format!("see {key} in the configuration"),
        }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            purpose,
            address,
            source,
            ..
        } = self;
        write!(
            f,
            "cannot listen for {purpose} on {address}: {source}: {}",
            self.remedy()
        )
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Listener {
    /// Listens on a TCP address: the first of its candidates that can be had.
    ///
    /// # Errors
    /// The error of the first candidate that failed for another reason than a missing family.
    pub async fn tcp(
        purpose: impl Into<Cow<'static, str>>,
        key: impl Into<Cow<'static, str>>,
        address: &ListenAddress,
    ) -> Result<Self, BindError> {
        let (purpose, key) = (purpose.into(), key.into());
        let fault = |source| BindError {
            purpose: purpose.clone(),
            key: key.clone(),
            address: address.to_string(),
            source,
        };
        let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for candidate in address.candidates().map_err(fault)? {
            match TcpListener::bind(candidate).await {
                Ok(listener) => return Ok(Self::Tcp(listener)),
                // A port that is taken for IPv6 is not to be shared by going to IPv4.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(fault(error)),
                Err(error) => failed = error,
            }
        }
        Err(fault(failed))
    }

    /// Listens on a Unix socket; a file that a dead process left behind is replaced.
    ///
    /// # Errors
    /// Somebody listens there, or the file cannot be made.
    pub async fn unix(
        purpose: impl Into<Cow<'static, str>>,
        key: impl Into<Cow<'static, str>>,
        path: &Path,
    ) -> Result<Self, BindError> {
        let (purpose, key) = (purpose.into(), key.into());
        let fault = |source| BindError {
            purpose: purpose.clone(),
            key: key.clone(),
            address: path.display().to_string(),
            source,
        };
        if is_socket(path) && UnixStream::connect(path).await.is_err() {
            fs::remove_file(path).map_err(fault)?;
        }
        let listener = UnixListener::bind(path).map_err(fault)?;
        Ok(Self::Unix(listener, UnixPath(path.to_owned())))
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(listener) => match listener.local_addr() {
                Ok(address) => address.fmt(f),
                Err(error) => write!(f, "unknown address ({error})"),
            },
            Self::Unix(_, path) => path.0.display().fmt(f),
        }
    }
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}
