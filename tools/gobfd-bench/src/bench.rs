//! `run`: rows times contenders, each result kept as soon as it is there.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::contender::Contender;
use crate::interrupt::Children;
use crate::machine;
use crate::measure::{ROWS, Row};
use crate::results::{Outcome, Results};

/// Options of `run`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Run {
    /// Rows to measure: ruler, cost, fast, many, flat, capacity (default: all).
    #[arg(long, value_delimiter = ',', value_name = "ROW")]
    only: Vec<String>,
    /// Contenders: bare, bird, frr, gobfd, and those named with --daemon (default: all).
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    peers: Vec<String>,
    /// Seconds looked at, for each row, instead of its own.
    #[arg(long)]
    seconds: Option<u64>,
    /// The gobfd to measure.
    #[arg(long, default_value = "target/release/gobfd")]
    gobfd: PathBuf,
    /// One more daemon that takes `-config FILE` with GoBFD's keys.
    #[arg(long, value_name = "NAME=PATH", value_parser = named)]
    daemon: Vec<(String, PathBuf)>,
    /// Where results are kept.
    #[arg(long, default_value = "target/bench")]
    results: PathBuf,
}

impl Run {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let results = Results(self.results.clone());
        machine::require_two_processors()?;
        let (rows, contenders) = (self.rows()?, self.contenders()?);
        let mut failed = Vec::new();
        for row in rows {
            for contender in contenders.iter().filter(|one| row.who.takes(one)) {
                Children::lock().check()?;
                if let Err(error) = self.measure(row, contender, &results) {
                    eprintln!("  failed: {error:#}");
                    failed.push(format!("{}/{}", row.name, contender.name()));
                }
            }
        }
        ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
        Ok(())
    }

    /// A daemon that fails spoils its own cell, not the table.
    fn measure(&self, row: &Row, contender: &Contender, results: &Results) -> anyhow::Result<()> {
        let name = contender.name();
        eprintln!("{} / {name}: {}", row.name, row.about);
        results.forget(row.name, name);
        let seconds = self.seconds.unwrap_or(row.seconds);
        let measured = (row.measure)(contender, seconds)
            .with_context(|| format!("row {} with {name}", row.name))?;
        let outcome = Outcome {
            row: row.name.to_owned(),
            contender: name.to_owned(),
            version: machine::version(contender),
            values: measured.values,
            doubts: measured.doubts,
        };
        println!("{}", serde_json::to_string(&outcome)?);
        results.keep(&outcome)
    }

    fn rows(&self) -> anyhow::Result<Vec<&'static Row>> {
        if self.only.is_empty() {
            return Ok(ROWS.iter().collect());
        }
        let find = |name: &String| {
            let row = ROWS.iter().find(|row| row.name == name);
            row.with_context(|| format!("no row '{name}'; there are {}", names()))
        };
        self.only.iter().map(find).collect()
    }

    fn contenders(&self) -> anyhow::Result<Vec<Contender>> {
        let gobfd = ("gobfd".to_owned(), self.gobfd.clone());
        let ours = std::iter::once(gobfd).chain(self.daemon.iter().cloned());
        let ours = ours.map(|(name, program)| Contender::Gobfd { name, program });
        let mut all = vec![Contender::Bare, Contender::Bird, Contender::Frr];
        all.extend(ours);
        if let Some(unknown) = self
            .peers
            .iter()
            .find(|name| all.iter().all(|one| one.name() != *name))
        {
            let names: Vec<_> = all.iter().map(Contender::name).collect();
            bail!("no contender '{unknown}'; there are {}", names.join(", "));
        }
        all.retain(|one| self.peers.is_empty() || self.peers.iter().any(|name| name == one.name()));
        Ok(all)
    }
}

fn names() -> String {
    ROWS.each_ref().map(|row| row.name).join(", ")
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() => Ok((name.to_owned(), path.into())),
        _ => Err("not of the form NAME=PATH".to_owned()),
    }
}
