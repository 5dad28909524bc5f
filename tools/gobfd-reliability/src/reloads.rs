//! One reload after the other, each with another file; some files cannot be read.

use std::fmt::Write as _;

use bfd_testbed::Result;

use crate::field::{Field, Pace};
use crate::row::Row;
use crate::scale::{Scale, Size};

/// Every so many files one is broken.
const BROKEN: u32 = 10;

fn scale(size: Size) -> Scale {
    let small = Scale::new(50, Pace::CALM).amount(60);
    let full = Scale::new(1000, Pace::FAST).amount(1000);
    size.choose(small, full)
}

pub(crate) fn play(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::new(scale)?;
    let warm = scale.amount / 4;
    for number in 1..=warm {
        reload(&field, number)?;
    }
    let before = field.us.memory();
    for number in warm + 1..=scale.amount {
        reload(&field, number)?;
    }

    let page = field.us.page();
    let count = |result: &str| page.sum("gobfd_config_reloads_total", result);
    let (good, bad) = (count("result=\"ok\""), count("result=\"error\""));
    assert_eq!(
        good + bad,
        u64::from(scale.amount),
        "each was obeyed or refused"
    );
    assert_eq!(
        bad,
        u64::from(scale.amount / BROKEN),
        "only what is broken is refused"
    );
    let what = format!("{} reloads, {bad} of them refused", scale.amount);
    field.us.reload(&field.configuration(""))?;
    field.us.wait("the first file again", |page| {
        page.sum("gobfd_bfd_sessions", "") == u64::from(scale.sessions)
    })?;
    field.judge(what, before)
}

fn reload(field: &Field, number: u32) -> Result<()> {
    let text = field.configuration(&change(number));
    field.us.reload(&text)?;
    field.us.wait("the reload to be counted", |page| {
        page.sum("gobfd_config_reloads_total", "") == u64::from(number)
    })?;
    Ok(())
}

/// Sessions that come, go and change their timers; another level of the log; a broken file.
fn change(number: u32) -> String {
    let mut text = String::new();
    for extra in 0..number % 7 {
        let interval = 300 + 100 * (number % 3);
        let _ = writeln!(
            text,
            "  - {{peer: 10.4.0.{}, type: multi_hop, desired_min_tx: {interval}ms}}",
            extra + 1
        );
    }
    if number.is_multiple_of(2) {
        text.push_str("log: {level: warn}\n");
    }
    if number.is_multiple_of(BROKEN) {
        text.push_str("sessions: {this is: no list\n");
    }
    text
}
