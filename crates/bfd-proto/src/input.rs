//! What can happen to a session.

use std::sync::Arc;

use bfd_packet::ControlPacket;

use crate::{Authentication, Discard, Path, SessionSpec};

/// One thing that happened; the time comes beside it.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A packet that was demultiplexed to this session; `now` is its arrival time.
    Packet(Received<'a>),
    /// The deadline of the last [`crate::Actions`] is reached, and every packet that arrived up to
    /// `now` was handed over before.
    Deadline,
    /// The deadline is reached, but packets that arrived before it may still wait in a socket: only
    /// what is to be sent is looked at, silence is not judged.
    Pace,
    /// The operator holds the session down or lets it go.
    Admin(Admin),
    /// New wishes; the session itself decides whether a Poll Sequence is due.
    Spec(SessionSpec),
    /// Other keys, another type, or none; counts from the next packet in either direction.
    Authentication(Option<&'a Arc<Authentication>>),
    /// The way to the peer came or went.
    Path(Path),
    /// A packet could not be sent: the `errno`.
    TxFailed(i32),
    /// A packet meant for this session was refused before it got here.
    Discarded {
        /// The rule it broke.
        reason: Discard,
        /// Its TTL or Hop Limit; 0 when unknown.
        ttl: u8,
    },
}

/// A received packet and what the network layer knows of it.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The parsed packet.
    pub packet: &'a ControlPacket<'a>,
    /// Received TTL or Hop Limit.
    pub ttl: u8,
}

/// The operator's wish (RFC 5880 §6.8.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Admin {
    /// Let the session run: from AdminDown to Down.
    Up,
    /// Hold the session in AdminDown, diagnostic 7.
    Down,
}
