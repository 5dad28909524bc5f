//! What only FRR can do.

use std::time::SystemTime;

use bfd_testbed::{Frr, Result, Router, State, eventually};

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
    eventually("both of ours Up", || {
        let rows = pair.ours.sessions().map_err(|error| error.to_string())?;
        let up = rows.iter().all(|row| row.state() == Some(State::Up));
        up.then_some(()).ok_or(format!("{rows:?}"))
    })?;
    let report = pair.judge()?;
    assert_eq!(report.sessions.len(), 2);
    Ok(())
}

/// A firewall of our own host that eats our packets is told as what it is, though the peer signals Down.
#[test]
fn our_own_firewall_eats_what_we_send() -> Result<()> {
    let pair = Pair::<Frr>::up()?;
    let rules = "table inet eater { chain out { type filter hook output priority 0; \
                 udp dport 3784 drop; }; }";
    let begin = SystemTime::now();
    pair.stage.us.run("nft", &[rules])?;
    let change = pair.ours.wait_change(pair.peer(), State::Down, begin)?;
    assert_eq!(change.verdict.as_deref(), Some("tx-failed"), "{change:?}");
    pair.stage
        .us
        .run("nft", &["delete", "table", "inet", "eater"])?;
    pair.both_are(State::Up)?;
    let quiet = pair.stage.ours().silent(begin, SystemTime::now());
    pair.judge_with(&quiet).map(drop)
}
