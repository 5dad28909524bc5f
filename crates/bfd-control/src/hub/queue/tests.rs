use std::collections::HashMap;
use std::sync::Arc;

use bfd_engine::SessionId;
use bfd_proto::{Diagnostic, Discriminator, Instant, State, StateChange};
use proptest::prelude::*;

use super::{Queue, UNMERGED};
use crate::hub::{Event, EventKind};
use crate::session::SessionInfo;
use crate::testing::meta;

fn id(number: u32) -> SessionId {
    let discriminator = Discriminator::new(number + 1).expect("not zero");
    SessionId {
        worker: 0,
        slot: number,
        generation: 0,
        discriminator,
    }
}

fn event(sequence: u64, number: u32, kind: EventKind) -> Arc<Event> {
    let meta = Arc::new(meta(id(number)));
    let mut view = meta.first_view();
    if let EventKind::Changed(change) = kind {
        view.state = change.to;
    }
    Arc::new(Event {
        sequence,
        kind,
        session: SessionInfo { meta, view },
        at: Instant::from_nanos(sequence),
        lagged: false,
    })
}

fn change(from: State, to: State) -> EventKind {
    EventKind::Changed(StateChange {
        at: Instant::ZERO,
        from,
        to,
        diagnostic: Diagnostic::NONE,
        remote_state: State::Down,
        down: None,
    })
}

/// Fills the queue up to the point where it begins to merge, with sessions of no interest.
fn fill(queue: &Queue) {
    for number in 0..u32::try_from(UNMERGED).expect("small") {
        let kind = change(State::Down, State::Init);
        queue.push(&event(u64::from(number), 1_000_000 + number, kind));
    }
}

fn drain(queue: &Queue) -> Vec<Arc<Event>> {
    std::iter::from_fn(|| queue.try_next().flatten()).collect()
}

#[test]
fn a_reader_that_is_a_moment_late_sees_each_change() {
    let queue = Queue::default();
    queue.push(&event(1, 1, change(State::Down, State::Init)));
    queue.push(&event(2, 1, change(State::Init, State::Up)));
    let read = drain(&queue);
    let states: Vec<_> = read.iter().map(|event| event.session.view.state).collect();
    assert_eq!(states, [State::Init, State::Up]);
    assert!(read.iter().all(|event| !event.lagged));
}

#[test]
fn a_slow_reader_gets_the_latest_state_flagged_and_in_order() {
    let queue = Queue::default();
    fill(&queue);
    queue.push(&event(1001, 1, change(State::Up, State::Down)));
    queue.push(&event(1002, 2, change(State::Up, State::Down)));
    queue.push(&event(1003, 1, change(State::Down, State::Init)));
    queue.push(&event(1004, 1, change(State::Init, State::Up)));
    let read = drain(&queue);
    let merged = &read[UNMERGED..];
    let shown: Vec<_> = merged
        .iter()
        .map(|event| (event.sequence, event.session.view.state, event.lagged))
        .collect();
    assert_eq!(shown, [(1002, State::Down, false), (1004, State::Up, true)]);
    let EventKind::Changed(whole) = merged[1].kind else {
        panic!("a change stays a change");
    };
    assert_eq!((whole.from, whole.to), (State::Up, State::Up));
}

#[test]
fn a_new_session_stays_new_and_a_deleted_one_deleted() {
    let queue = Queue::default();
    fill(&queue);
    queue.push(&event(1001, 1, EventKind::Added));
    queue.push(&event(1002, 1, change(State::Down, State::Up)));
    queue.push(&event(1003, 2, change(State::Up, State::AdminDown)));
    queue.push(&event(1004, 2, EventKind::Deleted));
    let read = drain(&queue);
    let kinds: Vec<_> = read[UNMERGED..].iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Added, EventKind::Deleted]);
    assert_eq!(read[UNMERGED].session.view.state, State::Up);
}

#[test]
fn a_session_that_came_and_went_unseen_flags_the_next_event() {
    let queue = Queue::default();
    fill(&queue);
    queue.push(&event(1001, 1, EventKind::Added));
    queue.push(&event(1002, 1, EventKind::Deleted));
    let read = drain(&queue);
    assert_eq!(read.len(), UNMERGED);
    assert!(read[0].lagged);
    assert!(read[1..].iter().all(|event| !event.lagged));
}

#[test]
fn what_waits_can_be_read_after_the_end() {
    let queue = Queue::default();
    queue.push(&event(1, 1, EventKind::Added));
    queue.close();
    queue.push(&event(2, 1, EventKind::Deleted));
    assert_eq!(
        queue.try_next().flatten().map(|event| event.sequence),
        Some(1)
    );
    assert!(matches!(queue.try_next(), Some(None)));
}

#[tokio::test]
async fn a_waiting_reader_is_woken() {
    let queue = Arc::new(Queue::default());
    let reader = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.next().await }
    });
    tokio::task::yield_now().await;
    queue.push(&event(7, 1, EventKind::Added));
    let event = reader.await.expect("no panic").expect("not closed");
    assert_eq!(event.sequence, 7);
}

#[derive(Clone, Debug)]
enum Step {
    Push(u32, u8),
    Read,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0u32..400, any::<u8>()).prop_map(|(number, what)| Step::Push(number, what)),
        1 => Just(Step::Read),
    ];
    proptest::collection::vec(step, 0..2000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A reader that applies what it gets ends with the truth, whatever was merged.
    #[test]
    fn the_reader_ends_with_the_truth(steps in steps()) {
        let queue = Queue::default();
        let mut truth = HashMap::<SessionId, State>::new();
        let mut read = HashMap::<SessionId, State>::new();
        let mut retired = std::collections::HashSet::new();
        let mut last = 0;
        let mut take = |queue: &Queue, read: &mut HashMap<SessionId, State>| {
            let Some(Some(event)) = queue.try_next() else { return false };
            assert!(event.sequence > last, "out of order");
            last = event.sequence;
            let (id, state) = (event.id(), event.session.view.state);
            match event.kind {
                EventKind::Added => assert!(read.insert(id, state).is_none(), "added twice"),
                EventKind::Changed(_) => assert!(read.insert(id, state).is_some(), "unknown"),
                EventKind::Deleted => assert!(read.remove(&id).is_some(), "unknown"),
            }
            true
        };
        for (sequence, step) in (1..).zip(steps) {
            let Step::Push(number, what) = step else {
                take(&queue, &mut read);
                continue;
            };
            let state = truth.get(&id(number)).copied();
            if retired.contains(&number) {
                continue;
            }
            let kind = match (state, what) {
                (None, _) => EventKind::Added,
                (Some(_), 0..30) => EventKind::Deleted,
                (Some(from), _) => change(from, State::from_bits(what)),
            };
            match kind {
                EventKind::Added => drop(truth.insert(id(number), State::Down)),
                EventKind::Changed(change) => drop(truth.insert(id(number), change.to)),
                EventKind::Deleted => {
                    truth.remove(&id(number));
                    // Names are never used again.
                    retired.insert(number);
                }
            }
            queue.push(&event(sequence, number, kind));
            prop_assert!(queue.waiting().events.len() <= UNMERGED + 400);
        }
        while take(&queue, &mut read) {}
        prop_assert_eq!(read, truth);
    }
}
