//! What others want of a thread of the data plane.
//!
//! Purpose: carry commands, which are never lost, and packets that reached the wrong thread, which
//! may be. Owner: the thread that drains it. Thread: any may send. A sender of commands waits while
//! the box is full; the worker never waits for a sender, and a flood of packets cannot keep
//! commands out, for each has its own lane.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_queue::ArrayQueue;

use crate::{Wake, parcel::Parcel};

/// How long a sender rests between two attempts. The worker owes it no wake-up.
const RETRY: Duration = Duration::from_micros(200);

/// A bounded box with a lane for commands of type `C` and one for packets.
pub(crate) struct Mailbox<C> {
    commands: ArrayQueue<C>,
    parcels: ArrayQueue<Parcel>,
    refused: AtomicU64,
    closed: AtomicBool,
    sleeper: Arc<dyn Wake>,
}

/// The thread that read the box has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine has stopped")]
pub struct Stopped;

impl<C> Mailbox<C> {
    /// A box with room for `capacity` messages in each lane, at least one.
    pub(crate) fn new(capacity: usize, sleeper: Arc<dyn Wake>) -> Self {
        Self {
            commands: ArrayQueue::new(capacity.max(1)),
            parcels: ArrayQueue::new(capacity.max(1)),
            refused: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            sleeper,
        }
    }

    /// Puts a command in; waits for room if there is none.
    pub(crate) fn send(&self, mut command: C) -> Result<(), Stopped> {
        while !self.closed.load(Ordering::Acquire) {
            match self.commands.push(command) {
                Ok(()) => {
                    self.sleeper.wake();
                    return Ok(());
                }
                Err(back) => command = back,
            }
            self.sleeper.wake();
            thread::park_timeout(RETRY);
        }
        Err(Stopped)
    }

    /// Puts a packet in; counts and forgets it if there is no room. Returns whether there was.
    pub(crate) fn forward(&self, parcel: Parcel) -> bool {
        let forwarded = self.parcels.push(parcel).is_ok();
        if forwarded {
            self.sleeper.wake();
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        forwarded
    }

    /// The next command.
    pub(crate) fn command(&self) -> Option<C> {
        self.commands.pop()
    }

    /// The next packet.
    pub(crate) fn parcel(&self) -> Option<Parcel> {
        self.parcels.pop()
    }

    /// Messages waiting in both lanes.
    pub(crate) fn depth(&self) -> usize {
        self.commands.len() + self.parcels.len()
    }

    /// Packets refused for want of room.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Refuses commands from now on: nobody will read them.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

impl<C> fmt::Debug for Mailbox<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailbox")
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::{Mailbox, Stopped};
    use crate::Wake;
    use crate::parcel::Parcel;

    #[derive(Debug, Default)]
    struct Bell(AtomicUsize);

    impl Wake for Bell {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_full_box_makes_the_sender_wait_and_loses_nothing() {
        let bell = Arc::new(Bell::default());
        let mailbox = Arc::new(Mailbox::new(2, bell.clone()));
        let sender = {
            let mailbox = Arc::clone(&mailbox);
            thread::spawn(move || (0..1000).try_for_each(|number| mailbox.send(number)))
        };
        let mut got = Vec::new();
        while got.len() < 1000 {
            got.extend(mailbox.command());
        }
        assert_eq!(sender.join().unwrap(), Ok(()));
        assert_eq!(got, Vec::from_iter(0..1000));
        assert!(bell.0.load(Ordering::SeqCst) >= 1000);
    }

    #[test]
    fn a_closed_box_lets_a_waiting_sender_go() {
        let mailbox = Arc::new(Mailbox::new(1, Arc::new(Bell::default())));
        assert_eq!(mailbox.send(1), Ok(()));
        let sender = {
            let mailbox = Arc::clone(&mailbox);
            thread::spawn(move || mailbox.send(2))
        };
        mailbox.close();
        assert_eq!(sender.join().unwrap(), Err(Stopped));
    }

    #[test]
    fn packets_are_refused_when_full_and_leave_commands_room() {
        let mailbox = Mailbox::new(3, Arc::new(Bell::default()));
        for _ in 0..10 {
            mailbox.forward(Parcel::example());
        }
        assert_eq!(mailbox.refused(), 7);
        assert_eq!(mailbox.send(()), Ok(()));
        assert_eq!(mailbox.depth(), 4);
    }
}
