//! Paths and peers die: who notices, when, and with which verdict.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use bfd_testbed::{Frame, PATIENCE, Result, Router, Stage, State};

use crate::setup::{LATENESS, Pair, from};

/// Detection time of the sessions here: 100 ms × 3.
const DETECTION: Duration = Duration::from_millis(300);

pub(crate) fn silent<R: Router>() -> Result<()> {
    let pair = Pair::<R>::up()?;
    let monitor = pair.ours.monitor()?;
    let cut = SystemTime::now();
    pair.stage.link.cut()?;
    let event = monitor.next("the event of the failure", PATIENCE, |event| {
        event.kind() == "StateChange" && event.session().state() == Some(State::Down)
    })?;
    assert_eq!(event.session().verdict(), "peer-silent", "{event:?}");
    assert_eq!(event.previous(), Some(State::Up));
    pair.both_are(State::Down)?;
    let change = pair.ours.wait_change(pair.peer(), State::Down, cut)?;
    assert_eq!(change.verdict.as_deref(), Some("peer-silent"), "{change:?}");
    assert_eq!(change.limit, Some(DETECTION));
    within_detection_time(change.gap.unwrap_or_default());
    let row = pair.ours.wait_for(pair.peer(), State::Down)?;
    assert_eq!(row.text("local_diagnostic"), "ControlTimeExpired");

    pair.stage.link.heal()?;
    pair.both_are(State::Up)?;
    let quiet = pair.stage.ours().silent(cut, SystemTime::now());
    pair.judge_with(&quiet).map(drop)
}

pub(crate) fn their_direction<R: Router>() -> Result<()> {
    let pair = Pair::<R>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    pair.stage.link.right.cut()?;
    let row = pair.ours.wait_for(peer, State::Down)?;
    assert_eq!(row.verdict(), "peer-silent", "{row:?}");
    pair.theirs.wait_for(local, State::Down)?;

    // Here our Down is on the wire: from the last packet that arrived to it is the detection.
    let detected = pair.capture.wait_for("our Down", |frames| {
        let ours = from(frames, local, |one| {
            one.state == State::Down && one.diagnostic == 1
        })
        .next();
        let ours = ours.ok_or("no Down of ours")?;
        let last = last_before(frames, peer, ours).ok_or("nothing of theirs")?;
        Ok(ours.since(last))
    })?;
    println!("{}: detected on the wire after {detected:?}", R::NAME);
    within_detection_time(detected);

    pair.stage.link.right.heal()?;
    pair.both_are(State::Up)?;
    pair.judge().map(drop)
}

pub(crate) fn our_direction<R: Router>() -> Result<()> {
    let pair = Pair::<R>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    let cut = pair.stage.link.left.cut()?;
    pair.theirs.wait_for(local, State::Down)?;
    // Their packets kept coming, and one of them said why.
    let row = pair
        .ours
        .wait_until(peer, "one-way", |row| row.verdict() == "one-way")?;
    assert_eq!(row.text("local_diagnostic"), "NeighborDown");

    pair.stage.link.left.heal()?;
    pair.both_are(State::Up)?;
    let quiet = pair.stage.ours().silent(cut, SystemTime::now());
    pair.judge_with(&quiet).map(drop)
}

/// The kernel may take a second to tell that a carrier is lost, so the detection time here is longer.
pub(crate) fn carrier<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4().timed(1000, 1000, 3);
    let pair = Pair::<R>::up_with(stage, vec![session])?;
    let lost = SystemTime::now();
    pair.stage.link.right.set_down()?;
    let row = pair.ours.wait_for(pair.peer(), State::Down)?;
    assert_eq!(row.verdict(), "link-down", "{row:?}");

    // Setting an interface down takes its IPv6 addresses; IPv4 ones stay.
    pair.stage.link.right.set_up()?;
    pair.both_are(State::Up)?;
    let quiet = pair.stage.ours().silent(lost, SystemTime::now());
    pair.judge_with(&quiet).map(drop)
}

/// Nothing is recorded here: a recorder ends when its interface goes down.
pub(crate) fn our_interface<R: Router>() -> Result<()> {
    let pair = Pair::<R>::up()?;
    let lost = SystemTime::now();
    pair.stage.link.left.set_down()?;
    let change = pair.ours.wait_change(pair.peer(), State::Down, lost)?;
    assert_eq!(change.verdict.as_deref(), Some("link-down"), "{change:?}");
    pair.stage.link.left.set_up()?;
    pair.both_are(State::Up)
}

pub(crate) fn peer_crashes<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    pair.theirs.crash();
    // The peer's kernel refuses our packets from now on, which is no failure of ours.
    let row = pair.ours.wait_for(pair.peer(), State::Down)?;
    assert_eq!(row.verdict(), "peer-silent", "{row:?}");
    pair.theirs.restart()?;
    pair.both_are(State::Up)?;
    pair.judge().map(drop)
}

pub(crate) fn we_crash<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    let before = pair.ours.wait_for(peer, State::Up)?.discriminator();
    pair.ours.crash();
    pair.theirs.wait_for(local, State::Down)?;
    pair.ours.restart()?;
    pair.both_are(State::Up)?;
    let after = pair.ours.wait_for(peer, State::Up)?.discriminator();
    assert_ne!(before, after, "discriminators are drawn anew");
    let report = pair.judge()?;
    assert_eq!(report.sessions.len(), 2);
    Ok(())
}

fn within_detection_time(took: Duration) {
    let allowed = DETECTION..DETECTION + LATENESS;
    assert!(allowed.contains(&took), "after {took:?}");
}

fn last_before<'a>(frames: &'a [Frame], source: IpAddr, end: &Frame) -> Option<&'a Frame> {
    from(frames, source, |_| true)
        .take_while(|frame| frame.at < end.at)
        .last()
}
