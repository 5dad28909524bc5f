//! Sessions that share their labels, added up, so that no series appears twice.
//!
//! Address labels alone do not tell all sessions apart: one peer may have a single-hop and a
//! multihop session, or one session with a fixed and one with a chosen local address.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bfd_control::InterfaceName;
use bfd_program::exposition::escaped;
use bfd_proto::{Counters, SessionKind, State};

use super::input::SessionSample;

/// The sessions with the same peer, local address and interface.
pub(super) struct Group {
    /// The labels of the group as they stand between braces.
    pub(super) labels: String,
    /// Packets sent by all of them.
    pub(super) sent: u64,
    /// Packets accepted.
    pub(super) received: u64,
    /// Packets discarded.
    pub(super) dropped: u64,
    /// Of these, because of authentication.
    pub(super) auth_failures: u64,
    /// State changes by code before and after.
    pub(super) transitions: [[u64; 4]; 4],
    /// The same sessions, by kind.
    pub(super) kinds: Vec<Kind>,
}

/// The sessions of a group that are of one kind.
pub(super) struct Kind {
    /// `SingleHop` or `MultiHop`.
    pub(super) name: &'static str,
    /// How many there are; seldom more than one.
    pub(super) sessions: u64,
    /// The state of the worst.
    pub(super) state: State,
    /// How often Up was left, all together.
    pub(super) flaps: u64,
}

type Key = (IpAddr, Option<IpAddr>, Option<InterfaceName>);

impl Group {
    /// The groups in the order of their labels.
    pub(super) fn of(sessions: &[SessionSample]) -> Vec<Self> {
        let mut groups: BTreeMap<Key, Self> = BTreeMap::new();
        for session in sessions {
            let key = (session.peer, session.local, session.interface);
            groups
                .entry(key)
                .or_insert_with(|| Self::empty(key))
                .add(session);
        }
        groups.into_values().collect()
    }

    fn empty((peer, local, interface): Key) -> Self {
        let local = local.map(|local| local.to_string()).unwrap_or_default();
        let mut labels = format!("peer_addr=\"{peer}\",local_addr=\"{local}\"");
        if let Some(interface) = interface {
            labels.push_str(&format!(",interface=\"{}\"", escaped(interface.as_str())));
        }
        Self {
            labels,
            sent: 0,
            received: 0,
            dropped: 0,
            auth_failures: 0,
            transitions: [[0; 4]; 4],
            kinds: Vec::new(),
        }
    }

    fn add(&mut self, session: &SessionSample) {
        let counters = &session.view.counters;
        self.sent += counters.sent;
        self.received += counters.received;
        self.dropped += counters.discarded();
        self.auth_failures += counters.auth_failures();
        for (sum, count) in self.transitions.iter_mut().flatten().zip(changes(counters)) {
            *sum += count;
        }
        let kind = self.kind(match session.view.spec.kind {
            SessionKind::SingleHop => "SingleHop",
            SessionKind::MultiHop { .. } => "MultiHop",
        });
        kind.sessions += 1;
        kind.state = kind.state.min(session.view.state);
        kind.flaps += u64::from(counters.flaps);
    }

    fn kind(&mut self, name: &'static str) -> &mut Kind {
        let at = self
            .kinds
            .iter()
            .position(|kind| kind.name == name)
            .unwrap_or_else(|| {
                self.kinds.push(Kind {
                    name,
                    sessions: 0,
                    state: State::Up,
                    flaps: 0,
                });
                self.kinds.len() - 1
            });
        &mut self.kinds[at]
    }
}

fn changes(counters: &Counters) -> impl Iterator<Item = u64> {
    counters.transitions.into_iter().flatten().map(u64::from)
}
