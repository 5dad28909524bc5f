use bfd_proto::{
    Admin, DetectMult, Discriminator, History, Input, Instant, Interval, LocalHealth, Micros,
    PaddedPduSize, Path, PathProblem, Role, Session, SessionKind, SessionSpec,
};

use super::{StateTable, chunk_len, place};

const HISTORY: History = History::new(Instant::from_nanos(5));

fn spec() -> SessionSpec {
    SessionSpec {
        kind: SessionKind::MultiHop { min_ttl: 254 },
        role: Role::Passive,
        desired_min_tx: Interval::new(Micros(50_000)).unwrap(),
        required_min_rx: Interval::new(Micros(60_000)).unwrap(),
        detect_mult: DetectMult::new(3).unwrap(),
        padded_pdu_size: PaddedPduSize::new(9000),
    }
}

fn session() -> Session {
    let discriminator = Discriminator::new(0xdead_beef).unwrap();
    Session::new(
        spec(),
        None,
        discriminator,
        1,
        Path::Ready,
        Instant::from_nanos(5),
    )
    .0
}

#[test]
fn places_fill_the_chunks_without_gaps() {
    let mut expected = (0..15).flat_map(|chunk| (0..chunk_len(chunk)).map(move |at| (chunk, at)));
    for slot in 0..10_000 {
        let (chunk, at) = expected.next().unwrap();
        assert_eq!(place(slot), (chunk, at as usize));
    }
}

#[test]
fn a_record_belongs_to_one_generation() {
    let table = StateTable::default();
    assert_eq!(table.read(70, 3), None);
    table.reserve(70);
    assert_eq!(table.read(70, 3), None);
    let view = session().view(&HISTORY);
    table.publish(70, 3, &view);
    assert_eq!(table.read(70, 3), Some(view));
    assert_eq!(table.read(70, 2), None);
    assert!(!table.is_gone(70, 3));
    table.clear(70, 3);
    assert_eq!(table.read(70, 3), None);
    assert!(table.is_gone(70, 3));
    assert!(!table.is_gone(70, 4));
}

#[test]
fn the_hot_part_leaves_the_rest_alone() {
    let table = StateTable::default();
    table.reserve(0);
    let mut view = session().view(&HISTORY);
    table.publish(0, 0, &view);
    view.counters.sent = 17;
    view.last_received = Some(Instant::from_nanos(0));
    table.publish_traffic(0, 0, &view.traffic());
    assert_eq!(table.read(0, 0), Some(view));
}

#[test]
fn a_down_keeps_its_verdict() {
    let (table, health) = (StateTable::default(), LocalHealth::default());
    table.reserve(0);
    let mut session = session();
    let now = Instant::from_nanos(1_000_000);
    let mut history = HISTORY;
    for input in [
        Input::Path(Path::Waiting(PathProblem::NoRoute)),
        Input::Admin(Admin::Down),
    ] {
        history.note(now, &session.handle(now, input, &health));
    }
    let view = session.view(&history);
    assert!(view.last_down.is_some());
    table.publish(0, 0, &view);
    assert_eq!(table.read(0, 0), Some(view));
    assert_eq!(table.history(0, 0), Some(history));
}
