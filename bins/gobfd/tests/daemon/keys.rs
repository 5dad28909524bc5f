//! Keys of authenticated sessions: they change without a flap, and are nowhere to be seen.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use bfd_testbed::{Process, Result, eventually};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Daemon, GOBFD, Pair, discriminator, wish};

const DONE: &str = "session reconciliation complete";
/// Nobody else would say this.
const SECRET: &str = "Zq7-opensesame";

/// A session at 100 ms x 5 with a chain whose keys are these.
fn config(peer: &str, keys: &str) -> String {
    format!(
        "log: {{level: debug}}\n\
         key_chains: [{{name: core, type: meticulous_keyed_sha1, keys: [{keys}]}}]\n\
         bfd: {{default_desired_min_tx: 100ms, default_required_min_rx: 100ms, \
         default_detect_multiplier: 5}}\n\
         sessions: [{{peer: {peer}, auth: {{key_chain: core}}}}]\n"
    )
}

fn key(id: u8, file: &Path, more: &str) -> String {
    format!("{{id: {id}, secret_file: {}{more}}}", file.display())
}

#[test]
fn a_reload_that_changes_only_keys_keeps_the_session_up() -> Result<()> {
    let pair = Pair::new()?;
    let file = pair.left.folder().join("key");
    fs::write(&file, SECRET).expect("a key file");
    let late = ", send_from: 2001-01-01T00:00:00Z";
    let early = ", send_from: 2000-01-01T00:00:00Z";
    let right = Daemon::start(&pair.right, &config("10.0.0.1", &key(1, &file, "")))?;
    let left = Daemon::start(&pair.left, &config("10.0.0.2", &key(1, &file, "")))?;
    let before = [left.wait("10.0.0.2", "UP")?, right.wait("10.0.0.1", "UP")?];
    assert_eq!(
        before[0]["authType"],
        "AUTHENTICATION_TYPE_METICULOUS_KEYED_SHA1"
    );

    let other = pair.left.folder().join("other");
    fs::write(&other, "Zq7-another").expect("a key file");
    let (old, new) = (key(1, &file, late), key(2, &other, early));
    let rolled = format!("{}, {}", key(1, &file, early), key(2, &other, late));
    let shown = |accept: &[u8], send| json!({"chain": "core", "send": send, "accept": accept});
    assert_eq!(before[0]["authKeys"], shown(&[1], 1));
    for (keys, shown) in [
        (format!("{old}, {new}"), shown(&[1, 2], 1)),
        (rolled, shown(&[1, 2], 2)),
        (key(2, &other, ""), shown(&[2], 2)),
    ] {
        for (daemon, peer) in [(&left, "10.0.0.2"), (&right, "10.0.0.1")] {
            daemon.reload(&config(peer, &keys), DONE)?;
            let report = daemon.logged(DONE).pop().expect("a line");
            let counts = ["created", "destroyed", "changed"].map(|key| report[key].as_u64());
            assert_eq!(counts, [Some(0), Some(0), Some(1)], "{report}");
            assert_eq!(daemon.session(peer)["authKeys"], shown);
        }
    }
    // The same file with another secret: ours first, theirs within the detection time.
    fs::write(&other, "Zq7-third").expect("a key file");
    for (daemon, peer) in [(&left, "10.0.0.2"), (&right, "10.0.0.1")] {
        daemon.reload(&config(peer, &key(2, &other, "")), DONE)?;
    }
    for (daemon, peer, before) in [
        (&left, "10.0.0.2", &before[0]),
        (&right, "10.0.0.1", &before[1]),
    ] {
        let heard = packets(&daemon.session(peer));
        daemon.wait_until(peer, "ten more packets", |now| packets(now) >= heard + 10)?;
        let now = daemon.session(peer);
        assert_eq!(discriminator(&now), discriminator(before));
        assert_eq!(
            now["lastStateChange"], before["lastStateChange"],
            "{peer} did not move"
        );
        assert_eq!(now["localState"], "SESSION_STATE_UP");
    }
    // A file that is gone: one sentence, and nothing changes.
    fs::remove_file(&other).expect("it was there");
    let refused = "failed to reload configuration, keeping current settings";
    left.reload(&config("10.0.0.2", &key(2, &other, "")), refused)?;
    let line = left.logged(refused).pop().expect("a line").to_string();
    assert!(
        line.contains("key_chains[0].keys[0].secret_file") && line.contains("cannot be read"),
        "{line}"
    );
    assert_eq!(left.session("10.0.0.2")["localState"], "SESSION_STATE_UP");
    Ok(())
}

fn packets(session: &Value) -> u64 {
    let text = session["counters"]["packetsReceived"].as_str();
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Everything the daemon says anywhere while it has a secret, from three sources.
#[test]
fn secrets_are_nowhere_to_be_seen() -> Result<()> {
    let pair = Pair::new()?;
    let text = config("10.0.0.2", &format!("{{id: 1, secret: {SECRET}}}")).replace(
        "sessions: [",
        &format!("sessions: [{{peer: 10.0.0.8, auth: {{type: keyed_sha1, secret: {SECRET}}}}}, "),
    );
    let daemon = Daemon::start(&pair.left, &text)?;
    let mut request = wish("10.0.0.9");
    request["authType"] = json!("AUTHENTICATION_TYPE_KEYED_SHA1");
    request["authSecret"] = json!(base64(SECRET));
    let (status, added) = daemon.call("AddSession", &request);
    assert_eq!(status, 200, "{added}");
    // What is refused is not repeated either.
    request["peerAddress"] = json!("10.0.0.10");
    request["authSecret"] = json!(base64(&SECRET.repeat(2)));
    let (status, refused) = daemon.call("AddSession", &request);
    assert_eq!(
        (status, &refused["message"]),
        (400, &json!("auth secret length invalid"))
    );
    daemon.reload(&text, DONE)?;
    daemon.reload(
        &text.replace("peer: 10.0.0.2", "peer: 10.0.0"),
        "failed to reload configuration, keeping current settings",
    )?;
    let mut said = vec![added.to_string(), refused.to_string(), daemon.process.log()];
    said.extend(daemon.sessions().iter().map(Value::to_string));
    said.push(daemon.get("/metrics").1);
    for peer in ["10.0.0.2", "10.0.0.8", "10.0.0.9"] {
        assert_ne!(daemon.session(peer)["authType"], "AUTHENTICATION_TYPE_NONE");
    }
    let check = Command::new(GOBFD)
        .args(["--check", "--config"])
        .arg(pair.left.folder().join("gobfd.yml"))
        .output()
        .expect("it runs");
    said.push(format!("{check:?}"));
    for said in &said {
        for form in [SECRET, &base64(SECRET), &hex(SECRET)] {
            assert!(!said.contains(form), "{form} in {said}");
        }
    }
    Ok(())
}

fn hex(text: &str) -> String {
    text.bytes().map(|octet| format!("{octet:02x}")).collect()
}

/// As JSON carries octets.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| -> String {
        let octet = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        let digit = |at: usize| {
            let index = bits >> (18 - 6 * at) & 63;
            if at <= chunk.len() {
                DIGITS[index as usize] as char
            } else {
                '='
            }
        };
        (0..4).map(digit).collect()
    };
    text.as_bytes().chunks(3).map(group).collect()
}

/// The kernel gives the files of a process that may not be dumped to root, whoever it runs as.
#[test]
fn nobody_but_root_may_look_into_the_daemon() -> Result<()> {
    let pair = Pair::new()?;
    // Nobody may not be allowed into the folders of the build and of the namespace.
    let folder = TempDir::new().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let (path, program) = (folder.path().join("gobfd.yml"), folder.path().join("gobfd"));
    fs::write(
        &path,
        config("10.0.0.2", &format!("{{id: 1, secret: {SECRET}}}")),
    )
    .expect("written");
    fs::copy(GOBFD, &program).expect("copied");
    let (path, program) = (path.display().to_string(), program.display().to_string());
    let nobody = [
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=+net_raw,+net_admin",
        "--ambient-caps=+net_raw,+net_admin",
    ];
    let start = |name: &str, program: &[&str]| {
        let args = [&nobody[..], program].concat();
        Process::start(
            &pair.left,
            name,
            Path::new("setpriv"),
            &args,
            pair.left.folder(),
        )
    };
    // An ordinary process shows that the check can fail.
    let other = start("sleep", &["sleep", "60"])?;
    eventually("sleep to run as nobody", || match owner(&other) {
        Some(65534) => Ok(()),
        seen => Err(format!("{seen:?}")),
    })?;
    let daemon = start("gobfd", &[&program, "--config", &path])?;
    eventually("the daemon to be root's to look at", || {
        let status =
            fs::read_to_string(format!("/proc/{}/status", daemon.pid())).unwrap_or_default();
        let is_ours = status.contains("Name:\tgobfd") && status.contains("Uid:\t65534");
        match owner(&daemon) {
            Some(0) if is_ours => Ok(()),
            seen => Err(format!("{seen:?} {}", daemon.log())),
        }
    })
}

fn owner(process: &Process) -> Option<u32> {
    let memory = fs::metadata(format!("/proc/{}/mem", process.pid()));
    memory.ok().map(|memory| memory.uid())
}
