//! Two clocks: the monotonic one judges deadlines, the wall clock stamps packets.
//!
//! Purpose: give every received packet its arrival time on the monotonic clock, even when it
//! waited in a socket buffer while its reader was not scheduled. Owner and thread: one worker.
//! It must never trust a stamp beyond what the worker itself has seen: an arrival lies between
//! the last moment the sockets were known empty and now.

use std::{ops::Add, time::Duration};

use rustix::time::{ClockId, Timespec, clock_gettime};

const NANOS: u64 = 1_000_000_000;
/// A stamp older than the last drain by this much is not from this clock: it was stepped there and
/// back since. Less is the way through the kernel.
const ASTRAY: i128 = 1_000_000_000;

/// Nanoseconds of `CLOCK_MONOTONIC`, valid across processes of one boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MonoNanos(pub u64);

impl MonoNanos {
    /// Reads `CLOCK_MONOTONIC`.
    #[must_use]
    pub fn now() -> Self {
        Self(read(ClockId::Monotonic))
    }

    /// Time since `earlier`, zero if that lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The time from now to this moment, as system calls take it; zero if that has passed.
    pub(crate) fn remaining(self) -> Timespec {
        let left = self.since(Self::now());
        Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        }
    }
}

impl Add<Duration> for MonoNanos {
    type Output = Self;

    /// Saturates at the end of the clock, 584 years after boot.
    fn add(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)),
        )
    }
}

/// Nanoseconds of `CLOCK_REALTIME` since 1970, as the kernel stamps packets; may jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallNanos(pub u64);

impl WallNanos {
    /// Reads `CLOCK_REALTIME`.
    #[must_use]
    pub fn now() -> Self {
        Self(read(ClockId::Realtime))
    }
}

/// Both clocks as one worker sees them, turn by turn.
///
/// ```
/// let mut clock = bfd_net::Clock::new();
/// let now = clock.turn(); // once per turn, before reading the sockets
/// // … read the sockets until they are empty …
/// assert_eq!(clock.arrival(None), now);
/// clock.drained(); // only if they were really empty
/// ```
#[derive(Debug, Clone)]
pub struct Clock {
    reading: Reading,
    /// Offset in force before a step of the wall clock seen by the last reading.
    stepped_from: Option<i128>,
    floor: MonoNanos,
}

impl Clock {
    /// Starts with a first reading; nothing can have arrived before it.
    #[must_use]
    pub fn new() -> Self {
        let reading = Reading::take();
        Self {
            reading,
            stepped_from: None,
            floor: reading.now,
        }
    }

    /// Starts with this reading instead of the system's clocks: for simulations.
    #[must_use]
    pub const fn starting_at(now: MonoNanos, wall: WallNanos) -> Self {
        Self {
            reading: Reading::from_clocks(now, wall, now),
            stepped_from: None,
            floor: now,
        }
    }

    /// Reads both clocks; call once per turn before reading the sockets. Returns "now".
    pub fn turn(&mut self) -> MonoNanos {
        self.advance(Reading::take())
    }

    /// A [`turn`](Self::turn) that takes this reading instead of the system's clocks.
    pub fn turn_at(&mut self, now: MonoNanos, wall: WallNanos) -> MonoNanos {
        self.advance(Reading::from_clocks(now, wall, now))
    }

    /// The moment of the last [`turn`](Self::turn).
    #[must_use]
    pub const fn now(&self) -> MonoNanos {
        self.reading.now
    }

    /// States that the sockets were empty at some time after the last [`turn`](Self::turn).
    ///
    /// Not to be called when a budget ended the reading early: packets still queued may be older.
    pub const fn drained(&mut self) {
        self.floor = self.reading.now;
    }

    /// When a packet with this stamp arrived, at the earliest the last drain, at the latest now.
    ///
    /// If the wall clock was stepped since the turn before, a stamp may stem from either side of
    /// the step; the offset that puts it into the possible window counts, and without one "now". So
    /// does a stamp from long before the window: there and back again, a step leaves no other trace.
    #[must_use]
    pub fn arrival(&self, stamp: Option<WallNanos>) -> MonoNanos {
        let Some(stamp) = stamp else {
            return self.reading.now;
        };
        let newer = stamp.monotonic(self.reading.offset);
        let Some(old_offset) = self.stepped_from else {
            let astray = newer < i128::from(self.floor.0) - ASTRAY;
            return if astray {
                self.reading.now
            } else {
                self.clamp(newer)
            };
        };
        [newer, stamp.monotonic(old_offset)]
            .into_iter()
            .find(|&at| i128::from(self.clamp(at).0) == at)
            .map_or(self.reading.now, |at| self.clamp(at))
    }

    fn advance(&mut self, reading: Reading) -> MonoNanos {
        self.stepped_from = reading
            .stepped_since(&self.reading)
            .then_some(self.reading.offset);
        self.reading = reading;
        reading.now
    }

    fn clamp(&self, at: i128) -> MonoNanos {
        let (floor, now) = (i128::from(self.floor.0), i128::from(self.reading.now.0));
        u64::try_from(at.clamp(floor, now)).map_or(self.reading.now, MonoNanos)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// One reading of both clocks.
#[derive(Debug, Clone, Copy)]
struct Reading {
    now: MonoNanos,
    /// Wall minus monotonic, in nanoseconds.
    offset: i128,
    /// By how much `offset` may be wrong because the clocks were read one after the other.
    uncertainty: u64,
}

impl Reading {
    fn take() -> Self {
        let before = MonoNanos::now();
        let wall = WallNanos::now();
        Self::from_clocks(before, wall, MonoNanos::now())
    }

    const fn from_clocks(before: MonoNanos, wall: WallNanos, after: MonoNanos) -> Self {
        Self {
            now: after,
            offset: wall.0 as i128 - after.0 as i128,
            uncertainty: after.0.saturating_sub(before.0),
        }
    }

    /// Both clocks are slewed alike, so on Linux their distance only changes by a step.
    const fn stepped_since(&self, before: &Self) -> bool {
        let tolerance = self.uncertainty + before.uncertainty;
        self.offset.abs_diff(before.offset) > tolerance as u128
    }
}

impl WallNanos {
    const fn monotonic(self, offset: i128) -> i128 {
        self.0 as i128 - offset
    }
}

fn read(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * NANOS + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[cfg(test)]
mod tests;
