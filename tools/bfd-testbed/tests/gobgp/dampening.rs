//! Flap dampening.

use bfd_testbed::{GobgpVersion, Result};

use crate::setup::Trio;

/// Two Downs are enough, and the hold that follows lasts at most fifteen seconds.
const LINES: &str = "  dampening: {enabled: true, suppress_threshold: 1.2, reuse_threshold: 0.5, \
                     half_life: 10s, max_suppress_time: 15s}\n";

pub(crate) fn held_down_for_a_time(version: GobgpVersion) -> Result<()> {
    let trio = Trio::up_with(version, LINES)?;
    let peer = trio.peer();
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.heal()?;
    trio.gobgp.wait_enabled(peer)?;
    // The second Down within the half-life is acted on too, but its Up has to wait.
    trio.fail()?;
    let target = trio.wait_confirmed("avoid", "disabled")?;
    assert_eq!(target["suppressed"], true, "{target}");
    trio.heal()?;
    let held = trio.target()?;
    assert_eq!(
        (&held["wish"], &held["suppressed"]),
        (&"avoid".into(), &true.into()),
        "{held}"
    );
    for message in [
        "peer suppressed due to flap dampening",
        "BFD Up suppressed by flap dampening",
    ] {
        assert_eq!(trio.gobfd.logged(message).len(), 1, "{message}");
    }
    // Nothing happens but that time passes.
    trio.gobgp.wait_enabled(peer)?;
    trio.wait_confirmed("use", "enabled")?;
    let message = "peer unsuppressed, flap dampening cleared";
    assert_eq!(trio.gobfd.logged(message).len(), 1);
    trio.gobgp.wait_established(peer)
}
