//! The far end of a TAP device: whole Ethernet frames, read and written by the swarm itself.
//!
//! For the daemon it is what a network card is. What it sends lies in a ring until somebody takes it
//! out; nobody is woken and nothing is received at its expense. What the peers send is taken in on
//! the processor that the device's queue is steered to: the daemon's.

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use anyhow::Context;
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use super::{Addresses, frame, source_port};

/// Most frames taken in before the swarm looks at its clock again.
const BURST: u64 = 64;

/// An attached device.
pub(super) struct Tap {
    device: SyncDevice,
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tap").finish_non_exhaustive()
    }
}

impl Tap {
    /// Attaches to a device of this network namespace.
    pub(super) fn open(name: &str) -> anyhow::Result<Self> {
        let builder = DeviceBuilder::new().name(name).layer(Layer::L2);
        let device = builder.inherit_enable_state().build_sync();
        let device = device.with_context(|| format!("cannot attach to the TAP device {name}"))?;
        device.set_nonblocking(true)?;
        Ok(Self { device })
    }

    /// Hands out what is queued; returns how many packets, and whether they were all.
    pub(super) fn receive(
        &mut self,
        addresses: Addresses,
        mut sink: impl FnMut(u32, &[u8]),
    ) -> anyhow::Result<(u64, bool)> {
        let mut octets = [0; 2048];
        let mut received = 0;
        while received < BURST {
            let length = match self.device.recv(&mut octets) {
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((received, true)),
                Err(error) => return Err(error).context("receive"),
            };
            if let Some((to, payload)) = frame::parse(&octets[..length]) {
                received += 1;
                sink(addresses.number(to), payload);
            }
        }
        Ok((received, false))
    }

    /// Returns how many packets the kernel would not take.
    pub(super) fn send(
        &mut self,
        from: Ipv4Addr,
        daemon: Ipv4Addr,
        peer: u32,
        payload: &[u8],
    ) -> u64 {
        let frame = frame::build(from, daemon, source_port(peer), payload);
        u64::from(self.device.send(&frame).is_err())
    }
}
