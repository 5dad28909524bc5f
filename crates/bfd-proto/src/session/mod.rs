//! One session: the variables of RFC 5880 §6.8.1 and what may happen to them.
//!
//! `mod` holds the variables and dispatches inputs, `receive` is §6.8.6, `transmit` §6.8.7,
//! `detection` §6.8.4 and the verdict, `authenticity` §6.7, `fsm` the state table, `intervals` the
//! arithmetic.

mod authenticity;
mod detection;
mod fsm;
mod gaps;
pub mod intervals;
mod jitter;
mod marks;
mod poll;
mod receive;
mod timers;
mod transmit;

use std::sync::Arc;

use bfd_packet::{Diagnostic, Discriminator, Micros, State};

use crate::view::{Counters, Remote, SessionView, Traffic};
use crate::{
    Actions, Admin, Authentication, Discard, History, Input, Instant, LocalHealth, Path,
    SessionSpec, StateChange, Transmit,
};
use authenticity::Authenticity;
use detection::Cause;
use fsm::Event;
use gaps::Gaps;
use jitter::Jitter;
use marks::{Marks, Tally};
use poll::Poll;
use timers::{Timer, Timers};

pub use transmit::MAX_PAYLOAD;

/// A BFD session in asynchronous mode.
///
/// ```
/// use bfd_proto::{DetectMult, Discriminator, History, Instant, Interval, Micros, Path, Role};
/// use bfd_proto::{Session, SessionKind, SessionSpec, State};
///
/// let interval = Interval::new(Micros(50_000)).unwrap();
/// let spec = SessionSpec {
///     kind: SessionKind::SingleHop,
///     role: Role::Active,
///     desired_min_tx: interval,
///     required_min_rx: interval,
///     detect_mult: DetectMult::new(3).unwrap(),
///     padded_pdu_size: None,
/// };
/// let local = Discriminator::new(7).unwrap();
/// let (mut session, actions) = Session::new(spec, None, local, 1, Path::Ready, Instant::ZERO);
/// let history = History::new(Instant::ZERO);
/// assert_eq!(session.view(&history).state, State::Down);
/// let transmit = actions.transmit.unwrap();
/// let mut payload = [0; 24];
/// assert_eq!(session.write(transmit, &mut payload), 24);
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    spec: SessionSpec,
    discriminator: Discriminator,
    state: State,
    diagnostic: Diagnostic,
    remote: Remote,
    path: Path,
    in_force: InForce,
    poll: Poll,
    timers: Timers,
    pace: Pace,
    sent: u64,
    heard: Heard,
    faults: Faults,
    authenticity: Authenticity,
}

/// Ten thousand of them are walked through: what is only shown stands in [`History`].
const _: () = assert!(size_of::<Session>() <= 264);

/// Intervals that act now; those in packets may be ahead of them until F (RFC 5880 §6.8.3).
#[derive(Clone, Copy, Debug)]
struct InForce {
    desired_min_tx: Micros,
    required_min_rx: Micros,
}

/// When packets left, and by how much the next gap is shortened.
#[derive(Clone, Copy, Debug)]
struct Pace {
    jitter: Jitter,
    last_periodic: Instant,
    announcements: transmit::Announcements,
}

/// When packets came.
#[derive(Clone, Copy, Debug)]
struct Heard {
    /// The last packet that was the peer's, credited or not.
    last: Option<Instant>,
    /// Those that were credited, newest first.
    arrivals: [Option<Instant>; crate::verdict::ARRIVALS_KEPT],
    count: u64,
    gaps: Gaps,
}

/// What went wrong, as far as a verdict asks for it.
#[derive(Clone, Copy, Debug)]
struct Faults {
    last_auth_discard: Option<(Instant, Discard)>,
    last_tx_error: Option<(Instant, i32)>,
    tally: Tally,
    marks: Marks,
}

impl Session {
    /// A session in state Down with the initial values of RFC 5880 §6.8.1.
    ///
    /// `seed` starts the jitter sequence and the sequence numbers of authentication. An Active session with a ready path asks for its first
    /// packet at once.
    pub fn new(
        spec: SessionSpec,
        authentication: Option<Arc<Authentication>>,
        discriminator: Discriminator,
        seed: u64,
        path: Path,
        now: Instant,
    ) -> (Self, Actions) {
        let mut session = Self {
            spec,
            discriminator,
            state: State::Down,
            diagnostic: Diagnostic::NONE,
            remote: Remote::default(),
            path,
            in_force: InForce {
                desired_min_tx: Micros::SECOND,
                required_min_rx: spec.required_min_rx.micros(),
            },
            poll: Poll::default(),
            timers: Timers::default(),
            pace: Pace::new(seed, now),
            sent: 0,
            heard: Heard::default(),
            faults: Faults::new(now),
            authenticity: Authenticity::new(authentication, seed),
        };
        let mut actions = Actions::default();
        session.announce(now, &mut actions);
        session.finish(now, &mut actions);
        actions.altered = true;
        (session, actions)
    }

    /// Lets one thing happen at `now`, which never lies before the time of an earlier call by more
    /// than the age of a packet waiting in a socket.
    ///
    /// A packet that arrived after the detection time had passed must be preceded by
    /// [`Input::Deadline`] at the same time: ask [`Session::is_overdue`].
    pub fn handle(&mut self, now: Instant, input: Input<'_>, health: &LocalHealth) -> Actions {
        let mut actions = Actions::default();
        let before = (self.remote, self.poll);
        match input {
            Input::Packet(received) => self.receive(now, &received, health, &mut actions),
            Input::Deadline => self.deadline(now, health, &mut actions),
            Input::Pace => self.transmit_due(now, &mut actions),
            Input::Admin(admin) => self.admin(now, admin, health, &mut actions),
            Input::Spec(spec) => self.respecify(now, spec, &mut actions),
            Input::Authentication(wanted) => {
                self.authenticity.replace(wanted, self.pace.jitter);
            }
            Input::Path(path) => self.repath(now, path, health, &mut actions),
            Input::TxFailed(errno) => self.tx_failed(now, errno),
            Input::Discarded { reason, ttl } => self.discard(now, reason, ttl, &mut actions),
        }
        self.finish(now, &mut actions);
        let routine = matches!(input, Input::Packet(_) | Input::Deadline | Input::Pace);
        let same = actions.change.is_none() && actions.discard.is_none();
        actions.altered = !(routine && same && before == (self.remote, self.poll));
        actions
    }

    /// Whether the detection time had passed before `arrival`.
    #[must_use]
    pub fn is_overdue(&self, arrival: Instant) -> bool {
        self.timers
            .get(Timer::Detection)
            .is_some_and(|deadline| arrival > deadline)
    }

    /// `bfd.LocalDiscr`.
    #[must_use]
    pub const fn discriminator(&self) -> Discriminator {
        self.discriminator
    }

    /// What the session was asked to be.
    #[must_use]
    pub const fn spec(&self) -> &SessionSpec {
        &self.spec
    }

    /// When the last packet was accepted.
    #[must_use]
    pub const fn last_received(&self) -> Option<Instant> {
        self.heard.arrivals[0]
    }

    /// What the peer said last.
    #[must_use]
    pub const fn remote(&self) -> &Remote {
        &self.remote
    }

    /// `bfd.SessionState`.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Copies out everything there is to see; `history` is what its owner noted of it.
    #[must_use]
    pub fn view(&self, history: &History) -> SessionView {
        let traffic = self.traffic();
        SessionView {
            spec: self.spec,
            discriminator: self.discriminator,
            state: self.state,
            diagnostic: self.diagnostic,
            remote: self.remote,
            negotiated_tx: self
                .transmit_interval()
                .map(Micros::duration)
                .unwrap_or_default(),
            detection_time: self.detection_time().unwrap_or_default(),
            poll_active: self.poll.is_active(),
            path: self.path,
            created: history.created,
            last_change: history.last_change,
            last_received: traffic.last_received,
            last_down: history.last_down,
            last_discard: history.last_discard,
            counters: self.counters(history),
            arrivals: traffic.arrivals,
        }
    }

    /// Copies out what changes with every packet.
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        Traffic {
            sent: self.sent,
            received: self.heard.count,
            last_received: self.heard.arrivals[0],
            arrivals: self.heard.gaps.stats(),
        }
    }

    const fn counters(&self, history: &History) -> Counters {
        Counters {
            sent: self.sent,
            received: self.heard.count,
            discards: history.discards,
            transitions: history.transitions,
            flaps: history.flaps(),
            tx_errors: self.faults.tally.tx_errors,
        }
    }

    fn admin(&mut self, now: Instant, admin: Admin, health: &LocalHealth, actions: &mut Actions) {
        let event = match admin {
            Admin::Up => Event::Enable,
            Admin::Down => Event::Disable,
        };
        self.step(now, event, Cause::Admin, health, actions);
    }

    /// New wishes: what changed goes out at once and, where the peer has to agree, under a Poll
    /// Sequence (RFC 5880 §6.8.3, §6.8.10-6.8.12).
    fn respecify(&mut self, now: Instant, spec: SessionSpec, actions: &mut Actions) {
        let old = std::mem::replace(&mut self.spec, spec);
        let polled =
            |spec: &SessionSpec| (spec.desired_min_tx, spec.required_min_rx, spec.detect_mult);
        if polled(&old) != polled(&spec) {
            self.poll.request();
            self.put_in_force();
            self.announce(now, actions);
        }
    }

    fn repath(&mut self, now: Instant, path: Path, health: &LocalHealth, actions: &mut Actions) {
        let old = std::mem::replace(&mut self.path, path);
        match (old, path) {
            (_, Path::Waiting(problem)) => {
                self.step(now, Event::PathLost, Cause::Path(problem), health, actions);
            }
            (Path::Waiting(_), Path::Ready) => self.announce(now, actions),
            (Path::Ready, Path::Ready) => {}
        }
    }

    fn tx_failed(&mut self, now: Instant, errno: i32) {
        self.sent = self.sent.saturating_sub(1);
        let errors = &mut self.faults.tally.tx_errors;
        *errors = errors.saturating_add(1);
        self.faults.last_tx_error = Some((now, errno));
    }

    fn discard(&mut self, now: Instant, reason: Discard, ttl: u8, actions: &mut Actions) {
        let discarded = &mut self.faults.tally.discarded;
        *discarded = discarded.wrapping_add(1);
        if reason.is_auth() {
            self.faults.last_auth_discard = Some((now, reason));
        }
        actions.discard = Some(reason);
        actions.ttl = ttl;
    }

    /// Runs the state machine and everything a change of state brings with it.
    fn step(
        &mut self,
        now: Instant,
        event: Event,
        cause: Cause,
        health: &LocalHealth,
        actions: &mut Actions,
    ) {
        let next = fsm::next(self.state, event);
        let from = std::mem::replace(&mut self.state, next.state);
        self.diagnostic = next.diagnostic.unwrap_or(self.diagnostic);
        if from == next.state {
            return;
        }
        let down =
            detection::needs_verdict(from, next.state).then(|| self.judge(now, cause, health));
        if from == State::Up || next.state == State::Up {
            self.cross_up();
        }
        self.announce(now, actions);
        actions.change = Some(StateChange {
            at: now,
            from,
            to: next.state,
            diagnostic: self.diagnostic,
            remote_state: self.remote.state,
            down,
        });
    }

    /// Entering or leaving Up changes Desired Min TX, which the peer has to confirm; a sequence
    /// begun in the other state is void (RFC 5880 §6.8.3).
    fn cross_up(&mut self) {
        if self.poll != Poll::Idle || self.spec.desired_min_tx.micros() != Micros::SECOND {
            self.poll.restart();
        }
        if self.state == State::Up {
            self.heard.gaps = Gaps::default();
        }
        self.put_in_force();
    }

    /// Lets new intervals act as far as they may before F (RFC 5880 §6.8.3): while Up, a longer
    /// transmit interval and a shorter detection time wait.
    fn put_in_force(&mut self) {
        let advertised = self.advertised_min_tx();
        let required = self.spec.required_min_rx.micros();
        let free = self.state != State::Up || self.poll == Poll::Idle;
        let in_force = &mut self.in_force;
        if free || advertised < in_force.desired_min_tx {
            in_force.desired_min_tx = advertised;
        }
        if free || required > in_force.required_min_rx {
            in_force.required_min_rx = required;
        }
    }

    /// The Desired Min TX that packets carry: exactly one second unless Up (RFC 5880 §6.8.3,
    /// RFC 7419 appendix A).
    const fn advertised_min_tx(&self) -> Micros {
        match self.state {
            State::Up => self.spec.desired_min_tx.micros(),
            _ => Micros::SECOND,
        }
    }

    /// Brings the timers in line with whatever the input changed.
    fn finish(&mut self, now: Instant, actions: &mut Actions) {
        self.reschedule(now, actions.transmit);
        self.rearm_detection();
        actions.deadline = self.timers.earliest();
    }
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            last: None,
            arrivals: [None; crate::verdict::ARRIVALS_KEPT],
            count: 0,
            gaps: Gaps::default(),
        }
    }
}

impl Faults {
    const fn new(now: Instant) -> Self {
        Self {
            last_auth_discard: None,
            last_tx_error: None,
            tally: Tally::NONE,
            marks: Marks::new(now),
        }
    }
}

impl Pace {
    fn new(seed: u64, now: Instant) -> Self {
        Self {
            jitter: Jitter::new(seed),
            last_periodic: now,
            announcements: transmit::Announcements::new(now),
        }
    }

    /// A packet of the periodic series leaves: draw the next gap.
    fn left(&mut self, now: Instant) {
        self.last_periodic = now;
        self.jitter.advance();
    }
}

/// The transmission the caller is told of; a Final outranks the rest, for it carries the same
/// contents and the peer waits for it.
fn outranks(new: Transmit, old: Option<Transmit>) -> bool {
    new == Transmit::Final || old.is_none()
}

#[cfg(test)]
mod tests;
