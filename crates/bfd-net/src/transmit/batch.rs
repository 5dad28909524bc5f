//! One batch of packets for both families.
//!
//! Purpose: collect packets during a turn and send them with as few system calls as possible.
//! Owner and thread: one sender. It must never allocate per packet, block, or let one unreachable
//! peer hold back the packets behind it.

use std::io;

use super::{egress::Egress, frame::MAX_PAYLOAD, queue::Queue};
use crate::Family;

/// Packets on their way out, each with a token of the caller's choice.
#[derive(Debug)]
pub struct TxBatch {
    v4: Result<Queue, i32>,
    v6: Result<Queue, i32>,
    /// Failures met before the next [`flush`](Self::flush): token and `errno`.
    failures: Vec<(u32, i32)>,
}

/// Raw sockets could not be opened at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot open a raw socket to transmit: {source} (needs CAP_NET_RAW)")]
pub struct TransmitError {
    /// What the system said for IPv4.
    pub source: io::Error,
}

impl TxBatch {
    /// Longest UDP payload that can be sent; RFC 9764 needs 9000.
    pub const MAX_PAYLOAD: usize = MAX_PAYLOAD;

    /// Opens the raw sockets in the network namespace of the calling thread.
    ///
    /// A family that the kernel lacks is no error: its packets fail with `EAFNOSUPPORT`.
    ///
    /// # Errors
    /// [`TransmitError`] if neither family is available, as a rule for want of `CAP_NET_RAW`.
    pub fn open() -> Result<Self, TransmitError> {
        let v6 = Queue::open(Family::V6).map_err(|e| errno(&e));
        let v4 = match (Queue::open(Family::V4), &v6) {
            (Err(source), Err(_)) => return Err(TransmitError { source }),
            (v4, _) => v4.map_err(|e| errno(&e)),
        };
        Ok(Self {
            v4,
            v6,
            failures: Vec::with_capacity(256),
        })
    }

    /// Adds a packet; a full batch is sent first.
    ///
    /// Never fails by itself: a packet that cannot be sent is reported by the next
    /// [`flush`](Self::flush), with `EAFNOSUPPORT` if its families differ or are missing and
    /// `EMSGSIZE` if it exceeds [`MAX_PAYLOAD`](Self::MAX_PAYLOAD).
    pub fn push(&mut self, egress: &Egress, payload: &[u8], token: u32) {
        let Self { v4, v6, failures } = self;
        let queue = match Family::of(egress.peer) {
            Family::V4 => v4,
            Family::V6 => v6,
        };
        let queue = match queue {
            Ok(queue) => queue,
            Err(errno) => return failures.push((token, *errno)),
        };
        if queue.is_full() {
            queue.flush(|token, errno| failures.push((token, errno)));
        }
        if !queue.push(egress, payload, token) {
            failures.push((token, inexpressible(egress)));
        }
    }

    /// Sends all packets; `failed` gets token and `errno` of each one the kernel refused since the
    /// last flush.
    ///
    /// `EMSGSIZE` means longer than the interface's MTU: raw packets are never fragmented here.
    /// `ENOBUFS` means dropped on this host: the interface's queue or the neighbour table is full.
    pub fn flush(&mut self, mut failed: impl FnMut(u32, i32)) {
        for (token, errno) in self.failures.drain(..) {
            failed(token, errno);
        }
        for queue in [&mut self.v4, &mut self.v6].into_iter().flatten() {
            queue.flush(&mut failed);
        }
    }
}

fn inexpressible(egress: &Egress) -> i32 {
    if Family::of(egress.local) == Family::of(egress.peer) {
        libc::EMSGSIZE
    } else {
        libc::EAFNOSUPPORT
    }
}

fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EAFNOSUPPORT)
}
