//! The integration's settings change by SIGHUP, and nothing else moves.

use bfd_testbed::{GobgpVersion, Result, State};

use crate::setup::{Trio, section};

pub(crate) fn settings_change(version: GobgpVersion) -> Result<()> {
    let mut trio = Trio::up(version)?;
    let peer = trio.peer();
    let before = trio.gobfd.wait_for(peer, State::Up)?;
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;

    // Other settings for the same GoBGP: what is disabled stays so.
    trio.gobfd.set_extra(section("  action_timeout: 2s\n"));
    trio.gobfd.reload(&[trio.session.clone()])?;
    trio.wait_confirmed("avoid", "disabled")?;
    assert_eq!(trio.gobfd.logged("gobgp integration enabled").len(), 2);
    assert!(trio.gobfd.logged("enabled BGP peer").is_empty());

    // A fault changes nothing.
    trio.gobfd
        .set_extra(section("  tls: {enabled: true, ca_file: /nowhere.pem}\n"));
    let message = "failed to reload configuration, keeping current settings";
    trio.gobfd.reload_until(&[trio.session.clone()], message)?;
    let line = trio.gobfd.logged(message).pop().unwrap_or_default();
    let said = line["error"].as_str().unwrap_or_default();
    assert!(
        said.contains("gobgp.tls: cannot read /nowhere.pem"),
        "{line}"
    );
    trio.wait_confirmed("avoid", "disabled")?;

    // Switched off: nobody would enable the peer any more, so it is given back.
    trio.gobfd.set_extra("");
    trio.gobfd.reload(&[trio.session.clone()])?;
    trio.gobgp.wait_enabled(peer)?;
    assert!(trio.target()?.is_null());

    // And on again, while the path is down.
    trio.gobfd.set_extra(section(""));
    trio.gobfd.reload(&[trio.session.clone()])?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.heal()?;
    trio.gobgp.wait_established(peer)?;
    let after = trio.gobfd.wait_for(peer, State::Up)?;
    assert_eq!(
        before.discriminator(),
        after.discriminator(),
        "the session lived on"
    );
    Ok(())
}
