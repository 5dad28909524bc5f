//! The resolved configuration: every default filled in, every value legal.

use std::num::NonZeroU16;
use std::path::PathBuf;

use bfd_control::SessionKey;
use bfd_proto::SessionSpec;

use super::listen::ListenAddress;

/// What the daemon is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the API listens.
    pub grpc: GrpcSettings,
    /// Where metrics and probes are served.
    pub metrics: MetricsSettings,
    /// What is logged.
    pub log: LogSettings,
    /// The data plane.
    pub engine: EngineSettings,
    /// The wanted sessions, in the order of the file; no key appears twice.
    pub sessions: Vec<SessionSettings>,
}

/// Section `grpc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcSettings {
    /// TCP address of the API.
    pub addr: ListenAddress,
    /// Unix socket on which the API is offered as well.
    pub unix: Option<PathBuf>,
}

/// Section `metrics`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsSettings {
    /// TCP address of the metrics page and the probes.
    pub addr: ListenAddress,
    /// Path of the metrics page; begins with `/`.
    pub path: String,
}

/// Section `log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Least severity that is logged.
    pub level: LogLevel,
    /// Form of a log line.
    pub format: LogFormat,
}

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Every discarded packet and more.
    Debug,
    /// What an operator follows.
    Info,
    /// What may need attention.
    Warn,
    /// What failed.
    Error,
}

impl LogLevel {
    /// The name on a log line: `DEBUG`, `INFO`, `WARN`, `ERROR`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// `time=... level=INFO msg="..." key=value`.
    Text,
}

/// Sections `engine` and `socket`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineSettings {
    /// Number of data-plane threads; `None`: chosen by the engine.
    pub workers: Option<NonZeroU16>,
    /// Least size of each receive socket's buffer, in octets.
    pub receive_buffer: usize,
}

/// One element of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Identity; another key is another session.
    pub key: SessionKey,
    /// What the session is asked to be; may change live.
    pub spec: SessionSpec,
    /// Whether it is held in AdminDown.
    pub admin_down: bool,
}
