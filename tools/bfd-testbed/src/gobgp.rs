//! GoBGP as a receiver of routes: one `gobgpd`, asked with `gobgp`.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use serde_json::Value;

use crate::wait::eventually;
use crate::{Error, Namespace, Process, Result};

/// Each namespace has a loopback of its own, so the port is the same everywhere.
const PORT: &str = "50061";

/// A running GoBGP that waits for its neighbours to connect, for IPv4 and IPv6 routes.
#[derive(Debug)]
pub struct GoBgp {
    process: Process,
    namespace: Namespace,
}

impl GoBgp {
    /// Starts `gobgpd` as `asn` at `local`, with these neighbours and their AS numbers.
    ///
    /// # Errors
    /// It is missing, or does not start.
    pub fn start(
        namespace: &Namespace,
        (local, asn): (IpAddr, u32),
        neighbours: &[(IpAddr, u32)],
    ) -> Result<Self> {
        let config = namespace.folder().join("gobgp.toml");
        std::fs::write(&config, configuration(local, asn, neighbours))
            .map_err(Error::io("GoBGP's configuration"))?;
        let config = config.display().to_string();
        let hosts = format!("127.0.0.1:{PORT}");
        let args = ["-f", &config, "--api-hosts", &hosts];
        let program = Path::new("gobgpd");
        let process = Process::start(namespace, "gobgpd", program, &args, namespace.folder())?;
        let namespace = namespace.clone();
        let mut gobgp = Self { process, namespace };
        gobgp.wait_answer()?;
        Ok(gobgp)
    }

    /// Runs `gobgp` with these arguments and reads the JSON that it prints.
    ///
    /// # Errors
    /// It fails, or prints something else.
    pub fn ask(&self, args: &[&str]) -> Result<Value> {
        let mut all = vec!["-p", PORT, "-j"];
        all.extend_from_slice(args);
        let shown = self.namespace.run("gobgp", &all)?;
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

    fn wait_answer(&mut self) -> Result<()> {
        eventually("GoBGP to answer", || {
            if let Err(ended) = self.process.check_alive() {
                return Ok(Err(ended));
            }
            match self.ask(&["neighbor"]) {
                Ok(_) => Ok(Ok(())),
                Err(missing @ Error::Missing { .. }) => Ok(Err(missing)),
                Err(error) => Err(error.to_string()),
            }
        })?
    }
}

fn configuration(local: IpAddr, asn: u32, neighbours: &[(IpAddr, u32)]) -> String {
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
