//! Interfaces and addresses that come and go.

use bfd_testbed::Result;

use crate::support::{Daemon, Pair, config};

#[test]
fn a_session_waits_for_interface_and_address() -> Result<()> {
    let pair = Pair::new()?;
    let text = config(&[]) + "sessions:\n  - {peer: 10.1.0.2, interface: late0}\n";
    let left = Daemon::start(&pair.left, &text)?;
    let problem = |name: &'static str| {
        move |session: &serde_json::Value| session["pathProblem"] == format!("PATH_PROBLEM_{name}")
    };
    left.wait_until("10.1.0.2", "no interface", problem("INTERFACE_MISSING"))?;
    let args = [
        "link", "add", "late0", "type", "veth", "peer", "name", "late0",
    ];
    pair.left
        .ip(&[&args[..], &["netns", pair.right.name()]].concat())?;
    left.wait_until("10.1.0.2", "interface down", problem("INTERFACE_DOWN"))?;
    pair.left.ip(&["link", "set", "late0", "up"])?;
    pair.right.ip(&["link", "set", "late0", "up"])?;
    left.wait_until("10.1.0.2", "no address", problem("ADDRESS_MISSING"))?;
    pair.left.add_address("late0", "10.1.0.1/24")?;
    let ready = left.wait_until("10.1.0.2", "ready", |s| s.get("pathProblem").is_none())?;
    assert_eq!(ready["localAddress"], "10.1.0.1");

    pair.right.add_address("late0", "10.1.0.2/24")?;
    let _right = Daemon::start(&pair.right, &config(&["10.1.0.1"]))?;
    left.wait("10.1.0.2", "UP").map(drop)
}

#[test]
fn a_lost_carrier_is_a_link_down_and_mends() -> Result<()> {
    let pair = Pair::new()?;
    // The kernel may take a second to tell of a lost carrier; silence must not be noticed before.
    let slow = "desired_min_tx: 500ms, required_min_rx: 500ms, detect_mult: 10";
    let sessions = format!(
        "sessions:\n  - {{peer: 10.0.0.2, {slow}}}\n  - {{peer: \"fd00::2\", interface: eth0, {slow}}}\n"
    );
    let left = Daemon::start(&pair.left, &sessions)?;
    let _right = Daemon::start(
        &pair.right,
        &sessions.replace("::2", "::1").replace("0.2,", "0.1,"),
    )?;
    for peer in ["10.0.0.2", "fd00::2"] {
        left.wait(peer, "UP")?;
    }
    pair.right.ip(&["link", "set", "eth0", "down"])?;
    for peer in ["10.0.0.2", "fd00::2"] {
        let down = left.wait_until(peer, "waiting", |session| {
            session["pathProblem"] == "PATH_PROBLEM_INTERFACE_DOWN"
        })?;
        assert_eq!(down["localState"], "SESSION_STATE_DOWN");
        assert_eq!(down["localDiagnostic"], "DIAGNOSTIC_CODE_PATH_DOWN");
        assert_eq!(down["lastDown"]["verdict"], "link-down", "{down}");
    }
    pair.right.ip(&["link", "set", "eth0", "up"])?;
    pair.right.add_address("eth0", "fd00::2/64").ok();
    left.wait("10.0.0.2", "UP")?;
    Ok(())
}

#[test]
fn a_removed_address_is_a_link_down() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    let _right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    left.wait("10.0.0.2", "UP")?;
    pair.left
        .ip(&["addr", "del", "10.0.0.1/24", "dev", "eth0"])?;
    let down = left.wait_until("10.0.0.2", "link-down", |session| {
        session["lastDown"]["verdict"] == "link-down"
    })?;
    assert_eq!(down["localState"], "SESSION_STATE_DOWN");
    pair.left.add_address("eth0", "10.0.0.1/24")?;
    left.wait("10.0.0.2", "UP").map(drop)
}

#[test]
fn link_local_peers_on_an_interface() -> Result<()> {
    let pair = Pair::new()?;
    let (ours, theirs) = (
        pair.left.link_local("eth0")?,
        pair.right.link_local("eth0")?,
    );
    let session = |peer| format!("sessions:\n  - {{peer: \"{peer}\", interface: eth0}}\n");
    let left = Daemon::start(&pair.left, &session(theirs))?;
    let _right = Daemon::start(&pair.right, &session(ours))?;
    let up = left.wait(&theirs.to_string(), "UP")?;
    assert_eq!(up["localAddress"], ours.to_string());
    assert_eq!(up["interfaceName"], "eth0");
    Ok(())
}
