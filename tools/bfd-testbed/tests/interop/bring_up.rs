//! Sessions come up: whoever starts, over both families, over a link and over a router.

use bfd_testbed::{
    Capture, Frame, Gobfd, Result, Router, Session, Stage, State, eventually, mirrored,
};

use crate::setup::{Pair, from, judge, judge_recording};

pub(crate) fn we_are_first<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    let sessions = vec![stage.session_v4(), stage.session_v6()];
    let capture = stage.capture()?;
    let ours = Gobfd::start(&stage.us, &sessions)?;
    for session in &sessions {
        heard_from(&capture, session)?;
    }
    let theirs = R::start(&stage.them, &mirrored(&sessions))?;
    all_up(&ours, &theirs, &sessions)?;

    let frames = capture.frames()?;
    for session in &sessions {
        begins_as_the_standard_asks(&frames, session);
    }
    let report = judge(capture, &stage.ours())?;
    assert_eq!(report.sessions.len(), 2);
    Ok(())
}

fn begins_as_the_standard_asks(frames: &[Frame], session: &Session) {
    let first = from(frames, session.local, |_| true).next();
    let control = first.and_then(|frame| frame.control).expect("we speak");
    assert_eq!((control.state, control.diagnostic), (State::Down, 0));
    assert_eq!((control.yours, control.desired_tx), (0, 1_000_000));
    let receive = u32::try_from(session.receive.as_micros()).expect("a short interval");
    assert_eq!(control.required_rx, receive);
}

pub(crate) fn peer_is_first<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    let sessions = vec![stage.session_v4(), stage.session_v6()];
    let capture = stage.capture()?;
    let theirs = R::start(&stage.them, &mirrored(&sessions))?;
    for session in &sessions {
        heard_from(&capture, &session.mirrored())?;
    }
    let ours = Gobfd::start(&stage.us, &sessions)?;
    all_up(&ours, &theirs, &sessions)?;
    judge(capture, &stage.ours()).map(drop)
}

pub(crate) fn link_local<R: Router>() -> Result<()> {
    let mut stage = Stage::one_link()?;
    let session = stage.session_link_local()?;
    let pair = Pair::<R>::up_with(stage, vec![session])?;
    pair.judge().map(drop)
}

pub(crate) fn multihop<R: Router>() -> Result<()> {
    let stage = Stage::two_links()?;
    // One router on the way takes one TTL.
    let arriving = R::MULTIHOP_TTL - 1;
    let sessions = [stage.multihop_v4(), stage.multihop_v6()];
    let sessions: Vec<Session> = sessions
        .into_iter()
        .map(|session| session.min_ttl(arriving))
        .collect();
    // Ours arrive with 254, which is every router's default or more than it asks for.
    let theirs: Vec<Session> = mirrored(&sessions)
        .into_iter()
        .map(|session| session.min_ttl(254))
        .collect();
    let pair = Pair::<R>::up_between(stage, sessions, &theirs)?;
    let stage_ours = pair.stage.ours();
    let recording = pair.capture.stop()?;
    let frames = &recording.frames;
    assert!(frames.iter().all(|frame| frame.destination_port == 4784));
    judge_recording(&recording, &stage_ours);
    Ok(())
}

pub(crate) fn passive<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4().passive();
    let sessions = [session.clone()];
    let capture = stage.capture()?;
    let ours = Gobfd::start(&stage.us, &sessions)?;
    let mut theirs = session.mirrored();
    theirs.passive = false;
    let theirs = R::start(&stage.them, &[theirs])?;
    all_up(&ours, &theirs, &sessions)?;
    let first = capture.wait_for("the first packet", |frames| {
        frames.first().cloned().ok_or_else(|| "silence".into())
    })?;
    assert_eq!(first.source, session.peer, "the peer speaks first");
    judge(capture, &stage.ours()).map(drop)
}

fn all_up<R: Router>(ours: &Gobfd, theirs: &R, sessions: &[Session]) -> Result<()> {
    for session in sessions {
        ours.wait_for(session.peer, State::Up)?;
        theirs.wait_for(session.local, State::Up)?;
    }
    Ok(())
}

fn heard_from(capture: &Capture, session: &Session) -> Result<()> {
    eventually("the first packet", || {
        let frames = capture.frames().map_err(|error| error.to_string())?;
        let heard = from(&frames, session.local, |_| true).next().is_some();
        heard.then_some(()).ok_or("silence".into())
    })
}
