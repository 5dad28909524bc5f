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

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::print::{Format, Table, json, yaml};

/// Whom to ask and how to print.
struct Context<'a> {
    client: Client,
    format: Format,
    out: &'a mut dyn Write,
}

/// Runs the command of `cli`.
pub(crate) async fn run(cli: Cli, out: &mut dyn Write) -> Result<Exit, Fault> {
    let Some(command) = cli.command else {
        return manual::help(None, out);
    };
    let client = Client::new(cli.addr);
    let format = cli.format;
    let mut context = Context {
        client,
        format,
        out,
    };
    match command {
        Command::Session {
            command: Some(command),
        } => session::run(&mut context, command).await,
        Command::Echo {
            command: Some(command),
        } => echo::run(&mut context, command).await,
        Command::Micro {
            command: Some(command),
        } => micro::run(&mut context, command).await,
        Command::Bgp {
            command: Some(command),
        } => bgp::run(&mut context, command).await,
        Command::Bgp { command: None } => manual::help(Some("bgp"), context.out),
        Command::Session { command: None } => manual::help(Some("session"), context.out),
        Command::Echo { command: None } => manual::help(Some("echo"), context.out),
        Command::Micro { command: None } => manual::help(Some("micro"), context.out),
        Command::Explain(which) => explain::run(&mut context, which).await,
        Command::Monitor { current } => monitor::run(&mut context, current).await,
        Command::Version => manual::version(context.out),
        Command::Completion { shell } => manual::completion(shell, context.out),
        Command::Man => manual::page(context.out),
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
