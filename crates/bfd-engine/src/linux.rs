//! Sockets and clock of the kernel.

use std::time::Duration;

use bfd_net::{
    BufferGrant, Clock, Egress, MonoNanos, Poller, RxBatch, RxSocket, TransmitError, TxBatch,
    Waker, schedule,
};
use bfd_proto::Instant;

use crate::Scheduler;
use crate::io::{Drained, Io, RxMeta, Shortage};

/// Kernel memory that one small packet occupies in a receive buffer, in octets.
const PACKET_MEMORY: usize = 1024;
/// The poller's name for the waker.
const WAKER: u64 = u64::MAX;
/// Pause after a failed wait, so that a broken poller does not burn the processor.
const BROKEN: Duration = Duration::from_millis(1);

/// The network and the clock of this host, for one thread.
#[derive(Debug)]
pub struct LinuxIo {
    sockets: Vec<RxSocket>,
    rx: RxBatch,
    tx: TxBatch,
    clock: Clock,
    poller: Poller,
    waker: Waker,
    /// Receive buffers are never made smaller than this, in octets.
    least_buffer: usize,
    scheduler: Scheduler,
    woken: MonoNanos,
    /// Whether somebody woke this thread since the last look.
    rung: bool,
}

impl LinuxIo {
    /// Joins receive sockets, a transmitter of its own and a waker into one. Receive buffers are
    /// never made smaller than `least_buffer` octets. A reservation of `scheduler` grows with the
    /// packets; it was made by whoever started the thread.
    ///
    /// # Errors
    /// When the raw sockets or the poller cannot be made.
    pub fn new(
        sockets: Vec<RxSocket>,
        waker: Waker,
        least_buffer: usize,
        scheduler: Scheduler,
    ) -> Result<Self, TransmitError> {
        let tx = TxBatch::open()?;
        let poller = poller(&sockets, &waker).map_err(|source| TransmitError { source })?;
        let (rx, clock, woken) = (RxBatch::new(), Clock::new(), MonoNanos::now());
        Ok(Self {
            sockets,
            rx,
            tx,
            clock,
            poller,
            waker,
            least_buffer,
            scheduler,
            woken,
            rung: true,
        })
    }

    fn reserve_buffers(&self, packets: usize) -> BufferGrant {
        let asked = packets.saturating_mul(PACKET_MEMORY);
        let bytes = asked.max(self.least_buffer);
        let sockets = self.sockets.iter();
        let grants = sockets.filter_map(|socket| socket.resize_buffer(bytes).ok());
        let smallest = grants.map(|grant| grant.granted).min();
        // Whether the configured minimum was granted was told at the start.
        BufferGrant {
            asked,
            granted: smallest.unwrap_or(asked),
        }
    }

    /// Sleeps until a packet or a wake comes; returns whether it was a wake.
    fn listen(&mut self, until: MonoNanos) -> bool {
        match self.poller.wait(Some(until)) {
            Ok(mut ready) => ready.any(|token| token == WAKER),
            Err(_) => {
                std::thread::sleep(BROKEN);
                true
            }
        }
    }
}

fn poller(sockets: &[RxSocket], waker: &Waker) -> std::io::Result<Poller> {
    let poller = Poller::new()?;
    poller.add(waker, WAKER)?;
    for (token, socket) in (0..).zip(sockets) {
        poller.add(socket, token)?;
    }
    Ok(poller)
}

impl Io for LinuxIo {
    fn now(&self) -> Instant {
        Instant::from_nanos(MonoNanos::now().0)
    }

    fn receive(&mut self, budget: usize, sink: &mut dyn FnMut(&RxMeta, &[u8])) -> Drained {
        if std::mem::take(&mut self.rung) {
            self.waker.clear();
        }
        let now = Instant::from_nanos(self.clock.turn().0);
        let mut all = Drained {
            incomplete: 0,
            drops: 0,
            more: false,
            heard_until: now,
        };
        let Self {
            sockets, rx, clock, ..
        } = self;
        for socket in sockets {
            drain(socket, rx, clock, budget, sink, &mut all);
        }
        if !all.more {
            self.clock.drained();
        }
        all
    }

    fn take_drops(&mut self) -> u32 {
        self.sockets
            .iter_mut()
            .filter_map(|socket| socket.take_drops().ok())
            .sum()
    }

    fn send(&mut self, egress: &Egress, payload: &[u8], token: u32) {
        self.tx.push(egress, payload, token);
    }

    fn flush(&mut self, failed: &mut dyn FnMut(u32, i32)) {
        self.tx.flush(failed);
    }

    fn reserve(&mut self, packets: usize) -> Shortage {
        Shortage {
            buffer: self.reserve_buffers(packets).is_short(),
            time: self.scheduler == Scheduler::Deadline
                && schedule(self.scheduler.worker(packets)).is_err(),
        }
    }

    fn wait(&mut self, until: Instant, patience: Duration) {
        let until = MonoNanos(until.as_nanos());
        let nap = until.min(self.woken + patience);
        self.rung |= nap > MonoNanos::now() && self.waker.sleep(nap);
        if nap < until && !self.rung {
            self.rung = self.listen(until);
        }
        self.woken = MonoNanos::now();
    }
}

/// Empties one socket. A socket queues in the order of arrival: where the budget ends, everything
/// up to the last packet taken has been heard.
fn drain(
    socket: &mut RxSocket,
    rx: &mut RxBatch,
    clock: &Clock,
    budget: usize,
    sink: &mut dyn FnMut(&RxMeta, &[u8]),
    all: &mut Drained,
) {
    let port = socket.port();
    let mut taken = 0;
    while let Ok(burst) = rx.recv(socket) {
        all.drops += burst.drops;
        all.incomplete += u32::try_from(burst.incomplete).unwrap_or(u32::MAX);
        let mut latest = None;
        for (meta, payload) in rx.iter() {
            let arrival = Instant::from_nanos(clock.arrival(meta.stamp).0);
            latest = Some(arrival);
            sink(&place(&meta, arrival, port), payload);
        }
        taken += burst.received;
        if !burst.is_full() {
            return;
        }
        if taken >= budget {
            all.more = true;
            all.heard_until = latest.map_or(all.heard_until, |at| at.min(all.heard_until));
            return;
        }
    }
}

fn place(meta: &bfd_net::RxMeta, arrival: Instant, port: u16) -> RxMeta {
    RxMeta {
        arrival,
        source: meta.source.ip(),
        destination: meta.destination,
        ifindex: meta.ifindex,
        ttl: meta.ttl,
        port,
    }
}
