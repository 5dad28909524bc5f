//! What is announced, and how soon.

use std::time::{Duration, SystemTime};

use bfd_testbed::{Change, Release, Result};

use crate::setup::{Chain, PREFIX};

const ROUNDS: usize = 5;
/// Ten times what we aim at.
const LIMIT: Duration = Duration::from_millis(50);

/// The route goes with the session and returns with it. Prints how long after gobfd logged the change
/// the bridge's command was written.
pub(crate) fn follow(release: Release) -> Result<()> {
    let mut chain = Chain::up(release)?;
    let mut delays = Vec::new();
    for _ in 0..ROUNDS {
        let began = SystemTime::now();
        let down = chain.freeze_peer()?;
        delays.push(delay(&chain, &down, "withdrew route", began)?);
        chain.gobgp.wait_no_path(PREFIX)?;
        println!("gone from GoBGP {:?} after Down", down.time.elapsed());
        let began = SystemTime::now();
        let up = chain.thaw_peer()?;
        delays.push(delay(&chain, &up, "announced route", began)?);
        chain.gobgp.wait_path(PREFIX)?;
    }
    delays.sort_unstable();
    println!("{release:?}: from detection to line {delays:?}");
    let median = delays[delays.len() / 2];
    assert!(median < LIMIT, "median {median:?}");
    let log = chain.exabgp.log();
    assert!(!log.contains("ExaBGP refused a command"), "{log}");
    Ok(())
}

/// Zero if the line was there first: our daemon logs and tells its watchers in no fixed order.
fn delay(chain: &Chain, change: &Change, message: &str, began: SystemTime) -> Result<Duration> {
    let line = chain.line(message, began)?;
    Ok(line.time.duration_since(change.time).unwrap_or_default())
}

/// A file with IPv4 and IPv6 routes and all attributes.
pub(crate) fn attributes(release: Release) -> Result<()> {
    let folder = tempfile::tempdir().map_err(|source| bfd_testbed::Error::Io {
        what: "temporary folder".into(),
        source,
    })?;
    let file = folder.path().join("bridge.yml");
    let arguments = format!("-config {}", file.display());
    let chain = Chain::start(release, &arguments, |session| {
        let peers = format!("peers: [{{peer: {}, type: single_hop}}]", session.peer);
        let text = format!(
            "routes:\n- prefix: 198.51.100.0/24\n  {peers}\n  med: 100\n  \
             community: [65000:1, no-export]\n  large_community: [65000:1:2]\n  \
             as_path: [65002, 65002, 65002]\n- prefix: 2001:db8:53::/48\n  {peers}\n  \
             next_hop: fd00::1\n"
        );
        let _ = std::fs::write(&file, text);
        Vec::new()
    })?;
    let path = chain.gobgp.wait_path("198.51.100.0/24")?.to_string();
    for attribute in [
        "\"metric\":100",
        "\"communities\":[4259840001,4294967041]",
        "\"ASN\":65000,\"LocalData1\":1,\"LocalData2\":2",
        "\"asns\":[65002,65002,65002]",
        "\"nexthop\":\"10.0.0.1\"",
    ] {
        assert!(path.contains(attribute), "{attribute} is not in {path}");
    }
    let path = chain.gobgp.wait_path("2001:db8:53::/48")?.to_string();
    assert!(path.contains("\"nexthop\":\"fd00::1\""), "{path}");
    Ok(())
}
