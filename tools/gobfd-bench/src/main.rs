//! Thousands of artificial BFD peers in one process, against any daemon.
//!
//! `swarm` plays the peers, `bare` is the yardstick in the daemon's place, `run` sets both up beside
//! the daemons in network namespaces of its own and keeps what it measured, `report` prints it and
//! writes the page, `stress` lets two daemons of ours hold their sessions while the machine is busy.
#![forbid(unsafe_code)]

mod aims;
mod bare;
mod bench;
mod contender;
mod cpu;
mod crowd;
mod interrupt;
mod load;
mod machine;
mod measure;
mod namespace;
mod page;
mod peer;
mod puppet;
mod results;
mod schedule;
mod search;
mod seen;
mod stage;
mod stress;
mod swarm;
mod trial;
mod wire;

use clap::{Parser, Subcommand};

use load::Load;

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
    #[command(after_help = puppet::COMMANDS)]
    Swarm {
        #[command(flatten)]
        load: Load,
        /// Peers are Up from the start, whatever they hear (against `bare`).
        #[arg(long)]
        steady: bool,
        /// Speak through the far end of this TAP device, not through sockets.
        #[arg(long, value_name = "DEVICE")]
        tap: Option<String>,
    },
    /// Send and receive at the rate of a daemon, and nothing else.
    Bare {
        #[command(flatten)]
        load: Load,
        /// Seconds to run.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Measure daemons side by side and keep the results (root).
    Run(bench::Run),
    /// Let two daemons of ours hold their sessions on a busy machine (root).
    Stress(stress::Stress),
    /// Print the table of all results kept, or write it into the page.
    Report(page::Report),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Swarm { load, steady, tap } => puppet::run(load, steady, tap.as_deref()),
        Command::Bare { load, seconds } => bare::run(load, seconds),
        Command::Run(run) => interrupt::watch().and_then(|()| run.run()),
        Command::Stress(stress) => interrupt::watch().and_then(|()| stress.run()),
        Command::Report(report) => report.run(),
    }
}
