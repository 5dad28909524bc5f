//! HAProxy asks, the agent answers.

use bfd_api::v1::SessionState;
use bfd_testbed::{Result, Signal};

use crate::support::{DOWN, DRAIN, Host, UP};

#[test]
fn servers_follow_their_sessions() -> Result<()> {
    let mut host = Host::new(2)?;
    let agent = host.agent(&host.config("", false))?;
    let haproxy = host.haproxy("100ms")?;
    haproxy.wait(&[UP, UP])?;
    for _ in 0..2 {
        host.daemon.set(0, SessionState::Down);
        haproxy.wait(&[DOWN, UP])?;
        host.daemon.set(1, SessionState::Down);
        haproxy.wait(&[DOWN, DOWN])?;
        host.daemon.set(0, SessionState::Init);
        host.daemon.set(1, SessionState::Up);
        haproxy.wait(&[DOWN, UP])?;
        host.daemon.set(0, SessionState::Up);
        haproxy.wait(&[UP, UP])?;
    }
    let log = agent.log();
    let line = "msg=\"server state changed\" peer=10.1.0.1 agent_port=20000 from=up to=down \
                reason=\"session is Down\"";
    assert_eq!(log.matches(line).count(), 2, "{log}");
    assert!(log.lines().all(|line| line.starts_with("time=")), "{log}");
    Ok(())
}

#[test]
fn a_peer_in_admin_down_drains() -> Result<()> {
    let mut host = Host::new(1)?;
    let _agent = host.agent(&host.config("admin_down: drain\n", false))?;
    let haproxy = host.haproxy("100ms")?;
    haproxy.wait(&[UP])?;
    host.daemon.change(0, |session| {
        session.local_state = SessionState::Down.into();
        session.remote_state = SessionState::AdminDown.into();
    });
    haproxy.wait(&[DRAIN])?;
    host.daemon.change(0, |session| {
        session.local_state = SessionState::Up.into();
        session.remote_state = SessionState::Up.into();
    });
    haproxy.wait(&[UP])
}

#[test]
fn a_daemon_that_goes_and_comes_back_does_not_flap_servers() -> Result<()> {
    let mut host = Host::new(2)?;
    host.daemon.set(1, SessionState::Down);
    let agent = host.agent(&host.config("", false))?;
    let haproxy = host.haproxy("100ms")?;
    haproxy.wait(&[UP, DOWN])?;
    let before = haproxy.column("chkdown");
    host.daemon.restart();
    host.wait_log(&agent, "connected to gobfd", 2)?;
    // The sessions of the new daemon were never Up; what HAProxy learns now is the last answer.
    host.wait_checks()?;
    assert_eq!(haproxy.column("status"), [UP, DOWN]);
    host.daemon.set(0, SessionState::Up);
    host.daemon.set(1, SessionState::Up);
    haproxy.wait(&[UP, UP])?;
    assert_eq!(haproxy.column("chkdown"), before, "nobody went down");
    Ok(())
}

#[test]
fn a_daemon_that_stays_away_leaves_the_policy() -> Result<()> {
    let mut host = Host::new(1)?;
    let policy = "daemon_away: {keep_for: 3s}\n";
    let _agent = host.agent(&host.config(policy, false))?;
    let haproxy = host.haproxy("100ms")?;
    haproxy.wait(&[UP])?;
    host.daemon.go_away();
    haproxy.wait(&[DOWN])?;
    let (status, body) = host.page("/readyz")?;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("is away"), "{body}");
    assert_eq!(host.page("/healthz")?.0, 200);
    host.daemon.come_back();
    haproxy.wait(&[UP])?;
    assert_eq!(host.page("/readyz")?, (200, "ok\n".to_owned()));
    Ok(())
}

#[test]
fn a_policy_of_up_answers_up() -> Result<()> {
    let mut host = Host::new(1)?;
    host.daemon.set(0, SessionState::Down);
    let _agent = host.agent(&host.config("daemon_away: {answer: up}\n", false))?;
    let haproxy = host.haproxy("100ms")?;
    haproxy.wait(&[DOWN])?;
    host.daemon.go_away();
    haproxy.wait(&[UP])
}

#[test]
fn a_restart_of_the_agent_changes_nothing() -> Result<()> {
    let host = Host::new(1)?;
    let config = host.config("", false);
    let mut agent = host.agent(&config)?;
    let haproxy = host.haproxy("100ms")?;
    haproxy.wait(&[UP])?;
    let before = haproxy.column("chkdown");
    for signal in [Signal::KILL, Signal::TERM] {
        agent.signal(signal)?;
        agent.wait(bfd_testbed::PATIENCE)?;
        agent = host.agent(&config)?;
        host.wait_checks()?;
    }
    assert_eq!(haproxy.column("chkdown"), before);
    haproxy.wait(&[UP])
}
