//! A daemon and its peers at work, in a process each.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::contender::{Contender, Daemon};
use crate::cpu::{self, Unused};
use crate::namespace::Running;
use crate::puppet::Status;
use crate::stage::{DAEMON_CPU, INTERFACE, PEERS_CPU, Stage};

/// One contender under one load. Everything ends and is removed with it.
#[derive(Debug)]
pub(crate) struct Trial {
    swarm: Swarm,
    daemon: Daemon,
    stage: Stage,
    _folder: tempfile::TempDir,
    count: u32,
    /// From the daemon's start until the last session was Up; `None` if not all came.
    pub(crate) bring_up: Option<f64>,
}

/// Costs between two moments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// What the peers saw at the end.
    pub(crate) status: Status,
    /// Packets in both directions.
    pub(crate) packets: u64,
    /// Microseconds of the daemon's own processes per packet.
    pub(crate) own: f64,
    /// Microseconds of its processor per packet, whoever spent them.
    pub(crate) core: f64,
    /// Time that the host kept from the two processors.
    pub(crate) stolen: Duration,
    /// Packets sent to the daemon that reached no socket.
    pub(crate) lost: u64,
    /// Packets of the daemon that the peers were too slow to take.
    pub(crate) unheard: u64,
    /// How long was looked.
    pub(crate) seconds: f64,
    /// Packets the peers meant to send in that time, against those they sent.
    pub(crate) sent_share: f64,
    /// The same for what the daemon owed them.
    pub(crate) received_share: f64,
}

/// The kernel's accounts at one moment.
#[derive(Clone, Copy, Debug)]
struct Meter {
    own: Duration,
    daemons: Unused,
    peers: Unused,
    datagrams: u64,
    unheard: u64,
}

impl Meter {
    fn read(pid: u32) -> anyhow::Result<Self> {
        Ok(Self {
            own: cpu::spent(pid)?,
            daemons: Unused::of(DAEMON_CPU)?,
            peers: Unused::of(PEERS_CPU)?,
            datagrams: cpu::datagrams(pid)?,
            unheard: cpu::unheard(pid, INTERFACE)?,
        })
    }

    fn stolen(&self) -> Duration {
        self.daemons.stolen + self.peers.stolen
    }
}

impl Trial {
    /// Starts the peers, then the daemon, and waits for at most `patience` seconds until all are Up.
    pub(crate) fn start(
        contender: &Contender,
        count: u32,
        interval: u32,
        patience: u64,
    ) -> anyhow::Result<Self> {
        let stage = Stage::new(count, interval)?;
        let folder = folder()?;
        let swarm = Swarm::start(&stage, contender.is_bare())?;
        let daemon = contender.start(&stage, folder.path())?;
        let mut trial = Self {
            swarm,
            daemon,
            stage,
            _folder: folder,
            count,
            bring_up: None,
        };
        let status = trial.ask(&format!("up {patience}"))?;
        let all = status.up == count as usize;
        let nanos = status.at.saturating_sub(trial.daemon.started);
        trial.bring_up = all.then_some(nanos as f64 / 1e9);
        Ok(trial)
    }

    /// Has the peers do something.
    pub(crate) fn ask(&mut self, command: &str) -> anyhow::Result<Status> {
        ensure!(self.daemon.alive(), "the daemon has ended");
        self.swarm.ask(command)
    }

    /// Forgets what was seen, has the peers do something, and says what that cost.
    pub(crate) fn cost_of(&mut self, command: &str) -> anyhow::Result<Cost> {
        let pid = self.daemon.pid();
        let before = self.swarm.ask("reset")?;
        let spent = Meter::read(pid)?;
        let status = self.ask(command)?;
        let now = Meter::read(pid)?;
        let packets = (status.packets() - before.packets()).max(1);
        let seconds = (status.at - before.at) as f64 / 1e9;
        let busy = seconds
            - (now.daemons.idle - spent.daemons.idle).as_secs_f64()
            - (now.daemons.stolen - spent.daemons.stolen).as_secs_f64();
        let per_packet = |seconds: f64| seconds * 1e6 / packets as f64;
        let sent = status.sent - before.sent;
        let due = seconds * self.rate();
        Ok(Cost {
            status,
            packets,
            own: per_packet((now.own - spent.own).as_secs_f64()),
            core: per_packet(busy),
            stolen: now.stolen() - spent.stolen(),
            lost: sent.saturating_sub(now.datagrams - spent.datagrams),
            unheard: now.unheard - spent.unheard,
            seconds,
            sent_share: sent as f64 / due,
            received_share: (status.received - before.received) as f64 / due,
        })
    }

    /// Resident memory of the daemon in KiB.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        cpu::resident(self.daemon.pid())
    }

    /// Packets a second in one direction: the mean of the jitter is seven eighths of the interval.
    fn rate(&self) -> f64 {
        f64::from(self.count) * 1000.0 / (f64::from(self.stage.load.interval) * 0.875)
    }
}

/// The peers' process, spoken to line by line.
#[derive(Debug)]
struct Swarm {
    _running: Running,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Swarm {
    /// Returns when it holds the far end of the daemon's interface.
    fn start(stage: &Stage, steady: bool) -> anyhow::Result<Self> {
        let mut command = stage.beside_peers(&std::env::current_exe()?);
        command.arg("swarm").args(stage.load.arguments());
        command.args(["--tap", INTERFACE]);
        command.args(steady.then_some("--steady"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = Running::piped(&mut command, "the peers")?;
        let child = running.child();
        let input = child.stdin.take().context("stdin")?;
        let output = BufReader::new(child.stdout.take().context("stdout")?);
        let mut swarm = Self {
            _running: running,
            input,
            output,
        };
        swarm.answer()?;
        Ok(swarm)
    }

    fn ask(&mut self, command: &str) -> anyhow::Result<Status> {
        writeln!(self.input, "{command}").context("the peers have ended")?;
        self.answer()
    }

    fn answer(&mut self) -> anyhow::Result<Status> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the peers have ended");
        Ok(serde_json::from_str(&line)?)
    }
}

/// Files of one daemon; it may run as somebody else, who must get in.
fn folder() -> anyhow::Result<tempfile::TempDir> {
    let open = std::fs::Permissions::from_mode(0o755);
    let mut builder = tempfile::Builder::new();
    Ok(builder.prefix("gobfd-bench-").permissions(open).tempdir()?)
}
