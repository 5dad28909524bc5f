//! Both daemons on a stage, and the questions that every scenario asks.

use std::net::IpAddr;
use std::time::Duration;

use bfd_testbed::wire::{self, Ours, Report};
use bfd_testbed::{
    Capture, Frame, Gobfd, Recording, Result, Router, Session, Stage, State, mirrored,
};

/// How much later than computed a busy machine may make us.
pub(crate) const LATENESS: Duration = Duration::from_millis(150);

/// Our daemon and a router with the other ends of its sessions, all Up, the wire recorded from the start.
pub(crate) struct Pair<R> {
    pub(crate) ours: Gobfd,
    pub(crate) theirs: R,
    pub(crate) sessions: Vec<Session>,
    pub(crate) capture: Capture,
    pub(crate) stage: Stage,
}

impl<R: Router> Pair<R> {
    /// One IPv4 session at 100 ms × 3.
    pub(crate) fn up() -> Result<Self> {
        let stage = Stage::one_link()?;
        let session = stage.session_v4();
        Self::up_with(stage, vec![session])
    }

    pub(crate) fn up_with(stage: Stage, sessions: Vec<Session>) -> Result<Self> {
        let theirs = mirrored(&sessions);
        Self::up_between(stage, sessions, &theirs)
    }

    pub(crate) fn up_between(
        stage: Stage,
        sessions: Vec<Session>,
        theirs: &[Session],
    ) -> Result<Self> {
        let capture = stage.capture()?;
        let ours = Gobfd::start(&stage.us, &sessions)?;
        let theirs = R::start(&stage.them, theirs)?;
        let pair = Self {
            ours,
            theirs,
            sessions,
            capture,
            stage,
        };
        pair.both_are(State::Up)?;
        Ok(pair)
    }

    /// The peer of the only session.
    pub(crate) fn peer(&self) -> IpAddr {
        self.sessions[0].peer
    }

    /// Both ends of all sessions report this state.
    pub(crate) fn both_are(&self, state: State) -> Result<()> {
        for session in &self.sessions {
            self.ours.wait_for(session.peer, state)?;
            self.theirs.wait_for(session.local, state)?;
        }
        Ok(())
    }

    /// Ends the recording and holds our packets against the wire rules.
    pub(crate) fn judge(self) -> Result<Report> {
        let ours = self.stage.ours();
        self.judge_with(&ours)
    }

    pub(crate) fn judge_with(self, ours: &Ours) -> Result<Report> {
        judge(self.capture, ours)
    }

    /// How many times our daemon logged a change to Down.
    pub(crate) fn downs(&self) -> usize {
        downs(&self.ours)
    }
}

pub(crate) fn judge(capture: Capture, ours: &Ours) -> Result<Report> {
    Ok(judge_recording(&capture.stop()?, ours))
}

pub(crate) fn judge_recording(recording: &Recording, ours: &Ours) -> Report {
    let report = wire::judge(recording, ours);
    println!("{:?}", recording.noise);
    println!("{report}");
    report.assert_clean();
    report
}

pub(crate) fn downs(gobfd: &Gobfd) -> usize {
    let changes = gobfd.logged("session state changed");
    let down = changes.iter().filter(|entry| entry["new_state"] == "Down");
    down.count()
}

/// Frames from this address that satisfy a condition.
pub(crate) fn from<'a>(
    frames: &'a [Frame],
    source: IpAddr,
    wanted: impl Fn(&bfd_testbed::Control) -> bool + 'a,
) -> impl Iterator<Item = &'a Frame> {
    let is_wanted =
        move |frame: &&Frame| frame.source == source && frame.control.as_ref().is_some_and(&wanted);
    frames.iter().filter(is_wanted)
}
