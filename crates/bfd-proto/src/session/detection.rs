//! Detection time, its end, and the verdict on a Down (RFC 5880 §6.8.1, §6.8.4).

use std::time::Duration;

use bfd_packet::{Diagnostic, Micros, State};

use super::{Event, Poll, Session, Timer, intervals};
use crate::{Actions, Down, Evidence, Instant, LocalHealth, Path, PathProblem, Verdict};

/// What set off a Down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    Admin,
    Path(PathProblem),
    Expired {
        limit: Duration,
        /// The detection time as the peer knew it.
        granted: Duration,
    },
    Signalled {
        state: State,
        diagnostic: Diagnostic,
    },
}

/// Whether this transition is a Down that somebody has to explain.
pub(super) const fn needs_verdict(from: State, to: State) -> bool {
    match to {
        State::AdminDown => true,
        State::Down => matches!(from, State::Init | State::Up),
        State::Init | State::Up => false,
    }
}

impl Session {
    /// The detection time in force; `None` while no packet has set one.
    pub(super) fn detection_time(&self) -> Option<Duration> {
        self.remote.discriminator?;
        self.last_detection_time()
    }

    /// The same, also after a silence has made the peer's discriminator unknown.
    fn last_detection_time(&self) -> Option<Duration> {
        let mult = self.remote.detect_mult?;
        let required = self.in_force.required_min_rx;
        Some(intervals::detection_time(
            mult,
            required,
            self.remote.desired_min_tx,
        ))
    }

    /// The detection time as the peer knows it: so long a packet of ours may be missing.
    #[must_use]
    pub fn peer_detection_time(&self) -> Duration {
        let interval = self.in_force.desired_min_tx.max(self.remote.min_rx);
        interval.duration() * u32::from(self.spec.detect_mult.get())
    }

    /// Whether `bfd.AuthSeqKnown` has become zero by silence (RFC 5880 §6.8.1). Only packets that
    /// were accepted break a silence, or a peer that began anew could never be heard again.
    pub(super) fn forgets_sequence(&self, now: Instant) -> bool {
        let (Some(heard), Some(time)) = (self.heard.last, self.last_detection_time()) else {
            return true;
        };
        now.saturating_duration_since(heard) >= time * 2
    }

    pub(super) fn deadline(&mut self, now: Instant, health: &LocalHealth, actions: &mut Actions) {
        if self.timers.is_due(Timer::Detection, now) {
            self.expire(now, health, actions);
        }
        self.transmit_due(now, actions);
    }

    /// A detection time of silence: the state machine hears of it, and what was learnt of the peer
    /// is forgotten as far as RFC 5880 §6.8.1 and §6.8.18 ask.
    fn expire(&mut self, now: Instant, health: &LocalHealth, actions: &mut Actions) {
        let limit = self.detection_time().unwrap_or_default();
        let granted = self.peer_detection_time();
        self.remote.discriminator = None;
        self.remote.min_rx = Micros(1);
        if self.poll != Poll::Idle {
            self.poll.restart();
        }
        self.step(
            now,
            Event::Expired,
            Cause::Expired { limit, granted },
            health,
            actions,
        );
    }

    /// Keeps the detection timer at the last packet plus the detection time in force.
    ///
    /// While AdminDown packets earn no credit, but the peer is there: its discriminator stays.
    pub(super) fn rearm_detection(&mut self) {
        let time = self.detection_time();
        let deadline = time.and_then(|time| Some(self.heard.last? + time));
        self.timers.set(Timer::Detection, deadline);
    }

    /// The first verdict that fits, with its evidence.
    pub(super) fn judge(&self, now: Instant, cause: Cause, health: &LocalHealth) -> Down {
        let evidence = self.evidence(now, cause, health);
        let verdict = match (cause, self.path) {
            (Cause::Admin, _) => Verdict::Admin,
            (Cause::Path(problem), _) | (_, Path::Waiting(problem)) => Verdict::LinkDown(problem),
            (Cause::Expired { granted, .. }, _) => self.silence(now, granted, &evidence),
            (
                Cause::Signalled {
                    state: State::AdminDown,
                    ..
                },
                _,
            ) => Verdict::PeerAdminDown,
            (Cause::Signalled { state, diagnostic }, _) => {
                self.signal(now, state, diagnostic, &evidence)
            }
        };
        Down { verdict, evidence }
    }

    /// Nothing was accepted: because we were deaf, or because nothing came. A passive peer that does
    /// not hear us falls silent (RFC 5880 §6.8.7), so errors count for as long as it `granted`.
    fn silence(&self, now: Instant, granted: Duration, evidence: &Evidence) -> Verdict {
        let since = now.saturating_sub(evidence.window);
        let waited = now.saturating_sub(evidence.window.saturating_add(granted));
        if let Some(errno) = self.tx_error_since(waited) {
            return Verdict::TxFailed(errno);
        }
        if evidence.socket_drops > 0 {
            return Verdict::LocalDrop(evidence.socket_drops);
        }
        if is_stall(evidence.stall, evidence.limit) {
            return Verdict::LocalStall(evidence.stall);
        }
        match self.faults.last_auth_discard {
            Some((at, reason)) if at >= since => Verdict::Auth(reason),
            _ => Verdict::PeerSilent,
        }
    }

    /// The peer says Down: because it did not hear us, which may be our fault, or for its own
    /// reasons.
    fn signal(
        &self,
        now: Instant,
        state: State,
        diagnostic: Diagnostic,
        evidence: &Evidence,
    ) -> Verdict {
        if diagnostic != Diagnostic::CONTROL_TIME_EXPIRED {
            return Verdict::PeerSignalled { state, diagnostic };
        }
        let since = now.saturating_sub(evidence.window);
        match self.tx_error_since(since) {
            Some(errno) => Verdict::TxFailed(errno),
            None if is_stall(evidence.stall, self.peer_detection_time()) => {
                Verdict::LocalStall(evidence.stall)
            }
            None => Verdict::OneWay,
        }
    }

    fn tx_error_since(&self, since: Instant) -> Option<i32> {
        self.faults
            .last_tx_error
            .filter(|(at, _)| *at >= since)
            .map(|(_, errno)| errno)
    }

    fn evidence(&self, now: Instant, cause: Cause, health: &LocalHealth) -> Evidence {
        let last = self.heard.arrivals[0];
        let gap = last
            .map(|last| now.saturating_duration_since(last))
            .unwrap_or_default();
        let limit = match cause {
            Cause::Expired { limit, .. } => limit,
            _ => self.detection_time().unwrap_or_default(),
        };
        let window = match cause {
            Cause::Signalled { .. } => limit.max(self.peer_detection_time()),
            _ => limit.max(gap),
        };
        let since = now.saturating_sub(window);
        let faults = self.faults.marks.since(self.faults.tally);
        Evidence {
            window,
            last_arrivals: self.heard.arrivals,
            gap,
            limit,
            socket_drops: health.drops(since),
            stall: health.worst_stall(since),
            discards: faults.discarded,
            tx_errors: faults.tx_errors,
            remote_state: last.map(|_| self.remote.state),
            remote_diagnostic: last.map(|_| self.remote.diagnostic),
        }
    }
}

/// A delay of ours counts as a cause from half of the time the other side grants.
fn is_stall(stall: Duration, granted: Duration) -> bool {
    !stall.is_zero() && stall >= granted / 2
}
