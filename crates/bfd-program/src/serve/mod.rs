//! HTTP servers: listening, and serving a router to whoever connects.
//!
//! Purpose: HTTP/1.1 and HTTP/2 with prior knowledge on one TCP or Unix socket, with bounds on what
//! a client may cost. Owner: each server owns its listener and its connections. Thread: tokio's. It
//! must never take the program down for one bad connection.

mod caller;
mod connection;
mod listen;
mod pages;
#[cfg(test)]
mod tests;

pub use caller::Caller;
pub use connection::{Server, Stop};
pub use listen::{BindError, Listener};
pub use pages::{Pages, router};
