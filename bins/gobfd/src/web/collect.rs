//! From state table and counters to what the metrics page is written from.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bfd_control::{Control, SessionInfo};
use bfd_engine::{EngineHandle, EngineStats, HistogramView, WorkerStats};
use bfd_program::cli::BUILD;
use bfd_program::exposition::HistogramSample;
use bfd_proto::{Discard, SessionView};

use crate::integrations::{Board, NodeMesh};
use crate::ledger::Ledger;
use crate::metrics::{self, MetricsInput, SessionSample, Totals, WorkerSample};

/// Everything the metrics page is made of.
#[derive(Clone)]
pub struct Metrics {
    control: Control,
    engine: EngineHandle,
    gobgp: Board,
    mesh: NodeMesh,
    ledger: Ledger,
    totals: Arc<Mutex<Totals>>,
}

impl Metrics {
    /// Metrics of this engine, its control plane, its integrations and its configuration.
    #[must_use]
    pub fn new(
        control: Control,
        engine: EngineHandle,
        gobgp: Board,
        mesh: NodeMesh,
        ledger: Ledger,
    ) -> Self {
        Self {
            control,
            engine,
            gobgp,
            mesh,
            ledger,
            totals: Arc::default(),
        }
    }

    /// The page as it is now.
    #[must_use]
    pub fn page(&self) -> String {
        let stats = self.engine.stats();
        // Held from before the list is read: a session removed in between must not be counted
        // again after it was retired.
        let mut totals = self.totals();
        let metas = self.control.sessions();
        let sessions: Vec<_> = metas
            .iter()
            .map(|meta| sample(self.control.look(meta)))
            .collect();
        sessions
            .iter()
            .for_each(|session| totals.absorb(&session.view));
        totals.set_unclaimed(unclaimed(&stats));
        totals.set_verdicts(verdicts(&stats));
        let totals = totals.clone();
        metrics::page(&MetricsInput {
            sessions,
            workers: stats.workers.iter().map(worker).collect(),
            totals: &totals,
            gobgp: self.gobgp.picture(),
            kubernetes: self.mesh.sample(),
            program: self.ledger.sample(),
            build: BUILD,
        })
    }

    /// Keeps the counters of a session that is gone.
    pub fn retire(&self, view: &SessionView) {
        self.totals().retire(view);
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sample(session: SessionInfo) -> SessionSample {
    SessionSample {
        peer: session.meta.key.peer,
        local: session.meta.local(),
        interface: session.meta.key.interface,
        overridden: session.meta.overridden.is_some(),
        view: session.view,
    }
}

fn worker(stats: &WorkerStats) -> WorkerSample {
    WorkerSample {
        loop_lateness: histogram(&stats.lateness),
        detection_lateness: histogram(&stats.detection_lateness),
        socket_drops: stats.common.socket_drops,
        buffer_short: stats.common.shortage.buffer,
        reservation_short: stats.common.shortage.time,
        misdirected: stats.misdirected,
        mailbox_depth: stats.common.mailbox_depth as u64,
    }
}

fn histogram(view: &HistogramView) -> HistogramSample {
    HistogramSample {
        buckets: view.cumulative().collect(),
        count: view.count(),
        sum: view.sum(),
    }
}

fn unclaimed(stats: &EngineStats) -> [u64; Discard::COUNT] {
    let workers = stats.workers.iter().map(|worker| &worker.common.discards);
    let mut sum = stats.desk.discards;
    for discards in workers {
        sum.iter_mut()
            .zip(discards)
            .for_each(|(sum, count)| *sum += count);
    }
    sum
}

fn verdicts(stats: &EngineStats) -> [u64; bfd_proto::Verdict::LABELS.len()] {
    let mut sum = [0; bfd_proto::Verdict::LABELS.len()];
    for worker in &stats.workers {
        sum.iter_mut()
            .zip(worker.verdicts)
            .for_each(|(sum, count)| *sum += count);
    }
    sum
}
