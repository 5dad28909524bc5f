//! The board against a model that knows the whole history and nothing of commands.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const PEERS: [&str; 3] = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
const STATES: [SessionState; 4] = [
    SessionState::AdminDown,
    SessionState::Down,
    SessionState::Init,
    SessionState::Up,
];

/// One thing that happens. Few sessions and peers, so that they meet often.
#[derive(Clone, Debug)]
enum Step {
    Is(u32, usize, usize),
    Gone(u32),
    Lost,
    Current,
    Wait(Duration),
    /// ExaBGP has room for so many commands.
    Read(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..5_u32, 0..PEERS.len(), 0..STATES.len()).prop_map(|(d, p, s)| Step::Is(d, p, s)),
        2 => (0..5_u32).prop_map(Step::Gone),
        1 => Just(Step::Lost),
        2 => Just(Step::Current),
        2 => (0..12_u64).prop_map(|seconds| Step::Wait(Duration::from_secs(seconds))),
        4 => (0..4_usize).prop_map(Step::Read),
    ]
}

fn routes() -> impl Strategy<Value = Vec<(bool, BTreeSet<usize>)>> {
    let peers = proptest::collection::btree_set(0..PEERS.len(), 1..=PEERS.len());
    proptest::collection::vec((any::<bool>(), peers), 1..4)
}

fn prefix(index: usize) -> String {
    format!("198.51.100.{index}/32")
}

fn made(routes: &[(bool, BTreeSet<usize>)]) -> Vec<Route> {
    let make = |(index, (all, peers)): (usize, &(bool, BTreeSet<usize>))| {
        let condition = if *all { Condition::All } else { Condition::Any };
        let peers: Vec<_> = peers.iter().map(|peer| PEERS[*peer]).collect();
        route(&prefix(index), condition, &peers)
    };
    routes.iter().enumerate().map(make).collect()
}

/// What ExaBGP makes of the lines it reads.
#[derive(Default)]
struct ExaBgp(BTreeSet<String>);

impl ExaBgp {
    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["announce", "route", prefix, "next-hop", "self"] => self.0.insert(prefix.into()),
            ["withdraw", "route", prefix, "next-hop", "self"] => self.0.remove(prefix),
            _ => panic!("{line:?}"),
        };
    }
}

/// The sessions as they are, and since when nobody can say.
struct Model {
    sessions: BTreeMap<u32, (usize, usize)>,
    away: Option<Duration>,
}

impl Model {
    fn wanted(&self, (all, peers): &(bool, BTreeSet<usize>), now: Duration) -> Option<bool> {
        match self.away {
            Some(since) if now - since < KEEP => None,
            Some(_) => Some(false),
            None => {
                let up = |peer: &usize| self.sessions.values().any(|known| *known == (*peer, 3));
                let count = peers.iter().filter(|peer| up(peer)).count();
                Some(if *all {
                    count == peers.len()
                } else {
                    count > 0
                })
            }
        }
    }

    fn take(&mut self, step: &Step, now: Duration) -> Option<Update> {
        match *step {
            Step::Is(discriminator, peer, state) => {
                self.sessions.insert(discriminator, (peer, state));
                Some(is(discriminator, PEERS[peer], STATES[state]))
            }
            Step::Gone(discriminator) => {
                let (peer, _) = self.sessions.remove(&discriminator)?;
                Some(gone(discriminator, PEERS[peer]))
            }
            Step::Lost => {
                self.away.get_or_insert(now);
                Some(lost())
            }
            Step::Current => {
                self.away = None;
                Some(Update::Current)
            }
            Step::Wait(_) | Step::Read(_) => None,
        }
    }
}

proptest! {
    /// Once ExaBGP has read everything it believes what is wanted, whatever it believed at the
    /// start, whatever happened, and however slowly it read; and it was never told without need.
    #[test]
    fn exabgp_believes_what_is_wanted(
        plan in routes(),
        before in proptest::collection::btree_set(0..4_usize, 0..4),
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let start = Instant::now();
        let mut board = RouteBoard::new(made(&plan), KEEP, start);
        let mut model = Model { sessions: BTreeMap::new(), away: Some(Duration::ZERO) };
        let mut exabgp = ExaBgp(before.into_iter().map(prefix).collect());
        let mut told: BTreeMap<Prefix, Action> = BTreeMap::new();
        let mut now = Duration::ZERO;
        for step in steps.iter().chain([&Step::Read(usize::MAX)]) {
            if let Step::Wait(time) = step {
                now += *time;
            }
            if let Some(update) = model.take(step, now) {
                board.update(&update, start + now);
            }
            let Step::Read(room) = step else { continue };
            for _ in 0..*room {
                let Some(command) = board.next(start + now) else { break };
                let again = told.insert(command.prefix, command.action) == Some(command.action);
                prop_assert!(!again, "told twice: {}", command.line);
                let row = plan.iter().enumerate().find(|(i, _)| prefix(*i) == command.prefix.to_string());
                let wanted = model.wanted(row.unwrap().1, now);
                prop_assert_eq!(wanted, Some(command.action == Action::Announce), "{}", command.line);
                exabgp.read(&command.line);
            }
        }
        for (index, row) in plan.iter().enumerate() {
            if let Some(wanted) = model.wanted(row, now) {
                prop_assert_eq!(exabgp.0.contains(&prefix(index)), wanted, "{}", prefix(index));
            }
        }
        let due = board.deadline();
        prop_assert!(due.is_none_or(|due| due > start + now), "a deadline in the past would spin");
    }
}
