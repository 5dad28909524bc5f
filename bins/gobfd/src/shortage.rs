//! Tells the operator when the sessions have outgrown what the system gives.
//!
//! Purpose: a warning before packets are lost, not only a verdict behind. Owner and thread: a task
//! of the daemon. It must never ask a worker: it looks at the counters.

use std::time::Duration;

use bfd_engine::{EngineHandle, EngineStats, Shortage};

/// How often the counters are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

const BUFFER: &str = "the receive buffers hold less than a second of what the sessions may receive: \
                      raise net.core.rmem_max or grant CAP_NET_ADMIN";
const TIME: &str = "the kernel reserves less processor time than the sessions may need: run fewer \
                    workers, free what other programs reserve, or use engine.scheduler: fifo";

/// Warns once for each worker and shortage; again only after it was over.
pub(crate) async fn follow(engine: EngineHandle) {
    let mut told = Vec::new();
    loop {
        for (worker, shortage) in newly_short(&engine.stats(), &mut told) {
            if shortage.buffer {
                tracing::warn!(worker, "{BUFFER}");
            }
            if shortage.time {
                tracing::warn!(worker, "{TIME}");
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What each worker is short of and was not when it was last looked at.
fn newly_short(stats: &EngineStats, told: &mut Vec<Shortage>) -> Vec<(usize, Shortage)> {
    let workers = stats.workers.iter();
    let short: Vec<Shortage> = workers.map(|worker| worker.common.shortage).collect();
    let new = short.iter().enumerate().map(|(number, now)| {
        let before = told.get(number).copied().unwrap_or_default();
        let new = Shortage {
            buffer: now.buffer && !before.buffer,
            time: now.time && !before.time,
        };
        (number, new)
    });
    let new = new.filter(|(_, new)| *new != Shortage::default()).collect();
    *told = short;
    new
}

#[cfg(test)]
mod tests {
    use bfd_engine::WorkerStats;

    use super::*;

    const NONE: Shortage = Shortage {
        buffer: false,
        time: false,
    };
    const BUFFER: Shortage = Shortage {
        buffer: true,
        time: false,
    };
    const TIME: Shortage = Shortage {
        buffer: false,
        time: true,
    };
    const BOTH: Shortage = Shortage {
        buffer: true,
        time: true,
    };

    fn stats(short: [Shortage; 2]) -> EngineStats {
        let worker = |shortage| {
            let mut worker = WorkerStats::default();
            worker.common.shortage = shortage;
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
            ([NONE, NONE], &[][..]),
            ([NONE, BUFFER], &[(1, BUFFER)]),
            ([BUFFER, BOTH], &[(0, BUFFER), (1, TIME)]),
            ([BUFFER, BOTH], &[]),
            ([NONE, TIME], &[]),
            ([BUFFER, BOTH], &[(0, BUFFER), (1, BUFFER)]),
        ] {
            assert_eq!(look(short), new);
        }
    }
}
