//! The running bridge: news of the daemon in, commands to ExaBGP out.
//!
//! One task owns the board and waits for whatever comes first. Reading and writing of ExaBGP's pipes
//! is done by threads, so that nothing that ExaBGP does or leaves undone delays it.

use std::io;
use std::time::{Duration, Instant};

use bfd_api::{Endpoint, Update, Watch};
use bfd_program::logging::Took;
use bfd_program::signals::Signals;
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout};
use tracing::{info, warn};

use crate::answers::{self, Heard};
use crate::board::{Action, Command, RouteBoard};
use crate::commands::CommandPipe;
use crate::settings::Settings;

/// Longest time for the last withdrawals when ExaBGP does not read. ExaBGP 5.0 kills a process 2 s
/// after it has asked it to stop.
const GRACE: Duration = Duration::from_secs(1);

/// Why the bridge could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// The system gives no thread or no signals.
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// A command could not be written.
    #[error("cannot write to standard output: {0}")]
    Write(io::Error),
}

/// Serves ExaBGP until it goes or a signal says so, then withdraws what is announced.
///
/// # Errors
/// What the system refused.
pub async fn run(settings: Settings) -> Result<(), BridgeError> {
    let mut signals = Signals::install().map_err(BridgeError::Start)?;
    let mut bridge = Bridge::start(settings)?;
    let reason = bridge.serve(&mut signals).await?;
    info!(reason, "withdrawing all routes");
    match timeout(GRACE, bridge.withdraw()).await {
        Ok(ended) => ended,
        Err(_) => {
            warn!("ExaBGP does not read; the last withdrawals are lost");
            Ok(())
        }
    }
}

struct Bridge {
    endpoint: Endpoint,
    keep_last: Duration,
    board: RouteBoard,
    watch: Watch,
    pipe: CommandPipe,
    heard: mpsc::Receiver<Heard>,
}

/// Why the bridge stops.
type Reason = &'static str;

/// ExaBGP's end of the pipe is closed.
const UNHEARD: Reason = "ExaBGP closed standard output";

impl Bridge {
    fn start(settings: Settings) -> Result<Self, BridgeError> {
        let pipe = CommandPipe::start(io::stdout()).map_err(BridgeError::Start)?;
        let heard = answers::listen(io::stdin()).map_err(BridgeError::Start)?;
        let board = RouteBoard::new(settings.routes, settings.keep_last, Instant::now());
        Ok(Self {
            endpoint: settings.endpoint.clone(),
            keep_last: settings.keep_last,
            board,
            watch: Watch::start(settings.endpoint),
            pipe,
            heard,
        })
    }

    /// Until there is a reason to stop.
    async fn serve(&mut self, signals: &mut Signals) -> Result<Reason, BridgeError> {
        loop {
            let due = self.speak();
            tokio::select! {
                written = self.pipe.written() => match written {
                    Ok(command) => log(&command),
                    Err(error) if is_gone(&error) => return Ok(UNHEARD),
                    Err(error) => return Err(BridgeError::Write(error)),
                },
                update = self.watch.next() => self.take(&update),
                heard = self.heard.recv() => match heard {
                    Some(Heard::Refused(answer)) => warn!(answer, "ExaBGP refused a command"),
                    Some(Heard::Gone(reason)) => return Ok(reason),
                    None => return Ok("standard input cannot be read"),
                },
                () = at(due) => {}
                () = signals.stop() => return Ok("signal"),
            }
        }
    }

    /// Says the next thing, if ExaBGP has room; else says when there may be something to say.
    fn speak(&mut self) -> Option<Instant> {
        if !self.pipe.is_free() {
            return None;
        }
        match self.board.next(Instant::now()) {
            Some(command) => {
                self.pipe.send(command);
                None
            }
            None => self.board.deadline(),
        }
    }

    fn take(&mut self, update: &Update) {
        match update {
            Update::Lost(error) => {
                let keep_last = Took(self.keep_last);
                let keep_last = keep_last.field();
                warn!(%error, keep_last, "stream disconnected, reconnecting");
            }
            Update::Current => info!(gobfd_addr = %self.endpoint, "connected"),
            Update::Change(_) => {}
        }
        self.board.update(update, Instant::now());
    }

    /// The last words. An ExaBGP that is gone needs none.
    async fn withdraw(&mut self) -> Result<(), BridgeError> {
        self.board.stop();
        loop {
            self.speak();
            if self.pipe.is_free() {
                return Ok(());
            }
            match self.pipe.written().await {
                Ok(command) => log(&command),
                Err(error) if is_gone(&error) => return Ok(()),
                Err(error) => return Err(BridgeError::Write(error)),
            }
        }
    }
}

fn log(command: &Command) {
    let Command { prefix, reason, .. } = command;
    match command.action {
        Action::Announce => info!(%prefix, reason, "announced route"),
        Action::Withdraw => info!(%prefix, reason, "withdrew route"),
    }
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
