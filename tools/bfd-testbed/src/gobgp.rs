//! GoBGP, versions 3 and 4: the real daemon, and its command line as an operator uses it.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::wait::eventually;
use crate::{Error, Namespace, Process, Result, Signal};

/// Where its API listens: our own has the port that is the default of both.
const PORT: &str = "50061";

/// Which GoBGP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GobgpVersion {
    /// 3.10, the Debian package `gobgpd`.
    V3,
    /// 4.8, built by `scripts/install`.
    V4,
}

impl GobgpVersion {
    fn program(self, name: &str) -> Result<PathBuf> {
        let folder = match self {
            Self::V3 => return Ok(name.into()),
            Self::V4 => tools()?.join("gobgp-v4.8.0"),
        };
        let program = folder.join(name);
        if program.is_file() {
            return Ok(program);
        }
        Err(Error::Missing {
            program: format!(
                "{} (`scripts/install test` builds it), which",
                program.display()
            ),
        })
    }
}

/// The folder that `scripts/install` puts programs in.
fn tools() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("GOBFD_TOOLS") {
        return Ok(folder.into());
    }
    let home = std::env::var_os("HOME").ok_or_else(|| Error::Missing {
        program: "HOME, or GOBFD_TOOLS, which".into(),
    })?;
    Ok(Path::new(&home).join(".cache/gobfd"))
}

/// What a GoBGP is started with.
#[derive(Clone, Debug)]
pub struct GobgpSettings {
    /// Which one.
    pub version: GobgpVersion,
    /// Its configuration, as TOML.
    pub configuration: String,
    /// Further arguments, for example those for TLS.
    pub arguments: Vec<String>,
    /// Arguments that its command line needs besides.
    pub cli: Vec<String>,
}

impl GobgpSettings {
    /// As AS 65001 at `local`, with one neighbour of AS 65002, nothing encrypted.
    #[must_use]
    pub fn between(version: GobgpVersion, local: IpAddr, peer: IpAddr) -> Self {
        let configuration = format!(
            "[global.config]\nas = 65001\nrouter-id = \"10.0.0.1\"\n\
             local-address-list = [\"{local}\"]\n[[neighbors]]\n[neighbors.config]\n\
             neighbor-address = \"{peer}\"\npeer-as = 65002\n"
        );
        Self::plain(version, configuration)
    }

    const fn plain(version: GobgpVersion, configuration: String) -> Self {
        Self {
            version,
            configuration,
            arguments: Vec::new(),
            cli: Vec::new(),
        }
    }
}

/// A running `gobgpd`.
#[derive(Debug)]
pub struct GoBgp {
    process: Process,
    namespace: Namespace,
    settings: GobgpSettings,
}

impl GoBgp {
    /// Starts GoBGP 3 as a receiver of routes: as `asn` at `local`, waiting for these neighbours with
    /// their AS numbers to connect, for IPv4 and IPv6 routes.
    ///
    /// # Errors
    /// It is missing, or does not start.
    pub fn start(
        namespace: &Namespace,
        (local, asn): (IpAddr, u32),
        neighbours: &[(IpAddr, u32)],
    ) -> Result<Self> {
        let configuration = receiver(local, asn, neighbours);
        let settings = GobgpSettings::plain(GobgpVersion::V3, configuration);
        Self::start_with(namespace, settings)
    }

    /// Starts it, and waits until it answers.
    ///
    /// # Errors
    /// It is missing, or does not start.
    pub fn start_with(namespace: &Namespace, settings: GobgpSettings) -> Result<Self> {
        std::fs::write(config_path(namespace), &settings.configuration)
            .map_err(Error::io("GoBGP's configuration"))?;
        let mut gobgp = Self {
            process: launch(namespace, &settings)?,
            namespace: namespace.clone(),
            settings,
        };
        gobgp.wait_answer()?;
        Ok(gobgp)
    }

    /// Where its API listens, for `gobgp.addr`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{PORT}")
    }

    /// Runs `gobgp` with these arguments and returns what it printed.
    ///
    /// # Errors
    /// It fails.
    pub fn cli(&self, args: &[&str]) -> Result<String> {
        let program = self.settings.version.program("gobgp")?;
        let mut all = vec!["-u", "127.0.0.1", "-p", PORT];
        all.extend(self.settings.cli.iter().map(String::as_str));
        all.extend_from_slice(args);
        self.namespace.run(&program.display().to_string(), &all)
    }

    /// Runs `gobgp` with these arguments and reads the JSON that it prints.
    ///
    /// # Errors
    /// It fails, or prints something else.
    pub fn ask(&self, args: &[&str]) -> Result<Value> {
        let all = [&["-j"], args].concat();
        let shown = self.cli(&all)?;
        serde_json::from_str(&shown).map_err(|error| Error::Decode {
            what: format!("gobgp {}", args.join(" ")),
            text: format!("{error}: {shown}"),
        })
    }

    /// The best path to a prefix, as `gobgp` prints it.
    ///
    /// # Errors
    /// `gobgp` fails.
    pub fn path(&self, prefix: &str) -> Result<Option<Value>> {
        let family = if prefix.contains(':') { "ipv6" } else { "ipv4" };
        let table = self.ask(&["global", "rib", "-a", family])?;
        Ok(table[prefix].get(0).cloned())
    }

    /// Waits until there is a path to the prefix, and returns it.
    ///
    /// # Errors
    /// None comes.
    pub fn wait_path(&self, prefix: &str) -> Result<Value> {
        eventually(&format!("GoBGP to have {prefix}"), || {
            match self.path(prefix) {
                Ok(Some(path)) => Ok(path),
                Ok(None) => Err("no such path".into()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// Waits until there is no path to the prefix.
    ///
    /// # Errors
    /// It stays.
    pub fn wait_no_path(&self, prefix: &str) -> Result<()> {
        eventually(&format!("GoBGP to lose {prefix}"), || {
            match self.path(prefix) {
                Ok(None) => Ok(()),
                Ok(Some(path)) => Err(path.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// State of the session with `peer`, as `gobgp neighbor` shows it: `Establ`, `Idle(Admin)` …
    ///
    /// # Errors
    /// `gobgp` fails, or shows no such peer.
    pub fn state(&self, peer: IpAddr) -> Result<String> {
        let shown = self.cli(&["neighbor"])?;
        let peer = peer.to_string();
        let row = shown
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find(|words| words.first() == Some(&peer.as_str()));
        let state = row.and_then(|words| words.get(3).map(|word| (*word).to_owned()));
        state.ok_or_else(|| Error::Decode {
            what: format!("state of {peer}"),
            text: shown,
        })
    }

    /// Waits until the state of the session with `peer` satisfies `wanted`.
    ///
    /// # Errors
    /// It never does.
    pub fn wait_state(
        &self,
        peer: IpAddr,
        what: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        eventually(&format!("GoBGP to show {peer} {what}"), || {
            match self.state(peer) {
                Ok(state) if wanted(&state) => Ok(()),
                Ok(state) => Err(state),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// Waits until the session with `peer` is established.
    ///
    /// # Errors
    /// It never is.
    pub fn wait_established(&self, peer: IpAddr) -> Result<()> {
        self.wait_state(peer, "established", |state| state == "Establ")
    }

    /// Waits until `peer` is disabled.
    ///
    /// # Errors
    /// It never is.
    pub fn wait_disabled(&self, peer: IpAddr) -> Result<()> {
        self.wait_state(peer, "disabled", |state| state == "Idle(Admin)")
    }

    /// Waits until `peer` is not disabled.
    ///
    /// # Errors
    /// It stays so.
    pub fn wait_enabled(&self, peer: IpAddr) -> Result<()> {
        self.wait_state(peer, "enabled", |state| state != "Idle(Admin)")
    }

    /// Its process, for signals.
    pub const fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Stops in the middle of everything, until [`GoBgp::resume`].
    ///
    /// # Errors
    /// It has ended.
    pub fn hang(&self) -> Result<()> {
        self.process.signal(Signal::STOP)
    }

    /// Goes on.
    ///
    /// # Errors
    /// It has ended.
    pub fn resume(&self) -> Result<()> {
        self.process.signal(Signal::CONT)
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
        self.process = launch(&self.namespace, &self.settings)?;
        self.wait_answer()
    }

    fn wait_answer(&mut self) -> Result<()> {
        eventually("GoBGP to answer", || {
            if let Err(ended) = self.process.check_alive() {
                return Ok(Err(ended));
            }
            match self.cli(&["neighbor"]) {
                Ok(_) => Ok(Ok(())),
                Err(missing @ Error::Missing { .. }) => Ok(Err(missing)),
                Err(error) => Err(error.to_string()),
            }
        })?
    }
}

fn launch(namespace: &Namespace, settings: &GobgpSettings) -> Result<Process> {
    let program = settings.version.program("gobgpd")?;
    let config = config_path(namespace);
    let listen = format!("127.0.0.1:{PORT}");
    let mut args = vec![
        "-f",
        config.as_str(),
        "--api-hosts",
        &listen,
        "--pprof-disable",
    ];
    args.extend(settings.arguments.iter().map(String::as_str));
    Process::start(namespace, "gobgpd", &program, &args, namespace.folder())
}

fn config_path(namespace: &Namespace) -> String {
    namespace.folder().join("gobgpd.toml").display().to_string()
}

fn receiver(local: IpAddr, asn: u32, neighbours: &[(IpAddr, u32)]) -> String {
    let mut out = format!("[global.config]\nas = {asn}\nrouter-id = \"{local}\"\n");
    for (address, asn) in neighbours {
        let _ = writeln!(
            out,
            "[[neighbors]]\n[neighbors.config]\nneighbor-address = \"{address}\"\npeer-as = {asn}\n\
             [neighbors.transport.config]\npassive-mode = true"
        );
        for family in ["ipv4-unicast", "ipv6-unicast"] {
            let _ = writeln!(
                out,
                "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"{family}\""
            );
        }
    }
    out
}
