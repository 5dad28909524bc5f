//! What lies over the table: the keys, or the explanation of a session.

use bfd_api::v1::BfdSession;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::keys::HELP;
use crate::explain::diagnose;

pub(super) fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines = HELP.iter().map(|(keys, what)| format!("{keys:18}  {what}"));
    let text = lines.collect::<Vec<_>>().join("\n");
    over(frame, area, " Keys ".into(), text);
}

/// The same as `gobfdctl explain` prints, of the picture shown.
pub(super) fn why(frame: &mut Frame<'_>, area: Rect, session: Option<&BfdSession>) {
    let (title, text) = match session {
        Some(session) => (
            format!(" {} ", session.peer_address),
            diagnose(session).to_string(),
        ),
        None => (" - ".into(), "no session to show".into()),
    };
    over(frame, area, title, text);
}

fn over(frame: &mut Frame<'_>, area: Rect, title: String, text: String) {
    let block = Block::bordered().title(title);
    let paragraph = Paragraph::new(text).wrap(Wrap { trim: false }).block(block);
    frame.render_widget(Clear, area);
    frame.render_widget(paragraph, area);
}
