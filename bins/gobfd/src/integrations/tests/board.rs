use bfd_proto::Instant;

use crate::integrations::Wish;
use crate::integrations::board::{Board, Target};

fn target(board: &Board, change: impl FnOnce(&mut Target)) -> Target {
    board.target("192.0.2.1", Wish::Use, Instant::ZERO, change);
    board.picture().targets["192.0.2.1"].clone()
}

#[test]
fn a_success_ends_the_error_before_it() {
    let board = Board::default();
    let at = Instant::from_nanos;
    let shown = target(&board, |it| it.failed("no answer".to_owned(), 2, at(1)));
    assert_eq!((shown.failures, shown.confirmed), (2, false));
    assert_eq!(shown.error, Some(("no answer".to_owned(), at(1))));

    let shown = target(&board, |it| it.applied("enabled", true, at(2)));
    assert_eq!((shown.failures, shown.confirmed), (0, true));
    assert_eq!(shown.error, None, "it is over");
    assert_eq!(shown.confirmed_at, Some(at(2)));
}
