//! Timers: laid over a session by a client, and shared through profiles.

use bfd_testbed::Result;
use serde_json::{Value, json};

use crate::support::{Daemon, Pair, config, discriminator, wish};

const DONE: &str = "session reconciliation complete";

fn set(daemon: &Daemon, request: &Value) -> Value {
    let (status, answer) = daemon.call("SetSessionTimers", request);
    assert_eq!(status, 200, "{answer}");
    answer["session"].clone()
}

/// What is laid over, and what lies below.
fn shown(session: &Value) -> [&Value; 2] {
    [&session["timerOverride"], &session["configuredTimers"]]
}

#[test]
fn a_session_is_set_live_and_keeps_it_through_a_reload() -> Result<()> {
    let pair = Pair::new()?;
    let right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    let before = left.wait("10.0.0.2", "UP")?;
    assert_eq!(shown(&before), [&Value::Null; 2]);

    let answer = set(
        &left,
        &json!({ "peerAddress": "10.0.0.2", "requiredMinRxInterval": "0.2s", "detectMultiplier": 5 }),
    );
    // The answer says it already, whether or not the worker has got to it.
    assert_eq!(answer["requiredMinRxInterval"], "0.200s");
    assert_eq!(answer["detectMultiplier"], 5);
    assert_eq!(answer["overridden"], true);
    let over = json!({ "requiredMinRxInterval": "0.200s", "detectMultiplier": 5 });
    let below = json!({
        "desiredMinTxInterval": "0.050s", "requiredMinRxInterval": "0.050s", "detectMultiplier": 3
    });
    assert_eq!(shown(&answer), [&over, &below]);
    right.wait_until("10.0.0.1", "what the Poll Sequence told", |session| {
        session["negotiatedTxInterval"] == "0.200s" && session["detectionTime"] == "0.250s"
    })?;
    let line = left
        .logged("session timers overridden")
        .pop()
        .expect("a line");
    assert_eq!(line["peer"], "10.0.0.2");
    assert_eq!(line["owner"], "config");
    assert_eq!(line["overridden"], "required_min_rx,detect_mult");
    assert!(
        line["client"]
            .as_str()
            .is_some_and(|who| who.starts_with("127.0.0.1:")),
        "{line}"
    );

    // Another field joins, the file changes below: what is laid over stays.
    set(
        &left,
        &json!({ "peerAddress": "10.0.0.2", "desiredMinTxInterval": "0.1s" }),
    );
    let other = config(&["10.0.0.2"]).replace("50ms", "60ms");
    left.reload(&other, DONE)?;
    let report = left.logged(DONE).pop().expect("a line");
    assert_eq!(
        (&report["changed"], &report["overridden"]),
        (&json!(0), &json!(1))
    );
    let session = left.session("10.0.0.2");
    assert_eq!(session["desiredMinTxInterval"], "0.100s");
    assert_eq!(
        session["configuredTimers"]["desiredMinTxInterval"],
        "0.060s"
    );

    // Taken back: what the file says now.
    let answer = set(&left, &json!({ "peerAddress": "10.0.0.2", "reset": true }));
    assert_eq!(answer["requiredMinRxInterval"], "0.060s");
    assert_eq!(answer.get("overridden"), None);
    assert_eq!(shown(&answer), [&Value::Null; 2]);
    assert_eq!(
        left.logged("session timers are the configured ones again")
            .len(),
        1
    );
    right.wait_until("10.0.0.1", "the configured timers", |session| {
        session["negotiatedTxInterval"] == "0.060s" && session["detectionTime"] == "0.180s"
    })?;
    let after = left.session("10.0.0.2");
    assert_eq!(
        after["lastStateChange"], before["lastStateChange"],
        "it did not move"
    );
    assert_eq!(right.session("10.0.0.1")["counters"].get("flaps"), None);
    Ok(())
}

#[test]
fn an_override_ends_with_its_session() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    left.call("AddSession", &wish("10.0.0.3"));
    for peer in ["10.0.0.2", "10.0.0.3"] {
        let request = json!({ "peerAddress": peer, "detectMultiplier": 7 });
        assert_eq!(set(&left, &request)["detectMultiplier"], 7);
    }
    assert!(
        left.get("/metrics")
            .1
            .contains("\ngobfd_bfd_sessions_overridden 2\n")
    );
    let own = left.session("10.0.0.3");
    assert_eq!(own["configuredTimers"]["desiredMinTxInterval"], "1s");
    let id = json!({ "localDiscriminator": discriminator(&own) });
    assert_eq!(left.call("DeleteSession", &id).0, 200);
    assert_eq!(left.call("AddSession", &wish("10.0.0.3")).0, 200);
    assert_eq!(left.session("10.0.0.3")["detectMultiplier"], 3);
    left.reload("sessions: []\n", DONE)?;
    left.reload(&config(&["10.0.0.2"]), DONE)?;
    assert_eq!(left.session("10.0.0.2")["detectMultiplier"], 3);
    assert!(
        left.get("/metrics")
            .1
            .contains("\ngobfd_bfd_sessions_overridden 0\n")
    );
    Ok(())
}

#[test]
fn what_cannot_be_set_is_refused_and_changes_nothing() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    for (request, status, sentence) in [
        (
            json!({ "peerAddress": "10.0.0.2" }),
            400,
            "nothing to set: give an interval, the detect multiplier or reset",
        ),
        (
            json!({ "peerAddress": "10.0.0.2", "detectMultiplier": 256 }),
            400,
            "value 256: detect multiplier exceeds maximum 255",
        ),
        (
            json!({ "peerAddress": "10.0.0.2", "desiredMinTxInterval": "0s" }),
            400,
            "desired min TX interval must be > 0",
        ),
        (
            json!({ "peerAddress": "10.0.0.9", "reset": true }),
            404,
            "session with peer 10.0.0.9: session not found",
        ),
        (
            json!({ "reset": true }),
            400,
            "identifier must be local_discriminator or peer_address",
        ),
    ] {
        let (seen, answer) = left.call("SetSessionTimers", &request);
        assert_eq!(
            (seen, &answer["message"]),
            (status, &json!(sentence)),
            "{answer}"
        );
    }
    assert_eq!(left.session("10.0.0.2").get("overridden"), None);
    Ok(())
}

/// As users of FRR's profiles expect: another value in the profile, and its sessions follow.
#[test]
fn a_changed_profile_changes_its_sessions_live() -> Result<()> {
    let pair = Pair::new()?;
    let right = Daemon::start(&pair.right, &config(&["10.0.0.1", "fd00::1"]))?;
    let text = |rx: &str| {
        format!(
            "bfd: {{default_desired_min_tx: 50ms, default_required_min_rx: 50ms}}\n\
             profiles: [{{name: fast, required_min_rx: {rx}, detect_mult: 4}}]\n\
             sessions:\n\
             - {{peer: 10.0.0.2, profile: fast}}\n\
             - {{peer: \"fd00::2\", profile: fast, required_min_rx: 50ms}}\n"
        )
    };
    let left = Daemon::start(&pair.left, &text("100ms"))?;
    let before = ["10.0.0.2", "fd00::2"].map(|peer| left.wait(peer, "UP"));
    left.reload(&text("150ms"), DONE)?;
    let report = left.logged(DONE).pop().expect("a line");
    assert_eq!(
        report["changed"], 1,
        "the other session has its own value: {report}"
    );
    right.wait_until("10.0.0.1", "what the profile says now", |session| {
        session["negotiatedTxInterval"] == "0.150s"
    })?;
    assert_eq!(right.session("fd00::1")["negotiatedTxInterval"], "0.050s");
    for earlier in before {
        let earlier = earlier?;
        let now = left.session(earlier["peerAddress"].as_str().expect("text"));
        assert_eq!(now["detectMultiplier"], 4);
        assert_eq!(
            now["lastStateChange"], earlier["lastStateChange"],
            "still Up"
        );
    }
    // A profile that is gone while sessions name it: nothing changes.
    let refused = "failed to reload configuration, keeping current settings";
    left.reload(&text("1s").replace("name: fast", "name: slow"), refused)?;
    let line = left.logged(refused).pop().expect("a line");
    let error = line["error"].as_str().expect("text");
    assert!(
        error.contains("sessions[0].profile: no profile is called \"fast\", only slow"),
        "{error}"
    );
    assert_eq!(left.session("10.0.0.2")["requiredMinRxInterval"], "0.150s");
    Ok(())
}
