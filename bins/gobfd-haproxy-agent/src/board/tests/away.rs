//! What is answered while the daemon is away, and after.

use std::time::Duration;

use super::{Answer, Away, Condition, Event, KEEP, POLICY, Policy, Story, removed, session};
use crate::board::Reason;

const SECOND: Duration = Duration::from_secs(1);

fn failing(answer: Answer) -> Policy {
    Policy {
        away: Away::Fail(answer),
        ..POLICY
    }
}

/// As a daemon that was restarted tells it: its sessions are new.
fn restarted(story: &mut Story, condition: Condition) {
    story.tell(removed(1, "192.0.2.1"));
    story.tell(session(2, "192.0.2.1", condition));
    story.tell(Event::Current);
}

#[test]
fn the_last_answer_is_kept_for_a_time() {
    for (condition, answer) in [
        (Condition::Up, Answer::Up),
        (Condition::AdminDown, Answer::Drain),
    ] {
        let mut story = Story::with(POLICY, condition);
        assert!(story.tell(Event::Lost).is_empty());
        assert!(story.pass(KEEP - SECOND).is_empty());
        assert_eq!(story.answer(), answer);
        let changes = story.pass(SECOND);
        assert_eq!(changes[0].reason, Reason::AwayTooLong);
        assert_eq!(story.answer(), Answer::Down);
        assert_eq!(story.board.deadline(), None);
    }
}

#[test]
fn a_fixed_answer_is_given_at_once_and_for_ever() {
    let mut story = Story::with(failing(Answer::Down), Condition::Up);
    let changes = story.tell(Event::Lost);
    assert_eq!(changes[0].reason, Reason::DaemonAway);
    assert_eq!(story.answer(), Answer::Down);
    let mut story = Story::with(failing(Answer::Up), Condition::Down);
    story.tell(Event::Lost);
    assert_eq!(story.answer(), Answer::Up);
    assert!(story.pass(10 * KEEP).is_empty());
    assert_eq!(story.answer(), Answer::Up);
}

#[test]
fn a_daemon_that_was_never_there_leaves_the_policy() {
    for (policy, answer) in [
        (POLICY, Answer::Down),
        (failing(Answer::Down), Answer::Down),
        (failing(Answer::Up), Answer::Up),
    ] {
        for told in [true, false] {
            let mut story = Story::new(policy);
            if told {
                story.tell(Event::Lost);
            } else {
                story.pass(3 * SECOND);
            }
            assert!(story.board.is_settled());
            assert_eq!(story.answer(), answer);
        }
    }
}

#[test]
fn a_restart_of_the_daemon_changes_nothing_while_sessions_come_up() {
    for policy in [POLICY, failing(Answer::Up)] {
        let mut story = Story::with(policy, Condition::Up);
        story.tell(session(1, "192.0.2.1", Condition::Ending));
        story.tell(Event::Lost);
        story.pass(SECOND);
        restarted(&mut story, Condition::Undecided);
        story.pass(SECOND);
        assert_eq!(story.answer(), Answer::Up);
        assert!(
            story
                .tell(session(2, "192.0.2.1", Condition::Up))
                .is_empty()
        );
        assert!(story.pass(2 * KEEP).is_empty());
    }
}

#[test]
fn a_session_that_does_not_come_up_again_is_down_in_the_end() {
    let mut story = Story::with(POLICY, Condition::Up);
    story.tell(Event::Lost);
    restarted(&mut story, Condition::Undecided);
    assert!(story.pass(9 * SECOND).is_empty());
    let changes = story.pass(SECOND);
    assert_eq!(changes[0].reason, Reason::NotUpYet);
    assert_eq!(story.answer(), Answer::Down);
}

#[test]
fn a_decided_session_is_believed_at_once_after_the_return() {
    let mut story = Story::with(POLICY, Condition::Up);
    story.tell(Event::Lost);
    restarted(&mut story, Condition::Down);
    assert_eq!(story.answer(), Answer::Down);
    let mut story = Story::with(POLICY, Condition::Up);
    story.tell(Event::Lost);
    story.tell(removed(1, "192.0.2.1"));
    assert_eq!(story.answer(), Answer::Up, "the daemon has not told all");
    story.tell(Event::Current);
    assert_eq!(story.answer(), Answer::Down, "it has no such session");
}

#[test]
fn a_daemon_that_keeps_failing_does_not_extend_the_time() {
    let mut story = Story::with(POLICY, Condition::Up);
    let mut passed = Duration::ZERO;
    while passed < KEEP {
        assert_eq!(story.answer(), Answer::Up, "{passed:?}");
        story.tell(Event::Lost);
        story.pass(2 * SECOND);
        restarted(&mut story, Condition::Undecided);
        story.pass(2 * SECOND);
        passed += 4 * SECOND;
    }
    assert_eq!(story.answer(), Answer::Down);
}

#[test]
fn each_loss_has_its_own_time_once_the_session_was_up_again() {
    let mut story = Story::with(POLICY, Condition::Up);
    for _ in 0..3 {
        story.tell(Event::Lost);
        assert!(story.pass(KEEP - SECOND).is_empty());
        restarted(&mut story, Condition::Undecided);
        story.tell(session(2, "192.0.2.1", Condition::Up));
        story.tell(removed(2, "192.0.2.9"));
    }
    assert_eq!(story.answer(), Answer::Up);
}
