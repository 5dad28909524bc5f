//! What the peers send through: sockets of this host, or the far end of a TAP device.

mod frame;
mod sockets;
mod tap;

use std::net::Ipv4Addr;

use bfd_net::MonoNanos;

pub(crate) use frame::{DAEMON_MAC, PEER_MAC};
use sockets::Sockets;
use tap::Tap;

/// Single-hop BFD (RFC 5881 §4).
pub(crate) const PORT: u16 = 3784;
/// First source port a peer may use (RFC 5881 §4).
const FIRST_SOURCE_PORT: u16 = 49_152;

/// Who speaks with whom: peers have consecutive addresses, all speak to one daemon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    /// The daemon's.
    pub(crate) daemon: Ipv4Addr,
    /// The first peer's.
    pub(crate) first: Ipv4Addr,
}

impl Addresses {
    /// Address of peer number `peer`.
    pub(crate) fn peer(self, peer: u32) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.first).wrapping_add(peer))
    }

    /// Number of the peer with this address; a number that nobody has for a stranger's.
    fn number(self, address: Ipv4Addr) -> u32 {
        u32::from(address).wrapping_sub(u32::from(self.first))
    }
}

fn source_port(peer: u32) -> u16 {
    FIRST_SOURCE_PORT + u16::try_from(peer % 16_384).unwrap_or(0)
}

/// Receiving and sending for all peers of one process.
#[derive(Debug)]
pub(crate) struct Wire {
    link: Link,
    addresses: Addresses,
    /// Packets handed to the kernel.
    pub(crate) sent: u64,
    /// Packets taken from the kernel.
    pub(crate) received: u64,
    /// Packets the kernel would not send.
    pub(crate) refused: u64,
}

#[derive(Debug)]
enum Link {
    Sockets(Box<Sockets>),
    Tap(Tap),
}

impl Wire {
    /// Through the TAP device of this name, or else through sockets.
    pub(crate) fn open(addresses: Addresses, tap: Option<&str>) -> anyhow::Result<Self> {
        let link = match tap {
            Some(name) => Link::Tap(Tap::open(name)?),
            None => Link::Sockets(Box::new(Sockets::open()?)),
        };
        Ok(Self {
            link,
            addresses,
            sent: 0,
            received: 0,
            refused: 0,
        })
    }

    /// The present, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) fn now() -> u64 {
        MonoNanos::now().0
    }

    /// Sleeps until something arrives, at most until `until`. On a TAP device it does not sleep: to
    /// wake the peers must not cost the daemon anything.
    pub(crate) fn wait(&mut self, until: u64) -> anyhow::Result<()> {
        match &mut self.link {
            Link::Sockets(sockets) => sockets.wait(until),
            Link::Tap(_) => Ok(()),
        }
    }

    /// Hands out what is queued: number of the peer and payload. Returns whether that was all: a
    /// burst ends early, so that the peers send in time.
    pub(crate) fn receive(&mut self, sink: impl FnMut(u32, &[u8])) -> anyhow::Result<bool> {
        let (received, all) = match &mut self.link {
            Link::Sockets(sockets) => (sockets.receive(self.addresses, sink)?, true),
            Link::Tap(tap) => tap.receive(self.addresses, sink)?,
        };
        self.received += received;
        Ok(all)
    }

    /// Queues a packet of this peer.
    pub(crate) fn send(&mut self, peer: u32, payload: &[u8]) {
        let (from, daemon) = (self.addresses.peer(peer), self.addresses.daemon);
        self.sent += 1;
        match &mut self.link {
            Link::Sockets(sockets) => sockets.send(from, daemon, peer, payload),
            Link::Tap(tap) => self.refused += tap.send(from, daemon, peer, payload),
        }
    }

    /// Sends what is queued.
    pub(crate) fn flush(&mut self) {
        if let Link::Sockets(sockets) = &mut self.link {
            self.refused += sockets.flush();
        }
    }
}
