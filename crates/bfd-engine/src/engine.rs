//! Starting and ending the threads of the data plane.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use bfd_net::{
    BufferGrant, CpuQuota, Fallback, Family, GroupSpec, LockError, NamespaceLock, OpenError,
    Realtime, RxSocket, SocketSet, TransmitError, Waker, cpu_count, lock_memory,
};

use crate::assembly::{Assembly, Capacities, Place};
use crate::stats::{DESK_NAME, worker_name};
use crate::{EngineHandle, Entropy, LinuxIo, Scheduler};

/// UDP ports of single-hop and multihop control packets (RFC 5881 §4, RFC 5883 §5).
pub const PORTS: [u16; 2] = [3784, 4784];
/// The name that one daemon in a network namespace holds.
const LOCK: &str = "gobfd";

/// How the engine is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineConfig {
    /// Worker threads; `None`: 1, which serves some thousand sessions.
    pub workers: Option<NonZeroU16>,
    /// Smallest receive buffer of a socket in octets; buffers grow with the sessions.
    pub receive_buffer: usize,
    /// Who runs the threads.
    pub scheduler: Scheduler,
    /// Whether all memory of the process stays resident.
    pub lock_memory: bool,
}

impl Default for EngineConfig {
    /// One worker, 4 MiB, the normal scheduler.
    fn default() -> Self {
        Self {
            workers: None,
            receive_buffer: 4 << 20,
            scheduler: Scheduler::Normal,
            lock_memory: false,
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

/// Something that is not as it should be, although the engine runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Receive buffers are smaller than asked for.
    #[error(
        "the receive buffer of UDP port {port} ({family}) has {} octets instead of {}: \
         raise net.core.rmem_max or grant CAP_NET_ADMIN",
        grant.granted, grant.asked
    )]
    Buffer {
        /// Address family of the sockets.
        family: Family,
        /// Their port.
        port: u16,
        /// What was asked for and granted.
        grant: BufferGrant,
    },
    /// The kernel lacks an address family.
    #[error("{0} is switched off in the kernel: no sessions over it")]
    FamilyMissing(Family),
    /// A CPU quota stops all threads for the rest of a period once it is used up.
    #[error("CPU time is limited to {0}: once it is used up, healthy peers look silent")]
    Quota(CpuQuota),
    /// Memory may be written out to disk.
    #[error("cannot lock memory: {0}; grant CAP_IPC_LOCK or raise RLIMIT_MEMLOCK")]
    Memory(std::io::Error),
    /// A scheduling setting was refused.
    #[error("thread {thread}: {fallback}")]
    Scheduling {
        /// Name of the thread.
        thread: String,
        /// What was refused.
        fallback: Fallback,
    },
}

/// The running threads. Dropped without [`Engine::stop`], they run on until the process ends.
#[derive(Debug)]
pub struct Engine {
    handle: EngineHandle,
    threads: Vec<JoinHandle<()>>,
    warnings: Vec<Warning>,
    listeners: Vec<SocketAddr>,
    _lock: NamespaceLock,
}

impl Engine {
    /// Takes the ports of this network namespace and starts the threads.
    ///
    /// # Errors
    /// See [`StartError`]; nothing is left running.
    pub fn start(config: &EngineConfig) -> Result<Self, StartError> {
        let lock = NamespaceLock::acquire(LOCK)?;
        let mut warnings: Vec<_> = cpu_count().quota.into_iter().map(Warning::Quota).collect();
        if config.lock_memory {
            warnings.extend(lock_memory().err().map(Warning::Memory));
        }
        let workers = config.workers.unwrap_or(NonZeroU16::MIN);
        let sockets = open(workers, config.receive_buffer, &mut warnings)?;
        let groups = sockets.last().into_iter().flatten();
        let listeners = groups.map(address).collect();
        let places = sockets.into_iter().map(|own| place(own, config));
        let mut places = places.collect::<Result<Vec<_>, _>>()?;
        let desk = places
            .pop()
            .ok_or_else(|| std::io::Error::other("no front desk"))?;
        let Assembly {
            handle,
            workers,
            desk,
        } = Assembly::new(places, desk, Entropy::System, Capacities::default())?;
        let mut threads = Vec::new();
        for (number, worker) in workers.into_iter().enumerate() {
            let settings = Realtime {
                policy: config.scheduler.worker(0),
                ..Realtime::named(worker_name(number))
            };
            threads.push(spawn(settings, &mut warnings, move || worker.run())?);
        }
        let settings = Realtime {
            policy: config.scheduler.desk(),
            ..Realtime::named(DESK_NAME)
        };
        threads.push(spawn(settings, &mut warnings, move || desk.run())?);
        Ok(Self {
            handle,
            threads,
            warnings,
            listeners,
            _lock: lock,
        })
    }

    /// The way to speak to the engine.
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// What is not as it should be, to be logged once.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Addresses it receives on, one for each family and port.
    #[must_use]
    pub fn listeners(&self) -> &[SocketAddr] {
        &self.listeners
    }

    /// Ends all threads at once; sessions are not told. See [`EngineHandle::shutdown`].
    pub fn stop(self) {
        self.handle.stop();
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

fn address(socket: &RxSocket) -> SocketAddr {
    let any = match socket.family() {
        Family::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        Family::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    SocketAddr::new(any, socket.port())
}

fn place(sockets: Vec<RxSocket>, config: &EngineConfig) -> Result<Place<LinuxIo>, StartError> {
    let waker = Waker::new()?;
    let wake = Arc::new(waker.clone());
    let io = LinuxIo::new(sockets, waker, config.receive_buffer, config.scheduler)?;
    Ok(Place { io, wake })
}

/// Sockets of each worker, and as the last those of the front desk.
fn open(
    workers: NonZeroU16,
    receive_buffer: usize,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Vec<RxSocket>>, OpenError> {
    let mut threads: Vec<Vec<RxSocket>> = (0..=workers.get()).map(|_| Vec::new()).collect();
    for family in [Family::V4, Family::V6] {
        let groups = PORTS.map(|port| {
            SocketSet::open(GroupSpec {
                family,
                port,
                workers,
                receive_buffer,
            })
        });
        for group in groups {
            match group {
                Ok(group) => share_out(group, family, &mut threads, warnings),
                Err(error) if family == Family::V6 && error.is_family_missing() => {
                    warnings.push(Warning::FamilyMissing(family));
                    break;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(threads)
}

fn share_out(
    group: SocketSet,
    family: Family,
    threads: &mut [Vec<RxSocket>],
    warnings: &mut Vec<Warning>,
) {
    let grant = group.buffer();
    let sockets = group.into_sockets();
    if let Some(port) = sockets.first().map(RxSocket::port)
        && grant.is_short()
    {
        warnings.push(Warning::Buffer {
            family,
            port,
            grant,
        });
    }
    let shares = threads.iter_mut().zip(sockets);
    shares.for_each(|(own, socket)| own.push(socket));
}

/// Starts a thread and waits until it has its settings.
fn spawn(
    settings: Realtime,
    warnings: &mut Vec<Warning>,
    run: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let (tell, told) = channel();
    let name = settings.name.clone();
    let thread = thread::Builder::new().name(name.clone()).spawn(move || {
        // Nobody listens only when the starting thread is gone, and then nobody wants to know.
        let _ = tell.send(settings.apply());
        run();
    })?;
    let fallbacks = told.recv().unwrap_or_default().into_iter();
    warnings.extend(fallbacks.map(|fallback| Warning::Scheduling {
        thread: name.clone(),
        fallback,
    }));
    Ok(thread)
}
