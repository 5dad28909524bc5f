//! Joins handles, workers and front desk, whatever they run on.
//!
//! Purpose: the same parts over sockets of the kernel and over a simulated network. Owner: whoever
//! asked for them. Thread: any; nothing here starts one.

use std::io;
use std::sync::{Arc, Mutex};

use bfd_net::Waker;

use crate::command::DeskCommand;
use crate::desk::{Counter, FrontDesk};
use crate::handle::{Shared, WorkerPort};
use crate::io::{Io, Wake};
use crate::mailbox::Mailbox;
use crate::registry::Registry;
use crate::ring::Ring;
use crate::worker::{Desk, Worker};
use crate::{EngineHandle, Entropy};

/// How much may wait between threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacities {
    /// Events that wait for their reader, for each worker; what finds no place is seen in the
    /// state table.
    pub events: usize,
    /// Messages that wait for a thread, in each lane; a full mailbox makes the control plane wait.
    pub messages: usize,
}

impl Default for Capacities {
    /// 8192 events, 4096 messages: a mass failure of some thousand sessions.
    fn default() -> Self {
        Self {
            events: 8192,
            messages: 4096,
        }
    }
}

/// What one thread runs on, and how to wake it.
#[derive(Debug)]
pub struct Place<I> {
    /// Clock, sockets and sleep.
    pub io: I,
    /// Ends that sleep.
    pub wake: Arc<dyn Wake>,
}

/// The parts of an engine before anybody runs them.
#[derive(Debug)]
pub struct Assembly<I> {
    /// For the control plane.
    pub handle: EngineHandle,
    /// The workers in order; `Your Discriminator mod workers` names the owner of a packet.
    pub workers: Vec<Worker<I>>,
    /// The front desk.
    pub desk: FrontDesk<I>,
}

impl<I: Io> Assembly<I> {
    /// Joins as many workers as there are places, and a front desk.
    ///
    /// # Errors
    /// When there are more than 65 535 workers or none, when the process has no file descriptor
    /// left, or when the operating system gives no random number.
    pub fn new(
        workers: Vec<Place<I>>,
        desk: Place<I>,
        entropy: Entropy,
        capacities: Capacities,
    ) -> io::Result<Self> {
        let count = u16::try_from(workers.len()).map_err(io::Error::other)?;
        let registry = Registry::new(count, entropy).map_err(io::Error::other)?;
        let wakes = workers.iter().map(|place| Arc::clone(&place.wake));
        let shared = Arc::new(Shared {
            registry: Mutex::new(registry),
            workers: wakes.map(|wake| port(wake, capacities)).collect(),
            desk: Arc::new(Mailbox::<DeskCommand>::new(capacities.messages, desk.wake)),
            desk_meters: Arc::default(),
            listener: Waker::new()?,
        });
        let numbered = (0..count).zip(workers);
        Ok(Self {
            workers: numbered
                .map(|(number, place)| Worker::new(place.io, worker_desk(&shared, number)))
                .collect(),
            desk: FrontDesk::new(desk.io, counter(&shared)),
            handle: EngineHandle::new(shared),
        })
    }
}

fn port(wake: Arc<dyn Wake>, capacities: Capacities) -> WorkerPort {
    WorkerPort {
        mailbox: Arc::new(Mailbox::new(capacities.messages, wake)),
        ring: Arc::new(Ring::new(capacities.events)),
        table: Arc::default(),
        meters: Arc::default(),
    }
}

fn worker_desk(shared: &Shared, number: u16) -> Desk {
    let port = &shared.workers[usize::from(number)];
    Desk {
        number,
        workers: shared.mailboxes(),
        front: Arc::clone(&shared.desk),
        table: Arc::clone(&port.table),
        ring: Arc::clone(&port.ring),
        meters: Arc::clone(&port.meters),
        listener: Arc::new(shared.listener.clone()),
    }
}

fn counter(shared: &Shared) -> Counter {
    Counter {
        workers: shared.mailboxes(),
        mailbox: Arc::clone(&shared.desk),
        meters: Arc::clone(&shared.desk_meters),
    }
}
