//! The API of the GoBFD daemon: generated messages and stubs, and the client.
//!
//! The schema is `api/bfd/v1/bfd.proto`; `cargo xtask codegen` writes
//! `src/generated/` from it. This crate knows the wire, not the domain: what a
//! message means to a session is decided in the daemon.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use bfd_api::{Client, Endpoint};
//!
//! let client = Client::new("localhost:50051".parse::<Endpoint>()?);
//! for session in client.sessions().await? {
//!     println!("{} {:?}", session.peer_address, session.local_state);
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod client;
mod endpoint;
mod error;
mod watch;

/// Messages, service traits and raw stubs of package `bfd.v1`, as generated.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction,
    missing_docs,
    unreachable_pub,
    rust_2018_idioms,
    reason = "generated code"
)]
mod generated {
    // Not a module file, so that rustfmt leaves it as generated.
    include!("generated/tree.rs");
}

/// The messages for time: signed seconds and nanoseconds.
pub use buffa_types::google::protobuf::{Duration, Timestamp};
pub use client::{Client, Events, SessionRef, Timers};
/// The standard health service, `grpc.health.v1.Health`.
pub use connectrpc_health as health;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{ClientError, Code, transport_cause};
pub use generated::bfd::v1;
pub use watch::{Change, Update, Watch};

/// The schema and its imports as a serialised `FileDescriptorSet`, for reflection and for
/// clients that read schemas at run time.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptors.bin");
