//! Strategy `withdraw-routes`.

use bfd_testbed::{GobgpVersion, Result};

use crate::setup::{Trio, plain};

const SECTION: &str = "\
gobgp:
  enabled: true
  addr: \"127.0.0.1:50061\"
  strategy: withdraw-routes
  routes:
    - {prefix: 198.51.100.1/32, next_hop: 10.0.0.1, peer: 10.0.0.2}
    - {prefix: 2001:db8:1::/48, next_hop: 2001:db8::1}
";
const PREFIX: &str = "198.51.100.1/32";
const PREFIX6: &str = "2001:db8:1::/48";

pub(crate) fn withdrawn_and_announced(version: GobgpVersion) -> Result<()> {
    let mut trio = Trio::start(plain(version), SECTION)?;
    let peer = trio.peer();
    trio.frr.wait_bgp_route(PREFIX, true)?;
    let target = trio.wait_confirmed("use", "announced")?;
    assert_eq!(target["name"], format!("{PREFIX} via 10.0.0.1"), "{target}");
    assert!(trio.gobgp.path(PREFIX6)?.is_some());

    // BFD alone fails: the BGP session is there to carry the withdrawal.
    trio.frr.pause_bfd(true)?;
    trio.frr.wait_bgp_route(PREFIX, false)?;
    trio.wait_confirmed("avoid", "withdrawn")?;
    assert!(trio.gobgp.path(PREFIX6)?.is_none(), "all sessions failed");
    assert_eq!(trio.gobgp.state(peer)?, "Establ", "the session stays");
    trio.frr.pause_bfd(false)?;
    trio.frr.wait_bgp_route(PREFIX, true)?;

    // GoBGP loses what was announced when it restarts.
    trio.gobgp.crash();
    trio.gobgp.restart()?;
    trio.gobgp.wait_established(peer)?;
    trio.frr.wait_bgp_route(PREFIX, true)?;

    // A prefix that leaves the file is withdrawn; the other stays.
    let line = "    - {prefix: 198.51.100.1/32, next_hop: 10.0.0.1, peer: 10.0.0.2}\n";
    trio.gobfd.set_extra(SECTION.replace(line, ""));
    trio.gobfd.reload(&[trio.session.clone()])?;
    trio.frr.wait_bgp_route(PREFIX, false)?;
    assert!(trio.gobgp.path(PREFIX6)?.is_some());
    Ok(())
}
