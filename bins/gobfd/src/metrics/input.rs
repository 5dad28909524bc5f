//! What the page is written from. The daemon fills it in from the state table and the engine's
//! counters; nothing here is shared or live.

use std::net::IpAddr;

use bfd_control::InterfaceName;
use bfd_program::cli::Build;
use bfd_program::exposition::HistogramSample;
use bfd_proto::SessionView;

use super::totals::Totals;
use crate::integrations::Picture;

/// Everything one page shows.
#[derive(Clone, Debug)]
pub struct MetricsInput<'a> {
    /// The sessions that exist now.
    pub sessions: Vec<SessionSample>,
    /// The data-plane threads, in the order of their numbers.
    pub workers: Vec<WorkerSample>,
    /// What the control plane has counted.
    pub totals: &'a Totals,
    /// What the GoBGP integration does.
    pub gobgp: Picture,
    /// The source of sessions between Kubernetes nodes; `None` while it is switched off.
    pub kubernetes: Option<KubernetesSample>,
    /// What the program has to say of itself.
    pub program: ProgramSample,
    /// What the program was built from.
    pub build: Build,
}

/// One session.
#[derive(Clone, Debug)]
pub struct SessionSample {
    /// Address of the peer.
    pub peer: IpAddr,
    /// Our address, as configured or chosen by the route; `None` while there is none.
    pub local: Option<IpAddr>,
    /// The interface the session is bound to.
    pub interface: Option<InterfaceName>,
    /// Something is laid over what its owner asked for.
    pub overridden: bool,
    /// Its state and counters.
    pub view: SessionView,
}

/// One data-plane thread.
#[derive(Clone, Debug, Default)]
pub struct WorkerSample {
    /// How long after the wanted moment the loop ran.
    pub loop_lateness: HistogramSample,
    /// How long after the detection time a Down was declared.
    pub detection_lateness: HistogramSample,
    /// Packets lost because a receive buffer was full.
    pub socket_drops: u64,
    /// Whether the receive buffers hold less than a second of what the sessions may receive.
    pub buffer_short: bool,
    /// Whether less processor time is reserved than the sessions may need.
    pub reservation_short: bool,
    /// Packets that arrived on the wrong thread and were passed on.
    pub misdirected: u64,
    /// Messages that wait for the thread.
    pub mailbox_depth: u64,
}

/// The source of sessions between Kubernetes nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KubernetesSample {
    /// The API server's last answer was a good one, and no watch broke since.
    pub connected: bool,
    /// Other nodes of the mesh.
    pub peers: u64,
    /// Sessions the mesh asks for.
    pub sessions: u64,
    /// Complete lists of nodes that were read.
    pub lists: u64,
    /// Lists and watches that failed.
    pub failures: u64,
}

/// The program apart from its sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgramSample {
    /// Configurations that were put in force while the daemon ran.
    pub reloads: u64,
    /// Configurations that were refused.
    pub failed_reloads: u64,
    /// Lines of the log that could not be written.
    pub lost_lines: u64,
}
