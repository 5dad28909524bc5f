//! Starting and ending the threads of the data plane.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use bfd_net::{
    Fallback, Family, GroupSpec, LockError, NamespaceLock, OpenError, Realtime, RxSocket,
    SocketSet, TransmitError, Waker,
};

use crate::command::{Command, DeskCommand};
use crate::desk::{Counter, FrontDesk};
use crate::handle::{Shared, WorkerPort};
use crate::mailbox::Mailbox;
use crate::registry::Registry;
use crate::ring::Ring;
use crate::worker::{Desk, Worker};
use crate::{EngineHandle, Entropy, LinuxIo};

/// Single-hop and multihop control packets (RFC 5881 §4, RFC 5883 §5).
const PORTS: [u16; 2] = [3784, 4784];
/// The name that one daemon in a network namespace holds.
const LOCK: &str = "gobfd";
/// Events that wait for their reader, for each worker.
const EVENTS: usize = 8192;
/// Messages that wait for a thread, in each lane.
const MESSAGES: usize = 4096;

/// How the engine is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineConfig {
    /// Worker threads; `None`: 1, which serves some thousand sessions.
    pub workers: Option<NonZeroU16>,
    /// Smallest receive buffer of a socket in octets; buffers grow with the sessions.
    pub receive_buffer: usize,
}

impl Default for EngineConfig {
    /// One worker, 4 MiB.
    fn default() -> Self {
        Self {
            workers: None,
            receive_buffer: 4 << 20,
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another daemon runs in this network namespace.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A port cannot be bound.
    #[error(transparent)]
    Receive(#[from] OpenError),
    /// No raw socket.
    #[error(transparent)]
    Transmit(#[from] TransmitError),
    /// The system refused a thread, an event or random numbers.
    #[error("cannot start the engine: {0}")]
    System(#[from] std::io::Error),
}

/// The running threads. Dropped without [`Engine::stop`], they run on until the process ends.
#[derive(Debug)]
pub struct Engine {
    handle: EngineHandle,
    threads: Vec<JoinHandle<Vec<Fallback>>>,
    _lock: NamespaceLock,
}

impl Engine {
    /// Takes the ports of this network namespace and starts the threads.
    ///
    /// # Errors
    /// See [`StartError`]; nothing is left running.
    pub fn start(config: &EngineConfig) -> Result<Self, StartError> {
        let lock = NamespaceLock::acquire(LOCK)?;
        let workers = config.workers.unwrap_or(NonZeroU16::MIN);
        let mut sockets = open(workers, config.receive_buffer)?;
        let wakers = (0..sockets.len())
            .map(|_| Waker::new())
            .collect::<Result<Vec<_>, _>>()?;
        let ios = sockets
            .drain(..)
            .zip(&wakers)
            .map(|(own, waker)| LinuxIo::new(own, waker.clone()));
        let mut ios = ios.collect::<Result<Vec<_>, _>>()?;
        let registry = Registry::new(workers.get(), Entropy::System)
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        let shared = Arc::new(Shared::new(registry, workers.get(), &wakers)?);
        let desk = ios
            .pop()
            .ok_or_else(|| std::io::Error::other("no front desk"))?;
        let mut threads = Vec::new();
        for (number, io) in (0..).zip(ios) {
            let worker = Worker::new(io, worker_desk(&shared, number));
            threads.push(spawn(format!("bfd-worker-{number}"), move || worker.run())?);
        }
        let desk = FrontDesk::new(desk, shared.counter());
        threads.push(spawn("bfd-desk".to_owned(), move || desk.run())?);
        Ok(Self {
            handle: EngineHandle::new(shared),
            threads,
            _lock: lock,
        })
    }

    /// The way to speak to the engine.
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Ends all threads at once; sessions are not told. See [`EngineHandle::shutdown`].
    pub fn stop(self) {
        self.handle.stop();
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Sockets of each worker, and as the last those of the front desk.
fn open(workers: NonZeroU16, receive_buffer: usize) -> Result<Vec<Vec<RxSocket>>, OpenError> {
    let mut threads: Vec<Vec<RxSocket>> = (0..=workers.get()).map(|_| Vec::new()).collect();
    for family in [Family::V4, Family::V6] {
        for port in PORTS {
            let group = match SocketSet::open(GroupSpec {
                family,
                port,
                workers,
                receive_buffer,
            }) {
                Err(error) if family == Family::V6 && error.is_family_missing() => continue,
                group => group?,
            };
            threads
                .iter_mut()
                .zip(group.into_sockets())
                .for_each(|(own, socket)| own.push(socket));
        }
    }
    Ok(threads)
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

fn spawn(
    name: String,
    run: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<Vec<Fallback>>> {
    thread::Builder::new().name(name.clone()).spawn(move || {
        let fallbacks = Realtime::named(name).apply();
        run();
        fallbacks
    })
}

impl Shared {
    fn new(registry: Registry, workers: u16, wakers: &[Waker]) -> std::io::Result<Self> {
        let ports = wakers.iter().take(workers.into()).map(|waker| WorkerPort {
            mailbox: Arc::new(Mailbox::new(MESSAGES, Arc::new(waker.clone()))),
            ring: Arc::new(Ring::new(EVENTS)),
            table: Arc::default(),
            meters: Arc::default(),
        });
        let last = wakers.last().cloned().map_or_else(Waker::new, Ok)?;
        Ok(Self {
            registry: std::sync::Mutex::new(registry),
            workers: ports.collect(),
            desk: Arc::new(Mailbox::<DeskCommand>::new(MESSAGES, Arc::new(last))),
            desk_meters: Arc::default(),
            listener: Waker::new()?,
        })
    }

    fn mailboxes(&self) -> Arc<[Arc<Mailbox<Command>>]> {
        self.workers
            .iter()
            .map(|port| Arc::clone(&port.mailbox))
            .collect()
    }

    fn counter(&self) -> Counter {
        Counter {
            workers: self.mailboxes(),
            mailbox: Arc::clone(&self.desk),
            meters: Arc::clone(&self.desk_meters),
        }
    }
}
