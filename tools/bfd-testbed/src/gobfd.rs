//! Our own daemon and its command line, used the way an operator uses them.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::wait::eventually;
use crate::{
    Change, Error, Explained, Monitor, Namespace, Process, Result, Session, Signal, State,
};

/// Each namespace has a loopback of its own, so the port is the same everywhere.
pub(crate) const API: &str = "127.0.0.1:50051";

/// What a daemon is started with, apart from its sessions.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Lines added to the configuration as they are, for example a `bfd:` section.
    pub extra: String,
}

/// A running `gobfd`.
#[derive(Debug)]
pub struct Gobfd {
    process: Process,
    namespace: Namespace,
    config: PathBuf,
    settings: Settings,
}

impl Gobfd {
    /// Starts the daemon with these sessions and waits until it lists them.
    ///
    /// # Errors
    /// The binary is missing, or it does not start.
    pub fn start(namespace: &Namespace, sessions: &[Session]) -> Result<Self> {
        Self::start_with(namespace, sessions, Settings::default())
    }

    /// The same with further settings.
    ///
    /// # Errors
    /// The binary is missing, or it does not start.
    pub fn start_with(
        namespace: &Namespace,
        sessions: &[Session],
        settings: Settings,
    ) -> Result<Self> {
        let text = configuration(sessions, &settings);
        let mut daemon = Self::launch_as(namespace, &text)?;
        daemon.settings = settings;
        daemon.wait_listed(sessions.len())?;
        Ok(daemon)
    }

    /// Starts it with this configuration, which leaves the API where it is by default, and waits
    /// until it lists as many sessions.
    ///
    /// # Errors
    /// The binary is missing, or it does not start.
    pub fn start_as(namespace: &Namespace, configuration: &str, sessions: usize) -> Result<Self> {
        let mut daemon = Self::launch_as(namespace, configuration)?;
        daemon.wait_listed(sessions)?;
        Ok(daemon)
    }

    fn launch_as(namespace: &Namespace, configuration: &str) -> Result<Self> {
        let config = namespace.folder().join("gobfd.yml");
        std::fs::write(&config, configuration).map_err(Error::io("gobfd's configuration"))?;
        Ok(Self {
            process: launch(namespace, &config)?,
            namespace: namespace.clone(),
            config,
            settings: Settings::default(),
        })
    }

    /// Its process, for signals, its end, and its log.
    pub const fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Everything it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The log's entries with this message.
    #[must_use]
    pub fn logged(&self, message: &str) -> Vec<Value> {
        let log = self.log();
        let entries = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        entries
            .filter(|entry: &Value| entry["msg"] == message)
            .collect()
    }

    /// The state changes it has logged so far, oldest first.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        self.log().lines().filter_map(Change::read).collect()
    }

    /// Waits for a change of the session with `peer` to `state` that was logged after `since`.
    ///
    /// # Errors
    /// None comes.
    pub fn wait_change(&self, peer: IpAddr, state: State, since: SystemTime) -> Result<Change> {
        eventually(&format!("gobfd to log {peer} {state:?}"), || {
            let mut changes = self.changes().into_iter().rev();
            let is_it = |one: &Change| (one.peer, one.to) == (peer, state) && one.time >= since;
            changes.find(is_it).ok_or_else(|| "no such line".into())
        })
    }

    /// Runs `gobfdctl` with these arguments and returns what it printed.
    ///
    /// # Errors
    /// It fails.
    pub fn ctl(&self, args: &[&str]) -> Result<String> {
        gobfdctl(&self.namespace, API, args)
    }

    /// What `gobfdctl explain` says of the session with `peer`.
    ///
    /// # Errors
    /// As [`Explained::ask`].
    pub fn explain(&self, peer: IpAddr) -> Result<Explained> {
        Explained::ask(&self.namespace, peer)
    }

    /// Waits until `gobfdctl explain` names this cause.
    ///
    /// # Errors
    /// It never does.
    pub fn wait_explained(&self, peer: IpAddr, cause: &str) -> Result<Explained> {
        eventually(
            &format!("{peer} to be explained by {cause}"),
            || match self.explain(peer) {
                Ok(seen) if seen.cause == cause => Ok(seen),
                Ok(seen) => Err(seen.to_string()),
                Err(error) => Err(error.to_string()),
            },
        )
    }

    /// All sessions.
    ///
    /// # Errors
    /// `gobfdctl` fails or does not print JSON.
    pub fn sessions(&self) -> Result<Vec<Row>> {
        let shown = self.ctl(&["--format", "json", "session", "list"])?;
        let rows: Vec<Value> = parse("gobfdctl session list", &shown)?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// The session with `peer` (the first, if there are several).
    ///
    /// # Errors
    /// `gobfdctl` fails.
    pub fn session(&self, peer: IpAddr) -> Result<Option<Row>> {
        let rows = self.sessions()?;
        Ok(rows.into_iter().find(|row| row.peer() == Some(peer)))
    }

    /// Waits until the session with `peer` is in `state` and returns it.
    ///
    /// # Errors
    /// It never is.
    pub fn wait_for(&self, peer: IpAddr, state: State) -> Result<Row> {
        self.wait_until(peer, &format!("{state:?}"), |row| {
            row.state() == Some(state)
        })
    }

    /// Waits until the session with `peer` satisfies `wanted` and returns it.
    ///
    /// # Errors
    /// It never does.
    pub fn wait_until(
        &self,
        peer: IpAddr,
        what: &str,
        wanted: impl Fn(&Row) -> bool,
    ) -> Result<Row> {
        let what = format!("gobfd to report {peer} {what}");
        eventually(&what, || match self.session(peer) {
            Ok(Some(row)) if wanted(&row) => Ok(row),
            Ok(seen) => Err(format!("{seen:?}")),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Starts watching events; returns when the current sessions have been told, so that nothing
    /// that happens afterwards is missed.
    ///
    /// # Errors
    /// `gobfdctl` is missing, or tells nothing.
    pub fn monitor(&self) -> Result<Monitor> {
        let args = ["--addr", API, "--format", "json", "monitor", "--current"];
        let program = binary("gobfdctl")?;
        let folder = self.namespace.folder();
        let (process, stdout) =
            Process::start_piped(&self.namespace, "monitor", &program, &args, folder)?;
        let monitor = Monitor::new(process, stdout);
        for _ in 0..self.sessions()?.len() {
            monitor.next("the current sessions", crate::PATIENCE, |event| {
                event.kind() == "SessionAdded"
            })?;
        }
        Ok(monitor)
    }

    /// Holds the sessions with `peer` in AdminDown, or lets them go.
    ///
    /// # Errors
    /// `gobfdctl` fails.
    pub fn shut_down(&self, peer: IpAddr, held: bool) -> Result<()> {
        let command = if held { "admin-down" } else { "admin-up" };
        self.ctl(&["session", command, &peer.to_string()]).map(drop)
    }

    /// Writes a new configuration and asks for it with SIGHUP; returns when it is in force.
    ///
    /// # Errors
    /// The daemon does not log `configuration reloaded`.
    pub fn reload(&mut self, sessions: &[Session]) -> Result<()> {
        self.reload_until(sessions, "configuration reloaded")
    }

    /// The same, but returns when the daemon logs this message.
    ///
    /// # Errors
    /// It does not.
    pub fn reload_until(&mut self, sessions: &[Session], message: &str) -> Result<()> {
        self.reload_text(&configuration(sessions, &self.settings), message)
    }

    /// The same with a whole configuration as it is; it leaves the API where it is by default.
    ///
    /// # Errors
    /// The daemon does not log `session reconciliation complete`.
    pub fn reload_as(&mut self, configuration: &str) -> Result<()> {
        self.reload_text(configuration, "session reconciliation complete")
    }

    fn reload_text(&mut self, configuration: &str, message: &str) -> Result<()> {
        let before = self.logged(message).len();
        std::fs::write(&self.config, configuration).map_err(Error::io("gobfd's configuration"))?;
        self.process.signal(Signal::HUP)?;
        eventually("gobfd to reload", || {
            let seen = self.logged(message).len();
            (seen > before).then_some(()).ok_or(format!("{seen} times"))
        })
    }

    /// Replaces the lines added to the configuration, from the next reload or restart on.
    pub fn set_extra(&mut self, extra: impl Into<String>) {
        self.settings.extra = extra.into();
    }

    /// Writes another configuration, for the next start.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn configure(&self, sessions: &[Session]) -> Result<()> {
        write_configuration(&self.config, sessions, &self.settings)
    }

    /// The file it reads.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Dies without a word, as a crash does.
    pub fn crash(&mut self) {
        self.process.kill();
    }

    /// Starts again with the configuration it had.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.process = launch(&self.namespace, &self.config)?;
        self.wait_listed(0)
    }

    fn wait_listed(&mut self, count: usize) -> Result<()> {
        eventually("gobfd to list its sessions", || {
            if let Err(ended) = self.process.check_alive() {
                return Ok(Err(ended));
            }
            match self.sessions() {
                Ok(rows) if rows.len() >= count => Ok(Ok(())),
                Ok(rows) => Err(format!("{} sessions", rows.len())),
                Err(missing @ Error::Missing { .. }) => Ok(Err(missing)),
                Err(error) => Err(error.to_string()),
            }
        })?
    }
}

/// One session as `gobfdctl` prints it.
#[derive(Clone, Debug)]
pub struct Row(pub Value);

impl Row {
    /// Address of the peer.
    #[must_use]
    pub fn peer(&self) -> Option<IpAddr> {
        self.text("peer_address").parse().ok()
    }

    /// Our state.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        State::from_text(self.text("local_state"))
    }

    /// Our discriminator.
    #[must_use]
    pub fn discriminator(&self) -> u64 {
        self.0["local_discriminator"].as_u64().unwrap_or_default()
    }

    /// Verdict of the last Down, if there was one.
    #[must_use]
    pub fn verdict(&self) -> &str {
        self.0["last_down"]["verdict"].as_str().unwrap_or_default()
    }

    /// A duration of the session, by key.
    #[must_use]
    pub fn duration(&self, key: &str) -> Option<Duration> {
        go_duration(self.text(key))
    }

    /// A text of the session, by key.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }
}

/// Reads a duration as Go prints it: `300ms`, `1.5s`, `1m0s`.
#[must_use]
pub fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        total += Duration::from_secs_f64(number.parse::<f64>().ok()? * seconds(unit)?);
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

fn seconds(unit: &str) -> Option<f64> {
    match unit {
        "ns" => Some(1e-9),
        "us" | "µs" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    }
}

/// Runs `gobfdctl` in a namespace against this address and returns what it printed.
pub(crate) fn gobfdctl(namespace: &Namespace, address: &str, args: &[&str]) -> Result<String> {
    let program = binary("gobfdctl")?;
    let mut all = vec!["--addr", address];
    all.extend_from_slice(args);
    namespace.run(&program.display().to_string(), &all)
}

fn launch(namespace: &Namespace, config: &Path) -> Result<Process> {
    let program = binary("gobfd")?;
    let config = config.display().to_string();
    let args = ["--config", &config];
    Process::start(namespace, "gobfd", &program, &args, namespace.folder())
}

/// A binary of this workspace: beside the running program, or one folder above a test.
///
/// # Errors
/// It is not built.
pub fn binary(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe().map_err(Error::io("path of this program"))?;
    let mut folders = here.ancestors().skip(1).take(2);
    folders
        .find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()))
        .ok_or_else(|| Error::Missing {
            program: format!("{name} (`cargo build --workspace --bins` builds it), which"),
        })
}

fn write_configuration(path: &Path, sessions: &[Session], settings: &Settings) -> Result<()> {
    let text = configuration(sessions, settings);
    std::fs::write(path, text).map_err(Error::io("gobfd's configuration"))
}

fn configuration(sessions: &[Session], settings: &Settings) -> String {
    let mut out = format!(
        "grpc:\n  addr: \"{API}\"\nmetrics:\n  addr: \"127.0.0.1:9100\"\nlog:\n  format: json\n{}\n",
        settings.extra
    );
    out.push_str(if sessions.is_empty() {
        "sessions: []\n"
    } else {
        "sessions:\n"
    });
    for session in sessions {
        write_session(&mut out, session);
    }
    out
}

fn write_session(out: &mut String, session: &Session) {
    let _ = writeln!(out, "  - peer: \"{}\"", session.peer);
    let _ = writeln!(out, "    local: \"{}\"", session.local);
    match &session.interface {
        Some(interface) => {
            let _ = writeln!(out, "    interface: \"{interface}\"\n    type: single_hop");
        }
        None => out.push_str("    type: multi_hop\n"),
    }
    let _ = writeln!(
        out,
        "    desired_min_tx: {}us",
        session.transmit.as_micros()
    );
    let _ = writeln!(
        out,
        "    required_min_rx: {}us",
        session.receive.as_micros()
    );
    let _ = writeln!(out, "    detect_mult: {}", session.multiplier);
    if let Some(ttl) = session.min_ttl.filter(|_| session.interface.is_none()) {
        let _ = writeln!(out, "    min_ttl: {ttl}");
    }
    if session.passive {
        out.push_str("    passive: true\n");
    }
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Decode {
        what: what.to_owned(),
        text: format!("{error}: {text}"),
    })
}
