//! One daemon, and what the tests ask of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bfd_api::{Client, Endpoint};
use bfd_testbed::{Error, Namespace, Process, Result, Signal, eventually};

use crate::inside::{get, inside};
use crate::page::Page;

const METRICS: &str = "127.0.0.1:9100";

/// How a daemon's standard output is led.
pub(crate) enum Output {
    /// To a file beside its configuration.
    Log,
    /// As this line of a shell says, in which `exec "$@"` is the daemon.
    Shell(String),
}

/// A running `gobfd`.
pub(crate) struct Daemon {
    pub(crate) process: Process,
    pub(crate) namespace: Namespace,
    config: PathBuf,
}

impl Daemon {
    /// Starts it; it may not answer yet.
    pub(crate) fn launch(namespace: &Namespace, sessions: &str, output: &Output) -> Result<Self> {
        let config = namespace.folder().join("gobfd.yml");
        fs::write(&config, with_doors(namespace, sessions)).expect("the folder of a namespace");
        let program = gobfd().display().to_string();
        let path = config.display().to_string();
        let mut args = vec![program.as_str(), "--config", &path];
        let (program, line) = match output {
            Output::Log => (PathBuf::from(args.remove(0)), None),
            Output::Shell(line) => (PathBuf::from("/bin/sh"), Some(line)),
        };
        if let Some(line) = line {
            args.splice(0..0, ["-c", line, "sh"]);
        }
        let process = Process::start(namespace, "gobfd", &program, &args, namespace.folder())?;
        Ok(Self {
            process,
            namespace: namespace.clone(),
            config,
        })
    }

    /// What it counts now.
    pub(crate) fn page(&self) -> Page {
        self.try_page().expect("the metrics page")
    }

    /// The same, while it may not answer.
    pub(crate) fn try_page(&self) -> std::io::Result<Page> {
        inside(&self.namespace, || get(METRICS, "/metrics")).map(Page)
    }

    /// Memory it occupies, in KiB.
    pub(crate) fn rss(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.pid());
        let status = fs::read_to_string(path).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number
            .and_then(|number| number.parse().ok())
            .expect("a number of KiB")
    }

    /// Writes another configuration and sends SIGHUP; does not wait.
    pub(crate) fn reload(&self, sessions: &str) -> Result<()> {
        let text = with_doors(&self.namespace, sessions);
        fs::write(&self.config, text).expect("the folder of a namespace");
        self.process.signal(Signal::HUP)
    }

    /// A client of its API; to be made inside a runtime.
    pub(crate) fn client(&self) -> Client {
        let socket = format!("unix:{}", socket(&self.namespace).display());
        let endpoint: Endpoint = socket.parse().expect("an endpoint");
        Client::new(endpoint)
    }

    /// Where its API listens, besides TCP.
    pub(crate) fn socket(&self) -> PathBuf {
        socket(&self.namespace)
    }

    /// Waits for what it counts to satisfy `holds`.
    pub(crate) fn wait(&self, what: &str, holds: impl Fn(&Page) -> bool) -> Result<Page> {
        eventually(what, || match self.try_page() {
            Ok(page) if holds(&page) => Ok(page),
            Ok(page) => Err(format!("{} Up, {}", page.up(), page.causes())),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Ends it as an operator does; it must say goodbye in time.
    pub(crate) fn end(&mut self) -> Result<()> {
        let status = self.process.terminate(Duration::from_secs(20))?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Command {
            command: "gobfd, asked to end".into(),
            status,
            output: self.process.log(),
        })
    }
}

/// The binary beside this test's own.
fn gobfd() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_gobfd-demo")).with_file_name("gobfd")
}

fn socket(namespace: &Namespace) -> PathBuf {
    namespace.folder().join("api.sock")
}

fn with_doors(namespace: &Namespace, sessions: &str) -> String {
    let socket = socket(namespace);
    format!(
        "grpc: {{addr: \"127.0.0.1:50051\", unix: \"{}\"}}\nmetrics: {{addr: \"{METRICS}\"}}\n{sessions}",
        socket.display()
    )
}
