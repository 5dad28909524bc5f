//! Tells the operator when the sessions have outgrown the receive buffers.
//!
//! Purpose: a warning before packets are lost, not only a verdict behind. Owner and thread: a task
//! of the daemon. It must never ask a worker: it looks at the counters.

use std::time::Duration;

use bfd_engine::{EngineHandle, EngineStats};

/// How often the counters are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Warns once for each worker whose buffers are too small; again only after they were not.
pub(crate) async fn follow(engine: EngineHandle) {
    let mut told = Vec::new();
    loop {
        for worker in newly_short(&engine.stats(), &mut told) {
            tracing::warn!(
                worker,
                "the receive buffers hold less than a second of what the sessions may receive: \
                 raise net.core.rmem_max or grant CAP_NET_ADMIN"
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Workers that are short of buffer and were not when they were last looked at.
fn newly_short(stats: &EngineStats, told: &mut Vec<bool>) -> Vec<usize> {
    let workers = stats.workers.iter();
    let short: Vec<bool> = workers.map(|worker| worker.common.buffer_short).collect();
    let new = short.iter().enumerate().filter(|(number, short)| {
        let before = told.get(*number).copied().unwrap_or_default();
        **short && !before
    });
    let new = new.map(|(number, _)| number).collect();
    *told = short;
    new
}

#[cfg(test)]
mod tests {
    use bfd_engine::WorkerStats;

    use super::*;

    fn stats(short: [bool; 2]) -> EngineStats {
        let worker = |short| {
            let mut worker = WorkerStats::default();
            worker.common.buffer_short = short;
            worker
        };
        EngineStats {
            workers: short.map(worker).to_vec(),
            ..EngineStats::default()
        }
    }

    #[test]
    fn each_shortage_is_told_once() {
        let mut told = Vec::new();
        let mut look = |short| newly_short(&stats(short), &mut told);
        for (short, new) in [
            ([false, false], &[][..]),
            ([false, true], &[1]),
            ([true, true], &[0]),
            ([true, true], &[]),
            ([false, true], &[]),
            ([true, true], &[0]),
        ] {
            assert_eq!(look(short), new);
        }
    }
}
