//! Daemons side by side in one run, and the table.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, ensure};
use clap::Args;

use crate::cpu;
use crate::stage::{DAEMON, FIRST_PEER, INTERFACE, Running, Stage};

/// The daemon runs here, the peers on the other processor.
const DAEMON_CPU: &str = "0";
const PEERS_CPU: &str = "1";
/// Peers that fail at once to measure detection and recovery.
const FAILING: u32 = 100;

/// Options of `quick`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Quick {
    /// Sessions.
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// Interval of every session in milliseconds; Detect Mult is 3.
    #[arg(long, default_value_t = 50)]
    interval: u32,
    /// Seconds measured.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// What to measure: bare, bird, gobfd; or PATH of a daemon that takes our configuration.
    #[arg(long, value_delimiter = ',', default_value = "bare,bird,gobfd")]
    daemons: Vec<String>,
    /// The gobfd to measure.
    #[arg(long, default_value = "target/release/gobfd")]
    gobfd: PathBuf,
}

/// One line of the table.
#[derive(Debug)]
struct Row {
    name: String,
    up: u64,
    flaps: u64,
    micros_per_packet: f64,
    resident_kib: u64,
    detection: String,
    recovery: String,
    ruler: String,
}

impl Quick {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let files = std::env::temp_dir().join(format!("gobfd-bench-{}", std::process::id()));
        std::fs::create_dir_all(&files)?;
        let rows: anyhow::Result<Vec<Row>> = self
            .daemons
            .iter()
            .map(|name| self.measure(name, &files))
            .collect();
        std::fs::remove_dir_all(&files)?;
        print(&rows?);
        Ok(())
    }

    fn measure(&self, name: &str, files: &Path) -> anyhow::Result<Row> {
        eprintln!(
            "measuring {name}: {} sessions at {} ms x 3",
            self.count, self.interval
        );
        let stage = Stage::new(self.count)?;
        let mut command = self.daemon(name, &stage, files)?;
        let daemon = Running(
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        );
        let pid = daemon.0.id();
        let is_bare = name == "bare";
        let mut swarm = SwarmProcess::start(self.swarm(&stage, is_bare)?)?;
        let mut status = swarm.ask(&format!("up {}", if is_bare { 2 } else { 60 }))?;
        swarm.ask("hold 3")?;
        let before = (swarm.ask("hold 0")?, cpu::spent(pid)?);
        let after = (
            swarm.ask(&format!("hold {}", self.seconds))?,
            cpu::spent(pid)?,
        );
        let resident_kib = cpu::resident(pid)?;
        let packets = after.0.packets() - before.0.packets();
        if !is_bare {
            status = after.0;
            swarm.ask(&format!("fail {FAILING} 20"))?;
        }
        let report = swarm.report()?;
        let micros = (after.1 - before.1).as_secs_f64() * 1e6;
        Ok(Row {
            name: name.to_owned(),
            up: status.up,
            flaps: status.flaps,
            micros_per_packet: micros / packets.max(1) as f64,
            resident_kib,
            detection: row(&report, "detection_late"),
            recovery: row(&report, "recovery"),
            ruler: row(&report, "own_lateness"),
        })
    }

    fn swarm(&self, stage: &Stage, steady: bool) -> anyhow::Result<Command> {
        let this = std::env::current_exe()?;
        let mut command = stage.beside_peers(PEERS_CPU, &this.to_string_lossy());
        command
            .arg("swarm")
            .args(self.load())
            .args(steady.then_some("--steady"));
        Ok(command)
    }

    fn load(&self) -> [String; 4] {
        [
            format!("--daemon={DAEMON}"),
            format!("--first={FIRST_PEER}"),
            format!("--count={}", self.count),
            format!("--interval={}", self.interval),
        ]
    }

    fn daemon(&self, name: &str, stage: &Stage, files: &Path) -> anyhow::Result<Command> {
        match name {
            "bare" => {
                let this = std::env::current_exe()?;
                let mut command = stage.beside_daemon(DAEMON_CPU, &this.to_string_lossy());
                command
                    .arg("bare")
                    .args(self.load())
                    .args(["--seconds", "3600"]);
                Ok(command)
            }
            "bird" => {
                let config = files.join("bird.conf");
                std::fs::write(&config, self.bird())?;
                let mut command = stage.beside_daemon(DAEMON_CPU, "/usr/sbin/bird");
                command
                    .arg("-f")
                    .arg("-c")
                    .arg(&config)
                    .arg("-s")
                    .arg(files.join("bird.ctl"));
                Ok(command)
            }
            "gobfd" => self.gobfd(&self.gobfd, stage, files),
            path => self.gobfd(Path::new(path), stage, files),
        }
    }

    fn gobfd(&self, binary: &Path, stage: &Stage, files: &Path) -> anyhow::Result<Command> {
        ensure!(
            binary.is_file(),
            "{} does not exist: build it first",
            binary.display()
        );
        let config = files.join("gobfd.yml");
        std::fs::write(&config, self.gobfd_config())?;
        let binary = binary.canonicalize()?;
        let mut command = stage.beside_daemon(DAEMON_CPU, &binary.to_string_lossy());
        command.arg("-config").arg(&config);
        Ok(command)
    }

    fn bird(&self) -> String {
        let interval = self.interval;
        let mut text = format!(
            "router id 10.98.255.1;\nprotocol device {{}}\nprotocol bfd {{\n\
             interface \"{INTERFACE}\" {{ min rx interval {interval} ms; \
             min tx interval {interval} ms; idle tx interval 1 s; multiplier 3; }};\n"
        );
        for peer in self.peers() {
            text.push_str(&format!(
                "neighbor {peer} dev \"{INTERFACE}\" local {DAEMON};\n"
            ));
        }
        text + "}\n"
    }

    fn gobfd_config(&self) -> String {
        let interval = self.interval;
        let mut text = String::from(
            "grpc: { addr: \"127.0.0.1:50051\" }\nmetrics: { addr: \"127.0.0.1:9100\" }\n\
             log: { level: error }\nsessions:\n",
        );
        for peer in self.peers() {
            text.push_str(&format!(
                "  - {{ peer: {peer}, local: {DAEMON}, interface: {INTERFACE}, \
                 desired_min_tx: {interval}ms, required_min_rx: {interval}ms, detect_mult: 3 }}\n"
            ));
        }
        text
    }

    fn peers(&self) -> impl Iterator<Item = std::net::Ipv4Addr> {
        let first = u32::from(FIRST_PEER);
        (first..first + self.count).map(std::net::Ipv4Addr::from)
    }
}

/// A swarm in a process of its own, spoken to line by line.
#[derive(Debug)]
struct SwarmProcess {
    _running: Running,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// The line that answers each command.
#[derive(Clone, Copy, Debug)]
struct Status {
    up: u64,
    flaps: u64,
    sent: u64,
    received: u64,
}

impl Status {
    const fn packets(&self) -> u64 {
        self.sent + self.received
    }
}

impl SwarmProcess {
    fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().context("stdin")?;
        let output = BufReader::new(child.stdout.take().context("stdout")?);
        Ok(Self {
            _running: Running(child),
            input,
            output,
        })
    }

    fn ask(&mut self, command: &str) -> anyhow::Result<Status> {
        self.lines(command)?.0.context("the swarm has ended")
    }

    fn report(&mut self) -> anyhow::Result<Vec<String>> {
        Ok(self.lines("report")?.1)
    }

    fn lines(&mut self, command: &str) -> anyhow::Result<(Option<Status>, Vec<String>)> {
        writeln!(self.input, "{command}")?;
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Ok((None, lines));
            }
            if let Some(fields) = line.strip_prefix("ok ") {
                return Ok((Some(status(fields)?), lines));
            }
            lines.push(line);
        }
    }
}

fn status(fields: &str) -> anyhow::Result<Status> {
    let field = |name: &str| -> anyhow::Result<u64> {
        let value = fields
            .split_whitespace()
            .find_map(|field| field.strip_prefix(name));
        Ok(value
            .and_then(|value| value.strip_prefix('='))
            .context("no such field")?
            .parse()?)
    };
    Ok(Status {
        up: field("up")?,
        flaps: field("flaps")?,
        sent: field("sent")?,
        received: field("received")?,
    })
}

/// `p50 / p99 / max` of one distribution, or a dash when nothing was measured.
fn row(report: &[String], name: &str) -> String {
    let fields = report
        .iter()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default();
    let value = |key: &str| {
        fields
            .split_whitespace()
            .find_map(|field| field.strip_prefix(key))
    };
    match (
        value("count="),
        value("p50_ms="),
        value("p99_ms="),
        value("max_ms="),
    ) {
        (Some(count), Some(p50), Some(p99), Some(max)) if count != "0" => {
            format!("{p50} / {p99} / {max}")
        }
        _ => "-".to_owned(),
    }
}

fn print(rows: &[Row]) {
    let of = |name: &str| {
        rows.iter()
            .find(|row| row.name == name)
            .map(|row| row.micros_per_packet)
    };
    let ratio = |row: &Row, to: Option<f64>| {
        to.map_or("-".to_owned(), |to| {
            format!("{:.2}", row.micros_per_packet / to)
        })
    };
    println!(
        "| daemon | Up | flaps | µs/packet | x bare | x BIRD | RSS KiB | detection late ms (p50 / p99 / max) \
         | recovery ms (p50 / p99 / max) | peers' own lateness ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for row in rows {
        println!(
            "| {} | {} | {} | {:.2} | {} | {} | {} | {} | {} | {} |",
            row.name,
            row.up,
            row.flaps,
            row.micros_per_packet,
            ratio(row, of("bare")),
            ratio(row, of("bird")),
            row.resident_kib,
            row.detection,
            row.recovery,
            row.ruler,
        );
    }
}
