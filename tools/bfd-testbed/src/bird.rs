//! BIRD 2: one process, its control socket in the namespace's folder.
//!
//! BIRD keeps timers per interface, not per neighbour, so all single-hop sessions of one start share
//! those of the first; its multihop packets leave with the system's TTL, 64.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::command::run;
use crate::wait::eventually;
use crate::{Error, Namespace, Process, Result, Router, Session, State};

/// A running BIRD with BFD sessions.
#[derive(Debug)]
pub struct Bird {
    process: Process,
    namespace: Namespace,
    folder: PathBuf,
    sessions: Vec<Session>,
}

impl Bird {
    /// Runs one command over the control socket.
    ///
    /// # Errors
    /// `birdc` fails.
    pub fn birdc(&self, command: &str) -> Result<String> {
        let socket = text(&self.folder.join("bird.ctl"));
        let mut args = vec!["-s", &socket];
        args.extend(command.split_whitespace());
        run("birdc", &args)
    }

    /// The session table.
    ///
    /// # Errors
    /// `birdc` fails.
    pub fn show(&self) -> Result<String> {
        self.birdc("show bfd sessions")
    }

    /// Starts it with this configuration instead of one that is written from sessions; it then knows
    /// nothing to [`Router::retime`].
    ///
    /// # Errors
    /// It is missing, or does not start.
    pub fn start_as(namespace: &Namespace, configuration: &str) -> Result<Self> {
        let folder = namespace.folder().join("bird");
        std::fs::create_dir_all(&folder).map_err(Error::io("BIRD's folder"))?;
        write_configuration(&folder, configuration)?;
        Ok(Self {
            process: Self::launch(namespace, &folder)?,
            namespace: namespace.clone(),
            folder,
            sessions: Vec::new(),
        })
    }

    fn launch(namespace: &Namespace, folder: &Path) -> Result<Process> {
        let (config, socket) = (folder.join("bird.conf"), folder.join("bird.ctl"));
        let (config, control) = (text(&config), text(&socket));
        let args = ["-f", "-c", &config, "-s", &control];
        let _ = std::fs::remove_file(&socket);
        let mut process = Process::start(namespace, "bird", Path::new("bird"), &args, folder)?;
        eventually("BIRD to answer", || {
            if let Err(ended) = process.check_alive() {
                return Ok(Err(ended));
            }
            let answer = run("birdc", &["-s", &control, "show", "status"]);
            answer.map(Ok).map_err(|error| error.to_string())
        })??;
        Ok(process)
    }
}

impl Router for Bird {
    const NAME: &'static str = "BIRD";
    const SIGNALS_ADMIN_DOWN: bool = false;
    const MULTIHOP_TTL: u8 = 64;

    fn start(namespace: &Namespace, sessions: &[Session]) -> Result<Self> {
        let bird = Self::start_as(namespace, &configuration(sessions))?;
        let sessions = sessions.to_vec();
        Ok(Self { sessions, ..bird })
    }

    fn state(&self, peer: IpAddr) -> Result<Option<State>> {
        let peer = peer.to_string();
        let shown = self.show()?;
        let row = shown
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find(|words| words.first() == Some(&peer.as_str()));
        Ok(row.and_then(|words| State::from_text(words.get(2)?)))
    }

    fn retime(&mut self, session: &Session) -> Result<()> {
        for known in &mut self.sessions {
            if known.peer == session.peer {
                known.clone_from(session);
            }
        }
        write_configuration(&self.folder, &configuration(&self.sessions))?;
        self.birdc("configure").map(drop)
    }

    fn crash(&mut self) {
        self.process.kill();
    }

    fn restart(&mut self) -> Result<()> {
        self.process = Self::launch(&self.namespace, &self.folder)?;
        Ok(())
    }
}

fn write_configuration(folder: &Path, configuration: &str) -> Result<()> {
    let path = folder.join("bird.conf");
    std::fs::write(&path, configuration).map_err(Error::io("BIRD's configuration"))
}

fn configuration(sessions: &[Session]) -> String {
    let mut out =
        String::from("log stderr all;\nrouter id 192.0.2.1;\nprotocol device {}\nprotocol bfd {\n");
    let mut seen = BTreeSet::new();
    for session in sessions {
        if seen.insert(session.interface.clone()) {
            let _ = writeln!(out, " {} {{ {} }};", timer_block(session), timers(session));
        }
    }
    for session in sessions {
        let _ = writeln!(out, " {};", neighbour(session));
    }
    out.push_str("}\n");
    out
}

fn timer_block(session: &Session) -> String {
    match &session.interface {
        Some(interface) => format!("interface \"{interface}\""),
        None => "multihop".to_owned(),
    }
}

fn timers(session: &Session) -> String {
    format!(
        "min rx interval {} ms; min tx interval {} ms; idle tx interval 1 s; multiplier {}; passive {};",
        session.receive.as_millis(),
        session.transmit.as_millis(),
        session.multiplier,
        if session.passive { "on" } else { "off" },
    )
}

fn neighbour(session: &Session) -> String {
    let (peer, local) = (session.peer, session.local);
    match &session.interface {
        Some(interface) => format!("neighbor {peer} dev \"{interface}\" local {local}"),
        None => format!("neighbor {peer} local {local} multihop on"),
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
