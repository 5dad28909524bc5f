//! Any history at all, against rules that can be read off the history.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Answer, Away, Condition, Event, Policy, Selector, ServerBoard, Session, address, to};

const PEERS: [&str; 3] = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
const INTERFACES: [Option<&str>; 3] = [None, Some("eth0"), Some("eth1")];

fn servers() -> Vec<Selector> {
    let narrowed = Selector {
        interface: Some("eth0".to_owned()),
        ..to(PEERS[0])
    };
    vec![to(PEERS[0]), narrowed, to(PEERS[1]), to(PEERS[1])]
}

fn conditions() -> impl Strategy<Value = Condition> {
    proptest::sample::select(vec![
        Condition::Up,
        Condition::Up,
        Condition::Down,
        Condition::AdminDown,
        Condition::Undecided,
        Condition::Ending,
    ])
}

/// Sessions keep peer and interface as long as they live, as the daemon's do.
fn events() -> impl Strategy<Value = Event> {
    let of = |id: u32| (address(PEERS[id as usize % 3]), INTERFACES[id as usize / 3]);
    prop_oneof![
        6 => (0..9_u32, conditions()).prop_map(move |(id, condition)| {
            let (peer, interface) = of(id);
            let interface = interface.map(str::to_owned);
            Event::Session { id, session: Session { peer, local: None, interface, condition } }
        }),
        2 => (0..9_u32).prop_map(move |id| Event::Removed { id, peer: of(id).0 }),
        2 => Just(Event::Current),
        1 => Just(Event::Lost),
    ]
}

fn history() -> impl Strategy<Value = Vec<(Duration, Event)>> {
    let pauses = prop_oneof![
        4 => 0..500_u64,
        1 => 0..20_000_u64,
    ];
    proptest::collection::vec((pauses.prop_map(Duration::from_millis), events()), 0..120)
}

fn policies() -> impl Strategy<Value = Policy> {
    let away = prop_oneof![
        (0..40_u64).prop_map(|seconds| Away::KeepLast(Duration::from_secs(seconds))),
        Just(Away::Fail(Answer::Up)),
        Just(Away::Fail(Answer::Down)),
    ];
    let admin_down = proptest::sample::select(vec![Answer::Down, Answer::Drain]);
    (away, admin_down).prop_map(|(away, admin_down)| Policy { away, admin_down })
}

/// What the sessions of a server say, if each of them has made up its mind.
fn plain(policy: Policy, server: &Selector, sessions: &BTreeMap<u32, Session>) -> Option<Answer> {
    let mine = || sessions.values().filter(|session| server.takes(session));
    let any = |condition| mine().any(|session| session.condition == condition);
    if any(Condition::Up) {
        Some(Answer::Up)
    } else if any(Condition::Ending) || any(Condition::Undecided) {
        None
    } else if any(Condition::AdminDown) {
        Some(policy.admin_down)
    } else {
        Some(Answer::Down)
    }
}

/// A board that does what is due at its time, and what its history says.
struct Run {
    board: ServerBoard,
    now: Instant,
    answers: Vec<Answer>,
    sessions: BTreeMap<u32, Session>,
    /// Since when the daemon is away; `None` while it is there.
    away: Option<Instant>,
}

impl Run {
    fn new(policy: Policy) -> Self {
        let now = Instant::now();
        Self {
            board: ServerBoard::new(policy, servers(), now),
            now,
            answers: vec![Answer::Down; servers().len()],
            sessions: BTreeMap::new(),
            away: Some(now),
        }
    }

    fn step(&mut self, pause: Duration, event: &Event) {
        let end = self.now + pause;
        while let Some(at) = self.board.deadline().filter(|at| *at <= end) {
            let changes = self.board.tick(at);
            self.take(&changes);
            assert_ne!(self.board.deadline(), Some(at), "what is due is done");
        }
        self.now = end;
        let changes = self.board.handle(end, event.clone());
        self.take(&changes);
        self.note(event);
    }

    /// Changes are exactly what differs.
    fn take(&mut self, changes: &[super::Change]) {
        for change in changes {
            assert_ne!(change.from, change.to);
            assert_eq!(self.answers[change.server], change.from);
            self.answers[change.server] = change.to;
        }
        for (server, answer) in self.answers.iter().enumerate() {
            assert_eq!(self.board.answer(server), *answer);
        }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Session { id, session } => drop(self.sessions.insert(*id, session.clone())),
            Event::Removed { id, .. } => drop(self.sessions.remove(id)),
            Event::Current => self.away = None,
            Event::Lost => {
                self.away.get_or_insert(self.now);
            }
        }
    }
}

proptest! {
    #[test]
    fn while_the_daemon_is_there_its_word_counts(policy in policies(), history in history()) {
        let mut run = Run::new(policy);
        for (pause, event) in &history {
            run.step(*pause, event);
            if run.away.is_some() {
                continue;
            }
            for (server, selector) in servers().iter().enumerate() {
                if let Some(answer) = plain(policy, selector, &run.sessions) {
                    // Five seconds turn an end into an operator's act, which only changes answers
                    // of servers that `plain` does not speak of.
                    prop_assert_eq!(run.board.answer(server), answer, "server {}", server);
                }
            }
        }
    }

    #[test]
    fn while_it_is_away_the_policy_counts(policy in policies(), history in history()) {
        let mut run = Run::new(policy);
        for (pause, event) in &history {
            run.step(*pause, event);
            let Some(since) = run.away.filter(|_| run.board.is_settled()) else { continue };
            for answer in &run.answers {
                match policy.away {
                    Away::Fail(fixed) => prop_assert_eq!(*answer, fixed),
                    Away::KeepLast(limit) => {
                        prop_assert!(*answer == Answer::Down || run.now < since + limit);
                    }
                }
            }
        }
    }

    #[test]
    fn a_server_that_was_never_up_is_never_said_to_be(history in history()) {
        let policy = Policy {
            away: Away::KeepLast(Duration::from_secs(3600)),
            admin_down: Answer::Down,
        };
        let mut run = Run::new(policy);
        for (pause, event) in &history {
            let was_up = matches!(event, Event::Session { session, .. } if session.condition == Condition::Up);
            if !was_up {
                run.step(*pause, event);
            }
        }
        prop_assert!(run.answers.iter().all(|answer| *answer == Answer::Down));
    }

    #[test]
    fn with_the_daemon_there_the_past_does_not_matter(
        policy in policies(), first in history(), second in history(),
    ) {
        let (mut one, mut other) = (Run::new(policy), Run::new(policy));
        for (pause, event) in &first {
            one.step(*pause, event);
        }
        for (pause, event) in &second {
            other.step(*pause, event);
        }
        for run in [&mut one, &mut other] {
            for id in 0..9 {
                let peer = address(PEERS[id as usize % 3]);
                run.step(Duration::ZERO, &Event::Removed { id, peer });
            }
            run.step(Duration::ZERO, &Event::Current);
            let session = Session {
                peer: address(PEERS[0]),
                local: None,
                interface: Some("eth0".to_owned()),
                condition: Condition::Up,
            };
            run.step(Duration::ZERO, &Event::Session { id: 3, session });
        }
        prop_assert_eq!(&one.answers, &other.answers);
        prop_assert_eq!(one.answers, [Answer::Up, Answer::Up, Answer::Down, Answer::Down]);
    }
}
