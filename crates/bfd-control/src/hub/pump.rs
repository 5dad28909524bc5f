//! From the workers' rings to the hub.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use bfd_engine::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Hub;

/// How long the pump sleeps at most; then it looks whether it is still wanted.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Room for events that is kept; more is needed when all sessions start or fail at once.
const KEPT: usize = 256;

/// Where events come from.
pub trait EventSource: Send + 'static {
    /// A descriptor that becomes readable when there are events.
    ///
    /// # Errors
    /// The descriptor could not be duplicated.
    fn ready(&self) -> io::Result<OwnedFd>;
    /// Makes the descriptor unreadable and moves all waiting events to `into`; whether events were
    /// lost since the last call.
    fn drain(&mut self, into: &mut Vec<Event>) -> bool;
}

/// Feeds the hub until that is closed. Runs on a thread of its own, so that nothing else delays an
/// event.
pub(crate) fn pump(mut source: impl EventSource, hub: &Arc<Hub>) -> io::Result<()> {
    let ready = source.ready()?;
    let mut events = Vec::new();
    while !hub.is_closed() {
        match poll(&mut [PollFd::new(&ready, PollFlags::IN)], Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let overflow = source.drain(&mut events);
        hub.absorb(&events, overflow);
        events.clear();
        events.shrink_to(KEPT);
    }
    Ok(())
}
