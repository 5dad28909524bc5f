//! Daemons end, begin and hang.

use std::time::{Duration, SystemTime};

use bfd_testbed::{GobgpVersion, Result, State, eventually, within};

use crate::setup::{Trio, stays};

pub(crate) fn gobgp_restarts(version: GobgpVersion) -> Result<()> {
    let mut trio = Trio::up(version)?;
    let peer = trio.peer();
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.gobgp.crash();
    eventually("the loss to be noticed", || {
        match trio.gobfd.ctl(&["bgp", "status"]) {
            Ok(shown) if shown.contains(" no ") => Ok(()),
            seen => Err(format!("{seen:?}")),
        }
    })?;
    trio.gobgp.restart()?;
    trio.gobgp.wait_disabled(peer)?;
    trio.wait_confirmed("avoid", "disabled")?;

    // It fails while GoBGP is away as well.
    trio.heal()?;
    trio.gobgp.wait_established(peer)?;
    trio.gobgp.crash();
    trio.fail()?;
    let target = trio.wait_target("waiting", |target| target["failures"].as_u64() > Some(1))?;
    assert_eq!(
        (&target["wish"], &target["confirmed"]),
        (&"avoid".into(), &false.into())
    );
    trio.gobgp.restart()?;
    trio.gobgp.wait_disabled(peer)?;
    trio.heal()?;
    trio.gobgp.wait_established(peer)
}

pub(crate) fn we_are_killed(version: GobgpVersion) -> Result<()> {
    let mut trio = Trio::up(version)?;
    let peer = trio.peer();
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.gobfd.crash();
    trio.gobfd.restart()?;

    // The new session knows nothing yet, so what we disabled stays so.
    trio.wait_confirmed("leave", "disabled")?;
    stays("what we disabled", || {
        Ok(trio.gobgp.state(peer)? == "Idle(Admin)")
    })?;
    trio.heal()?;
    trio.gobgp.wait_established(peer)?;
    trio.wait_confirmed("use", "enabled")?;

    // And an operator's disable is still told apart after a restart.
    trio.gobgp
        .cli(&["neighbor", &peer.to_string(), "disable"])?;
    trio.wait_confirmed("use", "disabled-by-operator")?;
    trio.gobfd.crash();
    trio.gobfd.restart()?;
    trio.gobfd.wait_for(peer, State::Up)?;
    trio.wait_confirmed("use", "disabled-by-operator").map(drop)
}

pub(crate) fn sessions_go(version: GobgpVersion) -> Result<()> {
    let mut trio = Trio::up(version)?;
    let peer = trio.peer();
    // Removed while we look on: at once.
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.gobfd.reload(&[])?;
    trio.gobgp.wait_enabled(peer)?;
    trio.wait_target("gone", serde_json::Value::is_null)?;
    trio.stage.link.heal()?;
    trio.gobfd.reload(&[trio.session.clone()])?;
    trio.gobfd.wait_for(peer, State::Up)?;
    trio.gobgp.wait_established(peer)?;

    // Removed while we were away: after a minute, for those that the API makes anew.
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.gobfd.crash();
    trio.gobfd.configure(&[])?;
    trio.gobfd.restart()?;
    trio.wait_confirmed("leave", "disabled")?;
    within(
        Duration::from_secs(120),
        "GoBGP to show it enabled",
        || match trio.gobgp.state(peer) {
            Ok(state) if state != "Idle(Admin)" => Ok(()),
            seen => Err(format!("{seen:?}")),
        },
    )
}

pub(crate) fn gobgp_hangs(version: GobgpVersion) -> Result<()> {
    let trio = Trio::up_with(version, "  action_timeout: 1s\n")?;
    let peer = trio.peer();
    trio.gobgp.hang()?;
    let cut = SystemTime::now();
    trio.fail()?;
    // Everybody else is served: log, API, metrics.
    let change = trio.gobfd.wait_change(peer, State::Down, cut)?;
    assert_eq!(change.verdict.as_deref(), Some("peer-silent"), "{change:?}");
    let target = trio.wait_target("late", |target| target["failures"].as_u64() > Some(1))?;
    assert_eq!(target["confirmed"], false, "{target}");
    trio.heal()?;
    trio.fail()?;
    let args = ["-sS", "--max-time", "5", "http://127.0.0.1:9100/metrics"];
    let page = trio.stage.us.run("curl", &args)?;
    assert!(
        page.contains("\ngobfd_gobgp_unconfirmed_targets 1\n"),
        "{page}"
    );

    trio.gobgp.resume()?;
    trio.gobgp.wait_disabled(peer)?;
    trio.wait_confirmed("avoid", "disabled")?;

    // What it is told while it hangs is the latest, however old the requests that it finds.
    trio.gobgp.hang()?;
    trio.heal()?;
    trio.fail()?;
    trio.heal()?;
    trio.gobgp.resume()?;
    trio.gobgp.wait_established(peer)?;
    trio.wait_confirmed("use", "enabled").map(drop)
}
