//! One daemon, and what the tests ask of it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bfd_api::{Client, Endpoint};
use bfd_testbed::{Error, Namespace, Process, Result, Signal, binary, eventually};

use crate::inside::{get, inside};
use crate::metrics::Page;
use crate::scale::Scheduler;

const METRICS: &str = "127.0.0.1:9100";
/// Place of a thread's policy among the fields of `/proc/PID/stat` behind its name (proc(5)).
const POLICY: usize = 38;

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
        let program = binary("gobfd")?.display().to_string();
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

    /// Anonymous memory it occupies, in KiB: heap and stacks, without the pages of its program.
    pub(crate) fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.pid());
        let status = fs::read_to_string(path).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number
            .and_then(|number| number.parse().ok())
            .expect("a number of KiB")
    }

    /// Its workers run as they were told to; the kernel may have refused.
    pub(crate) fn assert_scheduled(&self, scheduler: Scheduler) {
        let tasks = format!("/proc/{}/task", self.process.pid());
        let mut workers = 0;
        for task in fs::read_dir(tasks).expect("it runs").flatten() {
            let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            let Some((name, rest)) = stat.rsplit_once(')') else {
                continue;
            };
            if name.contains("(bfd-worker") {
                let policy = rest.split_whitespace().nth(POLICY).map(str::parse);
                assert_eq!(policy, Some(Ok(scheduler.policy())), "{stat}");
                workers += 1;
            }
        }
        assert!(workers > 0, "it has no workers");
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
