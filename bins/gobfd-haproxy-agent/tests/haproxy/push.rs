//! The agent tells HAProxy by itself. HAProxy asks only every minute here, so what it knows sooner
//! it was told.

use bfd_api::v1::SessionState;
use bfd_testbed::{Result, eventually};

use crate::support::{DOWN, DRAIN, Host, UP};

const SELDOM: &str = "60s";

#[test]
fn every_answer_is_pushed() -> Result<()> {
    let mut host = Host::new(2)?;
    let haproxy = host.haproxy(SELDOM)?;
    let _agent = host.agent(&host.config("admin_down: drain\n", true))?;
    haproxy.wait(&[UP, UP])?;
    for _ in 0..2 {
        host.daemon.set(0, SessionState::Down);
        haproxy.wait(&[DOWN, UP])?;
        host.daemon.change(1, |session| {
            session.local_state = SessionState::AdminDown.into();
            session.admin_down = true;
        });
        haproxy.wait(&[DOWN, DRAIN])?;
        host.daemon.set(1, SessionState::Up);
        host.daemon.set(0, SessionState::Up);
        haproxy.wait(&[UP, UP])?;
    }
    let (_, page) = host.page("/metrics")?;
    assert!(
        page.contains("gobfd_haproxy_agent_push_connected 1\n"),
        "{page}"
    );
    assert!(
        page.contains("gobfd_haproxy_agent_push_refused_total 0\n"),
        "{page}"
    );
    Ok(())
}

#[test]
fn an_agent_lifts_what_the_one_before_it_set() -> Result<()> {
    let mut host = Host::new(1)?;
    let haproxy = host.haproxy(SELDOM)?;
    let config = host.config("admin_down: drain\n", true);
    let mut agent = host.agent(&config)?;
    host.daemon.change(0, |session| {
        session.local_state = SessionState::AdminDown.into();
        session.admin_down = true;
    });
    haproxy.wait(&[DRAIN])?;
    agent.kill();
    host.daemon.set(0, SessionState::Up);
    let _agent = host.agent(&config)?;
    haproxy.wait(&[UP])
}

#[test]
fn a_haproxy_that_is_new_is_told_everything() -> Result<()> {
    let mut host = Host::new(2)?;
    let mut haproxy = host.haproxy(SELDOM)?;
    let agent = host.agent(&host.config("", true))?;
    host.daemon.set(0, SessionState::Down);
    haproxy.wait(&[DOWN, UP])?;
    haproxy.restart()?;
    haproxy.wait(&[DOWN, UP])?;
    haproxy.reload()?;
    haproxy.wait(&[DOWN, UP])?;
    let log = agent.log();
    assert_eq!(log.matches("HAProxy is new").count(), 3, "{log}");
    Ok(())
}

#[test]
fn what_happened_while_haproxy_was_away_is_made_good() -> Result<()> {
    let mut host = Host::new(1)?;
    // HAProxy's turn comes later.
    let agent = host.agent(&host.config("", true))?;
    host.wait_log(&agent, "cannot push to HAProxy", 1)?;
    host.daemon.set(0, SessionState::Down);
    let haproxy = host.haproxy(SELDOM)?;
    haproxy.wait(&[DOWN])?;
    // It hangs, and what it is told meanwhile gets lost.
    let frozen = haproxy.freeze()?;
    host.daemon.set(0, SessionState::Up);
    host.wait_log(&agent, "no answer within 1s", 1)?;
    drop(frozen);
    haproxy.wait(&[UP])?;
    host.wait_log(&agent, "pushing to HAProxy again", 2)
}

#[test]
fn a_haproxy_that_hangs_delays_no_agent_check() -> Result<()> {
    let mut host = Host::new(1)?;
    let haproxy = host.haproxy(SELDOM)?;
    let _agent = host.agent(&host.config("", true))?;
    haproxy.wait(&[UP])?;
    let frozen = haproxy.freeze()?;
    host.daemon.set(0, SessionState::Down);
    eventually("an agent check to be answered", || {
        let answer = host.check(0).map_err(|error| error.to_string())?;
        (answer == "down\n").then_some(()).ok_or(answer)
    })?;
    drop(frozen);
    haproxy.wait(&[DOWN])
}

#[test]
fn what_haproxy_refuses_is_said_once_and_the_rest_works() -> Result<()> {
    let mut host = Host::new(2)?;
    let haproxy = host.haproxy(SELDOM)?;
    let config = host.config("", true).replace("be/s0", "be/nobody");
    let agent = host.agent(&config)?;
    let refusal =
        "msg=\"HAProxy refuses a command\" server=be/nobody state=up error=\"No such server.\"";
    host.wait_log(&agent, refusal, 1)?;
    host.daemon.set(1, SessionState::Down);
    haproxy.wait(&[UP, DOWN])?;
    // Later attempts are refused in silence.
    eventually("a second attempt", || {
        let (_, page) = host.page("/metrics").map_err(|error| error.to_string())?;
        let refused = page
            .lines()
            .find_map(|line| line.strip_prefix("gobfd_haproxy_agent_push_refused_total "));
        let refused: u64 = refused.and_then(|count| count.parse().ok()).unwrap_or(0);
        (refused > 1).then_some(()).ok_or(page)
    })?;
    assert_eq!(agent.log().matches(refusal).count(), 1);
    Ok(())
}
