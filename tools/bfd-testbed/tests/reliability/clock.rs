//! The wall clock jumps by a day, there and back. Touches the clock of the whole machine, so it runs
//! only when asked for: `make reliability-clock`.

use std::thread;
use std::time::Duration;

use bfd_testbed::{Result, Signal};
use rustix::time::{ClockId, Timespec, clock_gettime, clock_settime};

use crate::field::{Field, Pace};
use crate::scale::Scale;

const DAY: i64 = 86_400;
const SECOND: i64 = 1_000_000_000;

/// The wall clock off by so many seconds; dropped, it is right again by the monotonic clock.
struct Stepped {
    wall: i64,
    monotonic: i64,
}

fn nanos(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * SECOND + time.tv_nsec
}

fn set(nanos: i64) -> rustix::io::Result<()> {
    let time = Timespec {
        tv_sec: nanos.div_euclid(SECOND),
        tv_nsec: nanos.rem_euclid(SECOND),
    };
    clock_settime(ClockId::Realtime, time)
}

impl Stepped {
    fn by(seconds: i64) -> Self {
        let (wall, monotonic) = (nanos(ClockId::Realtime), nanos(ClockId::Monotonic));
        let stepped = Self { wall, monotonic };
        set(wall + seconds * SECOND).expect("root of the machine may set its clock");
        let now = nanos(ClockId::Realtime);
        assert!(
            (now - wall).abs() > (DAY - 60) * SECOND,
            "the clock did not move"
        );
        stepped
    }
}

impl Drop for Stepped {
    fn drop(&mut self) {
        let passed = nanos(ClockId::Monotonic) - self.monotonic;
        set(self.wall + passed).expect("it could be set before");
    }
}

#[test]
#[ignore = "sets the clock of this machine: make reliability-clock"]
fn the_clock_is_stepped_by_a_day() -> Result<()> {
    let full = Scale::new(1000, Pace::new(50, 20))
        .theirs(Pace::FAST)
        .amount(4);
    let scale = Scale::choose(full, full);
    let field = Field::new(scale)?;
    let before = field.us.rss();
    for days in [1, -1] {
        let stepped = Stepped::by(days * DAY);
        thread::sleep(Duration::from_millis(1500));
        drop(stepped);
        thread::sleep(Duration::from_millis(500));
    }
    // Both steps while we do not run, so that nobody sees the clock jump, only stamps a day away.
    for days in [1, -1] {
        field.us.process.signal(Signal::STOP)?;
        thread::sleep(Duration::from_millis(100));
        let stepped = Stepped::by(days * DAY);
        thread::sleep(Duration::from_millis(400));
        drop(stepped);
        field.us.process.signal(Signal::CONT)?;
        thread::sleep(Duration::from_millis(500));
    }
    field
        .judge(
            "clock stepped by a day, 4 times there and back".into(),
            before,
        )
        .map(drop)
}
