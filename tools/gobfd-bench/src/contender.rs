//! Who can stand in the daemon's place: its configuration for a load, and its command.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::load::Load;
use crate::namespace::Running;
use crate::stage::{INTERFACE, Stage};
use crate::wire::Wire;

/// A daemon that can be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// The loop that is no daemon.
    Bare,
    /// BIRD 2.
    Bird,
    /// `bfdd` of `FRRouting`, with the `zebra` it needs.
    Frr,
    /// A program that takes `-config FILE` with GoBFD's keys.
    Gobfd { name: String, program: PathBuf },
}

/// A daemon at work.
#[derive(Debug)]
pub(crate) struct Daemon {
    main: Running,
    _others: Vec<Running>,
    /// When it was started, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) started: u64,
}

impl Daemon {
    /// Of the process that speaks BFD.
    pub(crate) fn pid(&self) -> u32 {
        self.main.pid()
    }

    /// Whether it still runs.
    pub(crate) fn alive(&mut self) -> bool {
        self.main.alive()
    }
}

impl Contender {
    /// How it is called in tables and results.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Bare => "bare",
            Self::Bird => "bird",
            Self::Frr => "frr",
            Self::Gobfd { name, .. } => name,
        }
    }

    /// Whether its peers are Up whatever they hear.
    pub(crate) const fn is_bare(&self) -> bool {
        matches!(self, Self::Bare)
    }

    /// Starts it with sessions to all peers of the stage. `folder` is empty and its own.
    pub(crate) fn start(&self, stage: &Stage, folder: &Path) -> anyhow::Result<Daemon> {
        let mut others = Vec::new();
        let command = match self {
            Self::Bare => bare(stage)?,
            Self::Bird => bird(stage, folder)?,
            Self::Frr => {
                others.push(zebra(stage, folder)?);
                bfdd(stage, folder)?
            }
            Self::Gobfd { program, .. } => gobfd(stage, folder, program)?,
        };
        let started = Wire::now();
        Ok(Daemon {
            main: launch(command, self.name(), folder)?,
            _others: others,
            started,
        })
    }
}

/// What it prints goes to a file beside its configuration.
fn launch(mut command: Command, name: &str, folder: &Path) -> anyhow::Result<Running> {
    let log = std::fs::File::create(folder.join(format!("{name}.out")))?;
    command.stdout(log.try_clone()?).stderr(log);
    Running::start(command, name)
}

fn bare(stage: &Stage) -> anyhow::Result<Command> {
    let mut command = stage.beside_daemon(&std::env::current_exe()?);
    command.arg("bare").args(stage.load.arguments());
    command.args(["--seconds", "3600"]);
    Ok(command)
}

fn gobfd(stage: &Stage, folder: &Path, program: &Path) -> anyhow::Result<Command> {
    ensure!(
        program.is_file(),
        "{} does not exist: build it first",
        program.display()
    );
    let config = write(folder, "gobfd.yml", &gobfd_config(&stage.load))?;
    let mut command = stage.beside_daemon(&program.canonicalize()?);
    command.arg("-config").arg(config);
    Ok(command)
}

fn gobfd_config(load: &Load) -> String {
    let (local, interval, mult) = (load.daemon, load.interval, load.mult);
    let mut text = String::from(
        "grpc: { addr: \"127.0.0.1:50051\" }\nmetrics: { addr: \"127.0.0.1:9100\" }\n\
         log: { level: error }\nsessions:\n",
    );
    for peer in load.peers() {
        let _ = writeln!(
            text,
            "  - {{ peer: {peer}, local: {local}, interface: {INTERFACE}, \
             desired_min_tx: {interval}ms, required_min_rx: {interval}ms, detect_mult: {mult} }}"
        );
    }
    text
}

fn bird(stage: &Stage, folder: &Path) -> anyhow::Result<Command> {
    let config = write(folder, "bird.conf", &bird_config(&stage.load))?;
    let mut command = stage.beside_daemon(&program("/usr/sbin/bird", "bird2")?);
    command.arg("-f").arg("-c").arg(config);
    command.arg("-s").arg(folder.join("bird.ctl"));
    Ok(command)
}

fn bird_config(load: &Load) -> String {
    let (interval, mult) = (load.interval, load.mult);
    let mut text = format!(
        "router id 10.98.255.1;\nprotocol device {{}}\nprotocol bfd {{\n\
         interface \"{INTERFACE}\" {{ min rx interval {interval} ms; \
         min tx interval {interval} ms; idle tx interval 1 s; multiplier {mult}; }};\n"
    );
    for peer in load.peers() {
        let _ = writeln!(
            text,
            "neighbor {peer} dev \"{INTERFACE}\" local {};",
            load.daemon
        );
    }
    text + "}\n"
}

/// `bfdd` learns of interfaces from it. FRR gives up root, so the folder is its user's.
fn zebra(stage: &Stage, folder: &Path) -> anyhow::Result<Running> {
    let own = Command::new("chown").arg("frr:frr").arg(folder).status()?;
    ensure!(own.success(), "there is no user frr (Debian: frr)");
    write(folder, "zebra.conf", "")?;
    let zebra = launch(frr(stage, folder, "zebra")?, "zebra", folder)?;
    wait_for(&folder.join("zserv.api"))?;
    Ok(zebra)
}

fn bfdd(stage: &Stage, folder: &Path) -> anyhow::Result<Command> {
    write(folder, "bfdd.conf", &frr_config(&stage.load))?;
    let mut command = frr(stage, folder, "bfdd")?;
    command.arg("--bfdctl").arg(folder.join("bfdd.sock"));
    Ok(command)
}

fn frr(stage: &Stage, folder: &Path, name: &str) -> anyhow::Result<Command> {
    let mut command = stage.beside_daemon(&program(&format!("/usr/lib/frr/{name}"), "frr")?);
    let file = |extension: &str| folder.join(format!("{name}.{extension}"));
    command.args(["-u", "frr", "-g", "frr", "-P", "0"]);
    command
        .arg("-f")
        .arg(file("conf"))
        .arg("-i")
        .arg(file("pid"));
    command.arg("-z").arg(folder.join("zserv.api"));
    command.arg("--vty_socket").arg(folder);
    Ok(command)
}

fn frr_config(load: &Load) -> String {
    let (local, interval, mult) = (load.daemon, load.interval, load.mult);
    let mut text = String::from("bfd\n");
    for peer in load.peers() {
        let _ = writeln!(
            text,
            " peer {peer} local-address {local} interface {INTERFACE}\n  detect-multiplier {mult}\n  \
             receive-interval {interval}\n  transmit-interval {interval}\n exit"
        );
    }
    text + "exit\n"
}

fn program(path: &str, package: &str) -> anyhow::Result<PathBuf> {
    ensure!(
        Path::new(path).is_file(),
        "{path} is missing (Debian: {package})"
    );
    Ok(path.into())
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn wait_for(path: &Path) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(10);
    while !path.exists() {
        ensure!(
            Instant::now() < end,
            "{} did not appear within 10 s",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
