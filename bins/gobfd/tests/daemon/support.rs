//! Daemons in namespaces, and the means to speak to them.

use std::path::{Path, PathBuf};
use std::process::Command;

use bfd_testbed::{Link, Namespace, Process, Result, Signal, Topology, eventually};
use serde_json::{Value, json};

pub(crate) const GOBFD: &str = env!("CARGO_BIN_EXE_gobfd");
/// Each namespace has a loopback of its own.
pub(crate) const API: &str = "127.0.0.1:50051";
pub(crate) const METRICS: &str = "127.0.0.1:9100";

/// Two hosts and a wire: 10.0.0.1 and fd00::1 on the left, .2 and ::2 on the right.
pub(crate) struct Pair {
    pub(crate) left: Namespace,
    pub(crate) right: Namespace,
    pub(crate) link: Link,
    /// Dropped last: the namespaces are in it.
    _topology: Topology,
}

impl Pair {
    pub(crate) fn new() -> Result<Self> {
        let topology = Topology::new()?;
        let (left, right) = (topology.namespace("left")?, topology.namespace("right")?);
        let link = topology.link((&left, "eth0"), (&right, "eth0"))?;
        for (namespace, host) in [(&left, 1), (&right, 2)] {
            namespace.add_address("eth0", &format!("10.0.0.{host}/24"))?;
            namespace.add_address("eth0", &format!("fd00::{host}/64"))?;
        }
        Ok(Self {
            left,
            right,
            link,
            _topology: topology,
        })
    }
}

/// One host, 10.0.0.1, and a wire to another where nobody answers.
pub(crate) fn lonely() -> Result<(Pair, Namespace)> {
    let pair = Pair::new()?;
    let host = pair.left.clone();
    Ok((pair, host))
}

/// A running `gobfd`.
pub(crate) struct Daemon {
    pub(crate) process: Process,
    pub(crate) namespace: Namespace,
    config: PathBuf,
}

impl Daemon {
    /// Starts the daemon and waits until it is ready.
    pub(crate) fn start(namespace: &Namespace, config: &str) -> Result<Self> {
        let mut daemon = Self::launch(namespace, config)?;
        eventually("the daemon to be ready", || {
            daemon.process.check_alive().map_err(|e| e.to_string())?;
            match daemon.get("/readyz") {
                (200, _) => Ok(()),
                seen => Err(format!("{seen:?}\n{}", daemon.process.log())),
            }
        })?;
        Ok(daemon)
    }

    /// Starts the daemon without waiting for anything.
    pub(crate) fn launch(namespace: &Namespace, config: &str) -> Result<Self> {
        let path = namespace.folder().join("gobfd.yml");
        write(&path, config);
        let args = ["--config", &path.display().to_string()];
        let folder = namespace.folder();
        let process = Process::start(namespace, "gobfd", Path::new(GOBFD), &args, folder)?;
        Ok(Self {
            process,
            namespace: namespace.clone(),
            config: path,
        })
    }

    /// Calls a procedure of `BfdService` by Connect with JSON.
    pub(crate) fn call(&self, procedure: &str, request: &Value) -> (u16, Value) {
        self.post(&format!("bfd.v1.BfdService/{procedure}"), request)
    }

    /// Calls any procedure.
    pub(crate) fn post(&self, path: &str, request: &Value) -> (u16, Value) {
        let url = format!("http://{API}/{path}");
        let text = request.to_string();
        let args = ["-H", "content-type: application/json", "-d", &text, &url];
        let (status, body) = self.curl(&args);
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        (status, body)
    }

    /// Gets a page of the metrics server.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.curl(&[&format!("http://{METRICS}{path}")])
    }

    /// Status and body; status 0 when nobody answers.
    pub(crate) fn curl(&self, args: &[&str]) -> (u16, String) {
        let output = Command::new("ip")
            .args(["netns", "exec", self.namespace.name()])
            .args(["curl", "-sS", "--max-time", "20", "-w", "\n%{http_code}"])
            .args(args)
            .output()
            .expect("ip runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let (body, status) = text.rsplit_once('\n').unwrap_or((&text, "0"));
        (status.parse().unwrap_or(0), body.to_owned())
    }

    /// All sessions.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        let (status, answer) = self.call("ListSessions", &json!({}));
        assert_eq!(status, 200, "{answer}");
        answer["sessions"].as_array().cloned().unwrap_or_default()
    }

    /// The one session with this peer.
    pub(crate) fn session(&self, peer: &str) -> Value {
        let (status, answer) = self.call("GetSession", &json!({ "peerAddress": peer }));
        assert_eq!(status, 200, "{answer}");
        answer["session"].clone()
    }

    /// Waits until the session with this peer is in `state` (`UP`, `DOWN`, …).
    pub(crate) fn wait(&self, peer: &str, state: &str) -> Result<Value> {
        self.wait_until(peer, state, |session| {
            session["localState"] == format!("SESSION_STATE_{state}")
        })
    }

    /// Waits until the session with this peer is as `holds` says.
    pub(crate) fn wait_until(
        &self,
        peer: &str,
        what: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        eventually(&format!("{peer}: {what}"), || {
            let session = self.session(peer);
            if holds(&session) {
                Ok(session)
            } else {
                Err(session.to_string())
            }
        })
    }

    /// Writes another configuration and sends SIGHUP; waits for the daemon to say `message`.
    pub(crate) fn reload(&self, config: &str, message: &str) -> Result<()> {
        let before = self.logged(message).len();
        write(&self.config, config);
        self.process.signal(Signal::HUP)?;
        eventually(message, || {
            let now = self.logged(message).len();
            (now > before).then_some(()).ok_or(self.process.log())
        })
    }

    /// Lines of the log with this message.
    pub(crate) fn logged(&self, message: &str) -> Vec<Value> {
        let log = self.process.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines
            .filter(|line: &Value| line["msg"] == message)
            .collect()
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the folder of a namespace");
}

/// A configuration with sessions to these peers at 50 ms × 3.
pub(crate) fn config(peers: &[&str]) -> String {
    let mut text = String::from(BASE);
    for peer in peers {
        text.push_str(&format!("  - {{peer: \"{peer}\"}}\n"));
    }
    if peers.is_empty() {
        text = text.replace("sessions:\n", "");
    }
    text
}

const BASE: &str = "\
bfd: {default_desired_min_tx: 50ms, default_required_min_rx: 50ms}
sessions:
";

/// A request to add a session that is fine.
pub(crate) fn wish(peer: &str) -> Value {
    json!({ "peerAddress": peer, "type": "SESSION_TYPE_SINGLE_HOP", "detectMultiplier": 3 })
}

pub(crate) fn discriminator(session: &Value) -> u64 {
    session["localDiscriminator"].as_u64().expect("never zero")
}
