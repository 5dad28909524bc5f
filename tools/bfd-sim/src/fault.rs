//! What can go wrong, and what each end must say about it.

use std::time::Duration;

use bfd_proto::{Admin, Diagnostic, Interval, PathProblem, State, Verdict};

use crate::{Chance, World};

/// One thing that goes wrong at or near one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing.
    Nothing,
    /// Packets of both hosts are lost without a sign.
    Cut,
    /// Packets that this host sends are lost without a sign.
    CutFrom(usize),
    /// No thread of this host runs, but not for long enough to be missed.
    ShortStall(usize),
    /// No thread of this host runs for longer than any detection time.
    LongStall(usize),
    /// One worker of this host does not run for longer than any detection time.
    WorkerStall(usize, usize),
    /// The receive buffers of this host overflow.
    Overflow(usize),
    /// Every attempt of this host to send fails with this `errno`.
    SendError(usize, i32),
    /// The interface of this host goes down, and its engine is told.
    LinkDown(usize),
    /// The operator of this host holds the sessions down.
    AdminDown(usize),
    /// The operator of this host removes the sessions and adds them again later.
    Removal(usize),
    /// The engine of this host ends without a word and starts anew.
    Restart(usize),
    /// The wall clock of this host is stepped.
    WallStep(usize, i64),
    /// The wall clock of this host is stepped while its threads do not run for a short while.
    WallStepInStall(usize, i64),
    /// The operator of this host changes the intervals while the sessions run.
    Retune(usize, u32),
}

/// Who took part in a session when the fault began, by host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cast {
    /// The workers that ran it.
    pub(crate) workers: [usize; 2],
    /// Whether it was passive there: such an end falls silent when it hears nothing (RFC 5880
    /// §6.8.7), and cannot say that it is down.
    pub(crate) passive: [bool; 2],
}

/// How far apart the ends' detection times are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) shortest: Duration,
    pub(crate) longest: Duration,
}

impl Fault {
    /// How many sorts there are.
    pub const SORTS: usize = 15;

    /// Its sort, by name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Cut => "cut",
            Self::CutFrom(_) => "cut from",
            Self::ShortStall(_) => "short stall",
            Self::LongStall(_) => "long stall",
            Self::WorkerStall(..) => "worker stall",
            Self::Overflow(_) => "overflow",
            Self::SendError(..) => "send error",
            Self::LinkDown(_) => "link down",
            Self::AdminDown(_) => "admin down",
            Self::Removal(_) => "removal",
            Self::Restart(_) => "restart",
            Self::WallStep(..) => "wall step",
            Self::WallStepInStall(..) => "wall step in stall",
            Self::Retune(..) => "retune",
        }
    }

    /// Any fault, each as likely as the others.
    pub(crate) fn any(chance: &mut Chance, workers: [usize; 2]) -> Self {
        let host = chance.pick(&[0, 1]);
        let worker = usize::try_from(chance.below(workers[host] as u64)).unwrap_or_default();
        let step = chance.pick(&[
            -3_600_000_000_000,
            -20_000_000,
            20_000_000,
            3_600_000_000_000,
        ]);
        let sorts: [Self; Self::SORTS] = [
            Self::Nothing,
            Self::Cut,
            Self::CutFrom(host),
            Self::ShortStall(host),
            Self::LongStall(host),
            Self::WorkerStall(host, worker),
            Self::Overflow(host),
            Self::SendError(host, 101),
            Self::LinkDown(host),
            Self::AdminDown(host),
            Self::Removal(host),
            Self::Restart(host),
            Self::WallStep(host, step),
            Self::WallStepInStall(host, step),
            Self::Retune(host, chance.clone().pick(&[15_000, 40_000, 200_000])),
        ];
        chance.pick(&sorts)
    }

    /// Whether it can make the kernel's time stamps ambiguous: after a step that is smaller than a
    /// stall, a waiting packet may have been stamped before it or behind it.
    pub(crate) const fn blurs_stamps(self) -> bool {
        const SMALL: u64 = 1_000_000_000;
        match self {
            Self::WallStep(_, step) | Self::WallStepInStall(_, step) => step.unsigned_abs() < SMALL,
            _ => false,
        }
    }

    /// Whether it concerns packets that wait for single threads.
    pub(crate) const fn concerns_queues(self) -> bool {
        matches!(
            self,
            Self::ShortStall(_)
                | Self::LongStall(_)
                | Self::WorkerStall(..)
                | Self::Overflow(_)
                | Self::WallStepInStall(..)
        )
    }

    /// How long it has to last so that every end notices, if it is to be noticed.
    pub(crate) fn duration(self, limits: Limits) -> Duration {
        match self {
            Self::ShortStall(_) | Self::WallStepInStall(..) => limits.shortest * 2 / 5,
            // A passive end that hears nothing falls silent, and the other times out after it.
            Self::CutFrom(_) | Self::Overflow(_) | Self::SendError(..) => limits.longest * 3,
            _ => limits.longest * 8 / 5 + Duration::from_millis(100),
        }
    }

    /// How long after it both ends may still have to notice: a host that was kept from running may
    /// wake up to a silence that has just begun.
    pub(crate) fn aftermath(self, limits: Limits) -> Duration {
        let woken = matches!(self, Self::LongStall(_) | Self::WorkerStall(..));
        let silence = if woken {
            limits.longest
        } else {
            Duration::ZERO
        };
        silence + Duration::from_millis(100)
    }

    /// Lets it begin; `time` is how long it is meant to last.
    pub(crate) fn begin(self, world: &mut World, time: Duration) {
        match self {
            Self::Nothing => {}
            Self::Cut => world.links.iter_mut().for_each(|link| link.cut = true),
            Self::CutFrom(host) => world.links[host].cut = true,
            Self::ShortStall(host) | Self::LongStall(host) => world.stall(host, None, time),
            Self::WorkerStall(host, worker) => world.stall(host, Some(worker), time),
            Self::Overflow(host) => world.overflow(host, true),
            Self::SendError(host, errno) => world.fail_sending(host, Some(errno)),
            Self::LinkDown(host) => each(world, |world, pair| {
                let end = &world.pairs[pair][host];
                let problem = Err(PathProblem::InterfaceDown);
                world.handle(host).path(end.id, end.wish.endpoint, problem);
            }),
            Self::AdminDown(host) => each(world, |world, pair| {
                world
                    .handle(host)
                    .admin(world.pairs[pair][host].id, Admin::Down);
            }),
            Self::Removal(host) => each(world, |world, pair| {
                let end = &mut world.pairs[pair][host];
                end.removed = true;
                let id = end.id;
                world.handle(host).remove(id);
            }),
            Self::Restart(host) => world.restart(host),
            Self::WallStep(host, nanos) => world.step_wall(host, nanos),
            Self::WallStepInStall(host, nanos) => {
                world.stall(host, None, time);
                world.step_wall(host, nanos);
            }
            Self::Retune(host, micros) => each(world, |world, pair| {
                let interval = Interval::new(bfd_proto::Micros(micros)).expect("not zero");
                let end = &mut world.pairs[pair][host];
                end.wish.spec.desired_min_tx = interval;
                end.wish.spec.required_min_rx = interval;
                let (id, spec) = (end.id, end.wish.spec);
                world.handle(host).update(id, spec);
            }),
        }
    }

    /// Lets it end.
    pub(crate) fn end(self, world: &mut World) {
        match self {
            Self::Cut | Self::CutFrom(_) => {
                world.links.iter_mut().for_each(|link| link.cut = false);
            }
            Self::Overflow(host) => world.overflow(host, false),
            Self::SendError(host, _) => world.fail_sending(host, None),
            Self::LinkDown(host) => each(world, |world, pair| {
                let end = &world.pairs[pair][host];
                world
                    .handle(host)
                    .path(end.id, end.wish.endpoint, end.wish.path);
            }),
            Self::AdminDown(host) => each(world, |world, pair| {
                world
                    .handle(host)
                    .admin(world.pairs[pair][host].id, Admin::Up);
            }),
            Self::Removal(host) => each(world, |world, pair| {
                if world.pairs[pair][host].removed {
                    world.renew(pair, host);
                }
            }),
            _ => {}
        }
    }

    /// Whether these are the verdicts that the end of a session at `host` must have given, in
    /// order.
    pub(crate) fn explains(self, host: usize, cast: &Cast, verdicts: &[Verdict]) -> bool {
        match self.site(cast) {
            None => verdicts.is_empty(),
            Some(at) if at == host => self.explains_near(cast.passive[1 - host], verdicts),
            Some(_) => self.explains_far(cast.passive[1 - host], verdicts),
        }
    }

    /// The host where it happens; `None` if nobody should notice.
    fn site(self, cast: &Cast) -> Option<usize> {
        match self {
            Self::Nothing
            | Self::ShortStall(_)
            | Self::WallStep(..)
            | Self::WallStepInStall(..)
            | Self::Retune(..) => None,
            Self::Cut => Some(0),
            Self::WorkerStall(at, worker) => (cast.workers[at] == worker).then_some(at),
            Self::CutFrom(at)
            | Self::LongStall(at)
            | Self::Overflow(at)
            | Self::SendError(at, _)
            | Self::LinkDown(at)
            | Self::AdminDown(at)
            | Self::Removal(at)
            | Self::Restart(at) => Some(at),
        }
    }

    /// What the end at the faulty host must say; `mute`: the other cannot say that it is down.
    fn explains_near(self, mute: bool, verdicts: &[Verdict]) -> bool {
        match (self, verdicts) {
            (Self::Restart(_), []) => true,
            (Self::Cut, [Verdict::PeerSilent]) => true,
            (Self::CutFrom(_), [Verdict::PeerSilent]) => mute,
            (Self::CutFrom(_), [Verdict::OneWay]) => !mute,
            (Self::LongStall(_) | Self::WorkerStall(..), [Verdict::LocalStall(_)]) => true,
            (Self::Overflow(_), [Verdict::LocalDrop(_)]) => true,
            (Self::SendError(_, errno), [Verdict::TxFailed(seen)]) => *seen == errno,
            (Self::LinkDown(_), [Verdict::LinkDown(problem)]) => {
                *problem == PathProblem::InterfaceDown
            }
            (Self::AdminDown(_) | Self::Removal(_), [Verdict::Admin]) => true,
            _ => false,
        }
    }

    /// What the other end must say; `mute`: the one at the faulty host cannot say that it is down.
    fn explains_far(self, mute: bool, verdicts: &[Verdict]) -> bool {
        let anew = Verdict::PeerSignalled {
            state: State::Down,
            diagnostic: Diagnostic::NONE,
        };
        match (self, verdicts) {
            (
                Self::Cut
                | Self::CutFrom(_)
                | Self::LongStall(_)
                | Self::WorkerStall(..)
                | Self::SendError(..)
                | Self::LinkDown(_),
                [Verdict::PeerSilent],
            ) => true,
            (Self::Overflow(_), [Verdict::PeerSilent]) => mute,
            (Self::Overflow(_), [Verdict::OneWay]) => !mute,
            (Self::AdminDown(_) | Self::Removal(_), [Verdict::PeerAdminDown]) => true,
            (Self::Restart(_), [verdict]) => {
                *verdict == if mute { Verdict::PeerSilent } else { anew }
            }
            _ => false,
        }
    }
}

fn each(world: &mut World, mut act: impl FnMut(&mut World, usize)) {
    (0..world.pairs.len()).for_each(|pair| act(world, pair));
}
