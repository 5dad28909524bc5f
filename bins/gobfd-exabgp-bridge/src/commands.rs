//! Standard output: the commands for ExaBGP, one at a time.
//!
//! A thread of its own writes, because ExaBGP may be hung and the pipe full. At most one command is
//! under way; whoever sends waits until it is written, and then decides anew what is to be said.

use std::io::{self, Write};

use tokio::sync::mpsc;

use crate::board::Command;

/// The way to ExaBGP.
#[derive(Debug)]
pub(crate) struct CommandPipe {
    lines: mpsc::Sender<String>,
    written: mpsc::Receiver<io::Result<()>>,
    under_way: Option<Command>,
}

impl CommandPipe {
    /// Commands will be written to `output`.
    ///
    /// # Errors
    /// No thread can be made.
    pub(crate) fn start(output: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, waiting) = mpsc::channel(1);
        let (results, written) = mpsc::channel(1);
        std::thread::Builder::new()
            .name("stdout".into())
            .spawn(move || write(output, waiting, &results))?;
        Ok(Self {
            lines,
            written,
            under_way: None,
        })
    }

    /// Whether the last command was written.
    pub(crate) fn is_free(&self) -> bool {
        self.under_way.is_none()
    }

    /// Begins to write a command. Only while the pipe is free.
    pub(crate) fn send(&mut self, command: Command) {
        debug_assert!(self.is_free(), "one command at a time");
        // A thread that has ended said why; `written` tells.
        let _ = self.lines.try_send(command.line.clone());
        self.under_way = Some(command);
    }

    /// The command that has been written; waits while there is none under way. May be dropped and
    /// called again.
    ///
    /// # Errors
    /// It could not be written, nor can any other.
    pub(crate) async fn written(&mut self) -> io::Result<Command> {
        if self.under_way.is_none() {
            return std::future::pending().await;
        }
        let result = self.written.recv().await;
        result.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))?;
        match self.under_way.take() {
            Some(command) => Ok(command),
            None => std::future::pending().await,
        }
    }
}

fn write(
    mut output: impl Write,
    mut lines: mpsc::Receiver<String>,
    results: &mpsc::Sender<io::Result<()>>,
) {
    while let Some(line) = lines.blocking_recv() {
        let result = output
            .write_all(line.as_bytes())
            .and_then(|()| output.flush());
        let failed = result.is_err();
        if results.blocking_send(result).is_err() || failed {
            return;
        }
    }
}
