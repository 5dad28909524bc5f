//! Sessions are taken down on purpose: by our operator and by our stop.

use std::time::{Duration, Instant};

use bfd_testbed::{Frame, Result, Router, State, within};

use crate::setup::{Pair, from, judge_recording};

pub(crate) fn by_us<R: Router>() -> Result<()> {
    let pair = Pair::<R>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    pair.ours.shut_down(peer, true)?;
    let row = pair.ours.wait_for(peer, State::AdminDown)?;
    assert_eq!(row.verdict(), "admin", "{row:?}");
    pair.theirs.wait_for(local, State::Down)?;
    pair.capture.wait_for("our AdminDown", |frames| {
        let told = from(frames, local, |one| one.state == State::AdminDown).next();
        let told = told.ok_or("none")?.control.ok_or("none")?;
        (told.diagnostic == 7)
            .then_some(())
            .ok_or(format!("{told:?}"))
    })?;

    pair.ours.shut_down(peer, false)?;
    pair.both_are(State::Up)?;
    pair.judge().map(drop)
}

pub(crate) fn clean_stop<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    let begin = Instant::now();
    let status = pair.ours.process().terminate(Duration::from_secs(20))?;
    let took = begin.elapsed();
    assert!(status.success(), "{status}: {}", pair.ours.log());
    println!("stopped after {took:?}");
    pair.theirs.wait_for(local, State::Down)?;
    within(Duration::from_secs(1), "the end", || {
        pair.ours
            .sessions()
            .is_err()
            .then_some(())
            .ok_or("it answers".into())
    })?;
    let ours = pair.stage.ours();
    let recording = pair.capture.stop()?;
    let frames = &recording.frames;
    let first = from(frames, local, |one| one.state == State::AdminDown).next();
    let first = first.expect("we say that we go");
    // Told, the peer does not run into its detection time.
    let expired = from(frames, peer, |one| one.diagnostic == 1).find(|frame| frame.at > first.at);
    assert!(
        expired.is_none(),
        "{}",
        expired.map(Frame::to_string).unwrap_or_default()
    );
    judge_recording(&recording, &ours);
    Ok(())
}
