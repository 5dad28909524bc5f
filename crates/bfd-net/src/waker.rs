//! Ends another thread's wait (`eventfd`). Any thread may wake; one thread waits.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

use rustix::event::{self, EventfdFlags, PollFd, PollFlags, eventfd};

use crate::MonoNanos;

/// A handle that wakes whoever polls it; clones wake the same sleeper.
#[derive(Debug, Clone)]
pub struct Waker(Arc<OwnedFd>);

impl Waker {
    /// Creates the event.
    ///
    /// # Errors
    /// Fails when the process has no file descriptor left.
    pub fn new() -> io::Result<Self> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(Arc::new(fd)))
    }

    /// Wakes the sleeper, or keeps it from falling asleep next time. Never blocks.
    pub fn wake(&self) {
        // The only possible failure is a full counter, and then the sleeper is awake anyway.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }

    /// Sleeps until somebody wakes this thread or `until` has come, whatever arrives meanwhile.
    /// Returns whether it was woken; also `false` after a signal.
    pub fn sleep(&self, until: MonoNanos) -> bool {
        let left = until.remaining();
        let mut events = [PollFd::new(&*self.0, PollFlags::IN)];
        event::poll(&mut events, Some(&left)).is_ok_and(|ready| ready > 0)
    }

    /// Takes back all wakes so far; returns whether there was one.
    ///
    /// Call it before looking at what the wake announced, so that no later announcement is lost.
    pub fn clear(&self) -> bool {
        rustix::io::read(&*self.0, &mut [0_u8; 8]).is_ok()
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
