//! A session as others may see it: plain values, copied out.

use std::time::Duration;

use bfd_packet::{DetectMult, Diagnostic, Discriminator, Micros, State};

use crate::{Discard, Down, History, Instant, Path, SessionSpec};

/// Everything one may want to know of a session at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// What the session was asked to be.
    pub spec: SessionSpec,
    /// `bfd.LocalDiscr`.
    pub discriminator: Discriminator,
    /// `bfd.SessionState`.
    pub state: State,
    /// `bfd.LocalDiag`; kept after recovery (RFC 5880 §6.8.1).
    pub diagnostic: Diagnostic,
    /// What the peer said last.
    pub remote: Remote,
    /// The transmit interval in force, without jitter; zero: no periodic packets.
    pub negotiated_tx: Duration,
    /// The detection time in force; zero before the first packet and after a silence.
    pub detection_time: Duration,
    /// Whether a Poll Sequence of ours is running.
    pub poll_active: bool,
    /// Whether there is a way to the peer.
    pub path: Path,
    /// When the session was made.
    pub created: Instant,
    /// When the state last changed.
    pub last_change: Option<Instant>,
    /// When the last packet was accepted.
    pub last_received: Option<Instant>,
    /// The last Down, kept after recovery.
    pub last_down: Option<Down>,
    /// The last discarded packet: when, why, and its TTL.
    pub last_discard: Option<(Instant, Discard, u8)>,
    /// Counters since the session was made.
    pub counters: Counters,
    /// Gaps between accepted packets since the session last came Up.
    pub arrivals: ArrivalStats,
}

impl SessionView {
    /// What happened to the session.
    #[must_use]
    pub const fn history(&self) -> History {
        History {
            created: self.created,
            last_change: self.last_change,
            last_down: self.last_down,
            last_discard: self.last_discard,
            discards: self.counters.discards,
            transitions: self.counters.transitions,
        }
    }

    /// What changes with every packet.
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        Traffic {
            sent: self.counters.sent,
            received: self.counters.received,
            last_received: self.last_received,
            arrivals: self.arrivals,
        }
    }
}

/// What changes with every packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Packets handed to the network.
    pub sent: u64,
    /// Packets accepted.
    pub received: u64,
    /// When the last packet was accepted.
    pub last_received: Option<Instant>,
    /// Gaps between accepted packets since the session last came Up.
    pub arrivals: ArrivalStats,
}

/// What the last accepted packet said of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote {
    /// `bfd.RemoteSessionState`.
    pub state: State,
    /// `bfd.RemoteDiscr`.
    pub discriminator: Option<Discriminator>,
    /// The peer's diagnostic.
    pub diagnostic: Diagnostic,
    /// The peer's Detect Mult; `None` before its first packet.
    pub detect_mult: Option<DetectMult>,
    /// The peer's Desired Min TX.
    pub desired_min_tx: Micros,
    /// `bfd.RemoteMinRxInterval`.
    pub min_rx: Micros,
    /// The peer's Required Min Echo RX.
    pub min_echo_rx: Micros,
    /// The peer's C bit.
    pub control_plane_independent: bool,
    /// `bfd.RemoteDemandMode`.
    pub demand: bool,
}

impl Default for Remote {
    /// The initial values of RFC 5880 §6.8.1.
    fn default() -> Self {
        Self {
            state: State::Down,
            discriminator: None,
            diagnostic: Diagnostic::NONE,
            detect_mult: None,
            desired_min_tx: Micros(0),
            min_rx: Micros(1),
            min_echo_rx: Micros(0),
            control_plane_independent: false,
            demand: false,
        }
    }
}

/// Counters of one session; they never go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counters {
    /// Packets handed to the network.
    pub sent: u64,
    /// Packets accepted.
    pub received: u64,
    /// Packets discarded, by [`Discard::index`].
    pub discards: [u32; Discard::COUNT],
    /// State changes, by code of the state before and after.
    pub transitions: [[u32; 4]; 4],
    /// How often Up was left, other than by our own operator.
    pub flaps: u32,
    /// Packets that could not be sent.
    pub tx_errors: u32,
}

impl Counters {
    /// Packets discarded for any reason.
    #[must_use]
    pub fn discarded(&self) -> u64 {
        self.discards.iter().map(|count| u64::from(*count)).sum()
    }

    /// Packets discarded because of authentication.
    #[must_use]
    pub fn auth_failures(&self) -> u64 {
        let auth = Discard::ALL.into_iter().filter(|reason| reason.is_auth());
        auth.map(|reason| u64::from(self.discards[reason.index()]))
            .sum()
    }

    /// State changes of any sort.
    #[must_use]
    pub fn state_transitions(&self) -> u64 {
        self.transitions
            .iter()
            .flatten()
            .map(|count| u64::from(*count))
            .sum()
    }
}

/// Gaps between accepted packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ArrivalStats {
    /// How many gaps were measured.
    pub count: u64,
    /// The shortest; zero if none.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
    /// All of them together: divide by `count` for the mean.
    pub sum: Duration,
}

impl ArrivalStats {
    /// The mean gap; zero if none.
    #[must_use]
    pub fn mean(&self) -> Duration {
        u32::try_from(self.count)
            .ok()
            .and_then(|count| self.sum.checked_div(count))
            .unwrap_or_default()
    }
}
