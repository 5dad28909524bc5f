//! Two network namespaces and a wire: the daemon's side and the peers' side.

use std::io::Write;
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};

/// The daemon's address.
pub(crate) const DAEMON: Ipv4Addr = Ipv4Addr::new(10, 98, 255, 1);
/// The first peer's address.
pub(crate) const FIRST_PEER: Ipv4Addr = Ipv4Addr::new(10, 98, 0, 1);
/// The daemon's interface.
pub(crate) const INTERFACE: &str = "bench0";

/// Both namespaces; dropped, they are gone with everything in them.
#[derive(Debug)]
pub(crate) struct Stage {
    daemon: String,
    peers: String,
}

impl Stage {
    /// A daemon's namespace and one in which `count` addresses answer.
    pub(crate) fn new(count: u32) -> anyhow::Result<Self> {
        let pid = std::process::id();
        let stage = Self {
            daemon: format!("bench-{pid}-d"),
            peers: format!("bench-{pid}-p"),
        };
        let Self { daemon, peers } = &stage;
        ip(&format!(
            "netns add {daemon}\nnetns add {peers}\n\
             link add {INTERFACE} netns {daemon} type veth peer name bench1 netns {peers}\n"
        ))?;
        ip_in(
            daemon,
            &format!(
                "link set lo up\naddr add {DAEMON}/16 dev {INTERFACE}\nlink set {INTERFACE} up\n"
            ),
        )?;
        ip_in(
            peers,
            "link set lo up\nlink set bench1 up\nroute add 10.98.255.1/32 dev bench1\nroute add local 10.98.0.0/17 dev lo\n",
        )?;
        ip_in(
            daemon,
            &neighbours(&mac(peers, "bench1")?, INTERFACE, FIRST_PEER, count),
        )?;
        ip_in(
            peers,
            &neighbours(&mac(daemon, INTERFACE)?, "bench1", DAEMON, 1),
        )?;
        receive_on(daemon, INTERFACE, 0)?;
        receive_on(peers, "bench1", 1)?;
        Ok(stage)
    }

    /// A command in the daemon's namespace on processor `cpu`.
    pub(crate) fn beside_daemon(&self, cpu: &str, program: &str) -> Command {
        inside(&self.daemon, cpu, program)
    }

    /// A command in the peers' namespace on processor `cpu`.
    pub(crate) fn beside_peers(&self, cpu: &str, program: &str) -> Command {
        inside(&self.peers, cpu, program)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for name in [&self.daemon, &self.peers] {
            let _ = Command::new("ip")
                .args(["netns", "del", name])
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// A process that ends with its guard.
#[derive(Debug)]
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `ip netns exec` and `taskset` both replace themselves, so the child's id is the program's.
fn inside(namespace: &str, cpu: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, "taskset", "-c", cpu, program]);
    command
}

/// Fixed neighbour entries: a thousand resolutions at once would measure the kernel's tables.
fn neighbours(mac: &str, interface: &str, first: Ipv4Addr, count: u32) -> String {
    let first = u32::from(first);
    let lines = (first..first + count).map(Ipv4Addr::from);
    lines
        .map(|to| format!("neigh replace {to} lladdr {mac} dev {interface} nud permanent\n"))
        .collect()
}

/// Lets each side pay for what it receives: without this, a veth hands packets up on the sender's
/// processor and at the sender's expense.
fn receive_on(namespace: &str, interface: &str, cpu: u32) -> anyhow::Result<()> {
    let set = format!(
        "echo {:x} > /sys/class/net/{interface}/queues/rx-0/rps_cpus",
        1 << cpu
    );
    let status = Command::new("ip")
        .args(["netns", "exec", namespace, "sh", "-c", &set])
        .status()?;
    ensure!(
        status.success(),
        "the kernel refuses to steer packets of {interface} to a processor"
    );
    Ok(())
}

fn mac(namespace: &str, interface: &str) -> anyhow::Result<String> {
    let path = format!("/sys/class/net/{interface}/address");
    let out = Command::new("ip")
        .args(["netns", "exec", namespace, "cat", &path])
        .output()?;
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}

fn ip(batch: &str) -> anyhow::Result<()> {
    run(Command::new("ip").args(["-batch", "-"]), batch)
}

fn ip_in(namespace: &str, batch: &str) -> anyhow::Result<()> {
    run(
        Command::new("ip").args(["-n", namespace, "-batch", "-"]),
        batch,
    )
}

fn run(command: &mut Command, input: &str) -> anyhow::Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .context("ip (Debian: iproute2)")?;
    child
        .stdin
        .take()
        .context("stdin")?
        .write_all(input.as_bytes())?;
    ensure!(
        child.wait()?.success(),
        "ip refused: {}",
        input.lines().next().unwrap_or_default()
    );
    Ok(())
}
