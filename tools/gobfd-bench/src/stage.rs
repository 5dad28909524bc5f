//! The daemon's side: a namespace with one interface, the far end of which the peers hold.
//!
//! Both ends are what a host sees of a network card. The receive queue is steered to the daemon's
//! processor, as a card's interrupt would be; what the daemon sends lies in a ring until the peers
//! take it. So each daemon pays for what it sends and takes in, and for nothing that the peers do.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use crate::load::Load;
use crate::namespace::Namespace;
use crate::wire::{DAEMON_MAC, PEER_MAC};

/// The daemon runs here, the peers on the other processor.
pub(crate) const DAEMON_CPU: usize = 0;
/// The peers' processor.
pub(crate) const PEERS_CPU: usize = 1;
/// The daemon's interface.
pub(crate) const INTERFACE: &str = "bench0";
/// Frames that wait for the peers at most: a tenth of a second of the largest load.
const QUEUE: u32 = 20_000;
/// Peers that have addresses here at most.
pub(crate) const MOST_PEERS: u32 = 32_000;

/// The namespace, ready for a daemon with so many peers.
#[derive(Debug)]
pub(crate) struct Stage {
    namespace: Namespace,
    /// Who speaks with whom.
    pub(crate) load: Load,
}

impl Stage {
    /// Sessions of `interval` milliseconds and Detect Mult 3 with `count` peers.
    pub(crate) fn new(count: u32, interval: u32) -> anyhow::Result<Self> {
        let load = Load {
            daemon: Ipv4Addr::new(10, 98, 255, 1),
            first: Ipv4Addr::new(10, 98, 0, 1),
            count,
            interval,
            mult: 3,
        };
        let namespace = Namespace::new()?;
        namespace.ip(&format!(
            "tuntap add dev {INTERFACE} mode tap\n\
             link set {INTERFACE} address {} txqueuelen {QUEUE} up\n\
             addr add {}/16 dev {INTERFACE}\n",
            text(DAEMON_MAC),
            load.daemon
        ))?;
        namespace.ip(&neighbours(&load))?;
        namespace.receive_on(INTERFACE, DAEMON_CPU)?;
        Ok(Self { namespace, load })
    }

    /// A command on the daemon's processor.
    pub(crate) fn beside_daemon(&self, program: &Path) -> Command {
        self.namespace.command_on(DAEMON_CPU, program)
    }

    /// A command on the peers' processor. At no other priority: it would take the daemon's share, where
    /// the kernel divides time by groups of processes.
    pub(crate) fn beside_peers(&self, program: &Path) -> Command {
        self.namespace.command_on(PEERS_CPU, program)
    }
}

/// Fixed entries: a thousand resolutions at once would measure the kernel's tables.
fn neighbours(load: &Load) -> String {
    let mac = text(PEER_MAC);
    let line = |to| format!("neigh replace {to} lladdr {mac} dev {INTERFACE} nud permanent\n");
    load.peers().map(line).collect()
}

fn text(mac: [u8; 6]) -> String {
    mac.map(|octet| format!("{octet:02x}")).join(":")
}
