//! There is no session to explain: none with this peer, or no daemon at all.

use bfd_testbed::{Bird, Explained, Frr, Gobfd, Result, Router, Stage};

use super::Expected;

#[test]
fn there_is_no_such_session() -> Result<()> {
    let stage = Stage::one_link()?;
    let ours = Gobfd::start(&stage.us, &[stage.session_v4()])?;
    let expected = Expected {
        cause: "no-session",
        answer: "fd00::2 has no session here",
        evidence: "the daemon has 1 sessions, none matches",
        remedy: "gobfdctl session add --peer fd00::2",
    };
    expected.comes(&ours, stage.v6.1).map(drop)
}

/// The router was first: our daemon does not start, says why, and `explain` says the same.
fn another_daemon_holds_the_ports<R: Router>(name: &str) -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let _first = R::start(&stage.us, std::slice::from_ref(&session))?;
    let refused = Gobfd::start(&stage.us, std::slice::from_ref(&session)).expect_err("no port");
    let said = refused.to_string();
    assert!(said.contains("cannot receive on UDP port 3784"), "{said}");
    assert!(said.contains("another BFD daemon"), "{said}");

    let seen = Explained::ask(&stage.us, session.peer)?;
    let (answer, evidence) = (
        format!("another daemon holds the BFD ports: {name} (pid "),
        format!("UDP port 3784 is held by {name} (pid "),
    );
    let expected = Expected {
        cause: "ports-held",
        answer: &answer,
        evidence: &evidence,
        remedy: "stop the other one, or disable its BFD",
    };
    expected.assert(&seen);
    Ok(())
}

#[test]
fn frr_holds_the_ports() -> Result<()> {
    another_daemon_holds_the_ports::<Frr>("bfdd")
}

#[test]
fn bird_holds_the_ports() -> Result<()> {
    another_daemon_holds_the_ports::<Bird>("bird")
}

#[test]
fn no_daemon_runs() -> Result<()> {
    let stage = Stage::one_link()?;
    let expected = Expected {
        cause: "no-daemon",
        answer: "gobfd does not run here",
        evidence: "nobody holds UDP ports 3784 and 4784 in this network namespace",
        remedy: "start gobfd (systemctl start gobfd)",
    };
    expected.assert(&Explained::ask(&stage.us, stage.v4.1)?);
    Ok(())
}

#[test]
fn the_daemon_answers_at_another_address() -> Result<()> {
    let stage = Stage::one_link()?;
    let mut ours = Gobfd::start(&stage.us, &[])?;
    let answer = format!(
        "gobfd (pid {}) runs, but its API does not answer",
        ours.process().pid()
    );
    let expected = Expected {
        cause: "no-daemon",
        answer: &answer,
        evidence: "the API does not answer: unavailable: 127.0.0.1:50099",
        remedy: "give the address of grpc.addr in its configuration with --addr",
    };
    expected.assert(&Explained::ask_at(
        &stage.us,
        "127.0.0.1:50099",
        stage.v4.1,
    )?);
    Ok(())
}
