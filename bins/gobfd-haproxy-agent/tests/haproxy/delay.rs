//! How long it takes from an event of the daemon's to HAProxy's state. The figures are printed;
//! only ten times the aim fails, for the machine may be busy.

use std::time::{Duration, Instant};

use bfd_api::v1::SessionState;
use bfd_testbed::Result;

use crate::support::{DOWN, Haproxy, Host, UP};

const ROUNDS: usize = 20;

#[test]
fn by_push() -> Result<()> {
    measure("push", true, "60s", Duration::from_millis(5))
}

#[test]
fn by_agent_check_every_100_ms() -> Result<()> {
    measure(
        "agent-inter 100ms",
        false,
        "100ms",
        Duration::from_millis(120),
    )
}

fn measure(name: &str, push: bool, agent_inter: &str, aim: Duration) -> Result<()> {
    let mut host = Host::new(1)?;
    let haproxy = host.haproxy(agent_inter)?;
    let _agent = host.agent(&host.config("", push))?;
    haproxy.wait_asked()?;
    haproxy.wait(&[UP])?;
    let mut delays = Vec::new();
    for _ in 0..ROUNDS {
        for (state, status) in [(SessionState::Down, DOWN), (SessionState::Up, UP)] {
            let begin = Instant::now();
            host.daemon.set(0, state);
            delays.push(until(&haproxy, status, begin));
        }
    }
    delays.sort();
    let [least, median, most] = [0, delays.len() / 2, delays.len() - 1].map(|at| delays[at]);
    println!(
        "detection to effect by {name}: least {least:.1?}, median {median:.1?}, most {most:.1?} \
         of {}, aim {aim:?}",
        delays.len()
    );
    assert!(
        median <= 10 * aim,
        "median {median:?}, ten times the aim is {:?}",
        10 * aim
    );
    Ok(())
}

/// Looks without a pause: the wait is short and its end is what counts.
fn until(haproxy: &Haproxy, status: &str, begin: Instant) -> Duration {
    while haproxy.status(0) != status {
        assert!(begin.elapsed() < bfd_testbed::PATIENCE, "never {status}");
    }
    begin.elapsed()
}
