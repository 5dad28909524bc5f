//! The stream of events that `gobfdctl monitor` prints.

use std::io::BufReader;
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gobfd::Row;
use crate::{Error, Process, Result, State};

/// One event as printed: time of the daemon, kind, and the session as it is now.
#[derive(Clone, Debug)]
pub struct Event(pub Value);

impl Event {
    /// `StateChange`, `SessionAdded` or `SessionDeleted`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0["event_type"].as_str().unwrap_or_default()
    }

    /// State before the change.
    #[must_use]
    pub fn previous(&self) -> Option<State> {
        State::from_text(self.0["previous_state"].as_str()?)
    }

    /// The session after the change.
    #[must_use]
    pub fn session(&self) -> Row {
        Row(self.0["session"].clone())
    }

    /// Moment of the change by the daemon's clock, as printed.
    #[must_use]
    pub fn timestamp(&self) -> &str {
        self.0["timestamp"].as_str().unwrap_or_default()
    }
}

/// A running `gobfdctl monitor`.
#[derive(Debug)]
pub struct Monitor {
    events: Receiver<Event>,
    _process: Process,
}

impl Monitor {
    pub(crate) fn new(process: Process, stdout: ChildStdout) -> Self {
        let (sender, events) = channel();
        // Ends by itself when the process does: the pipe is closed.
        thread::spawn(move || {
            let reader = BufReader::new(stdout);
            for value in serde_json::Deserializer::from_reader(reader).into_iter::<Value>() {
                let Ok(value) = value else { return };
                if sender.send(Event(value)).is_err() {
                    return;
                }
            }
        });
        Self {
            events,
            _process: process,
        }
    }

    /// The next event that satisfies `wanted`; earlier ones are passed over.
    ///
    /// # Errors
    /// None comes within `limit`, or the stream ended.
    pub fn next(
        &self,
        what: &str,
        limit: Duration,
        mut wanted: impl FnMut(&Event) -> bool,
    ) -> Result<Event> {
        let end = Instant::now() + limit;
        let mut seen = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) if wanted(&event) => return Ok(event),
                Ok(event) => seen.push(event.0.to_string()),
                Err(error) => {
                    seen.extend((error == RecvTimeoutError::Disconnected).then(|| "end".into()));
                    return Err(Error::Timeout {
                        what: what.to_owned(),
                        limit,
                        seen: seen.join("; "),
                    });
                }
            }
        }
    }

    /// Whether the stream is at its end, all events having been taken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        use std::sync::mpsc::TryRecvError::Disconnected;
        self.events
            .try_recv()
            .is_err_and(|error| error == Disconnected)
    }
}
