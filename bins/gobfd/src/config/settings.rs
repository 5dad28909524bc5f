//! The resolved configuration: every default filled in, every value legal.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;

use bfd_control::{KeyChain, SessionKey};
use bfd_engine::Scheduler;
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
    /// The mesh between the nodes of a Kubernetes cluster, if it is switched on.
    pub kubernetes: Option<KubernetesSettings>,
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
    /// Who runs the data-plane threads.
    pub scheduler: Scheduler,
    /// Whether the memory of the process stays resident.
    pub lock_memory: bool,
}

/// One element of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Identity; another key is another session.
    pub key: SessionKey,
    /// What the session is asked to be; may change live.
    pub spec: SessionSpec,
    /// The keys it authenticates with; `None`: no authentication.
    pub keys: Option<Arc<KeyChain>>,
    /// Whether it is held in AdminDown.
    pub admin_down: bool,
}

/// Section `kubernetes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesSettings {
    /// Our own node.
    pub node_name: String,
    /// Label selector of the nodes of the mesh; `None`: all.
    pub selector: Option<String>,
    /// Over which address families.
    pub families: Families,
    /// What each session is asked to be.
    pub spec: SessionSpec,
    /// Who knows the nodes.
    pub api: ApiServerSettings,
}

/// Address families of the node mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Families {
    /// A session over each family that both nodes have.
    Both,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// How the Kubernetes API server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiServerSettings {
    /// URL without path; `None`: the one Kubernetes gives to every pod.
    pub server: Option<String>,
    /// File with our token.
    pub token_file: PathBuf,
    /// File with the certificates that may sign the server's.
    pub ca_file: PathBuf,
}
