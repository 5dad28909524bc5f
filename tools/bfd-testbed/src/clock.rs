//! The wall clock of the machine, stepped and set right again.
//!
//! It belongs to everybody on the machine and is no part of any namespace. Whoever steps it holds a
//! [`SteppedClock`]; the record of what must be undone holds the same, for a signal.

use rustix::time::{ClockId, Timespec, clock_gettime, clock_settime};

use crate::{Error, Result, registry};

const SECOND: i64 = 1_000_000_000;

/// A wall clock that is off; dropped, or when a signal ends the program, it is right again.
#[derive(Debug)]
pub struct SteppedClock(());

impl SteppedClock {
    /// Whether this process may set the clock; it is set to what it shows.
    ///
    /// # Errors
    /// It may not.
    pub fn permitted() -> Result<()> {
        set(nanos(ClockId::Realtime))
    }

    /// Steps the clock by so many seconds; the one before must have been dropped.
    ///
    /// # Errors
    /// This process may not set it.
    pub fn by(seconds: i64) -> Result<Self> {
        let mut made = registry::made();
        let right = RightTime::now();
        set(right.wall + seconds * SECOND)?;
        made.clock = Some(right);
        Ok(Self(()))
    }
}

impl Drop for SteppedClock {
    fn drop(&mut self) {
        if let Some(right) = registry::made().clock.take() {
            right.restore();
        }
    }
}

/// What the wall clock should show, by the monotonic one, which no step touches.
#[derive(Clone, Copy, Debug)]
pub struct RightTime {
    wall: i64,
    monotonic: i64,
}

impl RightTime {
    /// That the clock is right now.
    #[must_use]
    pub fn now() -> Self {
        let (wall, monotonic) = (nanos(ClockId::Realtime), nanos(ClockId::Monotonic));
        Self { wall, monotonic }
    }

    /// By how many nanoseconds the wall clock is ahead of what it should show.
    #[must_use]
    pub fn error(self) -> i64 {
        let now = Self::now();
        (now.wall - self.wall) - (now.monotonic - self.monotonic)
    }

    /// Best effort, as in any clean-up: who could step it can.
    pub(crate) fn restore(self) {
        let passed = nanos(ClockId::Monotonic) - self.monotonic;
        let _ = set(self.wall + passed);
    }
}

fn nanos(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * SECOND + time.tv_nsec
}

fn set(nanos: i64) -> Result<()> {
    let time = Timespec {
        tv_sec: nanos.div_euclid(SECOND),
        tv_nsec: nanos.rem_euclid(SECOND),
    };
    clock_settime(ClockId::Realtime, time).map_err(|errno| Error::Clock {
        source: errno.into(),
    })
}
