//! The data plane: threads, shards of sessions, the timing wheel, queues.
//!
//! Purpose: run [`bfd_proto::Session`]s in real time. Owner: each worker owns a shard of sessions
//! alone; others send it commands and read what it publishes. Thread: its own, never an async
//! runtime's. It must never know of configuration, HTTP or logs: what is to be told is a value.
#![forbid(unsafe_code)]

mod assembly;
mod chunks;
mod command;
mod demux;
mod desk;
mod engine;
mod entropy;
mod event;
mod handle;
mod histogram;
mod io;
mod linux;
mod mailbox;
mod parcel;
mod ports;
mod registry;
mod ring;
mod scheduler;
mod session;
mod shard;
mod stats;
mod table;
mod wheel;
mod worker;

pub use assembly::{Assembly, Capacities, Place};
pub use desk::FrontDesk;
pub use engine::{Engine, EngineConfig, PORTS, StartError, Warning};
pub use entropy::Entropy;
pub use event::Event;
pub use handle::EngineHandle;
pub use histogram::{Histogram, HistogramView};
pub use io::{Drained, Io, Outgoing, RxMeta, Shortage, Wake};
pub use linux::LinuxIo;
pub use mailbox::Stopped;
pub use registry::AddError;
pub use scheduler::Scheduler;
pub use session::{Egress, Endpoint, NewSession, SessionId};
pub use stats::{DeskStats, EngineStats, WorkerStats};
pub use wheel::{GRAIN_NANOS, Wheel};
pub use worker::Worker;

/// The clocks under an [`Io`]: a simulation applies the same arrival rule to its own.
pub use bfd_net::{Clock, MonoNanos, WallNanos};
