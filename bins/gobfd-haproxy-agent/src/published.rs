//! What the board says, readable from any task, and what the tasks count.
//!
//! Purpose: many readers, none of which waits for another. Owner: the follower alone writes
//! answers; each task counts what it does. Thread: any; everything here is one atomic operation.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::board::{Answer, Change};

/// Answers and counters of all servers.
#[derive(Debug)]
pub struct Published {
    servers: Box<[Cell]>,
    /// Counts changes; 0 until the answers mean something.
    version: watch::Sender<u64>,
    epoch: Instant,
    daemon_here: AtomicBool,
    daemon_losses: AtomicU64,
}

/// One server.
#[derive(Debug, Default)]
struct Cell {
    answer: AtomicU8,
    /// When it changed, in nanoseconds since the start.
    changed_at: AtomicU64,
    changes: AtomicU64,
    checks: [AtomicU64; Outcome::ALL.len()],
}

/// How an agent check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// HAProxy got its answer.
    Answered,
    /// There were too many connections; it got none.
    Refused,
    /// The connection broke first.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Answered, Self::Refused, Self::Failed];

    /// The word for metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Published {
    /// Nothing is known of this many servers yet.
    #[must_use]
    pub fn new(servers: usize) -> Self {
        Self {
            servers: (0..servers).map(|_| Cell::default()).collect(),
            version: watch::Sender::new(0),
            epoch: Instant::now(),
            daemon_here: AtomicBool::new(false),
            daemon_losses: AtomicU64::new(0),
        }
    }

    /// Shows these changes, then tells whoever waits for some.
    pub fn show(&self, changes: &[Change]) {
        let now = u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX);
        for change in changes {
            if let Some(cell) = self.servers.get(change.server) {
                cell.answer.store(code(change.to), Relaxed);
                cell.changed_at.store(now, Relaxed);
                cell.changes.fetch_add(1, Relaxed);
            }
        }
        // The channel's lock puts the stores before whatever a waiter reads.
        self.version.send_modify(|version| *version += 1);
    }

    /// Shows whether the daemon answers.
    pub fn show_daemon(&self, here: bool) {
        if self.daemon_here.swap(here, Relaxed) && !here {
            self.daemon_losses.fetch_add(1, Relaxed);
        }
    }

    /// The answer for the server with this index.
    #[must_use]
    pub fn answer(&self, server: usize) -> Answer {
        let cell = self.servers.get(server);
        answer(cell.map_or(0, |cell| cell.answer.load(Relaxed)))
    }

    /// How long ago the answer for this server changed.
    #[must_use]
    pub fn age(&self, server: usize) -> Duration {
        let cell = self.servers.get(server);
        let at = cell.map_or(0, |cell| cell.changed_at.load(Relaxed));
        self.epoch
            .elapsed()
            .saturating_sub(Duration::from_nanos(at))
    }

    /// How often the answer for this server changed.
    #[must_use]
    pub fn changes(&self, server: usize) -> u64 {
        let cell = self.servers.get(server);
        cell.map_or(0, |cell| cell.changes.load(Relaxed))
    }

    /// Counts an agent check of this server.
    pub fn count(&self, server: usize, outcome: Outcome) {
        if let Some(cell) = self.servers.get(server) {
            cell.checks[outcome as usize].fetch_add(1, Relaxed);
        }
    }

    /// How many agent checks of this server went so.
    #[must_use]
    pub fn checks(&self, server: usize, outcome: Outcome) -> u64 {
        let cell = self.servers.get(server);
        cell.map_or(0, |cell| cell.checks[outcome as usize].load(Relaxed))
    }

    /// Whether the daemon answers.
    #[must_use]
    pub fn is_daemon_here(&self) -> bool {
        self.daemon_here.load(Relaxed)
    }

    /// How often the daemon was lost.
    #[must_use]
    pub fn daemon_losses(&self) -> u64 {
        self.daemon_losses.load(Relaxed)
    }

    /// Waits for changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Whether the answers mean something.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        *self.version.borrow() > 0
    }

    /// Waits until the answers mean something.
    pub async fn settled(&self) {
        // The sender lives as long as `self`, so the wait can only end by the condition.
        let _ = self.version.subscribe().wait_for(|v| *v > 0).await;
    }
}

const fn code(answer: Answer) -> u8 {
    match answer {
        Answer::Down => 0,
        Answer::Up => 1,
        Answer::Drain => 2,
    }
}

const fn answer(code: u8) -> Answer {
    match code {
        1 => Answer::Up,
        2 => Answer::Drain,
        _ => Answer::Down,
    }
}
