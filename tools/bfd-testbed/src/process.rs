//! A daemon that runs in a namespace and does not outlive its guard.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

pub use rustix::process::Signal;
use rustix::process::kill_process;

use crate::command::{command_line, start_error};
use crate::registry;
use crate::wait::within;
use crate::{Error, Namespace, Result};

/// A child process: killed and reaped when dropped, by its own pid and nothing wider.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program` in `namespace`; both of its outputs go to `folder/name.log`.
    ///
    /// # Errors
    /// The program is missing or cannot be started.
    pub fn start(
        namespace: &Namespace,
        name: &str,
        program: &Path,
        args: &[&str],
        folder: &Path,
    ) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let stdout = open_log(&log)?;
        Self::spawn(namespace, name, program, args, log, stdout.into())
    }

    /// The same, but standard output is a pipe for the caller to read.
    ///
    /// # Errors
    /// The program is missing or cannot be started.
    pub fn start_piped(
        namespace: &Namespace,
        name: &str,
        program: &Path,
        args: &[&str],
        folder: &Path,
    ) -> Result<(Self, ChildStdout)> {
        let log = folder.join(format!("{name}.log"));
        let mut process = Self::spawn(namespace, name, program, args, log, Stdio::piped())?;
        let stdout = process.child.stdout.take().ok_or_else(|| Error::Decode {
            what: format!("standard output of {name}"),
            text: "it is not a pipe".into(),
        })?;
        Ok((process, stdout))
    }

    fn spawn(
        namespace: &Namespace,
        name: &str,
        program: &Path,
        args: &[&str],
        log: PathBuf,
        stdout: Stdio,
    ) -> Result<Self> {
        if program.is_absolute() && !program.exists() {
            let program = program.display().to_string();
            return Err(Error::Missing { program });
        }
        let stderr = open_log(&log)?;
        let line = command_line(program, args);
        let mut made = registry::made();
        // `ip netns exec` replaces itself by the program, so the child's pid is the daemon's.
        let child = Command::new("ip")
            .args(["netns", "exec", namespace.name()])
            .arg(program)
            .args(args)
            // One clock zone in all logs, that of the captures.
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            // Ctrl-C is for this program, which then ends its children itself.
            .process_group(0)
            .spawn()
            .map_err(|source| start_error(Path::new("ip"), &line, source))?;
        made.processes.insert(child.id());
        let name = name.to_owned();
        Ok(Self { name, child, log })
    }

    /// Process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// The process has ended already.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = registry::as_pid(self.pid()).ok_or(rustix::io::Errno::SRCH);
        pid.and_then(|pid| kill_process(pid, signal))
            .map_err(|errno| Error::Io {
                what: format!("signal to {}", self.name),
                source: errno.into(),
            })
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// The operating system cannot say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let mut made = registry::made();
        let status = self
            .child
            .try_wait()
            .map_err(Error::io(format!("state of {}", self.name)))?;
        if status.is_some() {
            made.processes.remove(&self.child.id());
        }
        Ok(status)
    }

    /// Waits for the process to end by itself.
    ///
    /// # Errors
    /// It still runs after `limit`.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("{} to end", self.name);
        within(limit, &what, || match self.ended() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("it runs".into()),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Asks with SIGTERM and waits for the end.
    ///
    /// # Errors
    /// It still runs after `limit`.
    pub fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        self.wait(limit)
    }

    /// Kills and reaps it at once, as a crash would.
    pub fn kill(&mut self) {
        let mut made = registry::made();
        let _ = self.child.kill();
        let _ = self.child.wait();
        made.processes.remove(&self.child.id());
    }

    /// Everything it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read(&self.log)
            .map(|octets| String::from_utf8_lossy(&octets).into_owned())
            .unwrap_or_default()
    }

    /// Fails, with its last words, if the process is no longer there.
    ///
    /// # Errors
    /// It has ended.
    pub fn check_alive(&mut self) -> Result<()> {
        match self.ended()? {
            None => Ok(()),
            Some(status) => Err(Error::Command {
                command: self.name.clone(),
                status,
                output: tail(&self.log(), 20),
            }),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- last words of {}\n{}", self.name, tail(&self.log(), 40));
        }
    }
}

fn open_log(path: &Path) -> Result<File> {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(Error::io(format!("log {}", path.display())))
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
