//! What a session is asked to be. Every value is legal by construction.

use std::num::NonZeroU32;
use std::time::Duration;

use bfd_packet::{DetectMult, HEADER_LEN, Micros};

/// Who speaks first (RFC 5880 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Sends from the start, whether or not anything was received.
    #[default]
    Active,
    /// Sends nothing until a packet of the peer has made its discriminator known.
    Passive,
}

/// How the path to the peer is made, and by it which port and TTL rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SessionKind {
    /// One IP hop: UDP port 3784, received TTL exactly 255 (RFC 5881 §4, §5).
    SingleHop,
    /// Any number of hops: UDP port 4784 (RFC 5883 §5).
    MultiHop {
        /// Lowest TTL or Hop Limit accepted, 1 to 255.
        min_ttl: u8,
    },
}

impl SessionKind {
    /// The UDP destination port.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::SingleHop => 3784,
            Self::MultiHop { .. } => 4784,
        }
    }

    /// Lowest TTL or Hop Limit accepted.
    #[must_use]
    pub const fn min_ttl(self) -> u8 {
        match self {
            Self::SingleHop => 255,
            Self::MultiHop { min_ttl } => min_ttl,
        }
    }
}

/// A packet interval: 1 to 4 294 967 295 µs.
///
/// Zero is left out: as Desired Min TX it is reserved, and as Required Min RX it would silence the
/// peer and so end the session (RFC 5880 §4.1, §6.8.18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Interval(NonZeroU32);

impl Interval {
    /// The interval of this many microseconds; `None` for zero.
    #[must_use]
    pub const fn new(micros: Micros) -> Option<Self> {
        match NonZeroU32::new(micros.0) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// The interval as a wire value.
    #[must_use]
    pub const fn micros(self) -> Micros {
        Micros(self.0.get())
    }

    /// The interval as a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.micros().duration()
    }

    /// The next larger of the common intervals 3.3, 10, 20, 50, 100 ms and 1 s; above that the
    /// interval itself (RFC 7419 §3).
    #[must_use]
    pub fn aligned(self) -> Self {
        const COMMON: [u32; 6] = [3_300, 10_000, 20_000, 50_000, 100_000, 1_000_000];
        COMMON
            .into_iter()
            .find(|common| *common >= self.0.get())
            .and_then(NonZeroU32::new)
            .map_or(self, Self)
    }
}

/// `bfd.PaddedPduSize`: the size of the UDP payload in octets, 24 to 9000 (RFC 9764 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaddedPduSize(u16);

impl PaddedPduSize {
    /// Largest size accepted.
    pub const MAX: u16 = 9000;

    /// The size in octets; `None` outside 24 to 9000.
    #[must_use]
    pub const fn new(octets: u16) -> Option<Self> {
        if octets as usize >= HEADER_LEN && octets <= Self::MAX {
            Some(Self(octets))
        } else {
            None
        }
    }

    /// The size in octets.
    #[must_use]
    pub const fn octets(self) -> u16 {
        self.0
    }
}

/// What an operator or a program wants of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionSpec {
    /// Path kind.
    pub kind: SessionKind,
    /// Who speaks first.
    pub role: Role,
    /// `bfd.DesiredMinTxInterval` while Up; 1 s is used in every other state (RFC 5880 §6.8.3).
    pub desired_min_tx: Interval,
    /// `bfd.RequiredMinRxInterval`.
    pub required_min_rx: Interval,
    /// `bfd.DetectMult`.
    pub detect_mult: DetectMult,
    /// `bfd.PaddedPduSize`; `None`: no padding (RFC 9764).
    pub padded_pdu_size: Option<PaddedPduSize>,
}
