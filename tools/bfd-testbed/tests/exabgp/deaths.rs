//! Each of the programs dies; no route stays that nobody answers for.

use std::time::{Duration, SystemTime};

use bfd_testbed::{PATIENCE, Release, Result, Signal, State, eventually, wait_gone};

use crate::setup::{Chain, PREFIX};

/// ExaBGP starts another bridge, which finds the route as it is: nothing flaps. And when the path
/// fails while no bridge is there to see it, the next bridge withdraws the route.
pub(crate) fn bridge_killed(release: Release) -> Result<()> {
    let mut chain = Chain::up(release)?;
    let first = chain.exabgp.wait_bridge(None)?;
    chain.exabgp.signal_bridge(first, Signal::KILL)?;
    let second = chain.exabgp.wait_bridge(Some(first))?;
    eventually("the second bridge to announce", || {
        let announced = chain.count("announced route");
        (announced == 2).then_some(()).ok_or(format!("{announced}"))
    })?;
    assert_eq!(chain.count("withdrew route"), 0);
    chain.gobgp.wait_path(PREFIX)?;

    chain.exabgp.signal_bridge(second, Signal::STOP)?;
    chain.freeze_peer()?;
    let killed = SystemTime::now();
    chain.exabgp.signal_bridge(second, Signal::KILL)?;
    chain.gobgp.wait_no_path(PREFIX)?;
    let line = chain.line("withdrew route", killed)?;
    println!(
        "{release:?}: {:?} after the kill: {}",
        line.time.duration_since(killed),
        line.text
    );
    Ok(())
}

/// ExaBGP gives up after some respawns within about a minute; its BGP session ends, and the routes
/// with it.
pub(crate) fn bridge_killed_often(release: Release) -> Result<()> {
    let mut chain = Chain::up(release)?;
    let mut bridge = chain.exabgp.wait_bridge(None)?;
    let mut kills = 0;
    while chain.exabgp.process().ended()?.is_none() {
        chain.exabgp.signal_bridge(bridge, Signal::KILL)?;
        kills += 1;
        assert!(kills <= 20, "ExaBGP goes on");
        let exabgp = &mut chain.exabgp;
        let next = eventually("another bridge, or the end of ExaBGP", || {
            if !matches!(exabgp.process().ended(), Ok(None)) {
                return Ok(None);
            }
            let next = exabgp.bridge().filter(|pid| *pid != bridge);
            next.map(Some).ok_or_else(|| "neither".into())
        })?;
        bridge = next.unwrap_or(bridge);
    }
    println!("{release:?}: ended after {kills} kills");
    chain.gobgp.wait_no_path(PREFIX)
}

/// The route stays for `keep_last`, then goes, and returns with the daemon.
pub(crate) fn daemon_killed(release: Release) -> Result<()> {
    let mut chain = Chain::up_keeping(release, "2s")?;
    let killed = SystemTime::now();
    chain.ours.crash();
    let line = chain.line("withdrew route", killed)?;
    assert!(
        line.text.contains("gobfd has not answered for 2s"),
        "{}",
        line.text
    );
    let after = line.time.duration_since(killed).unwrap_or_default();
    println!("{release:?}: withdrawn {after:?} after the daemon was killed");
    assert!(after >= Duration::from_secs(2), "{after:?}");
    chain.gobgp.wait_no_path(PREFIX)?;
    chain.ours.restart()?;
    chain.ours.wait_for(chain.session.peer, State::Up)?;
    chain.gobgp.wait_path(PREFIX).map(drop)
}

/// A daemon that is stopped in order says so: its sessions are AdminDown, and nothing is waited for.
pub(crate) fn daemon_stopped(release: Release) -> Result<()> {
    let mut chain = Chain::up_keeping(release, "1h")?;
    let stopped = SystemTime::now();
    chain.ours.process().terminate(PATIENCE)?;
    let line = chain.line("withdrew route", stopped)?;
    assert!(line.text.contains("AdminDown"), "{}", line.text);
    chain.gobgp.wait_no_path(PREFIX)
}

/// The bridge does not outlive ExaBGP, and all returns with the next one.
pub(crate) fn exabgp_killed(release: Release) -> Result<()> {
    let mut chain = Chain::up(release)?;
    let bridge = chain.exabgp.wait_bridge(None)?;
    chain.exabgp.crash_and_restart()?;
    wait_gone(bridge)?;
    let announced = chain.count("announced route");
    let next = chain.exabgp.wait_bridge(Some(bridge))?;
    assert_ne!(next, bridge);
    eventually("the next bridge to announce", || {
        let now = chain.count("announced route");
        (now > announced || now >= 2)
            .then_some(())
            .ok_or(format!("{now}"))
    })?;
    chain.gobgp.wait_path(PREFIX)?;
    chain.freeze_peer()?;
    chain.gobgp.wait_no_path(PREFIX)
}

/// SIGTERM: the route is withdrawn before the process ends; the next one announces it again.
pub(crate) fn bridge_stopped(release: Release) -> Result<()> {
    let chain = Chain::up(release)?;
    let bridge = chain.exabgp.wait_bridge(None)?;
    let since = SystemTime::now();
    chain.exabgp.signal_bridge(bridge, Signal::TERM)?;
    let line = chain.line("withdrew route", since)?;
    assert!(line.text.contains("the bridge stops"), "{}", line.text);
    chain.line("gobfd-exabgp-bridge stopped", since)?;
    chain.exabgp.wait_bridge(Some(bridge))?;
    chain.line("announced route", line.time)?;
    chain.gobgp.wait_path(PREFIX).map(drop)
}
