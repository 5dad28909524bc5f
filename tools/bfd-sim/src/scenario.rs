//! From a seed to a run.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bfd_engine::{Egress, Endpoint, NewSession};
use bfd_proto::{DetectMult, Interval, Micros, Role, SessionKind, SessionSpec, Verdict};

use crate::fault::{Cast, Limits};
use crate::oracle::{End, Violation};
use crate::world::IFINDEX;
use crate::{Chance, Fault, Link, Mishaps, Trace, World};

/// How long sessions may take to come Up: a few slow intervals, and the detection times of a
/// state that is not Up.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What went wrong in it.
    pub faults: Vec<Fault>,
    /// What a single fault was called, by every end that went down.
    pub verdicts: Vec<Verdict>,
    /// What the path did to packets.
    pub mishaps: Mishaps,
    /// Nothing, or the first invariant that was broken.
    pub result: Result<(), Violation>,
    /// What happened, if that was wanted.
    pub trace: Trace,
}

/// Lives through what this seed stands for.
#[must_use]
pub fn run(seed: u64, trace: bool) -> Outcome {
    let mut chance = Chance::new(seed);
    let mut scenario = Scenario::new(&mut chance, Trace::new(trace));
    let result = if chance.happens(700) {
        scenario.single_fault(&mut chance)
    } else {
        scenario.chaos(&mut chance)
    };
    Outcome {
        faults: scenario.faults,
        verdicts: scenario.verdicts,
        mishaps: scenario.world.mishaps,
        result,
        trace: scenario.world.trace,
    }
}

struct Scenario {
    world: World,
    workers: [usize; 2],
    faults: Vec<Fault>,
    verdicts: Vec<Verdict>,
}

impl Scenario {
    fn new(chance: &mut Chance, trace: Trace) -> Self {
        let workers = [0, 1].map(|_| chance.pick(&[1, 1, 2, 3]));
        let mut world = World::new(Chance::new(chance.bits()), workers, trace);
        let delay = chance.between(Duration::ZERO, Duration::from_millis(5));
        world.links = [Link::perfect(delay); 2];
        for number in 0..=chance.below(3) {
            let wishes = wishes(chance, u8::try_from(number).unwrap_or(0));
            world.connect(wishes);
        }
        Self {
            world,
            workers,
            faults: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// One fault on a path that is otherwise good: every end must name it, and no other.
    fn single_fault(&mut self, chance: &mut Chance) -> Result<(), Violation> {
        let jitter = chance.between(Duration::ZERO, Duration::from_micros(300));
        let duplicates = chance.pick(&[0, 0, 50]);
        for link in &mut self.world.links {
            *link = Link {
                jitter,
                duplicates,
                ..*link
            };
        }
        let fault = Fault::any(chance, self.workers);
        // A packet that reached the wrong thread takes a detour, which a stall makes long; and only
        // the owner of a socket learns what it dropped.
        self.world.steered = fault.concerns_queues() || chance.happens(800);
        self.come_up()?;
        self.world
            .pass(chance.between(Duration::from_millis(50), Duration::from_millis(300)))?;
        self.check_negotiation()?;
        self.forget_verdicts();
        let limits = self.limits();
        let time = fault.duration(limits);
        self.begin(fault, time);
        let before = self.casts();
        self.world.pass(time + fault.aftermath(limits))?;
        self.check_verdicts(fault, &before)?;
        fault.end(&mut self.world);
        self.come_up()?;
        self.world.pass(Duration::from_millis(50))?;
        self.check_negotiation()
    }

    /// Several faults at once on a bad path: only what must always hold is checked.
    fn chaos(&mut self, chance: &mut Chance) -> Result<(), Violation> {
        let good = self.world.links;
        self.come_up()?;
        for link in &mut self.world.links {
            link.jitter = chance.between(Duration::ZERO, Duration::from_millis(20));
            link.reorders = chance.happens(500);
            link.loss = chance.below(300);
            link.duplicates = chance.below(100);
        }
        for _ in 0..=chance.below(5) {
            let fault = Fault::any(chance, self.workers);
            let fault = if fault.blurs_stamps() {
                Fault::Nothing
            } else {
                fault
            };
            let time = chance.between(Duration::from_millis(5), Duration::from_millis(800));
            self.begin(fault, time);
            self.world
                .pass(chance.between(Duration::ZERO, Duration::from_millis(900)))?;
        }
        for fault in self.faults.clone() {
            fault.end(&mut self.world);
        }
        self.world.links = good;
        self.come_up()
    }

    fn begin(&mut self, fault: Fault, time: Duration) {
        let now = self.world.now();
        self.world
            .trace
            .note(now, || format!("FAULT {fault:?} for {time:?}"));
        self.faults.push(fault);
        fault.begin(&mut self.world, time);
    }

    /// Both ends agree in the end.
    fn come_up(&mut self) -> Result<(), Violation> {
        if self.world.await_that(PATIENCE, World::all_up)? {
            return Ok(());
        }
        Err(Violation(format!(
            "not Up on both ends within {PATIENCE:?}"
        )))
    }

    /// Every Poll Sequence ends, and then each end detects by the formula of RFC 5880 §6.8.4.
    fn check_negotiation(&mut self) -> Result<(), Violation> {
        let polling = |world: &World, pair: usize| {
            [0, 1]
                .iter()
                .any(|side| world.view(pair, *side).poll_active)
        };
        let agreed = |world: &World| !(0..world.pairs.len()).any(|pair| polling(world, pair));
        if !self.world.await_that(PATIENCE, agreed)? {
            return Err(Violation("a Poll Sequence does not end".to_owned()));
        }
        for pair in 0..self.world.pairs.len() {
            for side in [0, 1] {
                let (near, far) = (self.world.view(pair, side), self.world.view(pair, 1 - side));
                let required = near.spec.required_min_rx.duration();
                let interval = required.max(far.spec.desired_min_tx.duration());
                let expected = interval * u32::from(far.spec.detect_mult.get());
                if near.detection_time != expected {
                    let what = format!("host {side} detects after {:?}", near.detection_time);
                    return Err(Violation(format!("{what}, not {expected:?}")));
                }
            }
        }
        Ok(())
    }

    fn check_verdicts(&mut self, fault: Fault, casts: &[Cast]) -> Result<(), Violation> {
        for (pair, cast) in casts.iter().enumerate() {
            for side in [0, 1] {
                let verdicts = self.world.pairs[pair][side].take_verdicts();
                if !fault.explains(side, cast, &verdicts) {
                    let what = format!("{fault:?} gave host {side} the verdicts {verdicts:?}");
                    return Err(Violation(what));
                }
                self.verdicts.extend(verdicts);
            }
        }
        Ok(())
    }

    fn casts(&self) -> Vec<Cast> {
        let cast = |pair: &[End; 2]| Cast {
            workers: [0, 1].map(|side: usize| pair[side].id.worker.into()),
            passive: [0, 1].map(|side: usize| pair[side].wish.spec.role == Role::Passive),
        };
        self.world.pairs.iter().map(cast).collect()
    }

    fn forget_verdicts(&mut self) {
        for end in self.world.pairs.iter_mut().flatten() {
            end.take_verdicts();
        }
    }

    fn limits(&self) -> Limits {
        let ends = (0..self.world.pairs.len()).flat_map(|pair| [(pair, 0), (pair, 1)]);
        let times = ends.map(|(pair, side)| self.world.view(pair, side).detection_time);
        let times: Vec<Duration> = times.collect();
        Limits {
            shortest: times.iter().min().copied().unwrap_or_default(),
            longest: times.iter().max().copied().unwrap_or_default(),
        }
    }
}

/// Both ends of a session; their timers differ.
fn wishes(chance: &mut Chance, number: u8) -> [NewSession; 2] {
    let kind = chance.pick(&[
        SessionKind::SingleHop,
        SessionKind::MultiHop { min_ttl: 254 },
    ]);
    let addresses = addresses(chance, number);
    let passive = chance.pick(&[None, None, None, Some(0), Some(1)]);
    let mut wish = |side: usize| {
        let role = if passive == Some(side) {
            Role::Passive
        } else {
            Role::Active
        };
        let (local, peer) = (addresses[side], addresses[1 - side]);
        let bound = kind == SessionKind::SingleHop && chance.happens(500);
        NewSession {
            spec: spec(chance, kind, role),
            authentication: None,
            endpoint: Endpoint {
                kind,
                peer,
                local: Some(local),
                ifindex: bound.then_some(IFINDEX),
            },
            path: Ok(Egress {
                local,
                ifindex: IFINDEX,
            }),
            admin_down: false,
        }
    };
    [wish(0), wish(1)]
}

fn spec(chance: &mut Chance, kind: SessionKind, role: Role) -> SessionSpec {
    let mut interval = || {
        let micros = chance.pick(&[10_000, 20_000, 50_000, 50_000, 100_000, 300_000]);
        Interval::new(Micros(micros)).expect("not zero")
    };
    SessionSpec {
        kind,
        role,
        desired_min_tx: interval(),
        required_min_rx: interval(),
        detect_mult: DetectMult::new(chance.pick(&[2, 3, 3, 4, 5])).expect("not zero"),
        padded_pdu_size: None,
    }
}

fn addresses(chance: &mut Chance, number: u8) -> [IpAddr; 2] {
    let v6 = chance.happens(500);
    [1, 2].map(|side| match v6 {
        true => IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, side, number.into())),
        false => IpAddr::V4(Ipv4Addr::new(
            10,
            0,
            u8::try_from(side).unwrap_or(0),
            number,
        )),
    })
}
