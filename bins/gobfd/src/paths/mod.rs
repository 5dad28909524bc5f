//! The kernel's view of interfaces and addresses, as a stream of [`bfd_control::Topology`].
//!
//! Purpose: follow rtnetlink, so that sessions start when their interface or address appears and
//! go down when it goes. Owner: one task owns the sockets and the topology it builds; readers get
//! snapshots. Thread: tokio's. It must never publish half of a burst, and never trust its picture
//! after the kernel dropped a message.

mod dump;
mod feed;
mod message;
#[cfg(test)]
mod tests;

pub use feed::{Feed, FeedError};
