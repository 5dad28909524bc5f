//! The real engine loop over a virtual network and virtual time.
//!
//! Purpose: let two hosts live through faults that no test on real sockets can repeat, and check
//! what must always hold. Owner: each [`World`] owns its hosts, links and clocks. Thread: one world
//! one thread; nothing sleeps and nothing waits. It must never be random beyond its seed.
#![forbid(unsafe_code)]

mod chance;
mod fault;
mod host;
mod link;
mod oracle;
mod scenario;
mod trace;
mod wire;
mod world;

pub use chance::Chance;
pub use fault::Fault;
pub use link::Link;
pub use oracle::Violation;
pub use scenario::{Outcome, run};
pub use trace::Trace;
pub use world::{Mishaps, World};
