//! The log: one line per event, as JSON or as `key=value` text.
//!
//! Purpose: lines of the shape that Go's `slog` writes, because tools of GoBFD 0.6 match them.
//! Events come from `tracing`; level and form can be changed while the program runs. Thread: any
//! but a data plane's; a thread of its own writes. It must never fail or delay the program because
//! nobody reads or the disk is full.

mod layer;
mod line;
mod settings;
mod took;
mod writer;

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tracing_subscriber::layer::SubscriberExt as _;

pub use settings::{LogFormat, LogLevel, LogSettings};
pub use took::Took;

use layer::{Lines, Switches};
use line::Line;
use writer::Queue;

/// Longest wait for lines under way when the program ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// Changes level and form of the log.
#[derive(Clone, Debug)]
pub struct LogControl {
    switches: Arc<Switches>,
    queue: Option<Queue>,
}

impl LogControl {
    /// Puts new settings in force, for all threads, from the next event on.
    pub fn set(&self, settings: LogSettings) {
        self.switches.set(settings);
        // Macros remember whether their level was wanted.
        tracing::callsite::rebuild_interest_cache();
    }

    /// Lines that could not be written so far: the disk was full, or nobody read.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.queue.as_ref().map_or(0, Queue::lost)
    }

    /// Waits for lines under way, a second at most. To be called before the process ends.
    pub fn flush(&self) {
        if let Some(queue) = &self.queue {
            queue.flush(FAREWELL);
        }
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

/// The log cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The output cannot be had, or the thread that writes.
    #[error("cannot start the log: {0}")]
    Start(#[from] io::Error),
    /// Another subscriber has been installed before.
    #[error(transparent)]
    Taken(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Sends all events of the process to `output`. To be called once, by `main`, which calls
/// [`LogControl::flush`] at its end.
///
/// # Errors
/// See [`InstallError`].
pub fn install(settings: LogSettings, output: Output) -> Result<LogControl, InstallError> {
    let switches = Arc::new(Switches::new(settings));
    let form = Arc::clone(&switches);
    let notice = move |lost: u64, reason: &str| {
        Line::lost(lost, reason, Timestamp::now()).write(form.format())
    };
    let queue = Queue::start(output.open()?, Box::new(notice))?;
    let inlet = queue.clone();
    let lines = Lines::new(
        Arc::clone(&switches),
        Box::new(move |line| inlet.line(line)),
    );
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines))?;
    Ok(LogControl {
        switches,
        queue: Some(queue),
    })
}

impl Output {
    /// The descriptor itself: the standard library would keep back what could not be written.
    fn open(self) -> io::Result<File> {
        let fd = match self {
            Self::Stdout => io::stdout().as_fd().try_clone_to_owned(),
            Self::Stderr => io::stderr().as_fd().try_clone_to_owned(),
        };
        fd.map(File::from)
    }
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
    let switches = Arc::new(Switches::new(settings));
    let keep = move |mut line: String| {
        line.truncate(line.trim_end_matches('\n').len());
        sink.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    };
    let layer = Lines::new(Arc::clone(&switches), Box::new(keep));
    let control = LogControl {
        switches,
        queue: None,
    };
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || run(&control));
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *kept)
}

#[cfg(test)]
mod tests;
