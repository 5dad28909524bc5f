//! A host with HAProxy and the agent, and the means to read what HAProxy thinks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{BfdSession, SessionDown, SessionState, WatchSessionEventsResponse};
use bfd_fake::{Fake, Server};
use bfd_testbed::{Namespace, Process, Result, Topology, eventually};

pub(crate) const AGENT: &str = env!("CARGO_BIN_EXE_gobfd-haproxy-agent");
/// Agent port of server 0; the others follow.
pub(crate) const PORT: usize = 20_000;
/// HAProxy's words for a server that gets traffic, and for those that the agent took out.
pub(crate) const UP: &str = "UP";
pub(crate) const DOWN: &str = "DOWN (agent)";
pub(crate) const DRAIN: &str = "DRAIN (agent)";
/// Where the agent serves its pages.
pub(crate) const PAGES: &str = "127.0.0.1:9111";

/// A namespace, and a daemon made of a table that is reached through a Unix socket.
pub(crate) struct Host {
    pub(crate) namespace: Namespace,
    pub(crate) daemon: Daemon,
    pub(crate) servers: usize,
    /// Dropped last: the namespace is in it.
    _topology: Topology,
}

impl Host {
    /// A host with this many servers, whose sessions are all Up.
    pub(crate) fn new(servers: usize) -> Result<Self> {
        let topology = Topology::new()?;
        let namespace = topology.namespace("host")?;
        let daemon = Daemon::start(namespace.folder().join("gobfd.sock"), servers);
        Ok(Self {
            namespace,
            daemon,
            servers,
            _topology: topology,
        })
    }

    /// A configuration of the agent for all servers; `extra` goes before the backends.
    pub(crate) fn config(&self, extra: &str, push: bool) -> String {
        let mut text = format!(
            "gobfd_addr: unix:{}\nmetrics: {{addr: \"{PAGES}\"}}\n{extra}",
            self.daemon.socket.display()
        );
        if push {
            let _ = writeln!(text, "haproxy: {{socket: {}}}", self.runtime().display());
        }
        text.push_str("backends:\n");
        for server in 0..self.servers {
            let (peer, port) = (peer(server), PORT + server);
            let name = if push {
                format!(", server: be/s{server}")
            } else {
                String::new()
            };
            let _ = writeln!(text, "  - {{peer: {peer}, agent_port: {port}{name}}}");
        }
        text
    }

    /// Starts the agent and waits until it has heard the daemon, or found it away.
    pub(crate) fn agent(&self, config: &str) -> Result<Process> {
        let before = self.log("agent").matches("gobfd is away").count()
            + self.log("agent").matches("connected to gobfd").count();
        let mut agent = self.launch(config)?;
        eventually("the agent to know its daemon", || {
            agent.check_alive().map_err(|error| error.to_string())?;
            let log = agent.log();
            let seen =
                log.matches("gobfd is away").count() + log.matches("connected to gobfd").count();
            (seen > before).then_some(()).ok_or(log)
        })?;
        Ok(agent)
    }

    /// Starts the agent without waiting for anything.
    pub(crate) fn launch(&self, config: &str) -> Result<Process> {
        let file = self.write("agent.yml", config);
        let args = ["-config", &file.display().to_string()];
        Process::start(
            &self.namespace,
            "agent",
            Path::new(AGENT),
            &args,
            self.namespace.folder(),
        )
    }

    /// Starts HAProxy with one backend `be` of all servers.
    pub(crate) fn haproxy(&self, agent_inter: &str) -> Result<Haproxy> {
        serve_haproxy(&self.namespace, &self.runtime(), self.servers, agent_inter)
    }

    /// What the agent answers to a check of this server.
    pub(crate) fn check(&self, server: usize) -> Result<String> {
        let url = format!("telnet://127.0.0.1:{}", PORT + server);
        let args = ["-sS", "--max-time", "20", &url];
        self.namespace.run("curl", &args)
    }

    /// Waits until the agent has logged this often.
    pub(crate) fn wait_log(&self, agent: &Process, words: &str, times: usize) -> Result<()> {
        eventually(&format!("the agent to say {words:?}"), || {
            let log = agent.log();
            (log.matches(words).count() >= times)
                .then_some(())
                .ok_or(log)
        })
    }

    /// Waits until HAProxy has got further answers, so that it knows what the agent now says.
    pub(crate) fn wait_checks(&self) -> Result<()> {
        let begin = self.answered()?;
        let wanted = begin + 3 * self.servers as u64;
        eventually("further agent checks", || {
            let now = self.answered().map_err(|error| error.to_string())?;
            (now >= wanted)
                .then_some(())
                .ok_or(format!("{now} of {wanted}"))
        })
    }

    fn answered(&self) -> Result<u64> {
        let (_, page) = self.page("/metrics")?;
        let lines = page
            .lines()
            .filter(|line| line.contains("result=\"answered\""));
        let counts = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
        Ok(counts.sum())
    }

    /// HAProxy's runtime socket.
    pub(crate) fn runtime(&self) -> PathBuf {
        self.namespace.folder().join("haproxy.sock")
    }

    /// What a page of the agent says: status and body.
    pub(crate) fn page(&self, path: &str) -> Result<(u16, String)> {
        let url = format!("http://{PAGES}{path}");
        let args = ["-sS", "--max-time", "20", "-w", "\n%{http_code}", &url];
        let answer = self.namespace.run("curl", &args)?;
        let (body, status) = answer.rsplit_once('\n').unwrap_or(("", &answer));
        Ok((status.parse().unwrap_or(0), body.to_owned()))
    }

    /// Writes a file into the folder of the host.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.namespace.folder().join(name);
        std::fs::write(&file, text).expect("the folder of a namespace");
        file
    }

    fn log(&self, name: &str) -> String {
        let file = self.namespace.folder().join(format!("{name}.log"));
        std::fs::read_to_string(file).unwrap_or_default()
    }
}

/// Address of the BFD peer of a server.
pub(crate) fn peer(server: usize) -> String {
    format!("10.1.{}.{}", server / 200, server % 200 + 1)
}

/// A table of sessions that answers as the daemon does, while it is served.
pub(crate) struct Daemon {
    fake: Fake,
    sessions: BTreeMap<usize, BfdSession>,
    pub(crate) socket: PathBuf,
    server: Option<Server>,
}

impl Daemon {
    fn start(socket: PathBuf, servers: usize) -> Self {
        let sessions: BTreeMap<usize, BfdSession> = (0..servers)
            .map(|server| (server, session(server, 1, SessionState::Up)))
            .collect();
        let fake = Fake::new(sessions.values().cloned().collect());
        let mut daemon = Self {
            fake,
            sessions,
            socket,
            server: None,
        };
        daemon.come_back();
        daemon
    }

    /// Changes the session to a server, and tells whoever watches.
    pub(crate) fn set(&mut self, server: usize, state: SessionState) {
        self.change(server, |session| session.local_state = state.into());
    }

    /// Changes anything of the session to a server, and tells whoever watches.
    pub(crate) fn change(&mut self, server: usize, change: impl FnOnce(&mut BfdSession)) {
        let session = self.sessions.get_mut(&server).expect("a session");
        session.last_down = Some(SessionDown::default()).into();
        change(session);
        let session = session.clone();
        self.fake.set(self.sessions.values().cloned().collect());
        if self.fake.watchers() > 0 {
            self.fake.send(WatchSessionEventsResponse {
                r#type: EventType::EVENT_TYPE_STATE_CHANGE.into(),
                session: Some(session).into(),
                ..Default::default()
            });
        }
    }

    /// Goes away: every connection breaks.
    pub(crate) fn go_away(&mut self) {
        self.server = None;
        let _ = std::fs::remove_file(&self.socket);
    }

    /// Serves, with the table as it is.
    pub(crate) fn come_back(&mut self) {
        self.server = Some(self.fake.serve_unix(&self.socket));
    }

    /// Serves as a daemon that was restarted does: with new sessions that were never Up.
    pub(crate) fn restart(&mut self) {
        self.go_away();
        let servers: Vec<usize> = self.sessions.keys().copied().collect();
        for server in servers {
            let fresh = session(server, 2, SessionState::Down);
            self.sessions.insert(server, fresh);
        }
        self.fake.set(self.sessions.values().cloned().collect());
        self.come_back();
    }
}

fn session(server: usize, life: usize, state: SessionState) -> BfdSession {
    BfdSession {
        peer_address: peer(server),
        local_discriminator: u32::try_from(life * 100_000 + server).expect("small"),
        local_state: state.into(),
        ..Default::default()
    }
}

/// Starts HAProxy with one backend `be` of so many servers, which its own health checks find fine.
pub(crate) fn serve_haproxy(
    namespace: &Namespace,
    socket: &Path,
    servers: usize,
    agent_inter: &str,
) -> Result<Haproxy> {
    let mut config = format!(
        "global\n  stats socket {} mode 600 level admin\ndefaults\n  mode http\n  timeout connect \
         1s\n  timeout client 5s\n  timeout server 5s\n  timeout check 3s\nfrontend web\n  bind \
         127.0.0.1:8000\n  http-request return status 200\nbackend be\n",
        socket.display()
    );
    for server in 0..servers {
        let port = PORT + server;
        let _ = writeln!(
            config,
            "  server s{server} 127.0.0.1:8000 check inter 2s rise 1 fall 1 agent-check \
             agent-addr 127.0.0.1 agent-port {port} agent-inter {agent_inter}"
        );
    }
    let file = namespace.folder().join("haproxy.cfg");
    std::fs::write(&file, config).expect("the folder of a namespace");
    Haproxy::start(namespace, file, socket.to_owned())
}

/// A process that has been stopped; it goes on when this goes.
pub(crate) struct Frozen {
    pid: u32,
    namespace: Namespace,
}

impl Frozen {
    fn signal(&self, name: &str) -> Result<()> {
        let command = format!("kill -{name} {}", self.pid);
        self.namespace.run("sh", &["-c", &command]).map(drop)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.signal("CONT");
    }
}

/// A running HAProxy.
pub(crate) struct Haproxy {
    pub(crate) process: Process,
    namespace: Namespace,
    config: PathBuf,
    socket: PathBuf,
}

impl Haproxy {
    fn start(namespace: &Namespace, config: PathBuf, socket: PathBuf) -> Result<Self> {
        let process = Self::launch(namespace, &config)?;
        let mut haproxy = Self {
            process,
            namespace: namespace.clone(),
            config,
            socket,
        };
        haproxy.wait_ready()?;
        Ok(haproxy)
    }

    fn launch(namespace: &Namespace, config: &Path) -> Result<Process> {
        // A master that serves in the foreground, so that it can be reloaded.
        let args = ["-W", "-db", "-f", &config.display().to_string()];
        let folder = namespace.folder();
        Process::start(
            namespace,
            "haproxy",
            Path::new("/usr/sbin/haproxy"),
            &args,
            folder,
        )
    }

    fn wait_ready(&mut self) -> Result<()> {
        eventually("HAProxy to answer", || {
            self.process
                .check_alive()
                .map_err(|error| error.to_string())?;
            self.ask("show info")
                .map(drop)
                .map_err(|error| error.to_string())
        })
    }

    /// Dies without a word and starts again, with the states of its configuration.
    pub(crate) fn restart(&mut self) -> Result<()> {
        let old = self.pid();
        self.process.terminate(Duration::from_secs(20))?;
        self.process = Self::launch(&self.namespace, &self.config)?;
        self.wait_ready()?;
        assert_ne!(self.pid(), old);
        Ok(())
    }

    /// Reloads its configuration: another process takes over.
    pub(crate) fn reload(&self) -> Result<()> {
        let old = self.pid();
        self.process.signal(bfd_testbed::Signal::USR2)?;
        eventually("another HAProxy to serve", || {
            let now = self.pid();
            (now != old && now != 0)
                .then_some(())
                .ok_or(format!("process {now}"))
        })
    }

    /// Stops the process that serves, until the guard goes.
    pub(crate) fn freeze(&self) -> Result<Frozen> {
        let frozen = Frozen {
            pid: self.pid(),
            namespace: self.namespace.clone(),
        };
        frozen.signal("STOP")?;
        Ok(frozen)
    }

    fn pid(&self) -> u32 {
        let info = self.ask("show info").unwrap_or_default();
        let line = info.lines().find_map(|line| line.strip_prefix("Pid: "));
        line.and_then(|pid| pid.parse().ok()).unwrap_or(0)
    }

    /// One command on the runtime socket.
    pub(crate) fn ask(&self, command: &str) -> std::io::Result<String> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(format!("{command}\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// A column of `show stat` for every server.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        let table = self.ask("show stat be 4 -1").expect("HAProxy answers");
        let mut lines = table
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>());
        let head = lines.next().expect("a head");
        let at = head.iter().position(|column| *column == name).expect(name);
        let rows = lines.filter(|row| row.len() > at);
        rows.map(|row| row[at].to_owned()).collect()
    }

    /// What HAProxy says of a server, as on its statistics page.
    pub(crate) fn status(&self, server: usize) -> String {
        self.column("status").swap_remove(server)
    }

    /// Waits until every server was asked about once: HAProxy spreads its first checks.
    pub(crate) fn wait_asked(&self) -> Result<()> {
        eventually("HAProxy to ask the agent", || {
            let seen = self.column("agent_status");
            let all = seen.iter().all(|status| status == "L7OK");
            all.then_some(()).ok_or(format!("{seen:?}"))
        })
    }

    /// Waits until the servers have this status, in order.
    pub(crate) fn wait(&self, wanted: &[&str]) -> Result<()> {
        eventually(&format!("HAProxy to show {wanted:?}"), || {
            let seen = self.column("status");
            (seen == wanted).then_some(()).ok_or(format!("{seen:?}"))
        })
    }
}
