//! The sockets of the swarm, by the same crate that the daemon uses: what they cost is the same
//! for every daemon that is measured.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;
use std::os::fd::AsFd;

use anyhow::Context;
use bfd_net::{
    Egress, Family, GroupSpec, MonoNanos, Poller, RxBatch, RxSocket, SocketSet, TxBatch,
};

/// Single-hop BFD (RFC 5881 §4).
const PORT: u16 = 3784;
/// First source port a peer may use (RFC 5881 §4).
const FIRST_SOURCE_PORT: u16 = 49_152;
/// Receive buffer asked for: more than a second of the largest load.
const RECEIVE_BUFFER: usize = 64 << 20;

/// Receiving and sending for all peers of one process.
#[derive(Debug)]
pub(crate) struct Wire {
    sockets: Vec<RxSocket>,
    poller: Poller,
    rx: RxBatch,
    tx: TxBatch,
    daemon: Ipv4Addr,
    first: Ipv4Addr,
    /// Packets handed to the kernel.
    pub(crate) sent: u64,
    /// Packets taken from the kernel.
    pub(crate) received: u64,
    /// Packets the kernel would not send.
    pub(crate) refused: u64,
}

impl Wire {
    /// Peers have the addresses from `first` on; all speak to `daemon`.
    pub(crate) fn open(daemon: Ipv4Addr, first: Ipv4Addr) -> anyhow::Result<Self> {
        let spec = GroupSpec {
            family: Family::V4,
            port: PORT,
            workers: NonZeroU16::MIN,
            receive_buffer: RECEIVE_BUFFER,
        };
        let sockets = SocketSet::open(spec)?.into_sockets();
        let poller = Poller::new().context("epoll")?;
        for (token, socket) in (0_u64..).zip(&sockets) {
            poller.add(socket.as_fd(), token).context("epoll")?;
        }
        let (rx, tx) = (RxBatch::new(), TxBatch::open()?);
        Ok(Self {
            sockets,
            poller,
            rx,
            tx,
            daemon,
            first,
            sent: 0,
            received: 0,
            refused: 0,
        })
    }

    /// The present, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) fn now() -> u64 {
        MonoNanos::now().0
    }

    /// Sleeps until something arrives, at most until `until`.
    pub(crate) fn wait(&mut self, until: u64) -> anyhow::Result<()> {
        let _ = self
            .poller
            .wait(Some(MonoNanos(until)))
            .context("epoll")?
            .len();
        Ok(())
    }

    /// Hands out all that is queued: number of the peer and payload.
    pub(crate) fn receive(&mut self, mut sink: impl FnMut(u32, &[u8])) -> anyhow::Result<()> {
        let first = u32::from(self.first);
        for socket in &mut self.sockets {
            loop {
                let burst = self.rx.recv(socket).context("receive")?;
                self.received += burst.received as u64;
                for (meta, payload) in self.rx.iter() {
                    if let IpAddr::V4(to) = meta.destination {
                        sink(u32::from(to).wrapping_sub(first), payload);
                    }
                }
                if !burst.is_full() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Queues a packet of this peer.
    pub(crate) fn send(&mut self, peer: u32, payload: &[u8]) {
        let spread = u16::try_from(peer % 16_384).unwrap_or(0);
        let egress = Egress {
            local: Ipv4Addr::from(u32::from(self.first) + peer).into(),
            peer: self.daemon.into(),
            ifindex: 0,
            source_port: FIRST_SOURCE_PORT + spread,
            destination_port: PORT,
            dont_fragment: false,
        };
        self.sent += 1;
        self.tx.push(&egress, payload, peer);
    }

    /// Sends what is queued.
    pub(crate) fn flush(&mut self) {
        let refused = &mut self.refused;
        self.tx.flush(|_, _| *refused += 1);
    }
}
