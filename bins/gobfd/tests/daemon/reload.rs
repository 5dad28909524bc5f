//! SIGHUP.

use bfd_testbed::{Result, eventually};
use serde_json::json;

use crate::support::{Daemon, Pair, config, discriminator, wish};

const DONE: &str = "session reconciliation complete";

#[test]
fn a_reload_touches_only_what_changed() -> Result<()> {
    let pair = Pair::new()?;
    let right = Daemon::start(&pair.right, &config(&["10.0.0.1", "fd00::1"]))?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2", "fd00::2"]))?;
    let kept = left.wait("10.0.0.2", "UP")?;
    let changed = left.wait("fd00::2", "UP")?;
    left.call("AddSession", &wish("10.0.0.9"));

    // One stays, one gets other timers, one is new.
    let other = config(&["10.0.0.2", "10.0.0.7"])
        + "  - {peer: \"fd00::2\", required_min_rx: 200ms, detect_mult: 5}\n";
    left.reload(&other, DONE)?;
    let report = left.logged(DONE).pop().expect("a line");
    let counts = ["created", "destroyed", "changed"].map(|key| report[key].as_u64());
    assert_eq!(counts, [Some(1), Some(0), Some(1)], "{report}");
    let line = left.logged("configuration reloaded").pop().expect("a line");
    assert_eq!(
        (&line["old_log_level"], &line["new_log_level"]),
        (&json!("INFO"), &json!("INFO"))
    );

    left.wait_until("fd00::2", "the new timers", |session| {
        session["requiredMinRxInterval"] == "0.200s" && session["detectMultiplier"] == 5
    })?;
    // The peer follows without a flap: 5 x max(50 ms, 50 ms), and it sends each 200 ms.
    right.wait_until("fd00::1", "what the Poll Sequence told", |session| {
        session["negotiatedTxInterval"] == "0.200s" && session["detectionTime"] == "0.250s"
    })?;
    for before in [&kept, &changed] {
        let peer = before["peerAddress"].as_str().expect("text");
        let now = left.session(peer);
        assert_eq!(discriminator(&now), discriminator(before));
        assert_eq!(
            now["lastStateChange"], before["lastStateChange"],
            "{peer} did not move"
        );
    }
    assert_eq!(left.sessions().len(), 4, "the one of the API lives on");

    // Gone from the file: gone. The one of the API is nobody else's business.
    left.reload(&config(&["10.0.0.2"]), DONE)?;
    right.wait("fd00::1", "DOWN")?;
    let peers: Vec<_> = left
        .sessions()
        .iter()
        .map(|s| s["peerAddress"].to_string())
        .collect();
    assert_eq!(peers.len(), 2, "{peers:?}");
    Ok(())
}

#[test]
fn a_fault_changes_nothing() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    let before = left.session("10.0.0.2");
    let message = "failed to reload configuration, keeping current settings";
    left.reload("sessions: [{peer: nonsense}]\n", message)?;
    let line = left.logged(message).pop().expect("a line");
    assert!(line["error"].to_string().contains("nonsense"), "{line}");
    let after = left.session("10.0.0.2");
    assert_eq!(discriminator(&before), discriminator(&after));
    assert!(left.logged("configuration reloaded").is_empty());
    // And it goes on as if nothing had been.
    left.reload(&config(&["10.0.0.2", "10.0.0.3"]), DONE)?;
    assert_eq!(left.sessions().len(), 2);
    Ok(())
}

#[test]
fn an_override_outlives_reloads_that_do_not_touch_its_session() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    let hold = json!({ "peerAddress": "10.0.0.2", "adminState": "ADMIN_STATE_DOWN" });
    assert_eq!(left.call("SetSessionAdmin", &hold).0, 200);
    left.wait("10.0.0.2", "ADMIN_DOWN")?;
    left.reload(&config(&["10.0.0.2", "10.0.0.3"]), DONE)?;
    let session = left.session("10.0.0.2");
    assert_eq!(session["overridden"], true);
    assert_eq!(session["localState"], "SESSION_STATE_ADMIN_DOWN");

    let touched = config(&["10.0.0.3"]) + "  - {peer: 10.0.0.2, detect_mult: 7}\n";
    left.reload(&touched, DONE)?;
    let session = left.wait("10.0.0.2", "DOWN")?;
    assert_eq!(session.get("overridden"), None);
    Ok(())
}

#[test]
fn a_key_of_the_api_is_left_to_it_and_said_so() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&[]))?;
    left.call("AddSession", &wish("10.0.0.2"));
    left.reload(&config(&["10.0.0.2", "10.0.0.3"]), DONE)?;
    let line = left
        .logged("configured session left out")
        .pop()
        .expect("a line");
    assert!(
        line["error"]
            .to_string()
            .contains("10.0.0.2 already belongs to the API"),
        "{line}"
    );
    assert_eq!(left.session("10.0.0.2")["owner"], "api");
    assert_eq!(left.session("10.0.0.3")["owner"], "config");
    Ok(())
}

#[test]
fn the_log_level_changes_at_once() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&[]))?;
    let quiet = format!("log: {{level: error}}\n{}", config(&["10.0.0.2"]));
    left.reload(&quiet, "received SIGHUP, reloading configuration")?;
    eventually("the session", || {
        let sessions = left.sessions();
        (sessions.len() == 1)
            .then_some(())
            .ok_or(format!("{sessions:?}"))
    })?;
    assert!(
        left.logged("session created").is_empty(),
        "{}",
        left.process.log()
    );
    Ok(())
}
