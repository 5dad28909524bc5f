//! Two daemons with many sessions between them, and the judgement over them.

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bfd_testbed::{Capture, Frame, Namespace, Result, State, Topology, within};
use serde::{Deserialize, Serialize};

use crate::daemon::{Daemon, Output};
use crate::row::Row;
use crate::scale::Scale;

/// One disturbance at a time: two would be the other's noise.
static TURN: Mutex<()> = Mutex::new(());

/// Sessions of which every packet is recorded, to find the largest gap.
const RECORDED: &str = "udp dst port 4784 and src net 10.1.0.0/28";

/// No session lives through such a gap: between two stamps so far apart the clock was stepped.
const STEP: Duration = Duration::from_secs(3600);

/// Timers of both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// Interval in milliseconds.
    pub(crate) interval: u32,
    /// Detect Mult.
    pub(crate) multiplier: u32,
}

impl Pace {
    /// Patience for two cores that do other things as well: where speed is not the matter.
    pub(crate) const CALM: Self = Self::new(300, 3);
    /// What operators of fast networks set.
    pub(crate) const FAST: Self = Self::new(50, 3);

    pub(crate) const fn new(interval: u32, multiplier: u32) -> Self {
        Self {
            interval,
            multiplier,
        }
    }

    /// Detection time.
    pub(crate) fn limit(self) -> Duration {
        Duration::from_millis(u64::from(self.interval * self.multiplier))
    }
}

/// The daemon that is disturbed and its peer, all sessions Up.
pub(crate) struct Field {
    pub(crate) us: Daemon,
    pub(crate) them: Daemon,
    pub(crate) scale: Scale,
    capture: Capture,
    _topology: Topology,
    _turn: MutexGuard<'static, ()>,
}

impl Field {
    /// Starts both and waits until all sessions are Up.
    pub(crate) fn new(scale: Scale) -> Result<Self> {
        Self::with_output(scale, |_| Output::Log)
    }

    /// The same; our standard output goes where `output` says.
    pub(crate) fn with_output(
        scale: Scale,
        output: impl FnOnce(&Namespace) -> Output,
    ) -> Result<Self> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let topology = Topology::new()?;
        let (us, them) = (topology.namespace("us")?, topology.namespace("them")?);
        let link = topology.link((&us, "eth0"), (&them, "eth0"))?;
        prepare(&us, 1)?;
        prepare(&them, 2)?;
        let capture = Capture::start_only(&link.right, RECORDED)?;
        let theirs = Daemon::launch(&them, &sessions(scale, 2), &Output::Log)?;
        let ours = Daemon::launch(&us, &sessions(scale, 1), &output(&us))?;
        let field = Self {
            us: ours,
            them: theirs,
            scale,
            capture,
            _topology: topology,
            _turn: turn,
        };
        field.all_up()?;
        for daemon in [&field.us, &field.them] {
            daemon.assert_scheduled(scale.scheduler);
        }
        Ok(field)
    }

    /// Configuration of our end; `more` is added to the list of sessions.
    pub(crate) fn configuration(&self, more: &str) -> String {
        sessions(self.scale, 1) + more
    }

    /// Waits until every session is Up at both ends.
    pub(crate) fn all_up(&self) -> Result<()> {
        let wanted = self.scale.sessions as usize;
        within(Duration::from_secs(120), "all sessions to be Up", || {
            let up = |daemon: &Daemon| daemon.try_page().map_or(0, |page| page.up());
            let up = (up(&self.us), up(&self.them));
            (up == (wanted, wanted))
                .then_some(())
                .ok_or(format!("{up:?}"))
        })
    }

    /// Flaps so far, as both ends count them.
    pub(crate) fn flaps(&self) -> (u64, u64) {
        (self.us.page().flaps(), self.them.page().flaps())
    }

    /// Judges: all sessions still Up at both ends, none ever left it, memory within its bound.
    /// `before` is what was occupied when the disturbance had been going on for a while.
    pub(crate) fn judge(self, done: String, before: u64) -> Result<Row> {
        let after = self.us.memory();
        let (ours, theirs) = (self.us.page(), self.them.page());
        let wanted = self.scale.sessions as usize;
        let recording = self.capture.stop()?;
        let row = Row {
            done,
            sessions: self.scale.sessions,
            pace: self.scale.pace,
            flaps: ours.flaps() + theirs.flaps(),
            gap: largest_gap(&recording.frames),
            noise: recording.noise,
            before,
            after,
        };
        let told = format!(
            "ours: {}; theirs: {}; {row:?}",
            ours.causes(),
            theirs.causes()
        );
        assert_eq!((ours.flaps(), theirs.flaps()), (0, 0), "flaps; {told}");
        assert_eq!((ours.up(), theirs.up()), (wanted, wanted), "Up; {told}");
        row.assert_flat();
        Ok(row)
    }
}

/// The longest time in which a recorded session heard nothing from us.
fn largest_gap(frames: &[Frame]) -> Duration {
    let mut last = std::collections::BTreeMap::new();
    let mut largest = Duration::ZERO;
    for frame in frames {
        let up = frame
            .control
            .is_some_and(|control| control.state == State::Up);
        if let (true, Some(before)) = (up, last.insert(frame.source, frame.at)) {
            let gap = frame.at.saturating_sub(before);
            largest = largest.max(if gap < STEP { gap } else { Duration::ZERO });
        }
    }
    largest
}

/// One prefix on the loopback makes all of its addresses local; the other side's lies behind the link.
fn prepare(namespace: &Namespace, side: u32) -> Result<()> {
    let other = 3 - side;
    namespace.set("net/ipv4/conf/all/rp_filter", "0")?;
    namespace.set("net/ipv4/conf/eth0/rp_filter", "0")?;
    namespace.add_address("eth0", &format!("10.0.0.{side}/24"))?;
    namespace.add_address("lo", &format!("10.{side}.0.1/16"))?;
    namespace.add_route(&format!("10.{other}.0.0/16"), &format!("10.0.0.{other}"))
}

/// Address of a session's end.
pub(crate) fn address(side: u32, number: u32) -> String {
    format!("10.{side}.{}.{}", number / 250, number % 250 + 1)
}

fn sessions(scale: Scale, side: u32) -> String {
    let (own, other) = (scale.of(side), scale.of(3 - side));
    let mut text = format!(
        "engine: {{scheduler: {}}}\nbfd: {{default_desired_min_tx: {}ms, default_required_min_rx: {}ms, \
         default_detect_multiplier: {}}}\nsessions:\n",
        scale.scheduler.name(),
        own.interval,
        other.interval,
        own.multiplier
    );
    for number in 0..scale.sessions {
        let (local, peer) = (address(side, number), address(3 - side, number));
        let _ = writeln!(
            text,
            "  - {{peer: {peer}, local: {local}, type: multi_hop}}"
        );
    }
    text
}
