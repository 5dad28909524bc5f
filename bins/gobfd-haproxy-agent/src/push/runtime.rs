//! One question and its answer on the runtime socket.
//!
//! Each line of commands has a connection of its own: after a reload of HAProxy an old connection
//! leads to the old process, a new one to the process that serves.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bfd_program::config::quoted;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::reply::{info, replies};

/// Longest time for one line of commands.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest answer that is read, in octets.
const LONGEST: u64 = 1 << 20;

/// Where HAProxy's runtime socket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Unix socket.
    Unix(PathBuf),
    /// `HOST:PORT`.
    Tcp(String),
}

/// A line of commands got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The socket cannot be reached.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// HAProxy does not answer.
    #[error("no answer within {0:?}")]
    Silent(Duration),
    /// The answer breaks off, or is none of HAProxy's.
    #[error("not an answer of HAProxy's: {0}")]
    Answer(String),
}

/// Which HAProxy it is: another number is another process, with states of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incarnation {
    /// Number of the process.
    pub pid: u32,
    /// When it started, in seconds since 1970; 0 if it does not say.
    pub started: u64,
}

impl Target {
    /// Sends commands and returns the reply to each: empty for success.
    ///
    /// # Errors
    /// HAProxy cannot be reached or does not answer.
    pub async fn ask(&self, commands: &[&str]) -> Result<Vec<String>, PushError> {
        let text = self.text(&commands.join(";")).await?;
        replies(&text, commands.len()).ok_or_else(|| PushError::Answer(quoted(&text)))
    }

    /// Which HAProxy this is.
    ///
    /// # Errors
    /// HAProxy cannot be reached or does not answer.
    pub async fn incarnation(&self) -> Result<Incarnation, PushError> {
        let text = self.text("show info").await?;
        let pid = info(&text, "Pid").and_then(|pid| pid.parse().ok());
        let started = info(&text, "Start_time_sec").and_then(|at| at.parse().ok());
        Ok(Incarnation {
            pid: pid.ok_or_else(|| PushError::Answer(quoted(&text)))?,
            started: started.unwrap_or_default(),
        })
    }

    async fn text(&self, line: &str) -> Result<String, PushError> {
        let exchange = async {
            match self {
                Self::Unix(path) => exchange(UnixStream::connect(path).await?, line).await,
                Self::Tcp(address) => exchange(TcpStream::connect(address).await?, line).await,
            }
        };
        match timeout(PATIENCE, exchange).await {
            Ok(text) => Ok(text?),
            Err(_) => Err(PushError::Silent(PATIENCE)),
        }
    }
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    line: &str,
) -> io::Result<String> {
    stream.write_all(line.as_bytes()).await?;
    stream.write_all(b"\n").await?;
    let mut octets = Vec::new();
    stream.take(LONGEST).read_to_end(&mut octets).await?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// `/PATH`, `unix:PATH`, `unix@PATH` as HAProxy writes it, or `HOST:PORT`.
impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text
            .strip_prefix("unix:")
            .or_else(|| text.strip_prefix("unix@"))
            .unwrap_or(text);
        if path.starts_with('/') && (2..=107).contains(&path.len()) {
            return Ok(Self::Unix(path.into()));
        }
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match port.and_then(|(_, port)| port.parse::<u16>().ok()) {
            Some(1..) => Ok(Self::Tcp(text.to_owned())),
            _ => Err(format!(
                "expected /PATH, unix:PATH or HOST:PORT, found {}",
                quoted(text)
            )),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => f.write_str(address),
        }
    }
}
