//! The commands: arguments in, one or a few calls, text out.

mod bgp;
mod echo;
mod explain;
mod manual;
mod micro;
mod monitor;
mod session;

use std::io::Write;

use bfd_api::Client;
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::cli::{Ask, Cli, Command, Manner};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::print::{Format, Table, json, yaml};
use crate::{shell, top};

/// Whom to ask and how to print.
struct Context<'a> {
    client: Client,
    format: Format,
    out: &'a mut dyn Write,
}

/// Runs the command of `cli`.
pub(crate) fn run(cli: Cli, runtime: &Runtime, out: &mut dyn Write) -> Result<Exit, Fault> {
    let Some(command) = cli.command else {
        return manual::help(None, out);
    };
    match command {
        Command::Ask(command) => runtime.block_on(ask(command, &cli.manner, out)),
        Command::Top => top::run(&cli.manner, runtime),
        Command::Shell => shell::run(&cli.manner, runtime, out),
        Command::Completion { shell } => manual::completion(shell, out),
        Command::Man => manual::page(out),
    }
}

/// Runs one of the commands that the shell knows too.
pub(crate) async fn ask(command: Ask, manner: &Manner, out: &mut dyn Write) -> Result<Exit, Fault> {
    let mut context = Context {
        client: Client::new(manner.addr.clone()),
        format: manner.format,
        out,
    };
    match command {
        Ask::Session {
            command: Some(command),
        } => session::run(&mut context, command).await,
        Ask::Echo {
            command: Some(command),
        } => echo::run(&mut context, command).await,
        Ask::Micro {
            command: Some(command),
        } => micro::run(&mut context, command).await,
        Ask::Bgp {
            command: Some(command),
        } => bgp::run(&mut context, command).await,
        Ask::Bgp { command: None } => manual::help(Some("bgp"), context.out),
        Ask::Session { command: None } => manual::help(Some("session"), context.out),
        Ask::Echo { command: None } => manual::help(Some("echo"), context.out),
        Ask::Micro { command: None } => manual::help(Some("micro"), context.out),
        Ask::Explain(which) => explain::run(&mut context, which).await,
        Ask::Monitor { current } => monitor::run(&mut context, current).await,
        Ask::Version => manual::version(context.out),
    }
}

impl Context<'_> {
    /// Prints `value`, or for people `table`.
    fn show(&mut self, value: &impl Serialize, table: &Table) -> Result<Exit, Fault> {
        match self.format {
            Format::Table => write!(self.out, "{table}")?,
            Format::Json => write!(self.out, "{}", json(value)?)?,
            Format::Yaml => write!(self.out, "{}", yaml(value)?)?,
        }
        Ok(Exit::Success)
    }

    /// Prints a sentence, whatever the format.
    fn say(&mut self, sentence: &str) -> Result<Exit, Fault> {
        writeln!(self.out, "{sentence}")?;
        Ok(Exit::Success)
    }
}

fn discriminator(text: &str) -> Result<u32, Fault> {
    let wrong = |error| Fault::Argument(format!("parse discriminator {text:?}: {error}"));
    text.parse().map_err(wrong)
}

fn require(condition: bool, sentence: &str) -> Result<(), Fault> {
    condition
        .then_some(())
        .ok_or_else(|| Fault::Argument(sentence.into()))
}
