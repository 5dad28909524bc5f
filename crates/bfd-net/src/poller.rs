//! Sleeping until a descriptor is readable or a moment is reached. One thread per poller.

use std::{
    io,
    mem::MaybeUninit,
    os::fd::{AsFd, OwnedFd},
};

use rustix::{event::epoll, io::Errno};

use crate::MonoNanos;

/// Most descriptors reported by one wait; the rest follows with the next.
const READY: usize = 32;

/// An epoll instance with nanosecond deadlines (`epoll_pwait2`, Linux 5.11).
#[derive(Debug)]
pub struct Poller {
    epoll: OwnedFd,
    /// Tokens of the last wait.
    ready: Vec<u64>,
}

impl Poller {
    /// Creates an empty poller.
    ///
    /// # Errors
    /// Fails when the process has no file descriptor left.
    pub fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Self {
            epoll,
            ready: Vec::with_capacity(READY),
        })
    }

    /// Watches a descriptor for readability, level-triggered; `token` names it in the results.
    ///
    /// The kernel forgets the descriptor when its last copy is closed.
    ///
    /// # Errors
    /// Fails when the descriptor is already watched or cannot be polled.
    pub fn add(&self, source: impl AsFd, token: u64) -> io::Result<()> {
        let data = epoll::EventData::new_u64(token);
        Ok(epoll::add(
            &self.epoll,
            source,
            data,
            epoll::EventFlags::IN,
        )?)
    }

    /// Sleeps until something is readable or `until` has come; `None` waits without limit.
    ///
    /// Returns the tokens of the readable descriptors: none at the deadline or after a signal.
    ///
    /// # Errors
    /// Passes on what `epoll_pwait2` reports, `ENOSYS` on a kernel before 5.11.
    pub fn wait(
        &mut self,
        until: Option<MonoNanos>,
    ) -> io::Result<impl ExactSizeIterator<Item = u64> + '_> {
        let timeout = until.map(MonoNanos::remaining);
        // Only tokens are kept: an event holds a pointer, which would tie the poller to a thread.
        let mut events = [const { MaybeUninit::uninit() }; READY];
        self.ready.clear();
        match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Ok((events, _)) => self
                .ready
                .extend(events.iter().map(|event| event.data.u64())),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.ready.iter().copied())
    }
}
