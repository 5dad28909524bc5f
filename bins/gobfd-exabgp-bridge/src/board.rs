//! What ExaBGP is to believe, as a plain value: news of sessions and the time go in, commands come
//! out.
//!
//! Level-triggered: for each route the board knows what ExaBGP believes and what it should believe,
//! and a command is always made from the difference of this moment. So a command that has to wait is
//! never out of date, nothing queues up, and repeated news cost nothing. Owner: the bridge's one
//! task. It must never do I/O, nor look at a clock.
//!
//! Three rules:
//! - Only Up counts. AdminDown is taken for Down, whoever is to blame: an announced prefix has no
//!   other proof that its path is alive (RFC 5882 §3.2).
//! - While the daemon does not answer, what ExaBGP believes stays, for [`RouteBoard::new`]'s
//!   `keep_last` at most; then everything is withdrawn.
//! - ExaBGP may remember the routes of a process that died. So each route begins as unknown, and the
//!   first thing told of it is the truth, be it a withdrawal.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bfd_api::v1::BfdSession;
use bfd_api::{Change, Update};
use bfd_program::config::go_text;

use crate::peer::{Peer, Session};
use crate::prefix::Prefix;
use crate::route::{Condition, Route};

/// The routes, the sessions they hang on, and what ExaBGP was told.
#[derive(Clone, Debug)]
pub struct RouteBoard {
    rows: Vec<Row>,
    /// By the daemon's discriminator; only sessions that some route hangs on.
    sessions: BTreeMap<u32, Session>,
    source: Source,
    keep_last: Duration,
    /// The row to look at first, so that one that flaps cannot starve the others.
    turn: usize,
}

#[derive(Clone, Debug)]
struct Row {
    route: Route,
    belief: Belief,
}

/// What ExaBGP believes of a route, once it has read all commands made so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belief {
    Unknown,
    Told(Action),
}

/// Where the truth comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The sessions, which are those of the daemon.
    Sessions,
    /// Nowhere since this moment: the daemon does not answer.
    Away(Instant),
    /// The program stops.
    Stopped,
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Announces the route.
    Announce,
    /// Withdraws it.
    Withdraw,
}

/// A command for ExaBGP. It must be written before the next one is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub action: Action,
    /// To which route.
    pub prefix: Prefix,
    /// The line with its line feed.
    pub line: String,
    /// Why, for the log.
    pub reason: String,
}

impl RouteBoard {
    /// A board that knows nothing yet. Without an answer of the daemon ExaBGP's belief stays as it
    /// is for `keep_last`.
    #[must_use]
    pub fn new(routes: Vec<Route>, keep_last: Duration, now: Instant) -> Self {
        let row = |route| Row {
            route,
            belief: Belief::Unknown,
        };
        Self {
            rows: routes.into_iter().map(row).collect(),
            sessions: BTreeMap::new(),
            source: Source::Away(now),
            keep_last,
            turn: 0,
        }
    }

    /// Takes news of the daemon.
    pub fn update(&mut self, update: &Update, now: Instant) {
        match (update, self.source) {
            (Update::Change(change), _) => self.change(change),
            (_, Source::Stopped) | (Update::Lost(_), Source::Away(_)) => {}
            (Update::Current, _) => self.source = Source::Sessions,
            (Update::Lost(_), Source::Sessions) => self.source = Source::Away(now),
        }
    }

    /// From now on everything is to be withdrawn.
    pub fn stop(&mut self) {
        self.source = Source::Stopped;
    }

    /// The next difference between what ExaBGP believes and what it should, as a command.
    pub fn next(&mut self, now: Instant) -> Option<Command> {
        let rows = self.rows.len();
        let from_turn = (0..rows).map(|step| (self.turn + step) % rows);
        let (index, action) = from_turn
            .filter_map(|index| Some((index, self.wanted(&self.rows[index].route, now)?)))
            .find(|(index, action)| self.rows[*index].belief != Belief::Told(*action))?;
        self.turn = index + 1;
        self.rows[index].belief = Belief::Told(action);
        Some(self.command(&self.rows[index].route, action))
    }

    /// When [`RouteBoard::next`] may have something to say although there was no news. To be asked
    /// after it had nothing to say.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let withdrawn = |row: &Row| row.belief == Belief::Told(Action::Withdraw);
        match self.source {
            Source::Away(since) if !self.rows.iter().all(withdrawn) => {
                since.checked_add(self.keep_last)
            }
            _ => None,
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Added(session) | Change::State { session, .. } => self.keep(session),
            Change::Removed(session) => drop(self.sessions.remove(&session.local_discriminator)),
            // A kind of news that this program does not know says nothing about reachability.
            _ => {}
        }
    }

    fn keep(&mut self, session: &BfdSession) {
        let seen = Session::from(session);
        let mut peers = self.rows.iter().flat_map(|row| row.route.peers());
        if peers.any(|peer| peer.matches(&seen)) {
            self.sessions.insert(session.local_discriminator, seen);
        } else {
            self.sessions.remove(&session.local_discriminator);
        }
    }

    /// `None`: it stays as it is.
    fn wanted(&self, route: &Route, now: Instant) -> Option<Action> {
        let up = match self.source {
            Source::Sessions => self.holds(route),
            Source::Away(since) if now.saturating_duration_since(since) < self.keep_last => {
                return None;
            }
            Source::Away(_) | Source::Stopped => false,
        };
        Some(if up {
            Action::Announce
        } else {
            Action::Withdraw
        })
    }

    fn holds(&self, route: &Route) -> bool {
        let mut peers = route.peers().iter();
        match route.condition() {
            Condition::Any => peers.any(|peer| self.is_up(peer)),
            Condition::All => peers.all(|peer| self.is_up(peer)),
        }
    }

    /// A peer is reachable while one of its sessions is Up.
    fn is_up(&self, peer: &Peer) -> bool {
        self.of(peer).any(Session::is_up)
    }

    fn of<'b>(&'b self, peer: &'b Peer) -> impl Iterator<Item = &'b Session> {
        self.sessions
            .values()
            .filter(|session| peer.matches(session))
    }

    fn command(&self, route: &Route, action: Action) -> Command {
        let (line, reason) = match action {
            Action::Announce => (route.announcement(), self.why_up(route)),
            Action::Withdraw => (route.withdrawal(), self.why_down(route)),
        };
        Command {
            action,
            prefix: route.prefix(),
            line,
            reason,
        }
    }

    fn why_up(&self, route: &Route) -> String {
        match (route.condition(), route.peers()) {
            (Condition::All, peers) if peers.len() > 1 => {
                format!("all {} peers are Up", peers.len())
            }
            (_, peers) => match peers.iter().find(|peer| self.is_up(peer)) {
                Some(peer) => format!("peer {peer} is Up"),
                None => String::new(),
            },
        }
    }

    /// The first peer that is missing, and how many there are if that is not plain.
    fn why_down(&self, route: &Route) -> String {
        match self.source {
            Source::Stopped => return "the bridge stops".into(),
            Source::Away(_) => {
                return format!("gobfd has not answered for {}", go_text(self.keep_last));
            }
            Source::Sessions => {}
        }
        let mut missing = route.peers().iter().filter(|peer| !self.is_up(peer));
        let first = missing
            .next()
            .map_or_else(String::new, |peer| self.state_of(peer));
        match (route.condition(), missing.count()) {
            (Condition::Any, more @ 1..) => {
                format!("{first}; no other of its {} peers is Up", more + 1)
            }
            _ => first,
        }
    }

    fn state_of(&self, peer: &Peer) -> String {
        match self.of(peer).next() {
            Some(session) => format!("peer {peer} is {session}"),
            None => format!("there is no session with peer {peer}"),
        }
    }
}

#[cfg(test)]
mod tests;
