//! The wall clock jumps by a day, there and back: deadlines do not follow it, and no stamp of a packet
//! is believed across the jump.

use std::thread;
use std::time::Duration;

use bfd_testbed::{Result, RightTime, Signal, SteppedClock};

use crate::field::{Field, Pace};
use crate::row::Row;
use crate::scale::{Scale, Size};

const DAY: i64 = 86_400;
/// How far the clock may be from the right time afterwards, in nanoseconds: one is set after the other
/// is read, and the thread may lose its processor in between.
const RIGHT: u64 = 20_000_000;

fn scale(size: Size) -> Scale {
    // Our own detection is the quick one: it is our stamps that lie. The peers bear our stops.
    let small = Scale::new(50, Pace::new(100, 30)).theirs(Pace::CALM);
    let full = Scale::new(1000, Pace::new(50, 20)).theirs(Pace::FAST);
    size.choose(small, full)
}

/// Four steps of a day, each for less than two seconds and each undone.
pub(crate) fn play(size: Size) -> Result<Row> {
    SteppedClock::permitted()?;
    let field = Field::new(scale(size))?;
    let right = RightTime::now();
    while_we_run()?;
    let before = field.us.memory();
    while_we_are_stopped(&field)?;
    let error = right.error();
    assert!(
        error.unsigned_abs() < RIGHT,
        "the clock is off by {error} ns"
    );
    let done = format!(
        "clock stepped by a day, 4 times there and back; right again to {} µs",
        error.unsigned_abs().div_ceil(1000)
    );
    field.judge(done, before)
}

fn while_we_run() -> Result<()> {
    for days in [1, -1] {
        let stepped = SteppedClock::by(days * DAY)?;
        thread::sleep(Duration::from_millis(1500));
        drop(stepped);
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Nobody sees the clock jump, only stamps a day away.
fn while_we_are_stopped(field: &Field) -> Result<()> {
    for days in [1, -1] {
        field.us.process.signal(Signal::STOP)?;
        thread::sleep(Duration::from_millis(100));
        let stepped = SteppedClock::by(days * DAY)?;
        thread::sleep(Duration::from_millis(400));
        drop(stepped);
        field.us.process.signal(Signal::CONT)?;
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}
