//! `top`: all sessions on a full screen that lives.
//!
//! Purpose: to see at 3 a.m. what is down, since when and why, and how near the others are to it.
//! Thread: main's; the runtime runs feed and keyboard on it. The [`Board`] is a value: news, keys and
//! the time go in, and `draw` makes a picture of it. However it ends, the terminal is left as it was.

mod board;
mod column;
mod draw;
mod feed;
mod keys;
mod order;
mod panel;
mod short;

use std::io::{self, IsTerminal};
use std::time::Duration;

use crossterm::event::EventStream;
use futures::StreamExt;
use ratatui::DefaultTerminal;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::cli::Manner;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::print::Format;
use board::Board;
use draw::Palette;
use feed::Feed;
use keys::Wish;

/// Pictures follow each other no faster: a mass failure is one picture, not thousands.
const FRAME: Duration = Duration::from_millis(40);
/// Ages on the screen grow while nothing else happens.
const TICK: Duration = Duration::from_secs(1);

/// Shows the sessions until the operator, or a signal, ends it.
pub(crate) fn run(manner: &Manner, runtime: &Runtime) -> Result<Exit, Fault> {
    possible(manner)?;
    on_screen(|terminal| runtime.block_on(live(terminal, manner)))?;
    Ok(Exit::Success)
}

/// Gives the terminal to `work` and has it back as it was, also after an error or a panic.
fn on_screen(work: impl FnOnce(&mut DefaultTerminal) -> Result<(), Fault>) -> Result<(), Fault> {
    let mut terminal = ratatui::try_init().map_err(unusable)?;
    let outcome = work(&mut terminal);
    let restored = ratatui::try_restore().map_err(unusable);
    outcome.and(restored)
}

/// Whether there is a screen to draw on, and somebody in front of it.
fn possible(manner: &Manner) -> Result<(), Fault> {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let sentence = if manner.format != Format::Table {
        "top is a screen for people and has no --format; for programs: gobfdctl session list"
    } else if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        "top needs a terminal; for a file or a pipe: gobfdctl session list, gobfdctl monitor"
    } else if dumb {
        "top needs a terminal that can place text, and TERM names none; try TERM=xterm"
    } else {
        return Ok(());
    };
    Err(Fault::Argument(sentence.into()))
}

fn unusable(error: io::Error) -> Fault {
    Fault::System("use the terminal", error)
}

async fn live(terminal: &mut DefaultTerminal, manner: &Manner) -> Result<(), Fault> {
    let palette = Palette::of_environment();
    let mut board = Board::new(manner.addr.to_string());
    let mut feed = Feed::start(manner.addr.clone());
    let mut keyboard = EventStream::new();
    let mut ended = Ended::catch()?;
    let mut due = Some(Instant::now());
    loop {
        // With nothing new, only the ages change.
        let at = due.unwrap_or_else(|| Instant::now() + TICK);
        tokio::select! {
            () = sleep_until(at) => {
                let now = std::time::Instant::now();
                let drawn = terminal.draw(|frame| draw::picture(frame, &board, palette, now));
                drawn.map_err(unusable)?;
                due = None;
                continue;
            }
            news = feed.next() => board.hear(news, std::time::Instant::now()),
            typed = keyboard.next() => match typed {
                Some(typed) => match keys::obey(&mut board, &typed.map_err(unusable)?) {
                    Wish::Stay => {}
                    Wish::Leave => return Ok(()),
                },
                // The terminal is gone.
                None => return Ok(()),
            },
            () = ended.wait() => return Ok(()),
        }
        due.get_or_insert_with(|| Instant::now() + FRAME);
    }
}

/// The signals that end it. In a terminal Ctrl-C is a key; from elsewhere it may come as one of these.
struct Ended([Signal; 3]);

impl Ended {
    fn catch() -> Result<Self, Fault> {
        let caught = |kind| signal(kind).map_err(|error| Fault::System("catch signals", error));
        Ok(Self([
            caught(SignalKind::interrupt())?,
            caught(SignalKind::terminate())?,
            caught(SignalKind::hangup())?,
        ]))
    }

    async fn wait(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests;
