//! `stress`: two daemons of ours hold their sessions while the machine is busy with something else.
//!
//! Each step begins with fresh daemons, so that what they say of gaps is of this step alone. They are
//! asked when the load has ended: the API is served at normal priority, and some loads leave it nothing.

mod ladder;
mod pair;
mod policy;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;

use crate::interrupt::{self, Children};
use crate::machine;
use crate::namespace::Running;
use crate::results::{Outcome, Results};
use ladder::{LEVELS, Level};
use pair::{Pair, Seen};
pub(crate) use table::table;

/// Intervals tried in turn, in milliseconds, until one holds.
const INTERVALS: [u32; 7] = [10, 15, 20, 30, 50, 100, 300];
/// Sessions settle before the load begins.
const SETTLING: Duration = Duration::from_secs(2);

/// Options of `stress`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Stress {
    /// Steps of the ladder: 1 to 4; 0 is the idle machine.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4")]
    levels: Vec<u32>,
    /// Values of engine.scheduler.
    #[arg(long, value_delimiter = ',', default_value = "normal,fifo,deadline")]
    schedulers: Vec<Scheduler>,
    /// Interval to begin with in milliseconds; longer ones follow until one holds.
    #[arg(long, default_value_t = 10)]
    interval: u32,
    /// Only this interval.
    #[arg(long)]
    no_search: bool,
    /// Sessions between the two.
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// Seconds of load in each step.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The gobfd to try.
    #[arg(long, default_value = "target/release/gobfd")]
    gobfd: PathBuf,
    /// The gobfdctl to ask it with.
    #[arg(long, default_value = "target/release/gobfdctl")]
    gobfdctl: PathBuf,
    /// Where results are kept.
    #[arg(long, default_value = "target/bench/stress")]
    results: PathBuf,
}

/// How the daemons' workers are scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scheduler {
    /// As any thread.
    Normal,
    /// `SCHED_FIFO`, priority 60.
    Fifo,
    /// `SCHED_DEADLINE`.
    Deadline,
}

impl Scheduler {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 3] = [Self::Normal, Self::Fifo, Self::Deadline];

    /// As the configuration says it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Fifo => "fifo",
            Self::Deadline => "deadline",
        }
    }

    /// Lines of the configuration.
    const fn lines(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Fifo => "engine: { scheduler: fifo, priority: 60 }\n",
            Self::Deadline => "engine: { scheduler: deadline }\n",
        }
    }
}

impl Stress {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let found = Command::new("stress-ng")
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        ensure!(
            found.is_ok_and(|status| status.success()),
            "stress-ng is missing (Debian: stress-ng)"
        );
        for program in [&self.gobfd, &self.gobfdctl] {
            ensure!(
                program.is_file(),
                "{} does not exist: build it first",
                program.display()
            );
        }
        for scheduler in &self.schedulers {
            for number in &self.levels {
                let level = LEVELS.get(*number as usize);
                let level = level.with_context(|| format!("there is no step {number}"))?;
                self.climb(*scheduler, level)?;
            }
        }
        Ok(())
    }

    /// One step at growing intervals until one holds.
    fn climb(&self, scheduler: Scheduler, level: &Level) -> anyhow::Result<()> {
        let longer = INTERVALS.into_iter().filter(|next| *next > self.interval);
        for interval in std::iter::once(self.interval).chain(longer) {
            let seen = self.step(scheduler, level, interval);
            Children::lock().check()?;
            let holds = matches!(&seen, Ok(seen) if seen.flaps == 0);
            self.keep(scheduler, level, interval, seen)?;
            if holds || self.no_search {
                break;
            }
        }
        Ok(())
    }

    fn step(&self, scheduler: Scheduler, level: &Level, interval: u32) -> anyhow::Result<Seen> {
        let processors = u32::try_from(std::thread::available_parallelism()?.get())?;
        let options = level.options(processors);
        eprintln!(
            "{}: {} at {interval} ms x 3, {}",
            level.name,
            self.count,
            scheduler.name()
        );
        let pair = Pair::start(&self.gobfd, &self.gobfdctl, self.count, interval, scheduler)?;
        interrupt::sleep(SETTLING)?;
        let before = pair.seen()?;
        load(&options, self.seconds)?;
        Ok(pair.seen()?.since(before))
    }

    fn keep(
        &self,
        scheduler: Scheduler,
        level: &Level,
        interval: u32,
        seen: anyhow::Result<Seen>,
    ) -> anyhow::Result<()> {
        let mut values = vec![
            ("interval_ms", f64::from(interval)),
            ("sessions", f64::from(self.count)),
            ("seconds", self.seconds as f64),
        ];
        let mut doubts = BTreeMap::new();
        match seen {
            Ok(seen) => values.extend([
                ("flaps", seen.flaps as f64),
                ("gap_max_ms", seen.gap),
                ("left_min_ms", seen.left),
            ]),
            Err(error) => {
                doubts.insert("flaps".to_owned(), format!("{error:#}"));
            }
        }
        let values = values.into_iter();
        let outcome = Outcome {
            row: format!("{}-{interval}", level.name),
            contender: scheduler.name().to_owned(),
            version: machine::said_by(&self.gobfd),
            values: values
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            doubts,
        };
        println!("{}", serde_json::to_string(&outcome)?);
        Results(self.results.clone()).keep(&outcome)
    }
}

/// Runs the load for so many seconds; on the idle machine it only waits.
fn load(options: &[String], seconds: u64) -> anyhow::Result<()> {
    if options.is_empty() {
        return interrupt::sleep(Duration::from_secs(seconds));
    }
    let mut command = Command::new("stress-ng");
    command
        .args(options)
        .args(["--timeout", &format!("{seconds}s"), "--quiet"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut running = Running::piped(&mut command, "stress-ng")?;
    let (status, said) = running.finish()?;
    ensure!(status.success(), "stress-ng failed: {}", said.trim());
    Ok(())
}
