//! Why a session is down: one verdict, and the evidence it rests on.

use std::fmt;
use std::time::Duration;

use bfd_packet::{Diagnostic, State};

use crate::{Discard, Instant, PathProblem};

/// How many of the latest arrivals go with a verdict.
pub(crate) const ARRIVALS_KEPT: usize = 4;

/// The cause of a Down. When several fit, the first in this order is given.
///
/// A cause of our own counts only where it can have made this very Down: what our socket lost can
/// hide the peer's packets, but cannot make the peer signal Down; what we failed to send can make
/// the peer signal Down with diagnostic 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// An operator or a program holds the session down here.
    Admin,
    /// The interface, its carrier or the local address is gone.
    LinkDown(PathProblem),
    /// Our own packets could not be sent: the `errno` of the latest attempt.
    TxFailed(i32),
    /// Our own receive buffer overflowed: packets lost in the window.
    LocalDrop(u32),
    /// We ourselves ran late by at least half a detection time.
    LocalStall(Duration),
    /// Packets kept coming, but failed authentication: the latest reason.
    Auth(Discard),
    /// The peer's operator holds the session down there; not a failure of the path.
    PeerAdminDown,
    /// The peer does not hear us, while we hear it: it signals Down with diagnostic 1.
    OneWay,
    /// The peer signals that it went down for a reason of its own.
    PeerSignalled {
        /// The state it signals.
        state: State,
        /// The diagnostic it gives.
        diagnostic: Diagnostic,
    },
    /// Nothing came from the peer for a whole detection time.
    PeerSilent,
}

impl Verdict {
    /// Every label, in the order in which verdicts are tried.
    pub const LABELS: [&'static str; 10] = [
        "admin",
        "link-down",
        "tx-failed",
        "local-drop",
        "local-stall",
        "auth",
        "peer-admin-down",
        "one-way",
        "peer-signalled",
        "peer-silent",
    ];

    /// Position of the label in [`Verdict::LABELS`].
    #[must_use]
    pub const fn index(&self) -> usize {
        match self {
            Self::Admin => 0,
            Self::LinkDown(_) => 1,
            Self::TxFailed(_) => 2,
            Self::LocalDrop(_) => 3,
            Self::LocalStall(_) => 4,
            Self::Auth(_) => 5,
            Self::PeerAdminDown => 6,
            Self::OneWay => 7,
            Self::PeerSignalled { .. } => 8,
            Self::PeerSilent => 9,
        }
    }

    /// Stable name: metric label, log field, API value.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        Self::LABELS[self.index()]
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("held down by the operator of this system"),
            Self::LinkDown(problem) => write!(f, "no way to the peer: {problem}"),
            Self::TxFailed(errno) => {
                write!(
                    f,
                    "our packets could not be sent: {}",
                    std::io::Error::from_raw_os_error(*errno)
                )
            }
            Self::LocalDrop(count) => {
                write!(f, "our receive buffer overflowed: {count} packets lost")
            }
            Self::LocalStall(late) => write!(f, "we ran {late:?} late ourselves"),
            Self::Auth(reason) => write!(
                f,
                "packets came but failed authentication: {}",
                reason.label()
            ),
            Self::PeerAdminDown => f.write_str("the peer is held down by its operator"),
            Self::OneWay => f.write_str("the peer does not hear us, but we hear the peer"),
            Self::PeerSignalled { state, diagnostic } => {
                write!(f, "the peer signalled {state} ({diagnostic})")
            }
            Self::PeerSilent => f.write_str("nothing came from the peer for a detection time"),
        }
    }
}

/// What was known when a session went down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Evidence {
    /// How far back the counters below reach.
    pub window: Duration,
    /// The latest arrivals, newest first.
    pub last_arrivals: [Option<Instant>; ARRIVALS_KEPT],
    /// Time since the latest arrival; for a Down that the peer signalled, since the one before.
    pub gap: Duration,
    /// The detection time in force; zero if none was.
    pub limit: Duration,
    /// Packets our receive buffer lost.
    pub socket_drops: u32,
    /// Our longest own delay.
    pub stall: Duration,
    /// Packets for this session that were discarded.
    pub discards: u32,
    /// Packets we failed to send.
    pub tx_errors: u32,
    /// The state the peer last signalled.
    pub remote_state: Option<State>,
    /// The diagnostic the peer last signalled.
    pub remote_diagnostic: Option<Diagnostic>,
}

/// A verdict with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Down {
    /// The cause.
    pub verdict: Verdict,
    /// What it rests on.
    pub evidence: Evidence,
}
