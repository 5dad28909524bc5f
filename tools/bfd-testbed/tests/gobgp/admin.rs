//! What operators do is theirs.

use bfd_testbed::{GobgpVersion, Result, Router, State};

use crate::setup::{Trio, stays};

pub(crate) fn operators_disable(version: GobgpVersion) -> Result<()> {
    let trio = Trio::up(version)?;
    let peer = trio.peer();
    trio.gobgp
        .cli(&["neighbor", &peer.to_string(), "disable", "maintenance"])?;
    trio.gobgp.wait_disabled(peer)?;
    trio.wait_confirmed("use", "disabled-by-operator")?;

    // Neither a failure nor a recovery changes it.
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled-by-operator")?;
    trio.heal()?;
    trio.wait_confirmed("use", "disabled-by-operator")?;
    stays("the operator's disable", || {
        Ok(trio.gobgp.state(peer)? == "Idle(Admin)")
    })?;

    // What we disabled can be taken over: by deleting it from the note.
    trio.gobgp.cli(&["neighbor", &peer.to_string(), "enable"])?;
    trio.gobgp.wait_established(peer)?;
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.gobgp.cli(&[
        "policy",
        "neighbor",
        "del",
        "gobfd-disabled",
        &peer.to_string(),
    ])?;
    trio.wait_confirmed("avoid", "disabled-by-operator")?;
    trio.heal()?;
    trio.wait_confirmed("use", "disabled-by-operator")?;
    stays("what was taken over", || {
        Ok(trio.gobgp.state(peer)? == "Idle(Admin)")
    })
}

pub(crate) fn of_the_peer(version: GobgpVersion) -> Result<()> {
    let trio = Trio::up(version)?;
    let (local, peer) = (trio.session.local, trio.peer());
    trio.frr_admin_down(true)?;
    let row = trio.gobfd.wait_for(peer, State::Down)?;
    assert_eq!(row.verdict(), "peer-admin-down", "{row:?}");
    stays("BGP", || Ok(trio.gobgp.state(peer)? == "Establ"))?;
    trio.wait_confirmed("use", "enabled")?;
    trio.frr_admin_down(false)?;
    trio.frr.wait_for(local, State::Up)?;

    // After a failure: the peer's operator switches BFD off, so BGP is on its own. Only our direction
    // is cut, or we would not hear of it.
    trio.stage.link.left.cut()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.frr_admin_down(true)?;
    trio.wait_confirmed("use", "enabled")?;
    let row = trio.gobfd.wait_for(peer, State::Down)?;
    assert_eq!(row.text("remote_state"), "AdminDown", "{row:?}");
    trio.stage.link.left.heal()?;
    trio.gobgp.wait_established(peer)
}

pub(crate) fn of_ours(version: GobgpVersion) -> Result<()> {
    let trio = Trio::up(version)?;
    let peer = trio.peer();
    trio.gobfd.shut_down(peer, true)?;
    trio.gobfd.wait_for(peer, State::AdminDown)?;
    stays("BGP", || Ok(trio.gobgp.state(peer)? == "Establ"))?;
    trio.gobfd.shut_down(peer, false)?;
    trio.gobfd.wait_for(peer, State::Up)?;

    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.gobfd.shut_down(peer, true)?;
    trio.wait_confirmed("use", "enabled")?;
    trio.gobgp.wait_enabled(peer)
}
