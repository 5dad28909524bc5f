//! What each row of the table measures.

use std::collections::BTreeMap;

use crate::contender::Contender;
use crate::search::{self, Capacity, Try};
use crate::seen::Distribution;
use crate::stage::MOST_PEERS;
use crate::trial::{Cost, Trial};

/// Figures, and which of them not to believe.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) values: BTreeMap<String, f64>,
    pub(crate) doubts: BTreeMap<String, String>,
}

/// A row: a load, and what is looked at under it.
#[derive(Debug)]
pub(crate) struct Row {
    /// How it is asked for.
    pub(crate) name: &'static str,
    /// What runs.
    pub(crate) about: &'static str,
    /// Seconds looked at, unless told otherwise.
    pub(crate) seconds: u64,
    /// Who takes part.
    pub(crate) who: Who,
    /// Measures one contender for so many seconds.
    pub(crate) measure: fn(&Contender, u64) -> anyhow::Result<Measured>,
}

/// Which contenders take part in a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    /// Everybody.
    All,
    /// Those that judge, thus not `bare`.
    Daemons,
    /// `bare` and those that take GoBFD's keys.
    OursAndBare,
}

impl Who {
    /// Whether this one does.
    pub(crate) const fn takes(self, contender: &Contender) -> bool {
        match self {
            Self::All => true,
            Self::Daemons => !contender.is_bare(),
            Self::OursAndBare => matches!(contender, Contender::Bare | Contender::Gobfd { .. }),
        }
    }
}

/// All rows, in the order in which they run.
pub(crate) const ROWS: [Row; 6] = [
    Row {
        name: "ruler",
        about: "100 sessions at 300 ms x 3, then 10 peers are muted for 1.5 s: is it seen?",
        seconds: 2,
        who: Who::Daemons,
        measure: ruler,
    },
    Row {
        name: "cost",
        about: "1000 sessions at 50 ms x 3; then 100 fail one by one, then all at once",
        seconds: 15,
        who: Who::All,
        measure: cost,
    },
    Row {
        name: "fast",
        about: "1000 sessions at 10 ms x 3",
        seconds: 20,
        who: Who::All,
        measure: fast,
    },
    Row {
        name: "many",
        about: "10000 sessions at 300 ms x 3",
        seconds: 20,
        who: Who::All,
        measure: many,
    },
    Row {
        name: "flat",
        about: "one packet rate: 100 sessions at 10 ms, 1000 at 100 ms, 10000 at 1 s",
        seconds: 10,
        who: Who::OursAndBare,
        measure: flat,
    },
    Row {
        name: "capacity",
        about: "the most sessions at 50 ms x 3 that stay Up",
        seconds: 30,
        who: Who::All,
        measure: capacity,
    },
];

/// Time for slow starts, and for 10 000 sessions of a slow daemon; seconds.
const PATIENCE: u64 = 60;
/// Settling after bring-up; seconds.
const SETTLING: &str = "hold 2";
/// Peers that fail one by one, and milliseconds between them.
const TRICKLE: (u32, u32) = (100, 11);

impl Measured {
    fn set(&mut self, name: &str, value: f64) {
        self.values.insert(name.to_owned(), value);
    }

    fn doubt(&mut self, name: &str, why: String) {
        self.doubts.insert(name.to_owned(), why);
    }

    /// Sets three points of a distribution; a ruler that is worse than them takes them back.
    fn distribution(&mut self, name: &str, seen: Distribution, ruler: Distribution) {
        if seen.count == 0 {
            return;
        }
        let points = [
            ("p50", seen.p50, ruler.p50),
            ("p99", seen.p99, ruler.p99),
            ("max", seen.max, ruler.max),
        ];
        for (point, value, own) in points {
            let name = format!("{name}_{point}_ms");
            self.set(&name, value);
            if own > value {
                self.doubt(&name, format!("the peers themselves were {own:.3} ms late"));
            }
        }
    }

    /// From the daemon's start until the last session was Up, if all came.
    fn bring_up(&mut self, contender: &Contender, trial: &Trial) {
        if let Some(seconds) = trial.bring_up.filter(|_| !contender.is_bare()) {
            self.set("bring_up_s", seconds);
        }
    }

    /// What every steady load shows.
    fn steady(&mut self, cost: &Cost, count: u32, interval: u32) {
        let (seen, status) = (cost.status.seen, cost.status);
        self.set("up", status.up as f64);
        self.set("flaps", status.flaps as f64);
        self.set("us_per_packet", cost.own);
        self.set("core_us_per_packet", cost.core);
        self.set("lost", cost.lost as f64);
        self.set("stolen_ms", cost.stolen.as_secs_f64() * 1e3);
        self.set("gap_p99_ms", seen.gaps.p99);
        self.set("gap_max_ms", seen.gaps.max);
        self.set("ruler_p99_ms", seen.own.p99);
        self.set("ruler_max_ms", seen.own.max);
        // A peer may be late by two intervals before Detect Mult 3 is used up.
        if status.flaps > 0 && seen.own.max > f64::from(interval) {
            let why = format!("the peers themselves were {:.1} ms late", seen.own.max);
            self.doubt("flaps", why);
        }
        if cost.core > 3.0 * cost.own {
            let why = "something else ran on the daemon's processor".to_owned();
            for name in ["flaps", "core_us_per_packet", "us_per_packet"] {
                self.doubt(name, why.clone());
            }
        }
        let wanted = count as usize;
        if status.up < wanted {
            let why = format!("only {} of {wanted} sessions were Up", status.up);
            self.doubt("us_per_packet", why);
        } else if short(cost, interval) {
            let share = cost.sent_share * 100.0;
            let why = format!("the peers sent only {share:.0} % of what they should");
            self.doubt("us_per_packet", why);
        }
    }
}

/// Whether the peers could not keep up with the load themselves.
fn short(cost: &Cost, interval: u32) -> bool {
    let own = cost.status.seen.own;
    own.p99 > f64::from(interval) / 4.0 || cost.sent_share < 0.97
}

fn started(contender: &Contender, count: u32, interval: u32) -> anyhow::Result<Trial> {
    let patience = if contender.is_bare() { 1 } else { PATIENCE };
    let mut trial = Trial::start(contender, count, interval, patience)?;
    trial.ask(SETTLING)?;
    Ok(trial)
}

fn ruler(contender: &Contender, seconds: u64) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let mut trial = started(contender, 100, 300)?;
    let before = trial.ask(&format!("hold {seconds}"))?;
    trial.ask("mute 10 1500")?;
    trial.ask("hold 3")?;
    let after = trial.ask("up 20")?;
    measured.set("flaps_before", before.flaps as f64);
    measured.set("flaps_seen", (after.flaps - before.flaps) as f64);
    measured.set("up", after.up as f64);
    Ok(measured)
}

fn cost(contender: &Contender, seconds: u64) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let mut trial = started(contender, 1000, 50)?;
    let cost = trial.cost_of(&format!("hold {seconds}"))?;
    measured.steady(&cost, 1000, 50);
    measured.set("rss_kib", trial.resident()? as f64);
    measured.bring_up(contender, &trial);
    if contender.is_bare() {
        return Ok(measured);
    }
    let (peers, gap) = TRICKLE;
    let single = trial
        .cost_of(&format!("trickle {peers} {gap} 15"))?
        .status
        .seen;
    measured.distribution("late", single.late, single.own);
    measured.distribution("recovery", single.recovery, single.own);
    measured.set("early", single.early as f64);
    trial.ask("hold 2")?;
    let all = trial.cost_of("fail 1000 10")?.status.seen;
    measured.distribution("mass", all.late, all.own);
    measured.distribution("mass_recovery", all.recovery, all.own);
    measured.set("mass_seen", all.late.count as f64);
    Ok(measured)
}

fn fast(contender: &Contender, seconds: u64) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let mut trial = started(contender, 1000, 10)?;
    measured.steady(&trial.cost_of(&format!("hold {seconds}"))?, 1000, 10);
    Ok(measured)
}

fn many(contender: &Contender, seconds: u64) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let few = started(contender, 100, 300)?.resident()?;
    let mut trial = started(contender, 10_000, 300)?;
    measured.steady(&trial.cost_of(&format!("hold {seconds}"))?, 10_000, 300);
    let all = trial.resident()?;
    measured.set("kib_per_session", (all.saturating_sub(few)) as f64 / 9900.0);
    measured.bring_up(contender, &trial);
    Ok(measured)
}

fn flat(contender: &Contender, seconds: u64) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for (count, interval) in [(100, 10), (1000, 100), (10_000, 1000)] {
        let mut trial = started(contender, count, interval)?;
        let cost = trial.cost_of(&format!("hold {seconds}"))?;
        measured.set(&format!("us_{count}"), cost.own);
        (low, high) = (low.min(cost.own), high.max(cost.own));
    }
    measured.set("spread", high / low);
    Ok(measured)
}

fn capacity(contender: &Contender, seconds: u64) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let look = 5.min(seconds);
    let found = search::capacity(1000, MOST_PEERS, |count| attempt(contender, count, look))?;
    let Capacity { sessions, at_least } =
        search::confirm(found, |count| attempt(contender, count, seconds))?;
    measured.set("sessions", f64::from(sessions));
    if at_least {
        let why = "at least: the peers could not load it more".to_owned();
        measured.doubt("sessions", why);
    }
    Ok(measured)
}

/// Looks at the same load, when the first ones were disturbed from outside.
const LOOKS: u32 = 3;

/// Whether so many sessions at 50 ms hold for so many seconds. A failure that the peers or the host may
/// have caused is looked at again.
fn attempt(contender: &Contender, count: u32, seconds: u64) -> anyhow::Result<Try> {
    let mut verdict = Try::BeyondRuler;
    for _ in 0..LOOKS {
        verdict = look(contender, count, seconds)?;
        if verdict != Try::BeyondRuler {
            break;
        }
    }
    Ok(verdict)
}

fn look(contender: &Contender, count: u32, seconds: u64) -> anyhow::Result<Try> {
    let patience = if contender.is_bare() { 1 } else { 15 };
    let mut trial = Trial::start(contender, count, 50, patience)?;
    let up = trial.bring_up.is_some();
    let before = trial.ask("hold 1")?.flaps;
    let cost = trial.cost_of(&format!("steady {seconds}"))?;
    let steady = up && cost.status.flaps == before && cost.status.up == count as usize;
    // Who leaves packets lying finds a failure when it gets to them.
    let read = (cost.lost as f64) < 0.02 * cost.packets as f64;
    // The loop that is no daemon knows no flap: it must have sent all.
    let sent = !contender.is_bare() || cost.received_share > 0.98;
    let verdict = match steady && read && sent {
        true => Try::Holds,
        false if disturbed(&cost) => Try::BeyondRuler,
        false => Try::Breaks,
    };
    eprintln!(
        "  {count} sessions: {verdict:?}, up {}, flaps {}, {:.2} us/packet; not taken in by the daemon {}, \
         by the peers {}; peers' lateness p99 {:.3} ms; taken by the host {:?}",
        cost.status.up,
        cost.status.flaps - before,
        cost.own,
        cost.lost,
        cost.unheard,
        cost.status.seen.own.p99,
        cost.stolen,
    );
    Ok(verdict)
}

/// Whether a failure may be the peers' or the host's, not the daemon's.
fn disturbed(cost: &Cost) -> bool {
    short(cost, 50) || cost.unheard > 0 || cost.stolen.as_secs_f64() > 0.02 * cost.seconds
}
