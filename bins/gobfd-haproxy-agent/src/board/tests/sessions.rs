//! What is answered while the daemon answers.

use std::time::{Duration, Instant};

use super::{Answer, Condition, Event, POLICY, Policy, Selector, ServerBoard, Session, Story};
use super::{address, removed, session, to};
use crate::board::Reason;

#[test]
fn each_condition_has_its_answer() {
    for (condition, answer) in [
        (Condition::Up, Answer::Up),
        (Condition::Down, Answer::Down),
        (Condition::AdminDown, Answer::Drain),
        (Condition::Undecided, Answer::Down),
        (Condition::Ending, Answer::Down),
    ] {
        let story = Story::with(POLICY, condition);
        assert_eq!(story.answer(), answer, "{condition:?}");
    }
    let policy = Policy {
        admin_down: Answer::Down,
        ..POLICY
    };
    let story = Story::with(policy, Condition::AdminDown);
    assert_eq!(story.answer(), Answer::Down);
}

#[test]
fn a_change_says_what_and_why() {
    let mut story = Story::with(POLICY, Condition::Up);
    let changes = story.tell(session(1, "192.0.2.1", Condition::Down));
    assert_eq!(changes.len(), 1);
    let change = changes[0];
    assert_eq!((change.server, change.from), (0, Answer::Up));
    assert_eq!((change.to, change.reason), (Answer::Down, Reason::Down));
    assert!(
        story
            .tell(session(1, "192.0.2.1", Condition::Down))
            .is_empty()
    );
}

#[test]
fn nothing_is_answered_before_everything_was_told() {
    let mut story = Story::new(POLICY);
    let up = session(1, "192.0.2.1", Condition::Up);
    assert!(story.tell(up).is_empty());
    assert!(!story.board.is_settled());
    assert_eq!(story.tell(Event::Current).len(), 1);
    assert!(story.board.is_settled());
}

#[test]
fn a_peer_without_session_is_down_also_after_it_had_one() {
    let mut story = Story::new(POLICY);
    story.tell(session(1, "192.0.2.9", Condition::Up));
    story.tell(Event::Current);
    assert_eq!(story.answer(), Answer::Down);
    story.tell(session(2, "192.0.2.1", Condition::Up));
    assert_eq!(story.answer(), Answer::Up);
    let changes = story.tell(removed(2, "192.0.2.1"));
    assert_eq!(changes[0].reason, Reason::NoSession);
    assert_eq!(story.answer(), Answer::Down);
}

#[test]
fn one_of_several_sessions_is_enough() {
    let mut story = Story::with(POLICY, Condition::Up);
    story.tell(session(2, "192.0.2.1", Condition::Down));
    assert_eq!(story.answer(), Answer::Up);
    story.tell(session(1, "192.0.2.1", Condition::AdminDown));
    assert_eq!(story.answer(), Answer::Drain);
    story.tell(session(1, "192.0.2.1", Condition::Down));
    assert_eq!(story.answer(), Answer::Down);
    story.tell(session(2, "192.0.2.1", Condition::Up));
    assert_eq!(story.answer(), Answer::Up);
}

#[test]
fn interface_and_local_address_narrow_the_choice() {
    let narrowed = |interface: Option<&str>, local: Option<&str>| Selector {
        interface: interface.map(str::to_owned),
        local: local.map(address),
        ..to("fe80::1")
    };
    let servers = [
        narrowed(Some("eth0"), None),
        narrowed(Some("eth1"), None),
        narrowed(None, Some("fe80::a")),
        narrowed(Some("eth0"), Some("fe80::b")),
    ];
    let now = Instant::now();
    let mut board = ServerBoard::new(POLICY, servers, now);
    board.handle(now, Event::Current);
    let session = Session {
        peer: address("fe80::1"),
        local: Some(address("fe80::a")),
        interface: Some("eth0".to_owned()),
        condition: Condition::Up,
    };
    let changes = board.handle(now, Event::Session { id: 1, session });
    let changed: Vec<usize> = changes.iter().map(|change| change.server).collect();
    assert_eq!(changed, [0, 2]);
}

#[test]
fn a_session_that_ends_says_nothing_until_it_has() {
    let mut story = Story::with(POLICY, Condition::Up);
    story.tell(session(1, "192.0.2.1", Condition::Ending));
    assert_eq!(story.answer(), Answer::Up);
    story.pass(Duration::from_secs(2));
    story.tell(removed(1, "192.0.2.1"));
    assert_eq!(story.answer(), Answer::Down, "it was deleted");
    assert!(story.pass(Duration::from_secs(60)).is_empty());
}

#[test]
fn a_session_that_does_not_end_in_time_is_held_down_by_an_operator() {
    let mut story = Story::with(POLICY, Condition::Up);
    story.tell(session(1, "192.0.2.1", Condition::Ending));
    assert!(story.pass(Duration::from_secs(4)).is_empty());
    let changes = story.pass(Duration::from_secs(1));
    assert_eq!(changes[0].reason, Reason::AdminDown);
    assert_eq!(story.answer(), Answer::Drain);
    story.tell(session(1, "192.0.2.1", Condition::Up));
    assert_eq!(story.answer(), Answer::Up);
    assert_eq!(story.board.deadline(), None);
}
