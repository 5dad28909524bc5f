//! The log: one line per event, as JSON or as `key=value` text.
//!
//! Purpose: lines of the shape that Go's `slog` writes, because tools of GoBFD 0.6 match them.
//! Events come from `tracing`; level and form can be changed while the program runs. Thread: any
//! but a data plane's, whose threads never write. It must never fail the program because nobody
//! reads.

mod layer;
mod line;
mod settings;
mod took;

use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::layer::SubscriberExt as _;

pub use settings::{LogFormat, LogLevel, LogSettings};
pub use took::Took;

use layer::{Lines, Switches};
use line::Line;

/// Changes level and form of the log.
#[derive(Clone, Debug)]
pub struct LogControl {
    switches: Arc<Switches>,
}

impl LogControl {
    /// Puts new settings in force, for all threads, from the next event on.
    pub fn set(&self, settings: LogSettings) {
        self.switches.set(settings);
        // Macros remember whether their level was wanted.
        tracing::callsite::rebuild_interest_cache();
    }
}

/// Where the lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output, as the daemon does.
    Stdout,
    /// Standard error, for programs whose output is read by another program.
    Stderr,
}

/// Sends all events of the process to `output`. To be called once, by `main`.
///
/// # Errors
/// When another subscriber has been installed before.
pub fn install(settings: LogSettings, output: Output) -> Result<LogControl, SetGlobalDefaultError> {
    let (lines, control) = lines(settings, move |line| {
        // A reader that went away is no reason to stop working.
        let _ = match output {
            Output::Stdout => std::io::stdout().lock().write_all(line),
            Output::Stderr => std::io::stderr().lock().write_all(line),
        };
    });
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines))?;
    Ok(control)
}

/// The text line, with its line feed, for a failure before the log is set up; it belongs on
/// standard error.
#[must_use]
pub fn failure(message: &str, error: &dyn fmt::Display) -> String {
    let line = Line::failure(message, &error.to_string(), Timestamp::now());
    line.write(LogFormat::Text)
}

/// The lines, each without its line feed, that events of this thread make while `run` runs. For tests
/// of what a program logs.
pub fn captured(settings: LogSettings, run: impl FnOnce(&LogControl)) -> Vec<String> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&kept);
    let (layer, control) = lines(settings, move |line| {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
        sink.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    });
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || run(&control));
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *kept)
}

fn lines(
    settings: LogSettings,
    write: impl Fn(&[u8]) + Send + Sync + 'static,
) -> (Lines, LogControl) {
    let switches = Arc::new(Switches::new(settings));
    let control = LogControl {
        switches: Arc::clone(&switches),
    };
    (Lines::new(switches, Box::new(write)), control)
}

#[cfg(test)]
mod tests;
