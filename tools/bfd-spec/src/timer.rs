//! Timer arithmetic and sequence windows as numbers. Intervals are microseconds.

use crate::load::{Error, load};
use serde::Deserialize;

/// `vectors/timers.yml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timers {
    /// What two sets of parameters negotiate.
    pub steady: Vec<Steady>,
    /// What a live change does, in words.
    pub changes: Vec<Change>,
    /// Bounds of the gap between periodic packets.
    pub jitter: Vec<Jitter>,
}

/// DesiredMinTx, RequiredMinRx, DetectMult.
pub type Parameters = (u32, u32, u8);

/// Parameters of both ends and what follows from them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steady {
    /// `N-01` and so on.
    pub id: String,
    /// Ours.
    pub local: Parameters,
    /// The peer's, as received.
    pub remote: Parameters,
    /// Our transmit interval before jitter; `None` when periodic packets stop.
    pub transmit: Option<u64>,
    /// Our detection time in asynchronous mode.
    pub detection: u64,
    /// Our detection time in demand mode.
    pub demand_detection: u64,
}

/// A live change in words; the tests that name the id hold the numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `N-11` and so on.
    pub id: String,
    /// What is changed.
    pub change: String,
    /// What the next packet says.
    pub field: String,
    /// What is in force until Final.
    pub before_final: String,
    /// What is in force after Final.
    pub after_final: String,
}

/// Bounds of a gap.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jitter {
    /// Negotiated interval.
    pub interval: u32,
    /// Our own multiplier.
    pub detect_mult: u8,
    /// Shortest gap.
    pub min: u64,
    /// Longest gap.
    pub max: u64,
}

/// A received sequence number against the last one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceWindow {
    /// bfd.RcvAuthSeq.
    pub last: u32,
    /// Detect Mult of the packet.
    pub detect_mult: u8,
    /// Sequence number of the packet.
    pub sequence: u32,
    /// Verdict for types 2 and 4: `accept` or `discard`.
    pub keyed: String,
    /// Verdict for types 3 and 5.
    pub meticulous: String,
}

/// The timer vectors.
///
/// # Errors
/// When the file is missing or malformed.
pub fn timers() -> Result<Timers, Error> {
    load("vectors/timers.yml")
}

/// The sequence windows.
///
/// # Errors
/// When the file is missing or malformed.
pub fn sequence_windows() -> Result<Vec<SequenceWindow>, Error> {
    load("vectors/sequence-window.yml")
}
