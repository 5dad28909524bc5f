//! The main job.

use bfd_testbed::{GobgpSettings, GobgpVersion, Result, Stage, go_duration};

use crate::setup::{OURS, THEIRS, Trio, section};

pub(crate) fn down_disables_and_up_enables(version: GobgpVersion) -> Result<()> {
    let trio = Trio::up(version)?;
    let peer = trio.peer();
    trio.gobgp.cli(&["global", "rib", "add", OURS])?;
    trio.frr.wait_bgp_route(OURS, true)?;
    let before = trio.wait_confirmed("use", "enabled")?;
    assert_eq!(before["name"], peer.to_string(), "{before}");

    // FRR stops in the middle of everything; its kernel keeps BGP's connection.
    trio.frr.pause(true)?;
    trio.gobgp.wait_disabled(peer)?;
    assert!(trio.gobgp.path(THEIRS)?.is_none(), "the route is gone");
    let target = trio.wait_confirmed("avoid", "disabled")?;
    assert_eq!(target["verdict"], "peer-silent", "{target}");
    let took = target["took"].as_str().and_then(go_duration);
    println!("{version:?}: disabled {took:?} after BFD Down");
    assert!(took.is_some(), "{target}");
    assert_eq!(trio.gobfd.logged("BFD Down, applying BGP action").len(), 1);
    let line = trio
        .gobfd
        .logged("disabled BGP peer")
        .pop()
        .unwrap_or_default();
    let reason = line["reason"].as_str().unwrap_or_default();
    let said = "BFD Down (RFC 9384 Cease/10): diag=Control Detection Time Expired";
    assert!(reason.starts_with(said), "{line}");
    let note = trio.gobgp.cli(&["policy", "neighbor"])?;
    assert!(
        note.contains("gobfd-disabled") && note.contains(&peer.to_string()),
        "{note}"
    );

    trio.frr.pause(false)?;
    trio.gobgp.wait_established(peer)?;
    trio.frr.wait_bgp_route(OURS, true)?;
    assert_eq!(
        trio.frr.last_shutdown(trio.session.local)?,
        reason,
        "FRR was told"
    );
    trio.wait_confirmed("use", "enabled")?;
    assert_eq!(trio.gobfd.logged("enabled BGP peer").len(), 1);
    let note = trio.gobgp.cli(&["policy", "neighbor"])?;
    assert!(!note.contains(&peer.to_string()), "{note}");
    Ok(())
}

pub(crate) fn ipv6(version: GobgpVersion) -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v6();
    let settings = GobgpSettings::between(version, session.local, session.peer);
    let trio = Trio::start_on(stage, session, settings, &section(""))?;
    trio.fail()?;
    let target = trio.wait_confirmed("avoid", "disabled")?;
    assert_eq!(target["name"], "fd00::2", "{target}");
    trio.gobgp.wait_disabled(trio.peer())?;
    trio.heal()?;
    trio.gobgp.wait_established(trio.peer())
}
