//! FRRouting: `zebra` and `bfdd` started by themselves, without its service scripts.
//!
//! `bfdd` learns interfaces from `zebra`, so both run. All sockets, pids and logs are in the namespace's
//! folder, which belongs to the user that FRR drops to.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::change::last_in_frr;
use crate::command::run;
use crate::wait::eventually;
use crate::{Error, Namespace, Process, Result, Router, Session, Signal, State};

const ZEBRA: &str = "/usr/lib/frr/zebra";
const BFDD: &str = "/usr/lib/frr/bfdd";
const BGPD: &str = "/usr/lib/frr/bgpd";
const BFDD_LOG: &str = "bfdd.txt";

/// A running FRR with BFD sessions.
#[derive(Debug)]
pub struct Frr {
    bfdd: Process,
    _zebra: Process,
    bgpd: Option<Process>,
    namespace: Namespace,
    folder: PathBuf,
}

impl Frr {
    /// Starts it with this configuration of `bfdd`.
    ///
    /// # Errors
    /// It is missing, or does not start.
    pub fn start_as(namespace: &Namespace, configuration: &str) -> Result<Self> {
        let folder = prepare_folder(namespace)?;
        write(&folder.join("zebra.conf"), "")?;
        let log = text(&folder.join(BFDD_LOG));
        let log = format!("log file {log}\nlog timestamp precision 6\ndebug bfd peer\n");
        write(&folder.join("bfdd.conf"), &(log + configuration))?;
        let zebra = start_daemon(namespace, &folder, ZEBRA)?;
        wait_for_socket(&folder, "zserv.api")?;
        let bfdd = start_daemon(namespace, &folder, BFDD)?;
        wait_for_socket(&folder, "bfdd.vty")?;
        Ok(Self {
            bfdd,
            _zebra: zebra,
            bgpd: None,
            namespace: namespace.clone(),
            folder,
        })
    }

    /// Runs commands in one `vtysh` and returns what it printed.
    ///
    /// # Errors
    /// `vtysh` fails.
    pub fn vtysh(&self, commands: &[&str]) -> Result<String> {
        self.vtysh_with(&[], commands)
    }

    /// The same, asking `bgpd` alone, so that a paused `bfdd` does not matter.
    pub(crate) fn ask_bgpd(&self, command: &str) -> Result<String> {
        self.vtysh_with(&["-d", "bgpd"], &[command])
    }

    fn vtysh_with(&self, options: &[&str], commands: &[&str]) -> Result<String> {
        let folder = text(&self.folder);
        let mut args = vec!["--vty_socket", &folder, "--config_dir", &folder];
        args.extend(options);
        for command in commands {
            args.extend(["-c", command]);
        }
        run("vtysh", &args)
    }

    /// The sessions as `show bfd peers json` tells them.
    ///
    /// # Errors
    /// `vtysh` fails, or does not print JSON.
    pub fn peers(&self) -> Result<Vec<Value>> {
        let shown = self.vtysh(&["show bfd peers json"])?;
        serde_json::from_str(&shown).map_err(|error| Error::Decode {
            what: "show bfd peers json".into(),
            text: format!("{error}: {shown}"),
        })
    }

    /// The session with `peer`, as FRR tells it.
    ///
    /// # Errors
    /// `vtysh` fails.
    pub fn peer(&self, peer: IpAddr) -> Result<Option<Value>> {
        let peer = peer.to_string();
        let peers = self.peers()?;
        Ok(peers.into_iter().find(|shown| shown["peer"] == *peer))
    }

    /// Holds a session in AdminDown, or lets it go.
    ///
    /// # Errors
    /// `vtysh` fails.
    pub fn shut_down(&self, session: &Session, held: bool) -> Result<()> {
        let word = if held { "shutdown" } else { "no shutdown" };
        let head = peer_line(session);
        self.vtysh(&["configure terminal", "bfd", &head, word])
            .map(drop)
    }

    /// What `bfdd` wrote into its log.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join(BFDD_LOG)).unwrap_or_default()
    }

    /// When it logged its last change of the session with `peer` to `state`.
    ///
    /// # Errors
    /// It logged none after `since`.
    pub fn wait_change(&self, peer: IpAddr, state: State, since: SystemTime) -> Result<SystemTime> {
        let word = format!("{state:?}").to_lowercase();
        eventually(&format!("FRR to log {peer} {word}"), || {
            let found = last_in_frr(&self.log(), peer, &word).filter(|time| *time >= since);
            found.ok_or_else(|| "no such line".into())
        })
    }

    /// Its version, as `8.4.4`.
    ///
    /// # Errors
    /// `vtysh` fails.
    pub fn version(&self) -> Result<String> {
        let shown = self.vtysh(&["show version"])?;
        let mut words = shown.split_whitespace();
        Ok(words.nth(1).unwrap_or("?").to_owned())
    }
}

impl Frr {
    /// Starts `bgpd` with this configuration, in place of one that runs.
    pub(crate) fn start_bgpd(&mut self, configuration: &str) -> Result<()> {
        write(&self.folder.join("bgpd.conf"), configuration)?;
        self.bgpd = None;
        let _ = std::fs::remove_file(self.folder.join("bgpd.vty"));
        self.bgpd = Some(start_daemon(&self.namespace, &self.folder, BGPD)?);
        wait_for_socket(&self.folder, "bgpd.vty")
    }

    /// Stops everything that speaks to the peer, in the middle of it, or lets it go on.
    ///
    /// # Errors
    /// A daemon has ended.
    pub fn pause(&self, paused: bool) -> Result<()> {
        self.pause_bfd(paused)?;
        self.bgpd
            .as_ref()
            .map_or(Ok(()), |bgpd| bgpd.signal(stop_or_go(paused)))
    }

    /// The same for BFD alone.
    ///
    /// # Errors
    /// `bfdd` has ended.
    pub fn pause_bfd(&self, paused: bool) -> Result<()> {
        self.bfdd.signal(stop_or_go(paused))
    }
}

impl Router for Frr {
    const NAME: &'static str = "FRR";
    const SIGNALS_ADMIN_DOWN: bool = true;
    const MULTIHOP_TTL: u8 = 255;

    fn start(namespace: &Namespace, sessions: &[Session]) -> Result<Self> {
        Self::start_as(namespace, &configuration(sessions))
    }

    fn state(&self, peer: IpAddr) -> Result<Option<State>> {
        let shown = self.peer(peer)?;
        Ok(shown.and_then(|shown| State::from_text(shown["status"].as_str()?)))
    }

    fn retime(&mut self, session: &Session) -> Result<()> {
        let (head, timers) = (peer_line(session), timer_lines(session));
        let mut commands = vec!["configure terminal", "bfd", &head];
        commands.extend(timers.iter().map(String::as_str));
        self.vtysh(&commands).map(drop)
    }

    fn crash(&mut self) {
        self.bfdd.kill();
    }

    fn restart(&mut self) -> Result<()> {
        // The killed one left its sockets; only a fresh one proves that bfdd is there.
        for stale in ["bfdd.vty", "bfdd.sock", "bfdd.pid"] {
            let _ = std::fs::remove_file(self.folder.join(stale));
        }
        self.bfdd = start_daemon(&self.namespace, &self.folder, BFDD)?;
        wait_for_socket(&self.folder, "bfdd.vty")
    }
}

const fn stop_or_go(stop: bool) -> Signal {
    if stop { Signal::STOP } else { Signal::CONT }
}

fn configuration(sessions: &[Session]) -> String {
    let mut out = String::from("bfd\n");
    for session in sessions {
        let _ = writeln!(out, " {}", peer_line(session));
        for line in timer_lines(session) {
            let _ = writeln!(out, "  {line}");
        }
        if let Some(ttl) = session.min_ttl.filter(|_| session.interface.is_none()) {
            let _ = writeln!(out, "  minimum-ttl {ttl}");
        }
        if session.passive {
            out.push_str("  passive-mode\n");
        }
        out.push_str(" exit\n");
    }
    out.push_str("exit\n");
    out
}

fn peer_line(session: &Session) -> String {
    let (peer, local) = (session.peer, session.local);
    match &session.interface {
        Some(interface) => format!("peer {peer} local-address {local} interface {interface}"),
        None => format!("peer {peer} multihop local-address {local}"),
    }
}

fn timer_lines(session: &Session) -> [String; 3] {
    [
        format!("detect-multiplier {}", session.multiplier),
        format!("receive-interval {}", session.receive.as_millis()),
        format!("transmit-interval {}", session.transmit.as_millis()),
    ]
}

fn start_daemon(namespace: &Namespace, folder: &Path, program: &str) -> Result<Process> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let path = |file: &str| text(&folder.join(file));
    let (config, pid) = (path(&format!("{name}.conf")), path(&format!("{name}.pid")));
    let vty = text(folder);
    let (zebra, control) = (path("zserv.api"), path("bfdd.sock"));
    #[rustfmt::skip]
    let mut args = vec!["-u", "frr", "-g", "frr", "-f", &config, "-i", &pid, "-z", &zebra,
                        "--vty_socket", &vty, "-P", "0"];
    if program == BFDD {
        args.extend(["--bfdctl", &control]);
    }
    Process::start(namespace, name, Path::new(program), &args, folder)
}

fn wait_for_socket(folder: &Path, name: &str) -> Result<()> {
    let socket = folder.join(name);
    eventually(&format!("FRR's socket {name}"), || {
        socket.exists().then_some(()).ok_or("absent".into())
    })
}

/// FRR opens its sockets as user `frr`, so the folder is that user's.
fn prepare_folder(namespace: &Namespace) -> Result<PathBuf> {
    let folder = namespace.folder().join("frr");
    std::fs::create_dir_all(&folder).map_err(Error::io("FRR's folder"))?;
    if !Path::new(BFDD).exists() {
        let program = BFDD.to_owned();
        return Err(Error::Missing { program });
    }
    run("chown", &["frr:frr", &text(&folder)])?;
    Ok(folder)
}

fn write(path: &Path, content: &str) -> Result<()> {
    std::fs::write(path, content).map_err(Error::io(path.display().to_string()))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
