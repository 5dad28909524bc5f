//! What one input can cause. The standard bounds it, so there is no queue and no heap.

use bfd_packet::{Diagnostic, State};

use crate::{Discard, Down, Instant};

/// Everything one input caused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[must_use]
pub struct Actions {
    /// The packet was discarded, and why.
    pub discard: Option<Discard>,
    /// TTL or Hop Limit of the packet that was discarded; 0: unknown, or there is none.
    pub ttl: u8,
    /// A packet is to be sent now: fetch it with [`crate::Session::write`].
    pub transmit: Option<Transmit>,
    /// The session changed its state.
    pub change: Option<StateChange>,
    /// Whether [`crate::SessionView`] shows more than new packet counters and arrivals.
    pub altered: bool,
    /// When [`crate::Input::Deadline`] is due at the latest; `None`: not before another input.
    pub deadline: Option<Instant>,
}

/// Why a packet is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transmit {
    /// The transmit interval has passed (RFC 5880 §6.8.7).
    Periodic,
    /// Contents changed, so the peer hears of it at once (RFC 5880 §6.8.7).
    Change,
    /// The answer to a Poll (RFC 5880 §6.5).
    Final,
}

/// A transition of the session state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// When it happened.
    pub at: Instant,
    /// State before.
    pub from: State,
    /// State after; never equal to `from`.
    pub to: State,
    /// `bfd.LocalDiag` after the transition.
    pub diagnostic: Diagnostic,
    /// `bfd.RemoteSessionState` after the transition.
    pub remote_state: State,
    /// Why the session is down: present exactly when Init or Up was left, or AdminDown entered.
    pub down: Option<Down>,
}
