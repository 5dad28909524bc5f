//! One server of HAProxy's: which sessions count for it, and what is answered.

use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use super::policy::Away;
use super::session::{Session, View};

/// What HAProxy is told of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It gets no traffic.
    Down,
    /// It gets traffic.
    Up,
    /// It keeps its sessions and gets no new ones.
    Drain,
}

impl Answer {
    /// The word for logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
            Self::Drain => "drain",
        }
    }
}

/// Which sessions count for a server: those to its address, and of these, if given, only those on
/// the interface and from the local address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector {
    /// Address of the peer, canonical.
    pub peer: IpAddr,
    /// The interface the session is bound to.
    pub interface: Option<String>,
    /// The address the session sends from, canonical.
    pub local: Option<IpAddr>,
}

impl Selector {
    /// Whether this session counts.
    #[must_use]
    pub fn takes(&self, session: &Session) -> bool {
        let interface = self.interface.as_ref();
        self.peer == session.peer
            && interface.is_none_or(|wanted| session.interface.as_ref() == Some(wanted))
            && self.local.is_none_or(|local| session.local == Some(local))
    }
}

/// An answer that became another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Index of the server.
    pub server: usize,
    /// Before.
    pub from: Answer,
    /// Now.
    pub to: Answer,
    /// Why.
    pub reason: Reason,
}

/// Why an answer is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A session is Up.
    Up,
    /// Every session is down.
    Down,
    /// An operator holds the session down.
    AdminDown,
    /// No session was up yet.
    NotUpYet,
    /// The daemon has no session to this server.
    NoSession,
    /// The daemon does not answer, or has just come back.
    DaemonAway,
    /// It has not answered for too long.
    AwayTooLong,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "session is Up",
            Self::Down => "session is Down",
            Self::AdminDown => "an operator holds the session down",
            Self::NotUpYet => "session was not Up yet",
            Self::NoSession => "the daemon has no session to this peer",
            Self::DaemonAway => "the daemon is away",
            Self::AwayTooLong => "the daemon has been away for too long",
        })
    }
}

#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) selector: Selector,
    pub(super) answer: Answer,
    /// What the daemon's word last led to.
    known: Answer,
    /// Since when the daemon's word is missing.
    guessing: Option<Instant>,
}

impl Server {
    pub(super) fn new(selector: Selector) -> Self {
        Self {
            selector,
            answer: Answer::Down,
            known: Answer::Down,
            guessing: None,
        }
    }

    /// Follows the daemon's word.
    pub(super) fn decide(&mut self, view: View, admin_down: Answer) -> Reason {
        let (answer, reason) = match view {
            View::Up => (Answer::Up, Reason::Up),
            View::AdminDown => (admin_down, Reason::AdminDown),
            View::Down => (Answer::Down, Reason::Down),
            // A session that ends is waited for; it does not get here.
            View::Undecided | View::Ending => (Answer::Down, Reason::NotUpYet),
            View::Nothing => (Answer::Down, Reason::NoSession),
        };
        (self.answer, self.known, self.guessing) = (answer, answer, None);
        reason
    }

    /// Follows the policy, because the daemon does not say.
    pub(super) fn guess(&mut self, now: Instant, away: Away) -> Reason {
        let since = *self.guessing.get_or_insert(now);
        let (answer, reason) = match away {
            Away::Fail(answer) => (answer, Reason::DaemonAway),
            Away::KeepLast(limit) if now < since + limit => (self.known, Reason::DaemonAway),
            Away::KeepLast(_) => (Answer::Down, Reason::AwayTooLong),
        };
        self.answer = answer;
        reason
    }

    /// Whether the answer follows the policy.
    pub(super) fn is_guess(&self) -> bool {
        self.guessing.is_some()
    }

    /// When an answer that is only kept has been kept for long enough.
    pub(super) fn expiry(&self, away: Away) -> Option<Instant> {
        match (away, self.guessing) {
            (Away::KeepLast(limit), Some(since)) if self.answer != Answer::Down => {
                Some(since + limit)
            }
            _ => None,
        }
    }
}
