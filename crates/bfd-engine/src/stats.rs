//! Counters of the threads, readable by anyone at any time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bfd_proto::{Discard, Instant, Verdict};

use crate::Shortage;
use crate::histogram::{Histogram, HistogramView, add};

/// Counters that one thread writes.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    pub(crate) lateness: Histogram,
    pub(crate) detection: Histogram,
    pub(crate) socket_drops: AtomicU64,
    pub(crate) misdirected: AtomicU64,
    pub(crate) overtaken: AtomicU64,
    pub(crate) turns: AtomicU64,
    buffer_short: AtomicBool,
    time_short: AtomicBool,
    discards: [AtomicU64; Discard::COUNT],
    verdicts: [AtomicU64; Verdict::LABELS.len()],
    heartbeat: AtomicU64,
}

impl Meters {
    /// Counts a packet that no session claims.
    pub(crate) fn discard(&self, reason: Discard) {
        add(&self.discards[reason.index()], 1);
    }

    /// Counts packets that no session claims.
    pub(crate) fn discard_many(&self, reason: Discard, count: u32) {
        add(&self.discards[reason.index()], count.into());
    }

    /// Counts a Down.
    pub(crate) fn verdict(&self, verdict: &Verdict) {
        add(&self.verdicts[verdict.index()], 1);
    }

    /// Notes what the system did not give.
    pub(crate) fn shortage(&self, shortage: Shortage) {
        self.buffer_short.store(shortage.buffer, Relaxed);
        self.time_short.store(shortage.time, Relaxed);
    }

    /// States that the thread runs.
    pub(crate) fn beat(&self, now: Instant) {
        self.heartbeat.store(now.as_nanos(), Relaxed);
        add(&self.turns, 1);
    }

    /// The counters of a worker.
    pub(crate) fn worker(&self, mailbox_depth: usize, refused: u64) -> WorkerStats {
        WorkerStats {
            lateness: self.lateness.view(),
            detection_lateness: self.detection.view(),
            verdicts: load(&self.verdicts),
            misdirected: self.misdirected.load(Relaxed),
            overtaken: self.overtaken.load(Relaxed),
            turns: self.turns.load(Relaxed),
            common: self.desk(mailbox_depth, refused),
        }
    }

    /// The counters that the front desk has as well.
    pub(crate) fn desk(&self, mailbox_depth: usize, refused: u64) -> DeskStats {
        DeskStats {
            discards: load(&self.discards),
            socket_drops: self.socket_drops.load(Relaxed),
            shortage: Shortage {
                buffer: self.buffer_short.load(Relaxed),
                time: self.time_short.load(Relaxed),
            },
            mailbox_depth,
            mailbox_refused: refused,
            heartbeat: Instant::from_nanos(self.heartbeat.load(Relaxed)),
        }
    }
}

fn load<const N: usize>(counters: &[AtomicU64; N]) -> [u64; N] {
    std::array::from_fn(|at| counters[at].load(Relaxed))
}

/// Counters of all threads.
#[derive(Clone, Debug, Default)]
pub struct EngineStats {
    /// Each worker.
    pub workers: Vec<WorkerStats>,
    /// The front desk.
    pub desk: DeskStats,
}

impl EngineStats {
    /// Every thread by its name: the workers in order, then the front desk.
    pub fn threads(&self) -> impl Iterator<Item = (String, &DeskStats)> {
        let workers = self.workers.iter().enumerate();
        workers
            .map(|(number, worker)| (worker_name(number), &worker.common))
            .chain([(DESK_NAME.to_owned(), &self.desk)])
    }
}

/// Name of the front desk's thread.
pub(crate) const DESK_NAME: &str = "bfd-desk";

/// Name of a worker's thread.
pub(crate) fn worker_name(number: usize) -> String {
    format!("bfd-worker-{number}")
}

/// Counters of one worker.
#[derive(Clone, Debug, Default)]
pub struct WorkerStats {
    /// How late the worker ran after the moment it wanted to.
    pub lateness: HistogramView,
    /// How long after its detection time a silent session was called down.
    pub detection_lateness: HistogramView,
    /// Downs by [`Verdict::index`].
    pub verdicts: [u64; Verdict::LABELS.len()],
    /// Packets that the kernel gave to the wrong thread.
    pub misdirected: u64,
    /// Packets left aside because a later one of the same session came by a shorter way through
    /// this program.
    pub overtaken: u64,
    /// Turns of the loop.
    pub turns: u64,
    /// What every thread counts.
    pub common: DeskStats,
}

/// Counters that every thread has.
#[derive(Clone, Debug, Default)]
pub struct DeskStats {
    /// Packets no session claims, by [`Discard::index`].
    pub discards: [u64; Discard::COUNT],
    /// Packets the kernel dropped at a full receive buffer.
    pub socket_drops: u64,
    /// What the system gave less of than the sessions need. Receive buffers hold less than a second
    /// of packets: the process has no `CAP_NET_ADMIN`, and `net.core.rmem_max` is too small.
    /// Processor time: no processor has so much left to reserve.
    pub shortage: Shortage,
    /// Messages waiting.
    pub mailbox_depth: usize,
    /// Packets refused because the mailbox was full.
    pub mailbox_refused: u64,
    /// When the thread last ran.
    pub heartbeat: Instant,
}

impl DeskStats {
    /// Whether the thread ran within `limit` before `now`.
    #[must_use]
    pub fn is_alive(&self, now: Instant, limit: Duration) -> bool {
        now.saturating_duration_since(self.heartbeat) <= limit
    }
}
