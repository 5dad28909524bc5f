//! The messages that tools of 0.6.1 match, with their fields in order.

use std::time::Duration;

use bfd_testbed::{Result, Signal, eventually};
use serde_json::json;

use crate::support::{Daemon, Pair, config, discriminator, wish};

const TEXT: &str = "log: {format: text}\n";

/// Message, level, and the names of the fields that come first.
#[rustfmt::skip]
const MESSAGES: &[(&str, &str, &[&str])] = &[
    ("gobfd starting", "INFO", &["version", "grpc_addr", "metrics_addr"]),
    ("BFD listener started", "INFO", &["addr", "multi_hop", "interface"]),
    ("gRPC server listening", "INFO", &["addr"]),
    ("metrics server listening", "INFO", &["addr"]),
    ("session created", "INFO", &["peer", "local", "interface", "type", "role", "local_discr",
                                  "desired_min_tx", "required_min_rx", "detect_mult"]),
    ("session started", "INFO", &["peer", "local_discr"]),
    ("session reconciliation complete", "INFO", &["created", "destroyed"]),
    ("session state changed", "INFO", &["peer", "local_discr", "old_state", "new_state", "diag"]),
    ("rpc completed", "INFO", &["procedure", "duration"]),
    ("rpc completed with error", "WARN", &["procedure", "duration", "error"]),
    ("received SIGHUP, reloading configuration", "INFO", &[]),
    ("configuration reloaded", "INFO", &["old_log_level", "new_log_level"]),
    ("session stopped", "INFO", &["peer", "local_discr"]),
    ("session destroyed", "INFO", &["peer", "local_discr"]),
    ("interface link down affected BFD sessions", "INFO", &[]),
    ("initiating graceful shutdown", "INFO", &[]),
    ("all sessions set to AdminDown for graceful drain", "INFO", &[]),
    ("gobfd stopped", "INFO", &[]),
];

/// A line of text: level, message, and the names of the other fields.
fn read(line: &str) -> (String, String, Vec<String>) {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    let mut rest = line;
    while let Some((name, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(' ').unwrap_or((after, "")),
        };
        names.push(name.trim().to_owned());
        values.push(value.to_owned());
        rest = next;
    }
    let fields = names.split_off(names.len().min(3));
    assert_eq!(names, ["time", "level", "msg"], "{line}");
    (values[1].clone(), values[2].clone(), fields)
}

/// The line that the manual shows.
fn example() -> String {
    let blocks = bfd_docs::pages()
        .iter()
        .flat_map(bfd_docs::Page::blocks)
        .collect::<Vec<_>>();
    let is_it = |block: &&bfd_docs::Block| block.text.contains("msg=\"session state changed\"");
    let example = blocks.iter().find(is_it).expect("an example");
    example.text.trim_end().to_owned()
}

#[test]
fn messages_and_fields_are_those_of_0_6() -> Result<()> {
    let pair = Pair::new()?;
    let text = |peers: &[&str]| TEXT.to_owned() + &config(peers);
    let mut left = Daemon::start(&pair.left, &text(&["10.0.0.2"]))?;
    let right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    left.wait("10.0.0.2", "UP")?;
    let (_, added) = left.call("AddSession", &wish("10.0.0.9"));
    let number = discriminator(&added["session"]);
    left.call("DeleteSession", &json!({ "localDiscriminator": number }));
    left.call("GetSession", &json!({ "localDiscriminator": number }));
    pair.left.ip(&["link", "set", "eth0", "down"])?;
    left.wait("10.0.0.2", "DOWN")?;
    left.process.signal(Signal::HUP)?;
    eventually("the reload", || {
        let log = left.process.log();
        let done = log.contains("configuration reloaded");
        done.then_some(()).ok_or(log)
    })?;
    let status = left.process.terminate(Duration::from_secs(20))?;
    assert!(status.success(), "{status}");

    let log = left.process.log();
    let lines: Vec<_> = log.lines().map(read).collect();
    for (message, level, fields) in MESSAGES {
        let found = lines.iter().filter(|(_, said, _)| said == message);
        assert_ne!(found.clone().count(), 0, "no {message:?} in\n{log}");
        for (seen, _, names) in found {
            assert_eq!(seen, level, "{message}");
            assert!(
                names
                    .iter()
                    .map(String::as_str)
                    .take(fields.len())
                    .eq(fields.iter().copied()),
                "{message}: {names:?}"
            );
        }
    }
    for address in ["0.0.0.0:3784", "0.0.0.0:4784", "[::]:3784", "[::]:4784"] {
        assert!(
            log.contains(&format!("msg=\"BFD listener started\" addr={address} ")),
            "{log}"
        );
    }
    assert!(log.contains("new_state=Down diag=\"Path Down\""), "{log}");
    assert!(
        log.contains("desired_min_tx=50ms required_min_rx=50ms detect_mult=3"),
        "{log}"
    );

    let down = log.lines().find(|line| line.contains("new_state=Down"));
    assert_eq!(read(down.expect("a line")).2, read(&example()).2);

    // The same in JSON: durations are whole nanoseconds.
    let created = right.logged("session created").pop().expect("a line");
    assert_eq!(created["desired_min_tx"], 50_000_000);
    assert_eq!(created["required_min_rx"], 50_000_000);
    assert_eq!(created["type"], "SingleHop");
    assert_eq!(created["role"], "Active");
    Ok(())
}
