//! How much this machine disturbs anybody who wants to wake up on time.
//!
//! A thread that does nothing but sleep a little and look at the clock suffers from the same crowd as the
//! daemon under test, but from none of its faults: what it loses is the machine's doing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

const NAP: Duration = Duration::from_millis(5);

/// What a bystander saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// Share of wake-ups that were more than a millisecond late.
    pub share: f64,
    /// The latest one.
    pub worst: Duration,
}

/// The thread; it ends when asked or dropped.
#[derive(Debug)]
pub struct Bystander {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Noise>>,
}

impl Bystander {
    /// Starts to watch.
    #[must_use]
    pub fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = Some(spawn(move || watch(&seen)));
        Self { stop, thread }
    }

    /// Ends it and says what it saw.
    #[must_use]
    pub fn stop(mut self) -> Noise {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take();
        thread
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn watch(stop: &AtomicBool) -> Noise {
    let (mut all, mut late, mut worst) = (0_u32, 0_u32, Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        let begin = Instant::now();
        sleep(NAP);
        let lateness = begin.elapsed().saturating_sub(NAP);
        all += 1;
        late += u32::from(lateness > Duration::from_millis(1));
        worst = worst.max(lateness);
    }
    let share = f64::from(late) / f64::from(all.max(1));
    Noise { share, worst }
}
