//! What only BIRD does.

use bfd_testbed::{Bird, Gobfd, Result, Router, Stage, State};

use crate::setup::judge;

/// BIRD sends multihop packets with TTL 64; our default asks for 254. The operator has to see that.
#[test]
fn a_multihop_peer_below_the_minimum_ttl_is_refused_and_said_so() -> Result<()> {
    let stage = Stage::two_links()?;
    let session = stage.multihop_v4();
    let capture = stage.capture()?;
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let bird = Bird::start(&stage.them, &[session.mirrored()])?;
    let refused = |row: &bfd_testbed::Row| {
        let last = &row.0["last_discard"];
        last["reason"] == "ttl" && last["ttl"] == 63
    };
    let row = ours.wait_until(session.peer, "refused for its TTL", refused)?;
    assert_eq!(row.state(), Some(State::Down));
    let explained = ours.explain(session.peer)?;
    assert_eq!((explained.cause.as_str(), explained.exit), ("wrong-ttl", 3));
    let ttl = "the peer's packets arrive with TTL 63, the least accepted is 254";
    assert!(explained.answer.ends_with(ttl), "{explained}");
    assert!(explained.remedy[0].contains("min_ttl to 63"), "{explained}");
    // They hear us, so they wait in Init.
    bird.wait_for(session.local, State::Init)?;
    judge(capture, &stage.ours()).map(drop)
}
