//! GoBFD and GoBGP on one host, FRR on the other, BFD and BGP between them.

use std::net::IpAddr;
use std::time::Duration;

use bfd_testbed::{
    Frr, GoBgp, Gobfd, GobgpSettings, GobgpVersion, Result, Router, Session, Settings, Stage,
    State, eventually,
};
use serde_json::Value;

/// What GoBGP announces in scenarios that watch FRR's table.
pub(crate) const OURS: &str = "10.30.0.0/24";
/// What FRR announces.
pub(crate) const THEIRS: &str = "10.20.0.0/24";

pub(crate) struct Trio {
    pub(crate) gobfd: Gobfd,
    pub(crate) gobgp: GoBgp,
    pub(crate) frr: Frr,
    pub(crate) session: Session,
    pub(crate) stage: Stage,
}

impl Trio {
    /// All Up and established, with strategy `disable-peer`.
    pub(crate) fn up(version: GobgpVersion) -> Result<Self> {
        Self::up_with(version, "")
    }

    /// The same with further lines in section `gobgp`.
    pub(crate) fn up_with(version: GobgpVersion, lines: &str) -> Result<Self> {
        Self::start(plain(version), &section(lines))
    }

    /// The same with these settings and this section.
    pub(crate) fn start(gobgp: GobgpSettings, section: &str) -> Result<Self> {
        let stage = Stage::one_link()?;
        let session = stage.session_v4();
        Self::start_on(stage, session, gobgp, section)
    }

    /// The same over this session.
    pub(crate) fn start_on(
        stage: Stage,
        session: Session,
        gobgp: GobgpSettings,
        section: &str,
    ) -> Result<Self> {
        let (local, peer) = (session.local, session.peer);
        let mut frr = Frr::start(&stage.them, &[session.mirrored()])?;
        frr.start_bgp(local, THEIRS)?;
        let gobgp = GoBgp::start_with(&stage.us, gobgp)?;
        let extra = section.to_owned();
        let sessions = [session.clone()];
        let gobfd = Gobfd::start_with(&stage.us, &sessions, Settings { extra })?;
        let trio = Self {
            gobfd,
            gobgp,
            frr,
            session,
            stage,
        };
        trio.gobfd.wait_for(peer, State::Up)?;
        trio.gobgp.wait_established(peer)?;
        Ok(trio)
    }

    pub(crate) fn peer(&self) -> IpAddr {
        self.session.peer
    }

    /// What `gobfdctl bgp list` shows of the only target.
    pub(crate) fn target(&self) -> Result<Value> {
        let shown = self.gobfd.ctl(&["--format", "json", "bgp", "list"])?;
        let targets: Vec<Value> = serde_json::from_str(&shown).unwrap_or_default();
        Ok(targets.into_iter().next().unwrap_or_default())
    }

    /// Waits until the only target satisfies `wanted`.
    pub(crate) fn wait_target(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        eventually(&format!("the target to be {what}"), || {
            match self.target() {
                Ok(target) if wanted(&target) => Ok(target),
                Ok(target) => Err(target.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// Waits until what BFD wants is confirmed.
    pub(crate) fn wait_confirmed(&self, wish: &str, applied: &str) -> Result<Value> {
        self.wait_target(&format!("{wish}, {applied}"), |target| {
            target["wish"] == wish && target["applied"] == applied && target["confirmed"] == true
        })
    }

    /// Cuts the link until BFD says Down.
    pub(crate) fn fail(&self) -> Result<()> {
        self.stage.link.cut()?;
        self.gobfd.wait_for(self.peer(), State::Down).map(drop)
    }

    /// Heals the link until BFD says Up.
    pub(crate) fn heal(&self) -> Result<()> {
        self.stage.link.heal()?;
        self.gobfd.wait_for(self.peer(), State::Up).map(drop)
    }

    /// Holds down FRR's end of the BFD session, or lets it go.
    pub(crate) fn frr_admin_down(&self, held: bool) -> Result<()> {
        self.frr.shut_down(&self.session.mirrored(), held)
    }
}

/// A GoBGP without TLS at our end of [`Stage::one_link`].
pub(crate) fn plain(version: GobgpVersion) -> GobgpSettings {
    let [local, peer] = [1, 2].map(|host| IpAddr::from([10, 0, 0, host]));
    GobgpSettings::between(version, local, peer)
}

/// Section `gobgp`, switched on.
pub(crate) fn section(lines: &str) -> String {
    format!("gobgp:\n  enabled: true\n  addr: \"127.0.0.1:50061\"\n{lines}")
}

/// Fails if `holds` turns false within a while in which a mistake would have shown.
pub(crate) fn stays(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = std::time::Instant::now() + Duration::from_secs(3);
    while std::time::Instant::now() < end {
        assert!(holds()?, "{what} did not last");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
