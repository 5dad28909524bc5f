//! Thousands of runs, each from a seed; all invariants must hold in each.
//!
//! `BFD_SIM_RUNS` sets how many (default 10 000), `BFD_SIM_SEED` the first (default 0).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use bfd_proto::Verdict;
use bfd_sim::{Fault, Outcome, run};

const RUNS: u64 = 10_000;
/// From here on every sort of fault must have happened.
const MANY: u64 = 1000;

/// How often each thing happened.
#[derive(Debug, Default)]
struct Tally {
    faults: BTreeMap<&'static str, u64>,
    verdicts: BTreeMap<&'static str, u64>,
    mishaps: [u64; 3],
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        for fault in &outcome.faults {
            *self.faults.entry(fault.name()).or_default() += 1;
        }
        for verdict in &outcome.verdicts {
            *self.verdicts.entry(verdict.label()).or_default() += 1;
        }
        let now = outcome.mishaps;
        let now = [now.lost, now.doubled, now.overtook];
        self.mishaps
            .iter_mut()
            .zip(now)
            .for_each(|(sum, n)| *sum += n);
    }

    fn add(&mut self, other: Self) {
        for (sum, part) in [
            (&mut self.faults, other.faults),
            (&mut self.verdicts, other.verdicts),
        ] {
            for (name, count) in part {
                *sum.entry(name).or_default() += count;
            }
        }
        let mishaps = self.mishaps.iter_mut().zip(other.mishaps);
        mishaps.for_each(|(sum, count)| *sum += count);
    }
}

#[test]
fn all_invariants_hold_in_every_run() {
    let first = setting("BFD_SIM_SEED").unwrap_or(0);
    let runs = setting("BFD_SIM_RUNS").unwrap_or(RUNS);
    let begin = Instant::now();
    let tally = live_through(first, runs);
    say(&format!(
        "simulation: {runs} runs, seeds {first} to {}, in {:.1?}; replay one: \
         cargo run -p bfd-sim -- --seed N",
        first + runs - 1,
        begin.elapsed()
    ));
    let [lost, doubled, overtook] = tally.mishaps;
    say(&format!(
        "simulation: faults {:?}, packets lost {lost}, doubled {doubled}, out of order {overtook}",
        tally.faults
    ));
    say(&format!("simulation: verdicts {:?}", tally.verdicts));
    if runs >= MANY {
        assert_eq!(tally.faults.len(), Fault::SORTS, "{:?}", tally.faults);
        assert!(tally.mishaps.iter().all(|count| *count > 0));
        // No session here authenticates.
        let mut wanted = BTreeSet::from(Verdict::LABELS);
        wanted.remove("auth");
        assert_eq!(tally.verdicts.into_keys().collect::<BTreeSet<_>>(), wanted);
    }
}

/// Lives through all seeds on all processors.
fn live_through(first: u64, runs: u64) -> Tally {
    let next = AtomicU64::new(first);
    let search = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + runs {
                return tally;
            }
            let outcome = run(seed, false);
            if let Err(violation) = &outcome.result {
                panic!(
                    "{violation}\nfaults: {:?}\nreplay: cargo run -p bfd-sim -- --seed {seed}",
                    outcome.faults
                );
            }
            tally.count(&outcome);
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(search)).collect();
        let mut sum = Tally::default();
        for worker in workers {
            sum.add(worker.join().expect("an invariant is broken"));
        }
        sum
    })
}

/// Not through `println!`: the harness would keep it from the log of a green run.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
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
