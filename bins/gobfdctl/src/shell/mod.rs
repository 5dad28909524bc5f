//! `shell`: commands one after the other, typed or piped in.
//!
//! Purpose: an operator who looks around types less. Thread: main's; the runtime runs only while a
//! command does. It must never end because a command failed.

mod completion;
mod line;
mod output;

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor};
use tokio::runtime::Runtime;

use crate::cli::Manner;
use crate::command;
use crate::exit::Exit;
use crate::fault::Fault;
use completion::Completion;
use line::Line;
use output::Output;

const BANNER: &str = "\
GoBFD interactive shell. Type 'help' for available commands, 'exit' to quit.
Press Tab for autocomplete suggestions.

";
const PROMPT: &str = "gobfdctl > ";

/// Reads and runs commands until one ends the shell, or there are no more.
pub(crate) fn run(manner: &Manner, runtime: &Runtime, out: &mut dyn Write) -> Result<Exit, Fault> {
    let mut out = Output::new(out);
    let mut editor = editor().map_err(unreadable)?;
    if io::stdin().is_terminal() {
        out.write_all(BANNER.as_bytes())?;
    }
    loop {
        out.end_line()?;
        let text = match editor.readline(PROMPT) {
            Ok(text) => text,
            // Ctrl-C gives up the line, not the shell.
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(Exit::Success),
            Err(error) => return Err(unreadable(error)),
        };
        match obey(&text, manner, runtime, &mut out) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(Exit::Success),
            Err(fault) if fault.is_closed_pipe() => return Err(fault),
            Err(fault) => {
                out.end_line()?;
                eprintln!("Error: {fault}");
            }
        }
    }
}

/// History is kept in memory only: secrets are typed here.
fn editor() -> rustyline::Result<Editor<Completion, MemHistory>> {
    let config = Config::builder()
        .auto_add_history(true)
        .completion_type(CompletionType::List)
        .build();
    let history = MemHistory::with_config(&config);
    let mut editor = Editor::with_history(config, history)?;
    editor.set_helper(Some(Completion::default()));
    Ok(editor)
}

fn unreadable(error: ReadlineError) -> Fault {
    Fault::System("read a command", io::Error::other(error))
}

fn obey(
    text: &str,
    manner: &Manner,
    runtime: &Runtime,
    out: &mut dyn Write,
) -> Result<ControlFlow<()>, Fault> {
    match Line::read(text)? {
        Line::Empty => {}
        Line::Exit => return Ok(ControlFlow::Break(())),
        Line::Print(text) => out.write_all(text.as_bytes())?,
        Line::Ask(command) => {
            runtime.block_on(interruptible(command::ask(command, manner, out)))?;
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// How a command ends matters only outside: there is nobody to read a code here. Ctrl-C in a
/// terminal ends the command, not the shell.
async fn interruptible(command: impl Future<Output = Result<Exit, Fault>>) -> Result<(), Fault> {
    tokio::select! {
        ended = command => ended.map(drop),
        _ = tokio::signal::ctrl_c(), if io::stdin().is_terminal() => Ok(()),
    }
}
