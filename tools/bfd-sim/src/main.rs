//! Replays or searches seeds: `cargo run -p bfd-sim -- --seed 7`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use bfd_sim::run;
use clap::Parser;

/// Runs the engine in a simulated world. A seed always gives the same run.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The seed to replay, with everything that happens; or the first of many
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many seeds to try, without showing what happens
    #[arg(long)]
    count: Option<u64>,
}

fn main() -> ExitCode {
    let Arguments { seed, count } = Arguments::parse();
    let mut failed = false;
    for seed in seed..seed.saturating_add(count.unwrap_or(1)) {
        let outcome = run(seed, count.is_none());
        print!("{}", outcome.trace);
        match outcome.result {
            Ok(()) if count.is_some() => continue,
            Ok(()) => println!("seed {seed}: {:?}: all invariants hold", outcome.faults),
            Err(violation) => {
                failed = true;
                println!("seed {seed}: {:?}: {violation}", outcome.faults);
            }
        }
    }
    ExitCode::from(u8::from(failed))
}
