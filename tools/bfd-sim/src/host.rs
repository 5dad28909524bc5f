//! A host: a whole engine, its threads run by the world.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bfd_engine::{Assembly, Capacities, Entropy, Event, Place, Wake};
use bfd_proto::Instant;

use crate::wire::{HostSide, Shared, SimIo};

/// Room for a few sessions; making more takes longer than most runs.
const CAPACITIES: Capacities = Capacities {
    events: 256,
    messages: 256,
};

/// An engine and the state of its threads.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) engine: Assembly<SimIo>,
    /// One for each worker, then the front desk's.
    pub(crate) threads: Vec<Thread>,
}

/// When a thread runs.
#[derive(Debug)]
pub(crate) struct Thread {
    /// When it runs next.
    pub(crate) due: Instant,
    /// It does not run before.
    pub(crate) stalled_until: Instant,
    bell: Arc<Bell>,
}

/// Whether somebody wants a thread awake.
#[derive(Debug, Default)]
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(&self) {
        self.0.store(true, Relaxed);
    }
}

impl Host {
    /// Starts a host's engine; its sockets are empty.
    pub(crate) fn start(wire: &Shared, number: usize, workers: usize, seed: u64) -> Self {
        let threads = workers + 1;
        let now = {
            let mut wire = wire.borrow_mut();
            let stepped = wire.hosts.get(number).map_or(0, |side| side.stepped);
            let side = HostSide {
                stepped,
                ..HostSide::new(threads)
            };
            match wire.hosts.get_mut(number) {
                Some(place) => *place = side,
                None => wire.hosts.push(side),
            }
            wire.now
        };
        let bells: Vec<_> = (0..threads).map(|_| Arc::new(Bell::default())).collect();
        let mut places: Vec<_> = (0..threads)
            .map(|thread| Place {
                io: SimIo::new(wire, number, thread),
                wake: Arc::clone(&bells[thread]) as Arc<dyn Wake>,
            })
            .collect();
        let desk = places.pop().expect("there is a desk");
        let engine = Assembly::new(places, desk, Entropy::Seeded(seed), CAPACITIES)
            .expect("an event is free");
        let thread = |bell| Thread {
            due: now,
            stalled_until: now,
            bell,
        };
        Self {
            engine,
            threads: bells.into_iter().map(thread).collect(),
        }
    }

    /// Gives a thread a turn; returns when it wants the next.
    pub(crate) fn turn(&mut self, thread: usize) -> Option<Instant> {
        match self.engine.workers.get_mut(thread) {
            Some(worker) => Some(worker.turn()),
            None => {
                self.engine.desk.turn();
                None
            }
        }
    }

    /// Threads that somebody wants awake.
    pub(crate) fn take_bells(&self) -> impl Iterator<Item = usize> {
        let rung =
            |(at, thread): (usize, &Thread)| thread.bell.0.swap(false, Relaxed).then_some(at);
        self.threads.iter().enumerate().filter_map(rung)
    }

    /// Events since this was last asked.
    pub(crate) fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        let missing = self.engine.handle.drain_events(&mut events);
        assert!(!missing, "the world reads events after every turn");
        events
    }

    /// The queue that the kernel's filter would choose.
    pub(crate) fn steer(&self, payload: &[u8]) -> usize {
        let field = payload.get(8..12).and_then(|octets| octets.try_into().ok());
        let workers = self.engine.workers.len();
        match field.map_or(0, u32::from_be_bytes) {
            0 => workers,
            discriminator => discriminator as usize % workers,
        }
    }
}
