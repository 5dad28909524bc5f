//! Two daemons with sessions to each other, and what they say of them.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{Scheduler, policy};
use crate::interrupt;
use crate::namespace::{Namespace, Running};

const INTERFACE: &str = "stress0";
/// First addresses of the two sides.
const FIRST: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 97, 0, 1), Ipv4Addr::new(10, 97, 128, 1)];
/// Until all sessions are Up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Both sides and the wire between them. Everything ends and is removed with it.
#[derive(Debug)]
pub(super) struct Pair {
    sides: [Side; 2],
    count: u32,
}

#[derive(Debug)]
struct Side {
    daemon: Running,
    _namespace: Namespace,
    socket: PathBuf,
    gobfdctl: PathBuf,
    _folder: tempfile::TempDir,
}

/// What both sides say of their sessions; milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// Times a session was taken from Up.
    pub(super) flaps: u64,
    /// The longest silence of a peer.
    pub(super) gap: f64,
    /// The least that was left of a detection time.
    pub(super) left: f64,
    /// Sessions that are Up.
    up: u32,
}

impl Pair {
    /// Starts both and returns when all sessions are Up on both sides.
    pub(super) fn start(
        gobfd: &Path,
        gobfdctl: &Path,
        count: u32,
        interval: u32,
        scheduler: Scheduler,
    ) -> anyhow::Result<Self> {
        let spaces = wire(count)?;
        let [left, right] = spaces;
        let lines = scheduler.lines();
        let text = |side| format!("{lines}{}", sessions(side, count, interval));
        let pair = Self {
            sides: [
                Side::start(left, gobfd, gobfdctl, &text(0))?,
                Side::start(right, gobfd, gobfdctl, &text(1))?,
            ],
            count,
        };
        pair.wait_up()?;
        for side in &pair.sides {
            policy::require(side.daemon.pid(), scheduler)?;
        }
        Ok(pair)
    }

    fn wait_up(&self) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            let up = self.seen().map_or(0, |seen| seen.up);
            if up == self.count * 2 {
                return Ok(());
            }
            let wanted = self.count * 2;
            ensure!(
                Instant::now() < end,
                "only {up} of {wanted} sessions came Up in {PATIENCE:?}"
            );
            interrupt::sleep(Duration::from_millis(300))?;
        }
    }

    /// Asks both sides.
    pub(super) fn seen(&self) -> anyhow::Result<Seen> {
        let [left, right] = [self.sides[0].seen()?, self.sides[1].seen()?];
        Ok(left.and(right))
    }
}

impl Side {
    fn start(
        namespace: Namespace,
        gobfd: &Path,
        gobfdctl: &Path,
        sessions: &str,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("api");
        let config = folder.path().join("gobfd.yml");
        let head = format!(
            "grpc: {{ addr: \"127.0.0.1:50051\", unix: \"{}\" }}\n\
             metrics: {{ addr: \"127.0.0.1:9100\" }}\nlog: {{ level: error }}\n",
            socket.display()
        );
        std::fs::write(&config, head + sessions)?;
        let gobfd = gobfd.canonicalize();
        let gobfd = gobfd.context("there is no gobfd: build it first")?;
        let mut command = namespace.command(&gobfd);
        let log = std::fs::File::create(folder.path().join("log"))?;
        command
            .arg("-config")
            .arg(&config)
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(Self {
            daemon: Running::start(command, "gobfd")?,
            _namespace: namespace,
            socket,
            gobfdctl: gobfdctl.to_owned(),
            _folder: folder,
        })
    }

    fn seen(&self) -> anyhow::Result<Seen> {
        let output = Command::new(&self.gobfdctl)
            .arg("--addr")
            .arg(format!("unix:{}", self.socket.display()))
            .args(["--format", "json", "session", "list"])
            .output()
            .context("cannot start gobfdctl: build it first")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "gobfdctl failed: {}", said.trim());
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout)?;
        let rows = rows.iter().map(one);
        Ok(rows.fold(Seen::NOTHING, Seen::and))
    }
}

impl Seen {
    const NOTHING: Self = Self {
        flaps: 0,
        gap: 0.0,
        left: f64::INFINITY,
        up: 0,
    };

    /// The flaps since an earlier look; gaps are of the session's whole time in Up.
    pub(super) const fn since(self, before: Self) -> Self {
        Self {
            flaps: self.flaps - before.flaps,
            ..self
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            flaps: self.flaps + other.flaps,
            gap: self.gap.max(other.gap),
            left: self.left.min(other.left),
            up: self.up + other.up,
        }
    }
}

/// What one session says, as `gobfdctl` prints it.
fn one(row: &Value) -> Seen {
    let millis = |value: &Value| value.as_str().and_then(milliseconds);
    let limit = millis(&row["detection_time"]);
    // The statistics begin anew with each Up; what ended the last one is in its evidence.
    let gaps = [
        &row["arrivals"]["max"],
        &row["last_down"]["evidence"]["gap"],
    ];
    let gap = gaps.into_iter().filter_map(millis).reduce(f64::max);
    let left = gap.zip(limit).map(|(gap, limit)| limit - gap);
    Seen {
        flaps: row["counters"]["flaps"].as_u64().unwrap_or(0),
        gap: gap.unwrap_or(0.0),
        left: left.unwrap_or(f64::INFINITY),
        up: u32::from(row["local_state"] == "Up"),
    }
}

/// Of a duration as Go prints it: `1m2.5s`, `29.3ms`, `800µs`.
fn milliseconds(mut text: &str) -> Option<f64> {
    let mut sum = 0.0;
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(digits);
        let unit = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let factor = match &rest[..unit] {
            "h" => 3_600_000.0,
            "m" => 60_000.0,
            "s" => 1000.0,
            "ms" => 1.0,
            "µs" => 0.001,
            "ns" => 0.000_001,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * factor;
        text = &rest[unit..];
    }
    Some(sum)
}

/// Two namespaces with so many addresses each, and neighbours that need not be asked for.
fn wire(count: u32) -> anyhow::Result<[Namespace; 2]> {
    let spaces = [Namespace::new()?, Namespace::new()?];
    let mac = |side: usize| format!("02:00:00:00:01:{side:02x}");
    spaces[0].ip(&format!(
        "link add {INTERFACE} address {} type veth peer name {INTERFACE} address {} netns {}\n",
        mac(0),
        mac(1),
        spaces[1].name()
    ))?;
    for (side, space) in spaces.iter().enumerate() {
        let mut batch = format!("link set {INTERFACE} up\n");
        for number in 0..count {
            let (ours, theirs) = (address(side, number), address(1 - side, number));
            let _ = writeln!(batch, "addr add {ours}/16 dev {INTERFACE}");
            let mac = mac(1 - side);
            let _ = writeln!(
                batch,
                "neigh replace {theirs} lladdr {mac} dev {INTERFACE} nud permanent"
            );
        }
        space.ip(&batch)?;
    }
    Ok(spaces)
}

fn sessions(side: usize, count: u32, interval: u32) -> String {
    let mut text = String::from("sessions:\n");
    for number in 0..count {
        let (local, peer) = (address(side, number), address(1 - side, number));
        let _ = writeln!(
            text,
            "  - {{ peer: {peer}, local: {local}, interface: {INTERFACE}, \
             desired_min_tx: {interval}ms, required_min_rx: {interval}ms, detect_mult: 3 }}"
        );
    }
    text
}

fn address(side: usize, number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(FIRST[side]) + number)
}

#[cfg(test)]
mod tests {
    use super::{Seen, milliseconds, one};

    #[test]
    fn durations_of_go() {
        assert_eq!(milliseconds("29.3ms"), Some(29.3));
        assert_eq!(milliseconds("1m2.5s"), Some(62_500.0));
        assert_eq!(milliseconds("800µs"), Some(0.8));
        assert_eq!(milliseconds("0s"), Some(0.0));
        assert_eq!(milliseconds("7"), None);
        assert_eq!(milliseconds("7 apples"), None);
    }

    #[test]
    fn the_distance_is_of_the_worst_session() {
        let row = |gap: &str, flaps| {
            serde_json::json!({
                "local_state": "Up", "detection_time": "30ms",
                "arrivals": { "max": gap }, "counters": { "flaps": flaps },
            })
        };
        let seen = one(&row("12ms", 1)).and(one(&row("29ms", 2)));
        let wanted = Seen {
            flaps: 3,
            gap: 29.0,
            left: 1.0,
            up: 2,
        };
        assert_eq!(seen, wanted);
        let mut fallen = row("12ms", 1);
        fallen["last_down"]["evidence"]["gap"] = "31ms".into();
        assert!((one(&fallen).left + 1.0).abs() < 0.001, "{fallen}");
    }
}
