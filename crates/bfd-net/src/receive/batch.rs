//! Reading many datagrams with one system call (`recvmmsg`).
//!
//! Purpose: fill preallocated slots and hand out what they hold. Owner and thread: the reader of
//! the sockets; one batch serves all sockets of a thread. It must never allocate while receiving.

use std::{io, os::fd::AsFd};

use super::{
    RxMeta, RxSocket,
    ancillary::{Ancillary, Control},
    recvmmsg::receive,
};
use crate::sockaddr::RawAddr;

/// Payload octets kept per datagram: a BFD control packet has at most 255 (RFC 5880 §4.1), what
/// lies behind is padding (RFC 9764 §3) of which only the length matters.
const PAYLOAD: usize = 256;

/// Preallocated room for a burst of datagrams.
#[derive(Debug)]
pub struct RxBatch {
    slots: Box<[Slot; Self::CAPACITY]>,
    filled: usize,
}

/// What one read of a socket brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burst {
    /// Datagrams read, 0..=[`RxBatch::CAPACITY`]; fewer than that means the socket was empty.
    pub received: usize,
    /// Of these, datagrams without complete metadata; they are not handed out.
    pub incomplete: usize,
    /// Datagrams the socket is newly known to have dropped before those read here.
    pub drops: u32,
}

impl Burst {
    /// Whether the socket may hold more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.received == RxBatch::CAPACITY
    }
}

impl RxBatch {
    /// Datagrams per read.
    pub const CAPACITY: usize = 64;

    /// Octets of a payload that are kept; see [`RxMeta::length`] for the true length.
    pub const PAYLOAD: usize = PAYLOAD;

    /// Allocates all room.
    #[must_use]
    pub fn new() -> Self {
        let slots = vec![Slot::EMPTY; Self::CAPACITY].into_boxed_slice();
        let slots = slots
            .try_into()
            .unwrap_or_else(|_| unreachable!("allocated at this length"));
        Self { slots, filled: 0 }
    }

    /// Replaces the content by what is queued on `socket`. Never blocks.
    ///
    /// # Errors
    /// Passes on what `recvmmsg` reports; an empty socket and a signal are no errors.
    pub fn recv(&mut self, socket: &mut RxSocket) -> io::Result<Burst> {
        self.filled = 0;
        self.filled = receive(socket.as_fd(), &mut self.slots)?;
        Ok(self.decode(socket))
    }

    /// The datagrams of the last read in order of arrival, those with complete metadata.
    pub fn iter(&self) -> impl Iterator<Item = (RxMeta, &[u8])> {
        let slots = self.slots[..self.filled].iter();
        slots.filter_map(|slot| slot.meta.map(|meta| (meta, slot.payload(meta.length))))
    }

    fn decode(&mut self, socket: &mut RxSocket) -> Burst {
        let mut burst = Burst {
            received: self.filled,
            ..Burst::default()
        };
        for slot in &mut self.slots[..self.filled] {
            let ancillary = slot.decode();
            burst.incomplete += usize::from(slot.meta.is_none());
            burst.drops += ancillary
                .drop_counter
                .map_or(0, |counter| socket.note_drops(counter));
        }
        burst
    }
}

impl Default for RxBatch {
    fn default() -> Self {
        Self::new()
    }
}

/// Room for one datagram.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) source: RawAddr,
    pub(super) control: Control,
    pub(super) payload: [u8; PAYLOAD],
    /// True payload length, may exceed the room.
    pub(super) length: u32,
    /// Octets of `control` in use.
    pub(super) control_length: usize,
    meta: Option<RxMeta>,
}

impl Slot {
    const EMPTY: Self = Self {
        source: RawAddr::EMPTY,
        control: Control::EMPTY,
        payload: [0; PAYLOAD],
        length: 0,
        control_length: 0,
        meta: None,
    };

    fn payload(&self, length: usize) -> &[u8] {
        &self.payload[..length.min(PAYLOAD)]
    }

    fn decode(&mut self) -> Ancillary {
        let octets = &self.control.0[..self.control_length.min(Control::CAPACITY)];
        let ancillary = Ancillary::decode(octets);
        self.meta = self.complete(&ancillary);
        ancillary
    }

    fn complete(&self, ancillary: &Ancillary) -> Option<RxMeta> {
        let (destination, ifindex) = ancillary.destination?;
        Some(RxMeta {
            source: self.source.decode()?,
            destination,
            ifindex,
            ttl: ancillary.ttl?,
            stamp: ancillary.stamp,
            length: self.length as usize,
        })
    }
}
