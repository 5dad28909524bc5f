//! Thousands of runs, each from a seed; all invariants must hold in each.
//!
//! `BFD_SIM_RUNS` sets how many (default 10 000), `BFD_SIM_SEED` the first (default 0).

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use bfd_sim::run;

const RUNS: u64 = 10_000;

#[test]
fn all_invariants_hold_in_every_run() {
    let first = setting("BFD_SIM_SEED").unwrap_or(0);
    let runs = setting("BFD_SIM_RUNS").unwrap_or(RUNS);
    println!("seeds {first} to {}", first + runs);
    let next = AtomicU64::new(first);
    let search = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= first + runs {
            break;
        }
        let outcome = run(seed, false);
        if let Err(violation) = outcome.result {
            panic!(
                "{violation}\nfaults: {:?}\nreplay: cargo run -p bfd-sim -- --seed {seed}",
                outcome.faults
            );
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(search)).collect();
        workers
            .into_iter()
            .for_each(|worker| worker.join().expect("an invariant is broken"));
    });
}

#[test]
fn a_seed_always_gives_the_same_run() {
    for seed in 0..20 {
        let [once, again] = [run(seed, true), run(seed, true)];
        assert_eq!(
            once.trace.to_string(),
            again.trace.to_string(),
            "seed {seed}"
        );
    }
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number")),
    )
}
