//! The driver of integrations that react to sessions.
//!
//! Purpose: keep each target of a neighbour system as BFD wants it. It holds the latest wish of
//! every target and lets the integration apply it until the neighbour confirms it; what came in
//! between is not replayed. Owner: one task per integration owns everything here; attempts run as
//! tasks of their own, a bounded number at once. It must never wait for the neighbour itself, so
//! that one that hangs delays nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::Duration;

use bfd_control::{Control, Event, EventKind, SessionKey};
use bfd_proto::Instant;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::agenda::{Agenda, Job, Wish};
use super::board::Board;
use super::dampening::Penalty;
use super::opinion::Opinion;
use super::watchlist::Watchlist;
use crate::config::DampeningSettings;

/// Attempts at once.
const PARALLEL: usize = 16;
/// How often failed sessions are looked at: that their peer now says AdminDown is no event.
const REVIEW: Duration = Duration::from_secs(1);
/// How long targets that only the neighbour knows of keep their state: their sessions may be made
/// through the API, which takes a while after our start.
const GRACE: Duration = Duration::from_secs(60);
/// Longest time for giving targets back at the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// An integration that reacts: what its targets are, and how one is brought into a state.
pub(crate) trait Reactor: Clone + Send + Sync + 'static {
    /// Names one thing to steer.
    type Target: Clone + Display + Ord + Send + 'static;

    /// The targets there are whatever the sessions.
    fn fixed_targets(&self) -> Vec<Self::Target>;

    /// The targets a session speaks for.
    fn targets(&self, session: &SessionKey) -> Vec<Self::Target>;

    /// Makes the target what it shall be, and returns when the neighbour shows that it is. Called
    /// again after a failure, and whenever the neighbour may have changed; so it looks first.
    fn apply(&self, job: Job<Self::Target>)
    -> impl Future<Output = Result<Applied, Failed>> + Send;
}

/// A target is what it shall be, or that is not for us to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    /// What it is.
    pub(crate) state: &'static str,
    /// What had to be done; `None`: nothing.
    pub(crate) action: Option<&'static str>,
}

/// An attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// What was to be done; `None`: not even known.
    pub(crate) action: Option<&'static str>,
    /// Why it failed, as a sentence.
    pub(crate) reason: String,
}

/// What the neighbour's side has to say to the driver.
#[derive(Clone, Debug)]
pub(crate) enum Doubt<T> {
    /// This target may have changed.
    Target(T),
    /// All may have.
    All,
    /// The neighbour knows of a target that is ours.
    Found(T),
}

/// What an integration is to do with its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Go on.
    Run,
    /// End and leave everything as it is: somebody takes over.
    Leave,
    /// Give back all targets but those with these names, and end.
    Release(BTreeSet<String>),
}

/// How the driver is connected.
pub(crate) struct Port<T> {
    /// Where events and sessions come from.
    pub(crate) control: Control,
    /// What the neighbour's side has to say.
    pub(crate) doubts: mpsc::Receiver<Doubt<T>>,
    /// When to end.
    pub(crate) life: watch::Receiver<Life>,
    /// Where to show what happens.
    pub(crate) board: Board,
}

/// Keeps the targets of `reactor` as BFD wants them until told to end.
pub(crate) async fn level_triggered<R: Reactor>(
    reactor: R,
    dampening: Option<DampeningSettings>,
    port: Port<R::Target>,
) {
    let Port {
        control,
        mut doubts,
        mut life,
        board,
    } = port;
    let subscribed = control.watch();
    let mut events = subscribed.events;
    let mut driver = Driver::new(reactor, dampening, control, board);
    for session in &subscribed.sessions {
        driver.see(session, session.view.last_change);
    }
    let farewell = loop {
        driver.start_attempts();
        let due = driver.due();
        tokio::select! {
            event = events.next() => match event {
                Some(event) => driver.event(&event),
                // The control plane has ended, and with it the daemon.
                None => return,
            },
            Some(ended) = driver.attempts.join_next() => driver.ended(ended),
            Some(doubt) = doubts.recv() => driver.doubt(doubt),
            () = until(due) => driver.tick(),
            ended = life.wait_for(|life| *life != Life::Run) => match ended.map(|life| life.clone()) {
                Ok(Life::Release(kept)) => break kept,
                _ => return,
            },
        }
    };
    let _ = tokio::time::timeout(FAREWELL, driver.release(&farewell)).await;
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep(at.saturating_duration_since(bfd_control::now())).await,
        None => std::future::pending().await,
    }
}

type Ended<T> = (Job<T>, Result<Applied, Failed>);

struct Driver<R: Reactor> {
    reactor: R,
    control: Control,
    board: Board,
    watchlist: Watchlist<R::Target>,
    /// What was last said of each target.
    opinions: BTreeMap<R::Target, Opinion>,
    dampening: Option<DampeningSettings>,
    penalties: BTreeMap<R::Target, Penalty>,
    agenda: Agenda<R::Target>,
    attempts: JoinSet<Ended<R::Target>>,
    /// Targets that only the neighbour knows of, until the grace is over.
    orphans: BTreeSet<R::Target>,
    grace: Instant,
    review: Instant,
}

impl<R: Reactor> Driver<R> {
    fn new(
        reactor: R,
        dampening: Option<DampeningSettings>,
        control: Control,
        board: Board,
    ) -> Self {
        let now = bfd_control::now();
        let fixed = reactor.fixed_targets();
        let mut driver = Self {
            watchlist: Watchlist::new(fixed.iter().cloned()),
            reactor,
            control,
            board,
            opinions: BTreeMap::new(),
            dampening,
            penalties: BTreeMap::new(),
            agenda: Agenda::new(PARALLEL),
            attempts: JoinSet::new(),
            orphans: BTreeSet::new(),
            grace: now + GRACE,
            review: now + REVIEW,
        };
        fixed.iter().for_each(|target| driver.weigh(target, now));
        driver
    }

    fn event(&mut self, event: &Event) {
        match event.kind {
            EventKind::Added | EventKind::Changed(_) => self.see(&event.session, Some(event.at)),
            EventKind::Deleted => {
                for target in self.watchlist.remove(event.session.meta.id) {
                    self.weigh(&target, event.at);
                }
            }
        }
    }

    fn see(&mut self, session: &bfd_control::SessionInfo, at: Option<Instant>) {
        let reactor = &self.reactor;
        let key = &session.meta.key;
        let targets = self
            .watchlist
            .see(session.meta.id, &session.view, || reactor.targets(key))
            .to_vec();
        for target in targets {
            self.orphans.remove(&target);
            self.weigh(&target, at.unwrap_or_else(bfd_control::now));
        }
    }

    /// Turns what is said of a target into a wish.
    fn weigh(&mut self, target: &R::Target, at: Instant) {
        let now = bfd_control::now();
        let opinion = self.watchlist.opinion(target);
        let before = self.opinions.insert(target.clone(), opinion);
        if let Some(settings) = self.dampening {
            let penalty = self
                .penalties
                .entry(target.clone())
                .or_insert_with(|| Penalty::new(settings, now));
            dampen(target, penalty, before, opinion, now);
        }
        let wish = self.wish(target, opinion);
        if self.agenda.wish(target, wish, at, now) {
            self.show(target, |shown| shown.confirmed = false);
        }
    }

    fn wish(&self, target: &R::Target, opinion: Opinion) -> Wish {
        let held = self
            .penalties
            .get(target)
            .is_some_and(Penalty::is_suppressed);
        match (opinion, self.agenda.wished(target)) {
            (Opinion::Good, Some(Wish::Avoid(cause))) if held => Wish::Avoid(cause),
            (Opinion::Good | Opinion::Waived, _) => Wish::Use,
            (Opinion::Bad(cause), _) => Wish::Avoid(cause),
            (Opinion::Unknown, _) => Wish::Leave,
        }
    }

    fn doubt(&mut self, doubt: Doubt<R::Target>) {
        let now = bfd_control::now();
        match doubt {
            Doubt::Target(target) => self.agenda.doubt(&target, now),
            Doubt::All => {
                let all: Vec<_> = self.opinions.keys().cloned().collect();
                all.iter().for_each(|target| self.agenda.doubt(target, now));
            }
            Doubt::Found(target) => self.found(target, now),
        }
    }

    fn found(&mut self, target: R::Target, now: Instant) {
        if self.opinions.contains_key(&target) {
            return;
        }
        if now >= self.grace {
            self.weigh(&target, now);
        } else if self.orphans.insert(target.clone()) {
            self.agenda.wish(&target, Wish::Leave, now, now);
            self.show(&target, |_| ());
        }
    }

    fn due(&self) -> Option<Instant> {
        let releases = self.penalties.values().filter_map(Penalty::release_at);
        let grace = (!self.orphans.is_empty()).then_some(self.grace);
        releases
            .chain(self.agenda.due())
            .chain(grace)
            .chain([self.review])
            .min()
    }

    fn tick(&mut self) {
        let now = bfd_control::now();
        if self.review <= now {
            self.review = now + REVIEW;
            self.review_failed();
        }
        if self.grace <= now {
            for target in std::mem::take(&mut self.orphans) {
                self.weigh(&target, now);
            }
        }
        let settled: Vec<_> = self
            .penalties
            .iter_mut()
            .filter_map(|(target, penalty)| penalty.settle(now).then(|| target.clone()))
            .collect();
        for target in settled {
            tracing::info!(peer = %target, "peer unsuppressed, flap dampening cleared");
            self.weigh(&target, now);
        }
    }

    fn review_failed(&mut self) {
        for id in self.watchlist.failed() {
            let session = self.control.get(id.discriminator.get());
            if let Some(session) = session.filter(|session| session.meta.id == id) {
                self.see(&session, None);
            }
        }
    }

    fn start_attempts(&mut self) {
        while let Some(job) = self.agenda.take(bfd_control::now()) {
            let reactor = self.reactor.clone();
            self.attempts.spawn(async move {
                let outcome = reactor.apply(job.clone()).await;
                (job, outcome)
            });
        }
    }

    fn ended(&mut self, ended: Result<Ended<R::Target>, tokio::task::JoinError>) {
        let (job, outcome) = match ended {
            Ok(ended) => ended,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return,
            },
        };
        let now = bfd_control::now();
        let target = &job.target;
        let failures = self.agenda.ended(target, outcome.is_ok(), now, chance());
        let wished = self.agenda.wished(target);
        let current = wished.is_some_and(|wish| wish.is_like(job.wish));
        match outcome {
            Ok(applied) => self.applied(&job, applied, current, now),
            Err(failed) => {
                if let Some(action) = failed.action {
                    self.board.count(action, false);
                }
                self.show(target, |shown| shown.failed(failed.reason, failures, now));
            }
        }
    }

    fn applied(&mut self, job: &Job<R::Target>, applied: Applied, current: bool, now: Instant) {
        let took = now.saturating_duration_since(job.since);
        if let Some(action) = applied.action {
            self.board.count(action, true);
            self.board.reacted(took);
        }
        self.show(&job.target, |shown| {
            shown.applied(applied.state, current, now);
            if applied.action.is_some() {
                shown.took = Some(took);
            }
        });
        if current && job.wish == Wish::Use {
            self.retire(&job.target);
        }
    }

    /// Forgets a target that is as it would be without us and that nobody watches.
    fn retire(&mut self, target: &R::Target) {
        if self.watchlist.retire(target) {
            self.agenda.forget(target);
            self.opinions.remove(target);
            self.penalties.remove(target);
            self.board.remove(&target.to_string());
        }
    }

    fn show(&self, target: &R::Target, change: impl FnOnce(&mut super::board::Target)) {
        let known = self.agenda.wished(target).zip(self.agenda.since(target));
        let Some((wish, since)) = known else { return };
        let penalty = self.penalties.get(target);
        let now = bfd_control::now();
        self.board
            .target(&target.to_string(), wish, since, |shown| {
                shown.penalty = penalty.map(|penalty| penalty.value(now));
                shown.suppressed = penalty.is_some_and(Penalty::is_suppressed);
                change(shown);
            });
    }

    /// Gives back every target but those kept.
    async fn release(&mut self, kept: &BTreeSet<String>) {
        let now = bfd_control::now();
        let targets: Vec<_> = self.opinions.keys().chain(&self.orphans).cloned().collect();
        for target in targets {
            if kept.contains(&target.to_string()) {
                self.agenda.forget(&target);
            } else {
                self.agenda.wish(&target, Wish::Release, now, now);
            }
        }
        while !self.agenda.is_settled() {
            self.start_attempts();
            let due = self.agenda.due();
            tokio::select! {
                Some(ended) = self.attempts.join_next() => self.ended(ended),
                () = until(due) => {}
            }
        }
    }
}

fn dampen(
    target: &impl Display,
    penalty: &mut Penalty,
    before: Option<Opinion>,
    opinion: Opinion,
    now: Instant,
) {
    let was_bad = matches!(before, Some(Opinion::Bad(_)));
    match opinion {
        Opinion::Bad(_) if !was_bad => {
            let held = penalty.is_suppressed();
            if penalty.down(now) {
                let (penalty, threshold) = (penalty.value(now), penalty.suppress_threshold());
                let message = "peer suppressed due to flap dampening";
                tracing::info!(peer = %target, penalty, threshold, "{message}");
            } else if held {
                tracing::info!(peer = %target, "BFD Down suppressed by flap dampening");
            }
        }
        Opinion::Good if was_bad && penalty.is_suppressed() => {
            tracing::info!(peer = %target, "BFD Up suppressed by flap dampening");
        }
        _ => {}
    }
}

/// A number from 0 to 1.
pub(super) fn chance() -> f64 {
    // Without randomness there is no spread, which is no reason to stop.
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}
