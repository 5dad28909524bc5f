//! What the threads of all hosts see of the world: time, socket queues, the way out.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use bfd_engine::{Clock, Drained, Io, MonoNanos, Outgoing, RxMeta, Shortage, WallNanos};
use bfd_proto::Instant;

/// Wall clocks start here: the autumn of 2023, in nanoseconds since 1970.
const WALL: u64 = 1_700_000_000_000_000_000;
/// How much time passes within a turn between two looks at the clock.
const STEP: Duration = Duration::from_nanos(300);

/// Shared by the world and every thread in it.
pub(crate) type Shared = Rc<RefCell<Wire>>;

/// The medium.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// The present of the world.
    pub(crate) now: Instant,
    /// Time the running turn has used so far.
    pub(crate) used: Duration,
    pub(crate) hosts: Vec<HostSide>,
    /// Packets sent since the world last looked.
    pub(crate) flights: Vec<Flight>,
}

/// What a host's network stack knows.
#[derive(Debug)]
pub(crate) struct HostSide {
    /// Nanoseconds by which the wall clock was stepped; may be negative.
    pub(crate) stepped: i64,
    /// What every attempt to send gives.
    pub(crate) send_error: Option<i32>,
    /// Whether receive buffers have no room.
    pub(crate) full: bool,
    /// One queue for each thread, the front desk's last.
    pub(crate) queues: Vec<Queue>,
}

/// A receive buffer.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) packets: VecDeque<Datagram>,
    /// Packets dropped and not yet told of.
    pub(crate) drops: u32,
}

/// A received packet.
#[derive(Clone, Debug)]
pub(crate) struct Datagram {
    pub(crate) stamp: WallNanos,
    /// All but the arrival time, which the receiver works out.
    pub(crate) meta: RxMeta,
    pub(crate) payload: Vec<u8>,
}

/// A packet that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) from: usize,
    pub(crate) way: Outgoing,
    pub(crate) payload: Vec<u8>,
}

impl Wire {
    /// The wall clock of a host.
    pub(crate) fn wall(&self, host: usize, at: Instant) -> WallNanos {
        let wall = WALL.saturating_add(at.as_nanos());
        WallNanos(wall.saturating_add_signed(self.hosts[host].stepped))
    }

    fn look(&mut self) -> Instant {
        self.used += STEP;
        self.now + self.used
    }
}

impl HostSide {
    pub(crate) fn new(threads: usize) -> Self {
        let queues = (0..threads).map(|_| Queue::default()).collect();
        Self {
            stepped: 0,
            send_error: None,
            full: false,
            queues,
        }
    }
}

/// The [`Io`] of one thread of one host.
#[derive(Debug)]
pub(crate) struct SimIo {
    wire: Shared,
    host: usize,
    thread: usize,
    clock: Clock,
    failed: Vec<(u32, i32)>,
}

impl SimIo {
    pub(crate) fn new(wire: &Shared, host: usize, thread: usize) -> Self {
        let state = wire.borrow();
        let clock =
            Clock::starting_at(MonoNanos(state.now.as_nanos()), state.wall(host, state.now));
        drop(state);
        Self {
            wire: Rc::clone(wire),
            host,
            thread,
            clock,
            failed: Vec::new(),
        }
    }

    /// Reads both clocks, as the kernel's are read.
    fn turn(&mut self) -> Instant {
        let mut wire = self.wire.borrow_mut();
        let now = wire.look();
        let wall = wire.wall(self.host, now);
        Instant::from_nanos(self.clock.turn_at(MonoNanos(now.as_nanos()), wall).0)
    }

    fn next(&self) -> Option<Datagram> {
        self.wire.borrow_mut().hosts[self.host].queues[self.thread]
            .packets
            .pop_front()
    }
}

impl Io for SimIo {
    fn now(&self) -> Instant {
        self.wire.borrow_mut().look()
    }

    fn receive(&mut self, budget: usize, sink: &mut dyn FnMut(&RxMeta, &[u8])) -> Drained {
        let now = self.turn();
        let mut drained = Drained {
            incomplete: 0,
            drops: self.take_drops(),
            more: true,
            heard_until: now,
        };
        let mut last = now;
        for _ in 0..budget {
            let Some(packet) = self.next() else {
                drained.more = false;
                break;
            };
            last = Instant::from_nanos(self.clock.arrival(Some(packet.stamp)).0);
            sink(
                &RxMeta {
                    arrival: last,
                    ..packet.meta
                },
                &packet.payload,
            );
        }
        if drained.more {
            drained.heard_until = last;
        } else {
            self.clock.drained();
        }
        drained
    }

    fn take_drops(&mut self) -> u32 {
        let mut wire = self.wire.borrow_mut();
        std::mem::take(&mut wire.hosts[self.host].queues[self.thread].drops)
    }

    fn send(&mut self, way: &Outgoing, payload: &[u8], token: u32) {
        let mut wire = self.wire.borrow_mut();
        match wire.hosts[self.host].send_error {
            Some(errno) => self.failed.push((token, errno)),
            None => {
                let flight = Flight {
                    from: self.host,
                    way: *way,
                    payload: payload.to_vec(),
                };
                wire.flights.push(flight);
            }
        }
    }

    fn flush(&mut self, failed: &mut dyn FnMut(u32, i32)) {
        self.failed
            .drain(..)
            .for_each(|(token, errno)| failed(token, errno));
    }

    fn reserve(&mut self, _packets: usize) -> Shortage {
        Shortage::default()
    }

    /// Sleeping is the world's business: it gives every thread its turns.
    fn wait(&mut self, _until: Instant, _patience: Duration) {}
}
