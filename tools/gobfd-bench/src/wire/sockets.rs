//! The swarm's UDP sockets, for a daemon on the other side of any network.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;
use std::os::fd::AsFd;

use anyhow::Context;
use bfd_net::{
    Egress, Family, GroupSpec, MonoNanos, Poller, RxBatch, RxSocket, SocketSet, TxBatch,
};

use super::{Addresses, PORT, source_port};

/// Receive buffer asked for: more than a second of the largest load.
const RECEIVE_BUFFER: usize = 64 << 20;

/// Receiving and sending for all peers through this host's own stack.
#[derive(Debug)]
pub(super) struct Sockets {
    sockets: Vec<RxSocket>,
    poller: Poller,
    rx: RxBatch,
    tx: TxBatch,
}

impl Sockets {
    pub(super) fn open() -> anyhow::Result<Self> {
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
        Ok(Self {
            sockets,
            poller,
            rx: RxBatch::new(),
            tx: TxBatch::open()?,
        })
    }

    pub(super) fn wait(&mut self, until: u64) -> anyhow::Result<()> {
        let ready = self.poller.wait(Some(MonoNanos(until)));
        let _ = ready.context("epoll")?.len();
        Ok(())
    }

    /// Hands out all that is queued; returns how many packets.
    pub(super) fn receive(
        &mut self,
        addresses: Addresses,
        mut sink: impl FnMut(u32, &[u8]),
    ) -> anyhow::Result<u64> {
        let mut received = 0;
        for socket in &mut self.sockets {
            loop {
                let burst = self.rx.recv(socket).context("receive")?;
                received += burst.received as u64;
                for (meta, payload) in self.rx.iter() {
                    if let IpAddr::V4(to) = meta.destination {
                        sink(addresses.number(to), payload);
                    }
                }
                if !burst.is_full() {
                    break;
                }
            }
        }
        Ok(received)
    }

    pub(super) fn send(&mut self, from: Ipv4Addr, daemon: Ipv4Addr, peer: u32, payload: &[u8]) {
        let egress = Egress {
            local: from.into(),
            peer: daemon.into(),
            ifindex: 0,
            source_port: source_port(peer),
            destination_port: PORT,
            dont_fragment: false,
        };
        self.tx.push(&egress, payload, peer);
    }

    /// Sends what is queued; returns how many packets the kernel would not send.
    pub(super) fn flush(&mut self) -> u64 {
        let mut refused = 0;
        self.tx.flush(|_, _| refused += 1);
        refused
    }
}
