//! ExaBGP with our bridge as its process.
//!
//! ExaBGP itself starts, restarts and stops the bridge; the bridge's log lines are in ExaBGP's log.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use rustix::process::{Pid, kill_process};

use crate::gobfd::binary;
use crate::wait::eventually;
use crate::{Error, Namespace, Process, Result, Signal};

/// The release of 5.0 that `scripts/install test` fetches.
const FIVE: &str = "exabgp-5.0.15";

/// Which ExaBGP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// 4.2, Debian's package.
    Four,
    /// 5.0, from PyPI.
    Five,
}

/// Our end and the other end of ExaBGP's only BGP session.
#[derive(Clone, Copy, Debug)]
pub struct BgpSession {
    /// Address and AS of ExaBGP.
    pub local: (IpAddr, u32),
    /// Address and AS of its neighbour.
    pub peer: (IpAddr, u32),
}

/// A running ExaBGP.
#[derive(Debug)]
pub struct ExaBgp {
    process: Process,
    namespace: Namespace,
    release: Release,
    environment: Vec<String>,
    config: PathBuf,
}

/// One line of the bridge's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeLine {
    /// When it was written.
    pub time: SystemTime,
    /// All behind the level: `msg="withdrew route" prefix=…`.
    pub text: String,
}

impl ExaBgp {
    /// Starts ExaBGP, which starts the bridge with these environment variables (`NAME=VALUE`) and
    /// arguments.
    ///
    /// # Errors
    /// ExaBGP or the bridge is missing.
    pub fn start(
        namespace: &Namespace,
        release: Release,
        session: &BgpSession,
        environment: &[&str],
        arguments: &str,
    ) -> Result<Self> {
        let bridge = binary("gobfd-exabgp-bridge")?;
        let config = namespace.folder().join("exabgp.conf");
        let text = configuration(session, &format!("{} {arguments}", bridge.display()));
        std::fs::write(&config, text).map_err(Error::io("ExaBGP's configuration"))?;
        let environment: Vec<String> = environment.iter().map(|&text| text.to_owned()).collect();
        Ok(Self {
            process: launch(namespace, release, &environment, &config)?,
            namespace: namespace.clone(),
            release,
            environment,
            config,
        })
    }

    /// Its process.
    pub const fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Everything that ExaBGP and the bridge have logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Dies without a word, and starts again.
    ///
    /// # Errors
    /// It does not start.
    pub fn crash_and_restart(&mut self) -> Result<()> {
        self.process.kill();
        self.process = launch(
            &self.namespace,
            self.release,
            &self.environment,
            &self.config,
        )?;
        Ok(())
    }

    /// The process id of the bridge that runs now, if one does.
    #[must_use]
    pub fn bridge(&self) -> Option<u32> {
        let pid = self.process.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
        let mut children = children
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok());
        children.find(|child| is_bridge(*child))
    }

    /// Waits for a bridge other than `old`.
    ///
    /// # Errors
    /// None comes.
    pub fn wait_bridge(&self, old: Option<u32>) -> Result<u32> {
        eventually("ExaBGP to start a bridge", || {
            let now = self.bridge().filter(|pid| Some(*pid) != old);
            now.ok_or_else(|| format!("{:?}", self.bridge()))
        })
    }

    /// Sends a signal to the bridge.
    ///
    /// # Errors
    /// There is none.
    pub fn signal_bridge(&self, pid: u32, signal: Signal) -> Result<()> {
        kill_process(as_pid(pid)?, signal).map_err(|errno| Error::Io {
            what: format!("signal to the bridge {pid}"),
            source: errno.into(),
        })
    }

    /// The lines of the bridge's log so far.
    #[must_use]
    pub fn bridge_log(&self) -> Vec<BridgeLine> {
        self.log().lines().filter_map(BridgeLine::read).collect()
    }

    /// Waits for a line of the bridge that was written after `since` and begins with `start`.
    ///
    /// # Errors
    /// None comes.
    pub fn wait_line(&self, start: &str, since: SystemTime) -> Result<BridgeLine> {
        eventually(&format!("the bridge to log {start}"), || {
            let lines = self.bridge_log().into_iter();
            let mut fresh = lines.filter(|line| line.time >= since);
            let found = fresh.find(|line| line.text.starts_with(start));
            found.ok_or_else(|| format!("{:?}", self.bridge_log().last()))
        })
    }
}

impl BridgeLine {
    fn read(line: &str) -> Option<Self> {
        let (time, rest) = line.strip_prefix("time=")?.split_once(" level=")?;
        let (_, text) = rest.split_once(' ')?;
        Some(Self {
            time: time.parse::<Timestamp>().ok()?.into(),
            text: text.to_owned(),
        })
    }
}

/// Waits until a process is gone, or has nothing left but its exit code.
///
/// # Errors
/// It stays.
pub fn wait_gone(pid: u32) -> Result<()> {
    eventually(&format!("process {pid} to end"), || {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if line.is_empty() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&line).into_owned())
    })
}

fn as_pid(pid: u32) -> Result<Pid> {
    crate::registry::as_pid(pid).ok_or_else(|| Error::Decode {
        what: "a process id".into(),
        text: pid.to_string(),
    })
}

fn is_bridge(pid: u32) -> bool {
    // The kernel keeps 15 octets of the name.
    std::fs::read_to_string(format!("/proc/{pid}/comm"))
        .is_ok_and(|name| name.trim_end() == "gobfd-exabgp-br")
}

fn launch(
    namespace: &Namespace,
    release: Release,
    environment: &[String],
    config: &Path,
) -> Result<Process> {
    let program = program(release)?;
    let (program, config) = (program.display().to_string(), config.display().to_string());
    let mut args = vec![
        "exabgp.daemon.daemonize=false",
        "exabgp.daemon.drop=false",
        "exabgp.daemon.user=root",
        "exabgp.api.cli=false",
        "exabgp.log.destination=stdout",
    ];
    args.extend(environment.iter().map(String::as_str));
    args.extend([program.as_str(), config.as_str()]);
    // `env` replaces itself by ExaBGP, so the child's pid is ExaBGP's.
    Process::start(
        namespace,
        "exabgp",
        Path::new("env"),
        &args,
        namespace.folder(),
    )
}

fn program(release: Release) -> Result<PathBuf> {
    match release {
        Release::Four => Ok("/usr/sbin/exabgp".into()),
        Release::Five => {
            let here = std::env::current_exe().map_err(Error::io("path of this program"))?;
            here.ancestors()
                .map(|folder| folder.join(FIVE).join("bin/exabgp"))
                .find(|path| path.is_file())
                .ok_or_else(|| Error::Missing {
                    program: FIVE.into(),
                })
        }
    }
}

fn configuration(session: &BgpSession, bridge: &str) -> String {
    let ((local, local_as), (peer, peer_as)) = (session.local, session.peer);
    format!(
        "process bridge {{\n    run {bridge};\n    encoder text;\n}}\n\
         neighbor {peer} {{\n    router-id {local};\n    local-address {local};\n    \
         local-as {local_as};\n    peer-as {peer_as};\n    \
         family {{ ipv4 unicast; ipv6 unicast; }}\n    api {{ processes [ bridge ]; }}\n}}\n"
    )
}
