//! Thousands of artificial BFD peers in one process, against any daemon.
//!
//! `swarm` plays the peers, `bare` is the yardstick in the daemon's place, `quick` sets both up
//! beside the daemons in network namespaces of its own and prints one table.
#![forbid(unsafe_code)]

mod bare;
mod cpu;
mod peer;
mod quick;
mod report;
mod schedule;
mod stage;
mod swarm;
mod wire;

use std::io::BufRead;
use std::net::Ipv4Addr;

use anyhow::Context;
use bfd_net::Realtime;
use bfd_packet::{DetectMult, Micros};
use clap::{Args, Parser, Subcommand};

use peer::Pace;
use swarm::Swarm;
use wire::Wire;

#[derive(Debug, Parser)]
#[command(
    version,
    about = "Thousands of artificial BFD peers against any daemon"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play the peers, in this network namespace; one command a line is read from stdin.
    Swarm {
        #[command(flatten)]
        load: Load,
        /// Peers are Up from the start, whatever they hear (against `bare`).
        #[arg(long)]
        steady: bool,
    },
    /// Send and receive at the rate of a daemon, and nothing else.
    Bare {
        #[command(flatten)]
        load: Load,
        /// Seconds to run.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Measure the daemons named side by side and print the table (root).
    Quick(quick::Quick),
}

/// The load, as both sides see it.
#[derive(Clone, Copy, Debug, Args)]
struct Load {
    /// The daemon's address.
    #[arg(long)]
    daemon: Ipv4Addr,
    /// The first peer's address; the others follow.
    #[arg(long)]
    first: Ipv4Addr,
    /// How many peers.
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// Interval of every session in milliseconds.
    #[arg(long, default_value_t = 50)]
    interval: u32,
    /// Detect Mult of every peer.
    #[arg(long, default_value_t = 3)]
    mult: u8,
}

impl Load {
    fn pace(&self) -> anyhow::Result<Pace> {
        let detect_mult = DetectMult::new(self.mult).context("--mult must be 1 to 255")?;
        Ok(Pace {
            interval: Micros(self.interval * 1000),
            detect_mult,
        })
    }
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Swarm { load, steady } => swarm(load, steady),
        Command::Bare { load, seconds } => {
            bare::run(load.daemon, load.first, load.count, load.pace()?, seconds)
        }
        Command::Quick(quick) => quick.run(),
    }
}

/// Obeys `up S`, `hold S`, `fail N S`, `report`; answers each with a line, ends with the input.
fn swarm(load: Load, steady: bool) -> anyhow::Result<()> {
    let _ = Realtime::named("swarm").apply();
    let wire = Wire::open(load.daemon, load.first)?;
    let mut swarm = Swarm::new(wire, load.pace()?, load.count, steady);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        obey(&mut swarm, load.count, &words).with_context(|| format!("command '{line}'"))?;
    }
    Ok(())
}

fn obey(swarm: &mut Swarm, count: u32, words: &[&str]) -> anyhow::Result<()> {
    let after = |seconds: &str| -> anyhow::Result<u64> {
        Ok(Wire::now() + seconds.parse::<u64>()? * 1_000_000_000)
    };
    match *words {
        ["up", seconds] => {
            let all = usize::try_from(count)?;
            swarm.run(after(seconds)?, |swarm| swarm.up() == all)?;
        }
        ["hold", seconds] => {
            swarm.run(after(seconds)?, |_| false)?;
        }
        ["fail", peers, seconds] => {
            let peers = peers.parse::<u32>()?.min(count);
            let until = after(seconds)?;
            swarm.silence(0..peers);
            swarm.run(until, Swarm::all_called_down)?;
            swarm.restart(0..peers);
            swarm.run(until, Swarm::all_back)?;
        }
        ["report"] => println!("{}", swarm.report),
        _ => anyhow::bail!("not one of: up SECONDS, hold SECONDS, fail PEERS SECONDS, report"),
    }
    let (sent, received, refused) = swarm.packets();
    println!(
        "ok up={} flaps={} sent={sent} received={received} refused={refused}",
        swarm.up(),
        swarm.flaps(),
    );
    Ok(())
}
