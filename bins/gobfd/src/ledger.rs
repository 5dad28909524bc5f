//! What the daemon counts of its own doings: reloads, and lines of the log that were lost.
//!
//! Purpose: a shared account between those who do and the metrics page. Owner: whoever holds a clone.
//! Thread: any. It must never decide anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bfd_program::logging::LogControl;

use crate::metrics::ProgramSample;

/// The account. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Ledger {
    log: LogControl,
    reloads: Arc<Reloads>,
}

#[derive(Debug, Default)]
struct Reloads {
    obeyed: AtomicU64,
    refused: AtomicU64,
}

impl Ledger {
    /// An empty account, beside this log's own.
    #[must_use]
    pub fn new(log: LogControl) -> Self {
        let reloads = Arc::default();
        Self { log, reloads }
    }

    /// A configuration was read again; `obeyed`: and put in force.
    pub fn reloaded(&self, obeyed: bool) {
        let counter = match obeyed {
            true => &self.reloads.obeyed,
            false => &self.reloads.refused,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// The account as it is now.
    #[must_use]
    pub fn sample(&self) -> ProgramSample {
        ProgramSample {
            reloads: self.reloads.obeyed.load(Relaxed),
            failed_reloads: self.reloads.refused.load(Relaxed),
            lost_lines: self.log.lost(),
        }
    }
}
