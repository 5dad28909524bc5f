//! SIGHUP: new sessions start, missing ones go with AdminDown, the others notice nothing.

use bfd_testbed::{Result, Router, Session, Stage, State, eventually};

use crate::setup::{Pair, downs, from};

pub(crate) fn only_what_changed<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    // A second of patience: what a crowded machine does to the peer is no touch of ours.
    let patient = |session: Session| session.timed(100, 100, 10);
    let (kept, other) = (patient(stage.session_v4()), patient(stage.session_v6()));
    let mut pair = Pair::<R>::up_with(stage, vec![kept.clone(), other.clone()])?;
    let before = pair.ours.wait_for(kept.peer, State::Up)?.discriminator();

    pair.ours.reload(std::slice::from_ref(&kept))?;
    pair.theirs.wait_for(other.local, State::Down)?;
    pair.capture
        .wait_for("the AdminDown of the removed one", |frames| {
            let told = from(frames, other.local, |one| one.state == State::AdminDown).next();
            told.map(drop).ok_or("none".into())
        })?;
    eventually("the removed one to be gone", || {
        match pair.ours.session(other.peer) {
            Ok(None) => Ok(()),
            seen => Err(format!("{seen:?}")),
        }
    })?;

    pair.ours.reload(&[kept.clone(), other])?;
    pair.both_are(State::Up)?;
    let after = pair.ours.wait_for(kept.peer, State::Up)?;
    assert_eq!(after.discriminator(), before, "not touched");
    let touched = pair.ours.logged("session state changed");
    let peer = kept.peer.to_string();
    let kept_changes = touched.iter().filter(|entry| entry["peer"] == *peer);
    assert!(
        kept_changes
            .clone()
            .all(|entry| entry["new_state"] != "Down"),
        "{touched:?}"
    );
    assert!(downs(&pair.ours) <= 1, "{touched:?}");
    pair.judge().map(drop)
}
