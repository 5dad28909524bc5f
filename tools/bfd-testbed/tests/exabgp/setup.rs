//! Everything running, the session Up and the route announced.

use std::time::SystemTime;

use bfd_testbed::{
    BgpSession, BridgeLine, Change, ExaBgp, GoBgp, Gobfd, Release, Result, Session, Signal, Stage,
    State,
};

pub(crate) const PREFIX: &str = "198.51.100.1/32";

/// All five programs.
pub(crate) struct Chain {
    pub(crate) exabgp: ExaBgp,
    pub(crate) ours: Gobfd,
    pub(crate) theirs: Gobfd,
    pub(crate) gobgp: GoBgp,
    pub(crate) session: Session,
    _stage: Stage,
}

impl Chain {
    /// With the route of [`PREFIX`], set up by environment variables as in 0.6.1.
    pub(crate) fn up(release: Release) -> Result<Self> {
        Self::up_keeping(release, "10s")
    }

    /// The same; routes stay for `keep_last` without the daemon.
    pub(crate) fn up_keeping(release: Release, keep_last: &str) -> Result<Self> {
        let keep_last = format!("GOBFD_KEEP_LAST={keep_last}");
        let chain = Self::start(release, "", |session| {
            let peer = format!("GOBFD_PEER={}", session.peer);
            vec![peer, format!("ANYCAST_PREFIX={PREFIX}"), keep_last]
        })?;
        chain.gobgp.wait_path(PREFIX)?;
        Ok(chain)
    }

    /// With other arguments and variables.
    pub(crate) fn start(
        release: Release,
        arguments: &str,
        environment: impl FnOnce(&Session) -> Vec<String>,
    ) -> Result<Self> {
        let stage = Stage::one_link()?;
        let session = stage.session_v4();
        let ends = BgpSession {
            local: (session.local, 65002),
            peer: (session.peer, 65001),
        };
        let gobgp = GoBgp::start(&stage.them, ends.peer, &[ends.local])?;
        let theirs = Gobfd::start(&stage.them, &[session.mirrored()])?;
        let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
        ours.wait_for(session.peer, State::Up)?;
        let mut variables = environment(&session);
        variables.push("GOBFD_ADDR=http://127.0.0.1:50051".into());
        let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
        let exabgp = ExaBgp::start(&stage.us, release, &ends, &variables, arguments)?;
        exabgp.wait_bridge(None)?;
        Ok(Self {
            exabgp,
            ours,
            theirs,
            gobgp,
            session,
            _stage: stage,
        })
    }

    /// Freezes the peer's daemon and waits until ours calls it Down.
    pub(crate) fn freeze_peer(&mut self) -> Result<Change> {
        let since = SystemTime::now();
        self.theirs.process().signal(Signal::STOP)?;
        self.ours.wait_change(self.session.peer, State::Down, since)
    }

    /// Lets the peer's daemon go on and waits until ours calls it Up.
    pub(crate) fn thaw_peer(&mut self) -> Result<Change> {
        let since = SystemTime::now();
        self.theirs.process().signal(Signal::CONT)?;
        self.ours.wait_change(self.session.peer, State::Up, since)
    }

    /// Waits for a line of the bridge since then.
    pub(crate) fn line(&self, message: &str, since: SystemTime) -> Result<BridgeLine> {
        self.exabgp.wait_line(&format!("msg=\"{message}\""), since)
    }

    /// How many lines of the bridge have this message.
    pub(crate) fn count(&self, message: &str) -> usize {
        let start = format!("msg=\"{message}\"");
        let lines = self.exabgp.bridge_log();
        lines
            .iter()
            .filter(|line| line.text.starts_with(&start))
            .count()
    }
}
