//! The board: what HAProxy is told of each server.
//!
//! Purpose: turn what is known of sessions, and of the daemon that runs them, into one answer per
//! server. A plain value: events and the time go in, changes come out. Owner: the one task that
//! follows the daemon. It must never read a clock, wait or talk.
//!
//! One rule orders everything: an answer changes only when the daemon knows better, or when it has
//! been away for as long as the policy allows. A session that has just been created, or that ends
//! because the daemon does, says nothing about the path.

mod policy;
mod server;
mod session;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

pub use policy::{Away, Policy};
pub use server::{Answer, Change, Reason, Selector};
pub use session::{Condition, Session};

use server::Server;
use session::View;

/// Longest time after the start before something is answered.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long sessions may take to come up again after the daemon has come back.
const RETURN: Duration = Duration::from_secs(10);
/// A daemon that stops, or deletes a session, is done with it by then.
const FAREWELL: Duration = Duration::from_secs(5);

/// Something the daemon, or its absence, tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A session is new or has changed.
    Session {
        /// The daemon's discriminator.
        id: u32,
        /// The session as it is now.
        session: Session,
    },
    /// A session is gone.
    Removed {
        /// The daemon's discriminator.
        id: u32,
        /// Address of its peer, canonical.
        peer: IpAddr,
    },
    /// Everything was told; from here on the daemon tells what happens.
    Current,
    /// The daemon does not answer.
    Lost,
}

/// All servers, and what is known of the sessions to them.
#[derive(Clone, Debug)]
pub struct ServerBoard {
    policy: Policy,
    servers: Vec<Server>,
    peers: BTreeMap<IpAddr, Peer>,
    link: Link,
    /// Sessions that seem to end, oldest first, each with the time by which it must have.
    ending: VecDeque<(Instant, IpAddr, u32)>,
}

#[derive(Clone, Debug, Default)]
struct Peer {
    /// Indexes of the servers behind this address.
    servers: Vec<usize>,
    sessions: BTreeMap<u32, Session>,
}

/// Whether the daemon answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// Not known yet; until then nothing needs to be answered.
    Starting { until: Instant },
    /// It does not.
    Away,
    /// It does again; until then a session that was never up may be coming up.
    Returned { until: Instant },
    /// It does.
    Current,
}

impl ServerBoard {
    /// Nothing is known of these servers yet, and all answers are `down`.
    #[must_use]
    pub fn new(policy: Policy, servers: impl IntoIterator<Item = Selector>, now: Instant) -> Self {
        let servers: Vec<Server> = servers.into_iter().map(Server::new).collect();
        let mut peers: BTreeMap<IpAddr, Peer> = BTreeMap::new();
        for (index, server) in servers.iter().enumerate() {
            let peer = peers.entry(server.selector.peer).or_default();
            peer.servers.push(index);
        }
        Self {
            policy,
            servers,
            peers,
            link: Link::Starting {
                until: now + PATIENCE,
            },
            ending: VecDeque::new(),
        }
    }

    /// Takes an event. The changes are in the order in which they happened.
    pub fn handle(&mut self, now: Instant, event: Event) -> Vec<Change> {
        let mut changes = self.tick(now);
        changes.extend(match event {
            Event::Session { id, session } => self.put(now, id, session),
            Event::Removed { id, peer } => self.remove(now, id, peer),
            Event::Current => self.turn(now, self.after_return(now)),
            Event::Lost => self.turn(now, Link::Away),
        });
        changes
    }

    /// Does what is due at `now`.
    pub fn tick(&mut self, now: Instant) -> Vec<Change> {
        let mut changes = self.ended(now);
        match self.link {
            Link::Starting { until } if until <= now => self.link = Link::Away,
            Link::Returned { until } if until <= now => self.link = Link::Current,
            _ if self.expiry().is_some_and(|at| at <= now) => {}
            _ => return changes,
        }
        changes.extend(self.judge_all(now));
        changes
    }

    /// When [`ServerBoard::tick`] is to be called at the latest; `None`: not before an event.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let link = match self.link {
            Link::Starting { until } | Link::Returned { until } => Some(until),
            Link::Away | Link::Current => None,
        };
        let ending = self.ending.front().map(|(until, ..)| *until);
        [link, ending, self.expiry()].into_iter().flatten().min()
    }

    /// The answer for the server with this index; `down` for one that does not exist.
    #[must_use]
    pub fn answer(&self, server: usize) -> Answer {
        self.servers
            .get(server)
            .map_or(Answer::Down, |server| server.answer)
    }

    /// Whether the answers mean something: the daemon has told everything, or was found away.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(self.link, Link::Starting { .. })
    }

    /// Whether the daemon answers.
    #[must_use]
    pub fn is_daemon_here(&self) -> bool {
        matches!(self.link, Link::Returned { .. } | Link::Current)
    }

    fn put(&mut self, now: Instant, id: u32, session: Session) -> Vec<Change> {
        let (address, condition) = (session.peer, session.condition);
        let Some(peer) = self.peers.get_mut(&address) else {
            return Vec::new();
        };
        peer.sessions.insert(id, session);
        if condition == Condition::Ending {
            self.ending.push_back((now + FAREWELL, address, id));
        }
        self.judge_peer(now, address)
    }

    fn remove(&mut self, now: Instant, id: u32, address: IpAddr) -> Vec<Change> {
        let peer = self.peers.get_mut(&address);
        match peer.and_then(|peer| peer.sessions.remove(&id)) {
            Some(_) => self.judge_peer(now, address),
            None => Vec::new(),
        }
    }

    /// A session that has not ended in time is one that an operator holds down.
    fn ended(&mut self, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some((until, address, id)) = self.ending.front().copied() {
            if until > now {
                break;
            }
            self.ending.pop_front();
            let peer = self.peers.get_mut(&address);
            let session = peer.and_then(|peer| peer.sessions.get_mut(&id));
            if let Some(session) = session.filter(|s| s.condition == Condition::Ending) {
                session.condition = Condition::AdminDown;
                changes.extend(self.judge_peer(now, address));
            }
        }
        changes
    }

    fn turn(&mut self, now: Instant, link: Link) -> Vec<Change> {
        self.link = link;
        self.judge_all(now)
    }

    fn after_return(&self, now: Instant) -> Link {
        match self.link {
            Link::Away => Link::Returned {
                until: now + RETURN,
            },
            Link::Starting { .. } => Link::Current,
            link => link,
        }
    }

    /// When the first answer that is only kept has been kept for long enough.
    fn expiry(&self) -> Option<Instant> {
        self.servers
            .iter()
            .filter_map(|server| server.expiry(self.policy.away))
            .min()
    }

    fn judge_all(&mut self, now: Instant) -> Vec<Change> {
        (0..self.servers.len())
            .filter_map(|index| self.judge(now, index))
            .collect()
    }

    fn judge_peer(&mut self, now: Instant, address: IpAddr) -> Vec<Change> {
        let servers = self.peers.get(&address).map(|peer| peer.servers.clone());
        servers
            .unwrap_or_default()
            .into_iter()
            .filter_map(|index| self.judge(now, index))
            .collect()
    }

    fn judge(&mut self, now: Instant, index: usize) -> Option<Change> {
        let server = self.servers.get_mut(index)?;
        let from = server.answer;
        let view = View::of(server, &self.peers);
        let is_return = matches!(self.link, Link::Returned { .. });
        let reason = match self.link {
            Link::Starting { .. } => return None,
            Link::Away => server.guess(now, self.policy.away),
            // What it was is what it stays, until the daemon is done with the session.
            _ if view == View::Ending && !server.is_guess() => return None,
            _ if view == View::Ending || (view == View::Undecided && is_return) => {
                server.guess(now, self.policy.away)
            }
            _ => server.decide(view, self.policy.admin_down),
        };
        let to = server.answer;
        (from != to).then_some(Change {
            server: index,
            from,
            to,
            reason,
        })
    }
}
