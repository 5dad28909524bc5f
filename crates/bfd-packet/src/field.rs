//! The fields of the mandatory section as types.
//!
//! Each type holds only legal values, so rules such as "Detect Mult is not zero" are checked once,
//! where octets become values.

use core::fmt;
use core::num::{NonZeroU8, NonZeroU32};
use core::time::Duration;

/// Session state as carried in the Sta field (RFC 5880 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum State {
    /// 0: held down by the operator.
    AdminDown = 0,
    /// 1: the session does not exist, or the path is unavailable.
    Down = 1,
    /// 2: the remote system was heard, but it has not heard us yet.
    Init = 2,
    /// 3: both directions work.
    Up = 3,
}

impl State {
    /// All states in the order of their codes.
    pub const ALL: [Self; 4] = [Self::AdminDown, Self::Down, Self::Init, Self::Up];

    /// The state for the low two bits of `code`.
    #[must_use]
    pub const fn from_bits(code: u8) -> Self {
        match code & 0b11 {
            0 => Self::AdminDown,
            1 => Self::Down,
            2 => Self::Init,
            _ => Self::Up,
        }
    }

    /// The code on the wire, 0 to 3.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self as u8
    }

    /// The name used in metrics, logs and tables: `AdminDown`, `Down`, `Init` or `Up`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AdminDown => "AdminDown",
            Self::Down => "Down",
            Self::Init => "Init",
            Self::Up => "Up",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reason of the last state change, five bits (RFC 5880 §4.1). Unassigned codes are carried
/// through as numbers: they never make a packet invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic(u8);

impl Diagnostic {
    /// 0: no diagnostic.
    pub const NONE: Self = Self(0);
    /// 1: control detection time expired.
    pub const CONTROL_TIME_EXPIRED: Self = Self(1);
    /// 2: echo function failed.
    pub const ECHO_FAILED: Self = Self(2);
    /// 3: neighbour signalled session down.
    pub const NEIGHBOR_DOWN: Self = Self(3);
    /// 4: forwarding plane reset.
    pub const FORWARDING_RESET: Self = Self(4);
    /// 5: path down.
    pub const PATH_DOWN: Self = Self(5);
    /// 6: concatenated path down.
    pub const CONCAT_PATH_DOWN: Self = Self(6);
    /// 7: administratively down.
    pub const ADMIN_DOWN: Self = Self(7);
    /// 8: reverse concatenated path down.
    pub const REVERSE_CONCAT_PATH_DOWN: Self = Self(8);

    /// The diagnostic for the low five bits of `code`.
    #[must_use]
    pub const fn from_bits(code: u8) -> Self {
        Self(code & 0b1_1111)
    }

    /// The code on the wire, 0 to 31.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self.0 {
            0 => "None",
            1 => "Control Detection Time Expired",
            2 => "Echo Function Failed",
            3 => "Neighbor Signaled Session Down",
            4 => "Forwarding Plane Reset",
            5 => "Path Down",
            6 => "Concatenated Path Down",
            7 => "Administratively Down",
            8 => "Reverse Concatenated Path Down",
            code => return write!(f, "Unknown({code})"),
        })
    }
}

/// A discriminator: a number that names a session at one system, never zero (RFC 5880 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Discriminator(NonZeroU32);

impl Discriminator {
    /// The discriminator with this value; `None` for zero.
    #[must_use]
    pub const fn new(value: u32) -> Option<Self> {
        match NonZeroU32::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The value, never zero.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Discriminator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Detection time multiplier, 1 to 255 (RFC 5880 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DetectMult(NonZeroU8);

impl DetectMult {
    /// The multiplier with this value; `None` for zero.
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        match NonZeroU8::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The value, 1 to 255.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for DetectMult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An interval as carried on the wire: microseconds, unsigned 32 bit (RFC 5880 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Micros(pub u32);

impl Micros {
    /// One second: the slow rate of a session that is not Up (RFC 5880 §6.8.3).
    pub const SECOND: Self = Self(1_000_000);

    /// The interval as a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_micros(self.0 as u64)
    }
}

impl TryFrom<Duration> for Micros {
    type Error = core::num::TryFromIntError;

    /// Fails above 4 294 967 295 µs; a fraction of a microsecond is dropped.
    fn try_from(value: Duration) -> Result<Self, Self::Error> {
        u32::try_from(value.as_micros()).map(Self)
    }
}
