//! What the keys do. The list of [`HELP`] is what the screen and the manual show.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::board::{Board, Over};
use super::column::Column;

/// What a key asks of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Go on.
    Stay,
    /// End.
    Leave,
}

/// Keys and what they do.
pub(super) const HELP: &[(&str, &str)] = &[
    (
        "Up Down PgUp PgDn",
        "choose a session; Home and End: the first, the last",
    ),
    ("Enter", "why it is as it is: gobfdctl explain, live"),
    ("/", "filter by a part of any text, address, owner or type"),
    ("d", "only sessions that are not Up"),
    ("Left Right", "sort by the column beside"),
    ("P I S G", "sort by peer, interface, state, gap"),
    (
        "W T F V",
        "sort by worst gap, tx, flaps, last down (verdict)",
    ),
    ("r", "the other way round; so does the same letter again"),
    ("p", "hold the picture, and let it go"),
    ("Esc", "close what lies over the table; drop the filter"),
    ("?", "this help"),
    ("q Ctrl-C", "quit"),
];

/// Does what was typed.
pub(super) fn obey(board: &mut Board, event: &Event) -> Wish {
    // A changed size needs no more than the next picture.
    let Event::Key(key) = event else {
        return Wish::Stay;
    };
    if key.kind == KeyEventKind::Release {
        return Wish::Stay;
    }
    if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
        return Wish::Leave;
    }
    if board.over == Over::Filter {
        typed(board, key);
        return Wish::Stay;
    }
    pressed(board, key.code)
}

fn typed(board: &mut Board, key: &KeyEvent) {
    let plain = !key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(letter) if plain => board.filter.push(letter),
        KeyCode::Char('u') => board.filter.clear(),
        KeyCode::Backspace => drop(board.filter.pop()),
        KeyCode::Enter => board.over = Over::Table,
        KeyCode::Esc => {
            board.filter.clear();
            board.over = Over::Table;
        }
        _ => {}
    }
}

fn pressed(board: &mut Board, code: KeyCode) -> Wish {
    match code {
        KeyCode::Char('q') => return Wish::Leave,
        KeyCode::Esc => escape(board),
        KeyCode::Up | KeyCode::Char('k') => board.choose(-1),
        KeyCode::Down | KeyCode::Char('j') => board.choose(1),
        KeyCode::PageUp => board.choose(-board.leap()),
        KeyCode::PageDown => board.choose(board.leap()),
        KeyCode::Home => board.choose(isize::MIN),
        KeyCode::End => board.choose(isize::MAX),
        KeyCode::Left => turn(board, Column::previous),
        KeyCode::Right => turn(board, Column::next),
        KeyCode::Enter => toggle(board, Over::Why),
        KeyCode::Char('?') => toggle(board, Over::Help),
        KeyCode::Char('/') => board.over = Over::Filter,
        KeyCode::Char('d') => board.only_down = !board.only_down,
        KeyCode::Char('p') => board.paused = !board.paused,
        KeyCode::Char('r') => board.order.reversed = !board.order.reversed,
        KeyCode::Char(letter) => sort_by(board, letter),
        _ => {}
    }
    Wish::Stay
}

fn escape(board: &mut Board) {
    if board.over == Over::Table {
        board.filter.clear();
    }
    board.over = Over::Table;
}

fn toggle(board: &mut Board, over: Over) {
    board.over = if board.over == over {
        Over::Table
    } else {
        over
    };
}

fn turn(board: &mut Board, to: fn(Column) -> Column) {
    board.order.column = to(board.order.column);
    board.order.reversed = false;
}

fn sort_by(board: &mut Board, letter: char) {
    let column = Column::ALL.iter().find(|column| column.key() == letter);
    if let Some(column) = column {
        board.sort(*column);
    }
}
