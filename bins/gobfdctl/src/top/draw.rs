//! The picture of a [`Board`]: head, table, foot. It decides nothing but looks.

use std::time::Instant;

use bfd_api::v1::{BfdSession, SessionState};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row, Table};

use super::board::{Board, Contact, Over, Page, Tally};
use super::column::{Column, fitting};
use super::short::short;
use super::{order, panel};

/// Colours, or none (<https://no-color.org>): then bold, dim and reversed say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Palette {
    Colours,
    Plain,
}

impl Palette {
    pub(super) fn of_environment() -> Self {
        match std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            true => Self::Plain,
            false => Self::Colours,
        }
    }

    fn colour(self, colour: Color, otherwise: Modifier) -> Style {
        match self {
            Self::Colours => Style::new().fg(colour),
            Self::Plain => Style::new().add_modifier(otherwise),
        }
    }

    pub(super) fn good(self) -> Style {
        self.colour(Color::Green, Modifier::empty())
    }

    pub(super) fn warning(self) -> Style {
        self.colour(Color::Yellow, Modifier::BOLD)
    }

    pub(super) fn bad(self) -> Style {
        self.colour(Color::Red, Modifier::BOLD)
            .add_modifier(Modifier::BOLD)
    }

    pub(super) fn quiet(self) -> Style {
        self.colour(Color::DarkGray, Modifier::DIM)
    }
}

const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);
/// Below this the silence is what jitter and a busy peer make of it; above, packets were lost.
const NEAR: u64 = 500;
const CLOSE: u64 = 800;

/// Draws the whole screen.
pub(super) fn picture(frame: &mut Frame<'_>, board: &Board, palette: Palette, now: Instant) {
    let parts = [
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ];
    let [head, notice, body, foot] = Layout::vertical(parts).areas(frame.area());
    frame.render_widget(Paragraph::new(self::head(board, palette)), head);
    frame.render_widget(Paragraph::new(self::notice(board, palette, now)), notice);
    table(frame, body, board, palette);
    frame.render_widget(Paragraph::new(self::foot(board, palette)), foot);
    match board.over {
        Over::Help => panel::help(frame, body),
        Over::Why => panel::why(frame, body, board.chosen()),
        Over::Table | Over::Filter => {}
    }
}

fn head(board: &Board, palette: Palette) -> Line<'static> {
    let Tally {
        all,
        up,
        down,
        init,
        admin_down,
    } = board.tally();
    let part = |count: usize, what: &str, style: Style| {
        let style = if count == 0 { palette.quiet() } else { style };
        Span::styled(format!("  {count} {what}"), style)
    };
    Line::from(vec![
        Span::styled("gobfdctl top", STRONG),
        Span::raw(format!("  {}  {all} sessions:", board.daemon)),
        part(up, "Up", palette.good()),
        part(down, "Down", palette.bad()),
        part(init, "Init", palette.warning()),
        part(admin_down, "AdminDown", palette.warning()),
    ])
}

/// The one thing that changes how the table is to be read.
fn notice(board: &Board, palette: Palette, now: Instant) -> Line<'static> {
    let age = board.age(now);
    let old = age.map_or_else(String::new, |age| format!("{} old; ", short(age)));
    let mut parts = match &board.contact {
        Contact::Awaited => vec![Span::raw("asking gobfd …")],
        Contact::Silent(reason) => {
            let text = format!("gobfd does not answer, asking again; {old}{reason}");
            vec![Span::styled(text, palette.bad())]
        }
        Contact::Live => Vec::new(),
    };
    if board.paused {
        let text = format!("PAUSED; {old}");
        parts.insert(0, Span::styled(text, palette.warning()));
    }
    if board.only_down {
        parts.insert(0, Span::styled("not Up only ", palette.warning()));
    }
    if !board.filter.is_empty() && board.over != Over::Filter {
        let text = format!("filter: {} ", board.filter);
        parts.insert(0, Span::styled(text, palette.warning()));
    }
    Line::from(parts)
}

fn foot(board: &Board, palette: Palette) -> Line<'static> {
    match board.over {
        Over::Filter => Line::from(vec![
            Span::styled("filter: ", STRONG),
            Span::raw(board.filter.clone()),
            Span::styled(" ", CHOSEN),
            Span::styled("   Enter keep  Esc drop", palette.quiet()),
        ]),
        Over::Help | Over::Why => Line::styled("Esc back  q quit", palette.quiet()),
        Over::Table => Line::styled(
            "q quit  ? help  / filter  d not Up  p pause  Enter why  arrows choose and sort",
            palette.quiet(),
        ),
    }
}

fn table(frame: &mut Frame<'_>, area: Rect, board: &Board, palette: Palette) {
    let order = board.order;
    // The first line is the header.
    let room = usize::from(area.height.saturating_sub(1));
    let page = board.page(room);
    let peer = page.rows.iter().map(|session| session.peer_address.len());
    let columns = fitting(area.width.into(), peer.max().unwrap_or(0));
    let titles = columns.iter().map(|(column, _)| title(*column, order));
    let rows = page.rows.iter().enumerate().map(|(at, session)| {
        let chosen = page.chosen == Some(at);
        let cells = columns.iter();
        Row::new(cells.map(|(column, width)| cell(*column, *width, session, chosen, palette)))
    });
    let widths = columns
        .iter()
        .map(|(_, width)| Constraint::Length(u16::try_from(*width).unwrap_or(u16::MAX)));
    let table = Table::new(rows, widths)
        .header(Row::new(titles))
        .column_spacing(1);
    frame.render_widget(table, area);
    if page.rows.is_empty() {
        nothing(frame, area, &page, palette);
    }
}

fn nothing(frame: &mut Frame<'_>, area: Rect, page: &Page<'_>, palette: Palette) {
    debug_assert_eq!(page.matching, 0);
    let below = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1).min(1),
        ..area
    };
    frame.render_widget(Line::styled("no session to show", palette.quiet()), below);
}

fn title(column: Column, order: order::Order) -> Cell<'static> {
    if column != order.column {
        return Cell::new(column.title()).style(STRONG);
    }
    let arrow = if order.reversed { '▲' } else { '▼' };
    Cell::new(format!("{}{arrow}", column.title())).style(STRONG.add_modifier(Modifier::REVERSED))
}

fn cell(
    column: Column,
    width: usize,
    session: &BfdSession,
    chosen: bool,
    palette: Palette,
) -> Cell<'static> {
    let text = clipped(column.text(session), width);
    match column {
        Column::Peer if chosen => Cell::new(format!("{text:width$}")).style(CHOSEN),
        Column::State => Cell::new(text).style(of_state(session, palette)),
        Column::Gap => Cell::new(bar(&text, width, session, palette)),
        Column::Worst => Cell::new(text).style(of_share(
            order::share(order::worst(session), order::limit(session)),
            palette,
        )),
        Column::LastDown if session.local_state == SessionState::Up => {
            Cell::new(text).style(palette.quiet())
        }
        _ => Cell::new(text),
    }
}

/// The silence as a bar behind its own figures; without colours reversed.
fn bar(text: &str, width: usize, session: &BfdSession, palette: Palette) -> Line<'static> {
    if session.local_state != SessionState::Up {
        return Line::styled(text.to_owned(), palette.quiet());
    }
    let share = order::share(order::gap(session), order::limit(session));
    let filled = usize::try_from(share).unwrap_or(usize::MAX).min(1_000) * width / 1_000;
    let padded: Vec<char> = format!("{text:width$}").chars().collect();
    let (full, empty) = padded.split_at(filled);
    let style = of_share(share, palette).add_modifier(Modifier::REVERSED);
    Line::from(vec![
        Span::styled(String::from_iter(full), style),
        Span::raw(String::from_iter(empty)),
    ])
}

fn of_share(share: u64, palette: Palette) -> Style {
    match share {
        0..NEAR => palette.good(),
        NEAR..CLOSE => palette.warning(),
        _ => palette.bad(),
    }
}

fn of_state(session: &BfdSession, palette: Palette) -> Style {
    match session.local_state.as_known() {
        Some(SessionState::Up) => palette.good(),
        Some(SessionState::Init | SessionState::AdminDown) => palette.warning(),
        _ => palette.bad(),
    }
}

/// A text that is too long ends in an ellipsis, so that nobody takes it for whole.
fn clipped(text: String, width: usize) -> String {
    if text.chars().count() <= width {
        return text;
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}
