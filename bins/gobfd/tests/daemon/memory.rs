//! What sessions cost in memory.

use std::fs;

use bfd_testbed::{Result, eventually};

use crate::support::{Daemon, Pair};

const FEW: u64 = 100;
const MANY: u64 = 5_000;
/// Most a session may cost, in octets of memory that the process has for itself.
const COST: u64 = 2_200;
/// Most that all of the sessions may cost in addition after any number of reloads, in KiB.
const GROWTH: u64 = 2_048;
const RELOADS: u32 = 8;

/// Sessions with peers that are not there, and that do not call for them.
fn configuration(sessions: u64) -> String {
    let mut text = String::from("sessions:\n");
    for number in 0..sessions {
        let (high, low) = (number / 250, number % 250 + 1);
        text.push_str(&format!(
            "  - {{peer: 127.1.{high}.{low}, local: 127.0.0.1, interface: lo, passive: true}}\n"
        ));
    }
    text
}

/// Memory that is the process' own, in KiB.
fn anonymous(daemon: &Daemon) -> u64 {
    let path = format!("/proc/{}/status", daemon.process.pid());
    let status = fs::read_to_string(path).expect("it runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number = number.and_then(|number| number.parse().ok());
    number.expect("a number of KiB")
}

/// Waits until no more than this is occupied. What a start or a reload needed for a moment is given
/// back a moment later.
fn at_most(daemon: &Daemon, limit: u64) -> Result<u64> {
    eventually(&format!("at most {limit} KiB"), || {
        let occupied = anonymous(daemon);
        if occupied <= limit {
            Ok(occupied)
        } else {
            Err(format!("{occupied} KiB"))
        }
    })
}

#[test]
fn a_session_costs_little_and_a_reload_nothing() -> Result<()> {
    let pair = Pair::new()?;
    let few = Daemon::start(&pair.left, &configuration(FEW))?;
    let many = Daemon::start(&pair.right, &configuration(MANY))?;
    let base = anonymous(&few);
    let started = at_most(&many, base + (MANY - FEW) * COST / 1024)?;
    let cost = started.saturating_sub(base) * 1024 / (MANY - FEW);

    for _ in 0..RELOADS {
        many.reload(&configuration(MANY), "session reconciliation complete")?;
    }
    let reloaded = at_most(&many, started + GROWTH)?;
    println!("{cost} octets a session; {started} KiB, after {RELOADS} reloads {reloaded} KiB");
    Ok(())
}
