//! Authentication against BIRD, the one router here that has it: every type, keys that change while
//! both are Up, keys that run out, and what is said when the two ends do not agree.

use std::fs;

use bfd_testbed::{Bird, Frame, Gobfd, Result, Router, Session, Signal, Stage, State, eventually};

use crate::setup::{downs, from};

/// Our word for a type, and BIRD's.
const TYPES: [(&str, &str, &str); 5] = [
    ("simple_password", "simple", "SimplePassword"),
    ("keyed_md5", "keyed md5", "KeyedMD5"),
    (
        "meticulous_keyed_md5",
        "meticulous keyed md5",
        "MeticulousKeyedMD5",
    ),
    ("keyed_sha1", "keyed sha1", "KeyedSHA1"),
    (
        "meticulous_keyed_sha1",
        "meticulous keyed sha1",
        "MeticulousKeyedSHA1",
    ),
];
const STRONGEST: &str = "meticulous_keyed_sha1";

/// Our configuration: one session, with this chain or section `auth`.
fn ours(session: &Session, chains: &str, auth: &str) -> String {
    let interface = session.interface.as_deref().expect("single hop");
    format!(
        "grpc: {{addr: '127.0.0.1:50051'}}\nmetrics: {{addr: '127.0.0.1:9100'}}\n\
         log: {{format: json}}\n{chains}\nsessions:\n  - peer: '{}'\n    local: '{}'\n    \
         interface: {interface}\n    desired_min_tx: 100ms\n    required_min_rx: 100ms\n    \
         detect_mult: 10\n    auth: {{{auth}}}\n",
        session.peer, session.local
    )
}

/// BIRD's, with these options for the interface.
fn birds(session: &Session, options: &str) -> String {
    let interface = session.interface.as_deref().expect("single hop");
    format!(
        "log stderr all;\nrouter id 192.0.2.1;\nprotocol device {{}}\nprotocol bfd {{\n \
         interface \"{interface}\" {{ min rx interval 100 ms; min tx interval 100 ms; \
         idle tx interval 1 s; multiplier 10; {options} }};\n \
         neighbor {} dev \"{interface}\" local {};\n}}\n",
        session.local, session.peer
    )
}

fn password(id: u8, secret: &str) -> String {
    format!("password \"{secret}\" {{ id {id}; }};")
}

/// Asks BIRD for another configuration, and waits until it has it.
fn reconfigure(stage: &Stage, bird: &Bird, configuration: &str) -> Result<()> {
    let path = stage.them.folder().join("bird/bird.conf");
    fs::write(&path, configuration).expect("BIRD's configuration");
    let answer = bird.birdc("configure")?;
    assert!(answer.contains("econfigur"), "{answer}");
    Ok(())
}

fn reload(ours: &mut Gobfd, configuration: &str) -> Result<()> {
    let done = "session reconciliation complete";
    let before = ours.logged(done).len();
    fs::write(ours.config(), configuration).expect("our configuration");
    ours.process().signal(Signal::HUP)?;
    eventually("gobfd to reload", || {
        let seen = ours.logged(done).len();
        (seen > before).then_some(()).ok_or(format!("{seen} times"))
    })
}

fn both_up(ours: &Gobfd, bird: &Bird, session: &Session) -> Result<()> {
    ours.wait_for(session.peer, State::Up)?;
    bird.wait_for(session.local, State::Up)
}

/// Waits until both ends must have noticed a key that the other does not have: a second of
/// detection time holds ten packets, and thirty more were accepted.
fn outlast_the_detection_time(ours: &Gobfd, session: &Session) -> Result<()> {
    let peer = session.peer.to_string();
    let received = || -> Option<u64> {
        let shown = ours.ctl(&["session", "show", &peer]).ok()?;
        let line = shown
            .lines()
            .find(|line| line.starts_with("Packets Received"))?;
        line.split_whitespace().last()?.parse().ok()
    };
    let before = received().expect("a count");
    eventually("thirty more packets", || {
        let now = received().unwrap_or(before);
        (now >= before + 30)
            .then_some(())
            .ok_or(format!("{now} after {before}"))
    })
}

/// The packets of ours, more than ten: all of them authenticate.
fn assert_never_bare(capture: bfd_testbed::Capture, session: &Session) -> Result<()> {
    let ours = |frames: &[Frame]| from(frames, session.local, |_| true).count();
    capture.wait_for("more than ten packets of ours", |frames| {
        let all = ours(frames);
        (all > 10).then_some(()).ok_or(format!("{all}"))
    })?;
    let recording = capture.stop()?;
    let all = ours(&recording.frames);
    let bare = from(&recording.frames, session.local, |one| !one.authenticated).count();
    assert!(
        all > 10 && bare == 0,
        "{bare} of {all} packets without authentication"
    );
    Ok(())
}

// covers: 5880-6.7-01, 5880-4.2-01, 5880-4.3-01, 5880-4.4-01
#[test]
fn every_type_comes_up_and_is_shown_as_what_it_is() -> Result<()> {
    for (word, birds_word, shown) in TYPES {
        let stage = Stage::one_link()?;
        let session = stage.session_v4();
        let capture = stage.capture()?;
        let auth = format!("type: {word}, key_id: 7, secret: opensesame");
        let ours = Gobfd::start_as(&stage.us, &ours(&session, "", &auth), 1)?;
        let options = format!("authentication {birds_word}; {}", password(7, "opensesame"));
        let bird = Bird::start_as(&stage.them, &birds(&session, &options))?;
        both_up(&ours, &bird, &session)?;
        let row = ours.wait_until(session.peer, "shown with its type", |row| {
            row.text("auth_type") == shown
        })?;
        assert_eq!(row.verdict(), "", "{word}");
        let shown = ours.ctl(&[
            "--format",
            "json",
            "session",
            "show",
            &session.peer.to_string(),
        ])?;
        assert!(!shown.contains("opensesame") && !ours.log().contains("opensesame"));
        assert_never_bare(capture, &session)?;
    }
    Ok(())
}

/// A hexadecimal key of full length, as both can write it. With a zero octet in front BIRD
/// 2.0.12 makes another digest.
// covers: 5880-6.7.4-02
#[test]
fn a_binary_key_of_full_length_fits_birds() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v6();
    let hex = "f10102030405060708090a0b0c0d0e0f101112ff";
    let chains = format!(
        "key_chains: [{{name: c, type: {STRONGEST}, keys: [{{id: 255, secret_hex: {hex}}}]}}]"
    );
    let pairs: Vec<&str> = (0..20).map(|at| &hex[at * 2..at * 2 + 2]).collect();
    let options = format!(
        "authentication meticulous keyed sha1; password {} {{ id 255; }};",
        pairs.join(":")
    );
    let ours = Gobfd::start_as(&stage.us, &ours(&session, &chains, "key_chain: c"), 1)?;
    let bird = Bird::start_as(&stage.them, &birds(&session, &options))?;
    both_up(&ours, &bird, &session)
}

fn key(id: u8, more: &str) -> String {
    format!("{{id: {id}, secret: secret-{id}{more}}}")
}

fn chain(keys: &[String]) -> String {
    let keys = keys.join(", ");
    format!("key_chains: [{{name: core, type: {STRONGEST}, keys: [{keys}]}}]")
}

fn birds_keys(ids: &[u8]) -> String {
    let keys: Vec<String> = ids
        .iter()
        .map(|id| password(*id, &format!("secret-{id}")))
        .collect();
    format!("authentication meticulous keyed sha1; {}", keys.join(" "))
}

// covers: 5880-6.7-03, 7492-3-04, SP-22
#[test]
fn keys_change_by_reload_while_both_stay_up() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let capture = stage.capture()?;
    let file = stage.us.folder().join("key-2");
    fs::write(&file, "secret-2\n").expect("a key file");
    let with = |keys: &[String]| ours(&session, &chain(keys), "key_chain: core");
    let new = format!("{{id: 2, secret_file: {}}}", file.display());
    // Accepted, not sent: the other one began later.
    let to_come = format!(
        "{{id: 2, secret_file: {}, send_from: 2000-01-01T00:00:00Z}}",
        file.display()
    );
    let sent = |id: u8| key(id, ", send_from: 2001-01-01T00:00:00Z");

    let mut daemon = Gobfd::start_as(&stage.us, &with(&[key(1, "")]), 1)?;
    let bird = Bird::start_as(&stage.them, &birds(&session, &birds_keys(&[1])))?;
    both_up(&daemon, &bird, &session)?;
    let before = daemon.wait_for(session.peer, State::Up)?.discriminator();

    // Add everywhere, switch the senders, remove.
    reload(&mut daemon, &with(&[sent(1), to_come]))?;
    reconfigure(&stage, &bird, &birds(&session, &birds_keys(&[1, 2])))?;
    reload(&mut daemon, &with(&[key(1, ""), new.clone()]))?;
    reconfigure(&stage, &bird, &birds(&session, &birds_keys(&[2])))?;
    reload(&mut daemon, &with(&[new]))?;
    // The file has other words; both change at once, which detection time allows.
    fs::write(&file, "secret-3\n").expect("a key file");
    let options = format!(
        "authentication meticulous keyed sha1; {}",
        password(2, "secret-3")
    );
    reconfigure(&stage, &bird, &birds(&session, &options))?;
    let again = fs::read_to_string(daemon.config()).expect("our configuration");
    reload(&mut daemon, &again)?;

    outlast_the_detection_time(&daemon, &session)?;
    both_up(&daemon, &bird, &session)?;
    assert_eq!(
        daemon.wait_for(session.peer, State::Up)?.discriminator(),
        before
    );
    assert_eq!(downs(&daemon), 0, "{}", daemon.log());
    assert!(!daemon.log().contains("secret-"), "{}", daemon.log());
    assert_never_bare(capture, &session)
}

/// Seconds from now, as a configuration writes a time.
fn in_seconds(seconds: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).to_string()
}

// covers: 5880-6.7-03
#[test]
fn keys_turn_at_their_times_and_the_last_one_goes_on() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let capture = stage.capture()?;
    let (turn, end) = (in_seconds(5), in_seconds(8));
    let keys = [
        key(1, &format!(", send_until: {turn}, accept_until: {turn}")),
        key(
            2,
            &format!(", send_from: {turn}, send_until: {end}, accept_until: {end}"),
        ),
    ];
    let text = ours(&session, &chain(&keys), "key_chain: core");
    let daemon = Gobfd::start_as(&stage.us, &text, 1)?;
    let bird = Bird::start_as(&stage.them, &birds(&session, &birds_keys(&[2, 1])))?;
    both_up(&daemon, &bird, &session)?;
    let logged = |message: &str| {
        eventually("a line about keys", || {
            let entry = daemon.logged(message).pop();
            entry.ok_or_else(|| daemon.log())
        })
    };
    let turned = logged("authentication key changed")?;
    assert_eq!(
        (&turned["chain"], &turned["key"]),
        (&"core".into(), &2.into())
    );
    // From here on only a session that sends key 2 stays up.
    reconfigure(&stage, &bird, &birds(&session, &birds_keys(&[2])))?;
    let stands_in =
        "no key of the chain may be sent now: the closest one stands in, renew the chain";
    let warned = logged(stands_in)?;
    assert_eq!(
        (&warned["level"], &warned["key"]),
        (&"WARN".into(), &2.into())
    );
    outlast_the_detection_time(&daemon, &session)?;
    both_up(&daemon, &bird, &session)?;
    assert_eq!(downs(&daemon), 0, "{}", daemon.log());
    assert_never_bare(capture, &session)
}

/// Two ends that do not agree: what each disagreement is called.
// covers: 5880-6.7.1-02, 5880-6.8.6-10..12
#[test]
fn disagreements_keep_it_down_and_are_told_apart() -> Result<()> {
    let guarded = "type: meticulous_keyed_sha1, key_id: 1, secret: secret-1";
    let sha1 = "authentication meticulous keyed sha1;";
    for (auth, options, reason, why) in [
        (
            guarded,
            format!("{sha1} {}", password(1, "other")),
            "auth_digest",
            "do not match the secret",
        ),
        (
            guarded,
            format!("{sha1} {}", password(2, "secret-1")),
            "auth_key_id",
            "uses a key that",
        ),
        (
            guarded,
            String::new(),
            "auth_missing",
            "does not authenticate its packets",
        ),
        (
            guarded,
            format!("authentication keyed sha1; {}", password(1, "secret-1")),
            "auth_type",
            "authenticates with another type",
        ),
        (
            "type: none",
            birds_keys(&[1]),
            "auth_unexpected",
            "this session has no authentication",
        ),
    ] {
        let stage = Stage::one_link()?;
        let session = stage.session_v4();
        let daemon = Gobfd::start_as(&stage.us, &ours(&session, "", auth), 1)?;
        let bird = Bird::start_as(&stage.them, &birds(&session, &options))?;
        let explained = daemon.wait_explained(session.peer, "authentication")?;
        println!("{explained}");
        assert!(explained.answer.contains(why), "{reason}: {explained}");
        assert!(explained.answer.contains(reason), "{reason}: {explained}");
        assert!(!explained.remedy.is_empty() && explained.exit == 3);
        let row = daemon.session(session.peer)?.expect("there");
        assert_eq!(row.state(), Some(State::Down), "{reason}");
        assert_eq!(bird.state(session.local)?, Some(State::Down), "{reason}");
    }
    Ok(())
}

/// A key that is changed on one end only takes the session down, and the verdict names the rule.
#[test]
fn a_key_changed_on_one_end_is_the_verdict() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let auth = "type: keyed_sha1, key_id: 1, secret: secret-1";
    let daemon = Gobfd::start_as(&stage.us, &ours(&session, "", auth), 1)?;
    let options = |secret| format!("authentication keyed sha1; {}", password(1, secret));
    let bird = Bird::start_as(&stage.them, &birds(&session, &options("secret-1")))?;
    both_up(&daemon, &bird, &session)?;
    reconfigure(&stage, &bird, &birds(&session, &options("secret-2")))?;
    let row = daemon.wait_until(session.peer, "down by authentication", |row| {
        row.verdict() == "auth"
    })?;
    let sentence = &row.0["last_down"]["sentence"];
    assert_eq!(
        sentence,
        "packets came but failed authentication: auth_digest"
    );
    reconfigure(&stage, &bird, &birds(&session, &options("secret-1")))?;
    both_up(&daemon, &bird, &session)
}

/// BIRD begins with a random number each time.
// covers: 5880-6.8.1-20, SP-21
#[test]
fn a_peer_that_began_anew_is_let_in() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let auth = "type: meticulous_keyed_sha1, key_id: 1, secret: secret-1";
    let daemon = Gobfd::start_as(&stage.us, &ours(&session, "", auth), 1)?;
    let mut bird = Bird::start_as(&stage.them, &birds(&session, &birds_keys(&[1])))?;
    both_up(&daemon, &bird, &session)?;
    bird.crash();
    daemon.wait_for(session.peer, State::Down)?;
    bird.restart()?;
    both_up(&daemon, &bird, &session)
}

#[test]
fn a_session_made_by_the_command_line_authenticates() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let daemon = Gobfd::start_as(&stage.us, "log: {format: json}\n", 0)?;
    let bird = Bird::start_as(&stage.them, &birds(&session, &birds_keys(&[1])))?;
    let file = stage.us.folder().join("secret");
    fs::write(&file, "secret-1\n").expect("a key file");
    let (peer, local) = (session.peer.to_string(), session.local.to_string());
    let added = daemon.ctl(&[
        "session",
        "add",
        "--peer",
        &peer,
        "--local",
        &local,
        "--tx-interval",
        "100ms",
        "--rx-interval",
        "100ms",
        "--auth-type",
        "meticulous-keyed-sha1",
        "--auth-key-id",
        "1",
        "--auth-secret-file",
        &file.display().to_string(),
    ])?;
    assert!(added.contains("MeticulousKeyedSHA1"), "{added}");
    both_up(&daemon, &bird, &session)
}
