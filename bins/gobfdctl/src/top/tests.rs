//! News and keys in, pictures out.

use std::time::{Duration, Instant};

use bfd_api::Timestamp;
use bfd_api::v1::{BfdSession, SessionCounters, SessionDown, SessionState, SessionType};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::board::{Board, Over};
use super::column::{Column, fitting};
use super::draw::{self, Palette};
use super::feed::News;
use super::keys::{self, HELP, Wish};
use super::short::short;

mod screen;

fn at(millis: i64) -> Timestamp {
    let nanos = i32::try_from(millis.rem_euclid(1_000)).unwrap() * 1_000_000;
    Timestamp::from_unix(1_767_323_045 + millis.div_euclid(1_000), nanos)
}

/// Up at 50 ms × 3, last heard so many milliseconds ago.
fn up(discriminator: u32, peer: &str, silence: i64) -> BfdSession {
    BfdSession {
        peer_address: peer.into(),
        local_address: "192.0.2.1".into(),
        interface_name: "eth0".into(),
        r#type: SessionType::SESSION_TYPE_SINGLE_HOP.into(),
        local_discriminator: discriminator,
        local_state: SessionState::Up.into(),
        remote_state: SessionState::Up.into(),
        detection_time: Some(Duration::from_millis(150).into()).into(),
        negotiated_tx_interval: Some(Duration::from_millis(50).into()).into(),
        last_packet_received: Some(at(-silence)).into(),
        observed_at: Some(at(0)).into(),
        ..Default::default()
    }
}

/// Down for so many seconds, with as many flaps.
fn down(discriminator: u32, peer: &str, seconds: i64, verdict: &str) -> BfdSession {
    BfdSession {
        local_state: SessionState::Down.into(),
        counters: Some(SessionCounters {
            flaps: u64::try_from(seconds).unwrap(),
            ..Default::default()
        })
        .into(),
        last_down: Some(SessionDown {
            verdict: verdict.into(),
            timestamp: Some(at(-seconds * 1_000)).into(),
            ..Default::default()
        })
        .into(),
        ..up(discriminator, peer, seconds * 1_000)
    }
}

fn board(sessions: Vec<BfdSession>) -> Board {
    let mut board = Board::new("localhost:50051".into());
    board.hear(News::Asked, Instant::now());
    board.hear(News::Listed(sessions), Instant::now());
    board
}

fn three() -> Board {
    board(vec![
        up(1, "192.0.2.10", 30),
        up(2, "192.0.2.9", 130),
        down(3, "192.0.2.11", 7, "peer-silent"),
    ])
}

fn drawn(board: &Board, palette: Palette, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let picture = |frame: &mut ratatui::Frame<'_>| {
        draw::picture(frame, board, palette, Instant::now());
    };
    terminal.draw(picture).unwrap();
    terminal.backend().buffer().clone()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let row = |y| {
        let cells = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect()
}

fn seen(board: &Board) -> Vec<String> {
    lines(&drawn(board, Palette::Colours, (80, 24)))
}

/// The peers from top to bottom.
fn peers(board: &Board) -> Vec<String> {
    let rows = seen(board).into_iter().skip(3);
    let first = rows.filter_map(|row| row.split(' ').next().map(str::to_owned));
    first.filter(|word| word.contains("192.0")).collect()
}

fn press(board: &mut Board, code: KeyCode) -> Wish {
    keys::obey(board, &Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn type_in(board: &mut Board, text: &str) {
    for letter in text.chars() {
        assert_eq!(press(board, KeyCode::Char(letter)), Wish::Stay);
    }
}

#[test]
fn what_is_down_stands_first() {
    let expected = [
        "gobfdctl top  localhost:50051  3 sessions:  2 Up  1 Down  0 Init  0 AdminDown",
        "",
        "PEER            VIA      STATE▼    GAP/LIMIT   TX    FLAPS  LAST DOWN",
        "192.0.2.11      eth0     Down      7s/150ms    50ms  7      peer-silent 7s",
        "192.0.2.9       eth0     Up        130ms/150ms 50ms  0      -",
        "192.0.2.10      eth0     Up        30ms/150ms  50ms  0      -",
    ];
    assert_eq!(seen(&three())[..6], expected);
}

#[test]
fn letters_sort_and_sort_back() {
    let [nine, ten, eleven] = ["192.0.2.9", "192.0.2.10", "192.0.2.11"];
    for (letter, first) in [
        ('P', [nine, ten, eleven]),
        ('S', [eleven, nine, ten]),
        ('G', [eleven, nine, ten]),
        ('F', [eleven, nine, ten]),
        ('V', [eleven, nine, ten]),
    ] {
        let mut board = three();
        // Away from where it stands at first.
        board.order.column = Column::Tx;
        type_in(&mut board, &letter.to_string());
        assert_eq!(peers(&board), first, "{letter}");
        let reversed = match letter {
            'P' => [eleven, ten, nine],
            'G' => [ten, nine, eleven],
            _ => [nine, ten, eleven],
        };
        type_in(&mut board, &letter.to_string());
        assert_eq!(peers(&board), reversed, "{letter}, the other way round");
        type_in(&mut board, "r");
        assert_eq!(peers(&board), first, "{letter} and back by r");
    }
}

#[test]
fn arrows_go_through_all_columns() {
    let mut board = three();
    let begin = board.order.column;
    let mut passed = Vec::new();
    for _ in Column::ALL {
        press(&mut board, KeyCode::Right);
        passed.push(board.order.column);
    }
    assert_eq!(board.order.column, begin);
    assert!(Column::ALL.iter().all(|column| passed.contains(column)));
    press(&mut board, KeyCode::Left);
    assert_eq!(board.order.column, passed[passed.len() - 2]);
}

#[test]
fn a_filter_is_typed_kept_and_dropped() {
    let mut board = three();
    type_in(&mut board, "/Peer-SX");
    assert_eq!(peers(&board), Vec::<String>::new());
    assert!(seen(&board)[3].contains("no session to show"));
    press(&mut board, KeyCode::Backspace);
    // While it is typed, letters are text: no pause, no end.
    assert!(seen(&board)[23].starts_with("filter: Peer-S"));
    press(&mut board, KeyCode::Enter);
    assert_eq!(peers(&board), ["192.0.2.11"]);
    assert!(seen(&board)[1].contains("filter: Peer-S"));
    press(&mut board, KeyCode::Esc);
    assert_eq!(peers(&board).len(), 3);
}

#[test]
fn only_what_is_not_up() {
    let mut board = three();
    type_in(&mut board, "d");
    assert_eq!(peers(&board), ["192.0.2.11"]);
    assert!(seen(&board)[1].contains("not Up only"));
    type_in(&mut board, "d");
    assert_eq!(peers(&board).len(), 3);
}

#[test]
fn a_pause_holds_the_picture() {
    let mut board = three();
    type_in(&mut board, "p");
    let now = Instant::now();
    board.hear(News::Removed(3), now);
    board.hear(News::Asked, now);
    board.hear(News::Listed(Vec::new()), now);
    assert_eq!(peers(&board).len(), 3);
    assert!(seen(&board)[1].starts_with("PAUSED"));
    type_in(&mut board, "p");
    board.hear(News::Listed(vec![up(9, "192.0.2.99", 1)]), now);
    assert_eq!(peers(&board), ["192.0.2.99"]);
}

/// The list was made while the change was on its way, or before.
#[test]
fn news_of_a_change_outlives_the_list_under_way() {
    let mut board = three();
    let now = Instant::now();
    let list = || vec![up(1, "192.0.2.10", 30), up(2, "192.0.2.9", 130)];
    board.hear(News::Asked, now);
    board.hear(News::Removed(1), now);
    let changed = Box::new(down(2, "192.0.2.9", 1, "one-way"));
    board.hear(News::Changed(changed), now);
    board.hear(News::Listed(list()), now);
    assert_eq!(peers(&board), ["192.0.2.9"]);
    assert!(seen(&board)[3].contains("one-way 1s"));
    // The next list knows it all.
    board.hear(News::Asked, now);
    board.hear(News::Listed(list()), now);
    assert_eq!(peers(&board).len(), 2);
}

#[test]
fn the_chosen_session_stays_chosen() {
    let mut board = three();
    press(&mut board, KeyCode::Down);
    let chosen = |board: &Board| board.chosen().unwrap().peer_address.clone();
    assert_eq!(chosen(&board), "192.0.2.11");
    type_in(&mut board, "P");
    assert_eq!(chosen(&board), "192.0.2.11");
    // A restart of the daemon draws other discriminators.
    board.hear(
        News::Listed(vec![up(77, "192.0.2.11", 1), up(78, "192.0.2.9", 1)]),
        Instant::now(),
    );
    assert_eq!(chosen(&board), "192.0.2.11");
    press(&mut board, KeyCode::Home);
    assert_eq!(chosen(&board), "192.0.2.9");
    press(&mut board, KeyCode::Up);
    assert_eq!(chosen(&board), "192.0.2.9");
}

#[test]
fn many_sessions_are_scrolled() {
    let sessions = (0..100).map(|n| up(n + 1, &format!("192.0.2.{n}"), 1));
    let mut board = board(sessions.collect());
    type_in(&mut board, "P");
    assert_eq!(peers(&board).len(), 20);
    press(&mut board, KeyCode::End);
    assert_eq!(peers(&board).last().unwrap(), "192.0.2.99");
    press(&mut board, KeyCode::PageUp);
    assert_eq!(peers(&board).first().unwrap(), "192.0.2.79");
    // On a smaller screen too.
    let small = lines(&drawn(&board, Palette::Plain, (80, 8)));
    assert!(
        small.iter().any(|line| line.starts_with("192.0.2.79")),
        "{small:?}"
    );
    press(&mut board, KeyCode::Home);
    assert_eq!(peers(&board).first().unwrap(), "192.0.2.0");
}

#[test]
fn a_daemon_that_is_gone_is_said_to_be() {
    let mut board = three();
    board.hear(News::Silent("connection refused".into()), Instant::now());
    let notice = &seen(&board)[1];
    assert!(
        notice.starts_with("gobfd does not answer, asking again"),
        "{notice}"
    );
    assert!(notice.contains("connection refused"), "{notice}");
    // The last picture stays.
    assert_eq!(peers(&board).len(), 3);
    board.hear(News::Listed(Vec::new()), Instant::now());
    assert_eq!(seen(&board)[1], "");
    let never = Board::new("localhost:1".into());
    assert!(seen(&never)[1].starts_with("asking gobfd"));
}

#[test]
fn enter_explains_the_chosen_session() {
    let mut board = three();
    press(&mut board, KeyCode::Enter);
    let text = seen(&board).join("\n");
    assert!(text.contains(" 192.0.2.11 "), "{text}");
    assert!(
        text.contains("Evidence:") && text.contains("Remedy:"),
        "{text}"
    );
    press(&mut board, KeyCode::Esc);
    assert_eq!(board.over, Over::Table);
}

#[test]
fn the_help_names_each_key_and_fits() {
    let mut board = three();
    type_in(&mut board, "?");
    let text = seen(&board).join("\n");
    for (keys, what) in HELP {
        assert!(
            text.contains(keys) && text.contains(what),
            "{keys} {what}\n{text}"
        );
    }
    let sorting: String = HELP.iter().map(|(keys, _)| *keys).collect();
    assert!(
        Column::ALL
            .iter()
            .all(|column| sorting.contains(column.key()))
    );
    type_in(&mut board, "?");
    assert_eq!(board.over, Over::Table);
}

#[test]
fn the_foot_fits() {
    let foot = seen(&three()).pop().unwrap();
    assert!(foot.ends_with("sort"), "{foot}");
}

#[test]
fn it_ends_by_q_and_control_c_only() {
    let mut board = three();
    assert_eq!(press(&mut board, KeyCode::Esc), Wish::Stay);
    assert_eq!(press(&mut board, KeyCode::Char('q')), Wish::Leave);
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    board.over = Over::Filter;
    assert_eq!(keys::obey(&mut board, &Event::Key(control_c)), Wish::Leave);
}

#[test]
fn the_bar_is_as_long_as_the_silence() {
    let board = three();
    let buffer = drawn(&board, Palette::Colours, (80, 24));
    let filled = |row: u16| {
        let cells = (0..80).map(|x| &buffer[(x, row)]);
        cells
            .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
            .map(|cell| cell.fg)
            .collect::<Vec<_>>()
    };
    // 130 of 150 ms, 30 of 150 ms; 11 cells.
    assert_eq!(filled(4), [Color::Red; 9]);
    assert_eq!(filled(5), [Color::Green; 2]);
    // What is down has no limit to come near.
    assert_eq!(filled(3), []);
}

#[test]
fn without_colours_there_are_none() {
    let mut board = three();
    board.hear(News::Silent("gone".into()), Instant::now());
    let buffer = drawn(&board, Palette::Plain, (80, 24));
    let coloured = buffer
        .content
        .iter()
        .filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
    assert_eq!(coloured.count(), 0);
}

#[test]
fn columns_give_way_before_the_address_does() {
    for width in 50..200 {
        for peer in [9, 15, 25, 39] {
            let columns = fitting(width, peer);
            let total: usize = columns.iter().map(|(_, width)| width + 1).sum();
            let last = columns.last().unwrap();
            assert_eq!((columns[0].0, last.0), (Column::Peer, Column::LastDown));
            assert!(
                total - 1 <= width || columns.len() == 4,
                "{width} {columns:?}"
            );
        }
    }
    let shown = |width, peer| fitting(width, peer).len();
    assert_eq!([shown(87, 15), shown(80, 15), shown(80, 22)], [8, 7, 5]);
}

#[test]
fn no_screen_is_too_small() {
    for width in [1, 2, 10, 33, 80, 300] {
        for height in [1, 2, 3, 4, 10, 100] {
            for over in [Over::Table, Over::Filter, Over::Help, Over::Why] {
                let mut board = three();
                board.over = over;
                drawn(&board, Palette::Colours, (width, height));
            }
        }
    }
}

#[test]
fn durations_have_five_characters() {
    for (millis, text) in [
        (0, "0us"),
        (4, "4ms"),
        (150, "150ms"),
        (1_000, "1s"),
        (1_540, "1.5s"),
        (42_900, "42s"),
        (100_000, "1m"),
        (7_200_000, "2h"),
        (864_000_000, "10d"),
    ] {
        assert_eq!(short(Duration::from_millis(millis)), text);
    }
    assert_eq!(short(Duration::from_micros(4_250)), "4.2ms");
    for exponent in 0..64 {
        let text = short(Duration::from_nanos(1 << exponent));
        assert!(text.len() <= 5, "{text}");
    }
    assert!(short(Duration::MAX).len() <= 5);
}
