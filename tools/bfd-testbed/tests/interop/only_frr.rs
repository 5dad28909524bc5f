//! What only FRR can do.

use bfd_testbed::{Frr, Result, Router, State};

use crate::setup::Pair;

#[test]
fn the_peer_is_held_down_and_let_go() -> Result<()> {
    let pair = Pair::<Frr>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    let theirs = pair.sessions[0].mirrored();
    pair.theirs.shut_down(&theirs, true)?;
    pair.theirs.wait_for(local, State::AdminDown)?;
    let row = pair.ours.wait_for(peer, State::Down)?;
    // An operator's decision is told as what it is, not as a failure (RFC 5882 §4.2).
    assert_eq!(row.verdict(), "peer-admin-down", "{row:?}");
    assert_eq!(row.text("remote_state"), "AdminDown");

    pair.theirs.shut_down(&theirs, false)?;
    pair.both_are(State::Up)?;
    pair.judge().map(drop)
}

#[test]
fn one_peer_over_one_hop_and_over_several_at_once() -> Result<()> {
    let stage = bfd_testbed::Stage::one_link()?;
    let (near, far) = (stage.session_v4(), stage.multihop_v4());
    let pair = Pair::<Frr>::up_with(stage, vec![near, far])?;
    let rows = pair.ours.sessions()?;
    assert!(
        rows.iter().all(|row| row.state() == Some(State::Up)),
        "{rows:?}"
    );
    let report = pair.judge()?;
    assert_eq!(report.sessions.len(), 2);
    Ok(())
}
