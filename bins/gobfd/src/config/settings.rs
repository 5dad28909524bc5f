//! The resolved configuration: every default filled in, every value legal.

use std::num::NonZeroU16;
use std::path::PathBuf;

use bfd_control::SessionKey;
use bfd_program::config::ListenAddress;
use bfd_program::logging::LogSettings;
use bfd_proto::SessionSpec;

use super::gobgp::GobgpSettings;

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
    /// The GoBGP integration, if it is switched on.
    pub gobgp: Option<GobgpSettings>,
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
