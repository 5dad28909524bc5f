//! The load, as both sides see it, and its way through a command line.

use std::net::Ipv4Addr;

use anyhow::Context;
use bfd_packet::{DetectMult, Micros};
use clap::Args;

use crate::peer::Pace;
use crate::wire::Addresses;

/// How many sessions of which kind, and between whom.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Load {
    /// The daemon's address.
    #[arg(long)]
    pub(crate) daemon: Ipv4Addr,
    /// The first peer's address; the others follow.
    #[arg(long)]
    pub(crate) first: Ipv4Addr,
    /// How many peers.
    #[arg(long, default_value_t = 1000)]
    pub(crate) count: u32,
    /// Interval of every session in milliseconds.
    #[arg(long, default_value_t = 50)]
    pub(crate) interval: u32,
    /// Detect Mult of every peer.
    #[arg(long, default_value_t = 3)]
    pub(crate) mult: u8,
}

impl Load {
    pub(crate) fn pace(&self) -> anyhow::Result<Pace> {
        let detect_mult = DetectMult::new(self.mult).context("--mult must be 1 to 255")?;
        Ok(Pace {
            interval: Micros(self.interval * 1000),
            detect_mult,
        })
    }

    pub(crate) const fn addresses(&self) -> Addresses {
        Addresses {
            daemon: self.daemon,
            first: self.first,
        }
    }

    /// All peers' addresses.
    pub(crate) fn peers(&self) -> impl Iterator<Item = Ipv4Addr> {
        let addresses = self.addresses();
        (0..self.count).map(move |peer| addresses.peer(peer))
    }

    /// The options that [`Args`] reads back.
    pub(crate) fn arguments(&self) -> [String; 5] {
        [
            format!("--daemon={}", self.daemon),
            format!("--first={}", self.first),
            format!("--count={}", self.count),
            format!("--interval={}", self.interval),
            format!("--mult={}", self.mult),
        ]
    }
}
