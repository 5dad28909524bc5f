//! From the workers' rings to the hub.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use bfd_engine::Event;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::Hub;

/// Where events come from.
pub trait EventSource: Send + 'static {
    /// A descriptor that becomes readable when there are events.
    ///
    /// # Errors
    /// The descriptor could not be duplicated.
    fn ready(&self) -> io::Result<OwnedFd>;
    /// Moves all waiting events to `into` and makes the descriptor unreadable; whether events were
    /// lost since the last call.
    fn drain(&mut self, into: &mut Vec<Event>) -> bool;
}

/// Feeds the hub until its task is dropped.
pub(crate) async fn pump(mut source: impl EventSource, hub: Arc<Hub>) -> io::Result<()> {
    #[expect(
        deprecated,
        reason = "its successor is unsafe for the sake of types that lend no descriptor; an OwnedFd does"
    )]
    let ready = AsyncFd::with_interest(source.ready()?, Interest::READABLE)?;
    let mut events = Vec::new();
    loop {
        // Cleared before the drain: what arrives during it makes the descriptor ready again.
        ready.readable().await?.clear_ready();
        let overflow = source.drain(&mut events);
        hub.absorb(&events, overflow);
        events.clear();
    }
}
