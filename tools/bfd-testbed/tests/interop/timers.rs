//! Intervals: what is announced, what follows from it, and how a change goes about.

use std::net::IpAddr;
use std::time::Duration;

use bfd_testbed::wire::{Ours, check};
use bfd_testbed::{Capture, Frame, Result, Router, Stage, State};

use crate::setup::{LATENESS, Pair, from, judge_recording};

const MS: fn(u64) -> Duration = Duration::from_millis;

pub(crate) fn negotiated<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    // No two values alike, so that a mix-up shows (RFC 5880 §6.8.4, §6.8.7).
    let ours = stage.session_v4().timed(150, 250, 4);
    let theirs = ours.mirrored().timed(200, 100, 5);
    let pair = Pair::<R>::up_between(stage, vec![ours], &[theirs])?;
    let peer = pair.peer();
    let row = pair.ours.wait_until(peer, "with its timers", |row| {
        row.duration("negotiated_tx_interval") == Some(MS(150))
            && row.duration("detection_time") == Some(MS(1250))
    })?;
    assert_eq!(row.state(), Some(State::Up));

    // Ours every max(150, 100) ms, theirs every max(200, 250) ms.
    let local = pair.sessions[0].local;
    enough_periodic(&pair.capture, local, 30)?;
    let theirs = pair.stage.v4.1;
    let seen = check(&pair.capture.frames()?, &Ours::new([theirs]));
    println!("peer: {}", seen.gaps);
    let report = pair.judge()?;
    let (least, most) = report.gaps.range();
    assert!(report.gaps.count() >= 20, "{report}");
    assert!(
        (0.80..0.95).contains(&report.gaps.mean()),
        "no jitter: {report}"
    );
    assert!(most - least > 0.1, "no jitter: {report}");
    Ok(())
}

pub(crate) fn changed_by_us<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    let changed = pair.sessions[0].clone().timed(300, 400, 4);
    pair.ours.reload(std::slice::from_ref(&changed))?;
    followed(pair)
}

/// The command an operator gives, and the command that takes it back.
pub(crate) fn set_by_operator<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    let peer = pair.peer();
    let (name, all) = (peer.to_string(), &pair.sessions.clone());
    let values = ["--tx-interval", "300ms", "--rx-interval", "400ms"];
    let set = [
        &["session", "set", &name],
        &values[..],
        &["--detect-mult", "4"],
    ]
    .concat();
    let shown = pair.ours.ctl(&set)?;
    for line in [
        "Overridden TX:         300ms (configured 100ms)",
        "Overridden RX:         400ms (configured 100ms)",
        "Overridden Mult:       4 (configured 3)",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    // A reload of the file as it was does not take it back.
    pair.ours.reload(all)?;
    let row = pair.ours.wait_for(peer, State::Up)?;
    assert_eq!(row.duration("desired_min_tx_interval"), Some(MS(300)));
    polled(&pair, 300_000)?;

    let shown = pair.ours.ctl(&["session", "set", &name, "--reset"])?;
    assert!(!shown.contains("Overridden"), "{shown}");
    pair.ours
        .wait_until(peer, "with the configured timers", |row| {
            row.duration("detection_time") == Some(MS(300))
        })?;
    polled(&pair, 100_000)?;
    assert_eq!(pair.theirs.state(pair.sessions[0].local)?, Some(State::Up));
    assert_eq!(pair.downs(), 0, "{}", pair.ours.log());
    pair.judge().map(drop)
}

/// Two files that differ in the profile alone.
pub(crate) fn changed_by_profile<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    let session = &pair.sessions[0].clone();
    let file = |tx: u64, rx: u64, multiplier: u8| {
        format!(
            "grpc: {{addr: \"127.0.0.1:50051\"}}\n\
             profiles: [{{name: shared, desired_min_tx: {tx}ms, required_min_rx: {rx}ms, \
             detect_mult: {multiplier}}}]\n\
             sessions: [{{peer: \"{}\", local: \"{}\", interface: {}, profile: shared}}]\n",
            session.peer,
            session.local,
            session.interface.as_deref().expect("one hop"),
        )
    };
    // The same values by way of a profile are no change.
    pair.ours.reload_as(&file(100, 100, 3))?;
    let done = pair.ours.logged("session reconciliation complete");
    assert_eq!(done.last().map(|line| &line["changed"]), Some(&0.into()));
    pair.ours.reload_as(&file(300, 400, 4))?;
    followed(pair)
}

/// Our session went from 100 ms × 3 to 300 ms, 400 ms and 4, by a Poll Sequence, and stayed Up.
fn followed<R: Router>(pair: Pair<R>) -> Result<()> {
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    // The peer's interval follows what we now ask for: its packets are at most 100 ms.
    pair.ours.wait_until(peer, "with the new timers", |row| {
        row.duration("negotiated_tx_interval") == Some(MS(300))
            && row.duration("detection_time") == Some(MS(1200))
    })?;
    polled(&pair, 300_000)?;
    assert_eq!(pair.theirs.state(local)?, Some(State::Up));
    assert_eq!(pair.downs(), 0, "{}", pair.ours.log());
    pair.judge().map(drop)
}

/// Waits until the recording ends with a Poll Sequence of ours that announces this Desired Min TX,
/// in microseconds: Poll, Final, and packets without either.
fn polled<R: Router>(pair: &Pair<R>, desired: u32) -> Result<()> {
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    pair.capture
        .wait_for("a Poll with the new values", |frames| {
            let last = from(frames, local, |one| one.poll).last();
            let last = last.and_then(|frame| frame.control.as_ref());
            let is_it = last.is_some_and(|poll| poll.desired_tx == desired);
            is_it.then_some(()).ok_or_else(|| "no such packet".into())
        })?;
    pair.capture
        .wait_for("its Final, and packets without P", |frames| {
            let poll = from(frames, local, |one| one.poll && one.desired_tx == desired).last();
            let poll = poll.ok_or("no Poll")?.at;
            let answer = from(frames, peer, |one| one.final_).find(|frame| frame.at > poll);
            let answer = answer.ok_or("no Final")?.at;
            let after = from(frames, local, |one| !one.poll).filter(|frame| frame.at > answer);
            (after.count() >= 3)
                .then_some(())
                .ok_or("still polling".into())
        })
}

pub(crate) fn changed_by_peer<R: Router>() -> Result<()> {
    let mut pair = Pair::<R>::up()?;
    let (local, peer) = (pair.sessions[0].local, pair.peer());
    let changed = pair.sessions[0].mirrored().timed(200, 350, 3);
    pair.theirs.retime(&changed)?;
    // Their Required Min RX rules our sending, their Desired Min TX our detection.
    pair.ours
        .wait_until(peer, "with the peer's timers", |row| {
            row.duration("negotiated_tx_interval") == Some(MS(350))
                && row.duration("detection_time") == Some(MS(600))
        })?;
    pair.capture
        .wait_for("packets after the change", |frames| {
            let changed = from(frames, peer, |one| one.poll && one.required_rx == 350_000).last();
            let changed = changed.ok_or("the peer does not poll")?.at;
            let after = from(frames, local, |one| !one.final_).filter(|frame| frame.at > changed);
            (after.count() >= 3).then_some(()).ok_or("not yet".into())
        })?;
    assert_eq!(pair.downs(), 0, "{}", pair.ours.log());
    let ours = pair.stage.ours();
    let recording = pair.capture.stop()?;
    let frames = &recording.frames;
    for poll in from(frames, peer, |one| one.poll) {
        answered_at_once(frames, local, poll);
    }
    judge_recording(&recording, &ours);
    Ok(())
}

fn answered_at_once(frames: &[Frame], local: IpAddr, poll: &Frame) {
    let mut finals = from(frames, local, |one| one.final_);
    let answer = finals.find(|frame| frame.at >= poll.at);
    let answer = answer.unwrap_or_else(|| panic!("no Final for frame {}", poll.number));
    assert!(
        answer.since(poll) < LATENESS,
        "Final after {:?}",
        answer.since(poll)
    );
}

/// Waits until we have sent this many packets as Up since the recording began.
fn enough_periodic(capture: &Capture, local: IpAddr, count: usize) -> Result<()> {
    capture.wait_for("periodic packets", |frames| {
        let seen = from(frames, local, |one| one.state == State::Up).count();
        (seen >= count).then_some(()).ok_or(format!("{seen}"))
    })
}
