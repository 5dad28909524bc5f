//! A packet on its way from the thread that received it to the thread that owns its session.

use bfd_net::RxBatch;
use bfd_proto::Discard;

use crate::{RxMeta, SessionId};

/// Octets kept of a payload: as many as the receiver had.
const KEPT: usize = RxBatch::PAYLOAD;

/// What one thread hands to another.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "boxing would allocate for a packet"
)]
pub(crate) enum Parcel {
    /// A packet for the session named, or for the one its Your Discriminator names.
    Packet(Letter),
    /// A packet the front desk refused, for the counters of the session it was probably meant for.
    Refused {
        /// Whose counters.
        id: SessionId,
        /// Its metadata.
        meta: RxMeta,
        /// The rule it broke.
        reason: Discard,
    },
}

/// A copied packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Letter {
    /// The session the front desk found; `None`: by discriminator.
    pub(crate) to: Option<SessionId>,
    /// Its metadata.
    pub(crate) meta: RxMeta,
    octets: [u8; KEPT],
    length: usize,
}

impl Letter {
    /// Copies the packet out of the receive buffer.
    pub(crate) fn new(to: Option<SessionId>, meta: RxMeta, payload: &[u8]) -> Self {
        let length = payload.len().min(KEPT);
        let mut octets = [0; KEPT];
        octets[..length].copy_from_slice(&payload[..length]);
        Self {
            to,
            meta,
            octets,
            length,
        }
    }

    /// The beginning of the payload.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

#[cfg(test)]
impl Parcel {
    /// Any packet, for tests of queues.
    pub(crate) fn example() -> Self {
        use std::net::Ipv4Addr;
        let meta = RxMeta {
            arrival: bfd_proto::Instant::ZERO,
            source: Ipv4Addr::LOCALHOST.into(),
            destination: Ipv4Addr::LOCALHOST.into(),
            ifindex: 1,
            ttl: 255,
            port: 3784,
        };
        Self::Packet(Letter::new(None, meta, &[0; 24]))
    }
}
