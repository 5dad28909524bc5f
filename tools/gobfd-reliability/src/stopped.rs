//! Our process does not run for a while, as on a host that is overcommitted.

use std::time::{Duration, Instant};

use bfd_testbed::{Result, Signal, eventually};

use crate::daemon::Daemon;
use crate::field::{Field, Pace};
use crate::row::Row;
use crate::scale::{Scale, Size};

/// Interval and multiplier that let a peer bear a silence of nearly a whole detection time.
const PATIENT: Pace = Pace::new(60, 50);

/// Stops the daemon for `time`; returns how long it was.
fn stop(daemon: &Daemon, time: Duration) -> Result<Duration> {
    let begin = Instant::now();
    daemon.process.signal(Signal::STOP)?;
    std::thread::sleep(time);
    daemon.process.signal(Signal::CONT)?;
    Ok(begin.elapsed())
}

/// Stops it again and again, until each session has heard a packet after each; returns the longest.
fn rounds(field: &Field, count: u32, time: Duration, limit: Duration) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    for _ in 0..count {
        let received = || field.us.page().sum("gobfd_bfd_packets_received_total", "");
        let took = stop(&field.us, time)?;
        assert!(
            took < limit,
            "the tester itself overslept: {took:?}, no verdict"
        );
        longest = longest.max(took);
        let (before, some) = (received(), u64::from(field.scale.sessions) * 4);
        eventually("packets after the stop", || {
            let now = received() - before;
            (now > some).then_some(()).ok_or(format!("{now}"))
        })?;
    }
    Ok(longest)
}

/// The peers hear nothing from us for nine tenths of their detection time, and we judge theirs only
/// after what they sent meanwhile was read.
pub(crate) fn nine_tenths(size: Size) -> Result<Row> {
    let small = Scale::new(50, PATIENT).amount(2);
    let full = Scale::new(1000, PATIENT).amount(10);
    let scale = size.choose(small, full);
    let field = Field::new(scale)?;
    let limit = PATIENT.limit();
    let most = limit - Duration::from_millis(2 * u64::from(PATIENT.interval));
    rounds(&field, 1, limit * 9 / 10, most)?;
    let before = field.us.memory();
    let longest = rounds(&field, scale.amount, limit * 9 / 10, most)?;
    let what = format!("{} stops of up to {} ms", scale.amount, longest.as_millis());
    field.judge(what, before)
}

/// The peers' packets lie in our sockets: three detection times of ours pass, and nobody was silent.
pub(crate) fn three_times(size: Size) -> Result<Row> {
    let quick = Pace::new(100, 3);
    let small = Scale::new(50, PATIENT).theirs(quick).amount(4);
    let full = Scale::new(1000, PATIENT).theirs(quick).amount(20);
    let scale = size.choose(small, full);
    let field = Field::new(scale)?;
    let (time, most) = (quick.limit() * 3, PATIENT.limit() / 2);
    rounds(&field, 1, time, most)?;
    let before = field.us.memory();
    let longest = rounds(&field, scale.amount, time, most)?;
    let what = format!(
        "{} stops of up to {} ms, our own limit being {} ms",
        scale.amount,
        longest.as_millis(),
        quick.limit().as_millis()
    );
    field.judge(what, before)
}

/// What would be seen if something went wrong? This: a stop that the peers cannot bear is a flap of
/// every session, and both ends say so. Checked before anything is judged.
///
/// # Errors
/// It is not seen, or the daemons cannot be run.
///
/// # Panics
/// Another reason than silence is given for it.
pub fn control() -> Result<()> {
    let field = Field::new(Scale::new(20, Pace::CALM))?;
    assert_eq!(field.flaps(), (0, 0));
    stop(&field.us, Pace::CALM.limit() * 2)?;
    let all = u64::from(field.scale.sessions);
    eventually("each session to flap at both ends", || {
        let flaps = field.flaps();
        let seen = flaps.0 >= all && flaps.1 >= all;
        seen.then_some(()).ok_or(format!("{flaps:?}"))
    })?;
    let page = field.them.page();
    let silent = page.sum("gobfd_bfd_downs_total", "verdict=\"peer-silent\"");
    assert_eq!(silent, all, "{}", page.causes());
    field.all_up()
}
