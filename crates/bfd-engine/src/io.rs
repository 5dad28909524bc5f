//! The seam between the loop and the world.
//!
//! [`Io`] joins clock, receiving, sending and sleeping in one type parameter: sockets of the kernel
//! in production, virtual network and virtual time in simulation. The loop above it is the same.

use std::net::IpAddr;
use std::time::Duration;

pub use bfd_net::Egress as Outgoing;
use bfd_proto::Instant;

/// What the network layer knows of a received packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RxMeta {
    /// When it reached this host, by the kernel's time stamp.
    pub arrival: Instant,
    /// Who sent it.
    pub source: IpAddr,
    /// Which of our addresses it was sent to.
    pub destination: IpAddr,
    /// The interface it came in by.
    pub ifindex: u32,
    /// TTL or Hop Limit as received.
    pub ttl: u8,
    /// The UDP port it was sent to.
    pub port: u16,
}

/// What one look at the sockets brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Packets that carried no TTL, interface or destination and were not handed out.
    pub incomplete: u32,
    /// Packets the sockets are newly known to have dropped.
    pub drops: u32,
    /// Whether the budget ended before the sockets were empty.
    pub more: bool,
    /// Everything that arrived up to here has been handed out. Silence is judged up to this
    /// moment, not up to the present.
    pub heard_until: Instant,
}

/// Of what the system gave a thread less than it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shortage {
    /// Receive buffers.
    pub buffer: bool,
    /// Reserved processor time.
    pub time: bool,
}

/// Clock, sockets and sleep of one thread.
pub trait Io {
    /// The present.
    fn now(&self) -> Instant;

    /// Hands out what is queued, at most `budget` packets per socket, and takes back all wakes.
    fn receive(&mut self, budget: usize, sink: &mut dyn FnMut(&RxMeta, &[u8])) -> Drained;

    /// Packets dropped since the last look. Counts that travel with packets show a drop only when
    /// the next packet arrives; this also shows one that was followed by silence.
    fn take_drops(&mut self) -> u32;

    /// Queues a packet; `token` comes back if it cannot be sent.
    fn send(&mut self, way: &Outgoing, payload: &[u8], token: u32);

    /// Sends what is queued; `failed` gets token and `errno` of each packet that was refused.
    fn flush(&mut self, failed: &mut dyn FnMut(u32, i32));

    /// Makes room for so many small packets a second, as far as the system lets it: in each receive
    /// buffer, and in this thread's share of the processor.
    fn reserve(&mut self, packets: usize) -> Shortage;

    /// Sleeps until something arrives, somebody wakes this thread, or `until`.
    ///
    /// While packets keep coming they may lie for `patience` after the last wake-up, so that each
    /// look takes many. A packet after a longer pause is seen at once.
    fn wait(&mut self, until: Instant, patience: Duration);
}

/// Ends the sleep of one thread; called by the others.
pub trait Wake: Send + Sync + std::fmt::Debug {
    /// Ends the present sleep or, if there is none, the next one. Never blocks.
    fn wake(&self);
}

impl Wake for bfd_net::Waker {
    fn wake(&self) {
        Self::wake(self);
    }
}
