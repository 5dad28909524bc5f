//! Disturbs a daemon in every way it must bear, and keeps what that came to.
//!
//! `run` plays the disturbances, `clock` the one that sets the clock of the machine, `report` prints the
//! table of all rows kept or writes it into the page. What a disturbance cost is on standard error.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{bail, ensure};
use bfd_testbed::Error;
use clap::{Args, Parser, Subcommand, ValueEnum};
use gobfd_reliability::{ALL, CLOCK, Disturbance, Results, Size, control, line, table};

/// What the shell is told when the clock may not be set: nothing was played.
const REFUSED: u8 = 3;

#[derive(Debug, Parser)]
#[command(version, about = "Disturbs a daemon, and counts flaps and memory")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Where rows are kept.
    #[arg(long, global = true, default_value = "target/reliability")]
    results: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Disturb the daemon in network namespaces and keep the rows (root).
    Run(Run),
    /// Step the clock OF THIS MACHINE by a day while sessions run: four times for at most 1.5 s, each
    /// undone by the monotonic clock (root). Ends with 3 and touches nothing where that is not allowed.
    Clock {
        /// How much of everything.
        #[arg(long, value_enum, default_value = "full")]
        size: Sizes,
    },
    /// Print the table of all rows kept, or write it into the page.
    Report {
        /// Write the table into this page, between the two marks that are for it.
        #[arg(long, value_name = "PAGE")]
        write: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Run {
    /// Only these.
    #[arg(long, value_delimiter = ',', value_name = "NAME,...")]
    only: Vec<String>,
    /// How much of everything.
    #[arg(long, value_enum, default_value = "full")]
    size: Sizes,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sizes {
    /// As `make test` plays it.
    Small,
    /// As the page has it.
    Full,
}

impl From<Sizes> for Size {
    fn from(size: Sizes) -> Self {
        match size {
            Sizes::Small => Self::Small,
            Sizes::Full => Self::Full,
        }
    }
}

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gobfd-reliability: {error:#}");
            match error.downcast_ref() {
                Some(Error::Clock { .. }) => ExitCode::from(REFUSED),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

impl Cli {
    fn run(self) -> anyhow::Result<()> {
        let results = Results(self.results);
        match self.command {
            Command::Run(run) => run.run(&results),
            Command::Clock { size } => play(&CLOCK, size.into(), &results),
            Command::Report { write } => report(&results, write),
        }
    }
}

impl Run {
    /// One that fails does not hide the ones behind it.
    fn run(&self, results: &Results) -> anyhow::Result<()> {
        let chosen = self.chosen()?;
        control()?;
        let mut failed = Vec::new();
        for disturbance in chosen {
            if let Err(error) = play(&disturbance, self.size.into(), results) {
                eprintln!("{}: {error:#}", disturbance.name);
                failed.push(disturbance.name);
            }
        }
        ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
    }

    fn chosen(&self) -> anyhow::Result<Vec<Disturbance>> {
        let names: Vec<_> = ALL.iter().map(|one| one.name).collect();
        for name in &self.only {
            if !names.contains(&name.as_str()) {
                bail!("no disturbance '{name}'; there are {}", names.join(", "));
            }
        }
        let wanted = |one: &Disturbance| {
            self.only.is_empty() || self.only.iter().any(|name| name == one.name)
        };
        Ok(ALL.into_iter().filter(wanted).collect())
    }
}

/// On a thread of its own, because what costs something panics.
fn play(disturbance: &Disturbance, size: Size, results: &Results) -> anyhow::Result<()> {
    let name = disturbance.name;
    eprintln!("{name}: begins");
    results.forget(name);
    let played = std::thread::scope(|scope| scope.spawn(|| disturbance.play(size)).join());
    let Ok(played) = played else {
        bail!("it cost something, see above");
    };
    let row = played?;
    print!("{}", line(name, &row));
    results.keep(name, &row)
}

fn report(results: &Results, page: Option<PathBuf>) -> anyhow::Result<()> {
    let text = format!(
        "Machine: {}.\n\n{}",
        bfd_testbed::machine(),
        table(results)?
    );
    print!("{text}");
    match page {
        Some(page) => Ok(bfd_docs::write_between(&page, "reliability", &text)?),
        None => Ok(()),
    }
}
