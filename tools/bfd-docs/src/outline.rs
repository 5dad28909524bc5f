//! What of a page is the same in every language.
//!
//! A page is a row of units: headings, paragraphs, list items, table rows and cells, code blocks.
//! Words are a language's own; code, numbers and links are not.

use std::collections::BTreeSet;
use std::fmt;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::page::Page;

/// Languages of code blocks in which `#` begins a comment, which is prose.
const COMMENTED: [&str; 6] = ["sh", "bash", "yaml", "toml", "ini", "promql"];

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Page and line where it begins, for messages.
    pub(crate) place: String,
    pub(crate) kind: Kind,
    /// Its code, its numbers and where its links lead.
    pub(crate) facts: BTreeSet<String>,
    /// What stands in a code block, without words; else empty.
    pub(crate) code: String,
}

/// What a unit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Heading(u8),
    Paragraph,
    Item,
    Row,
    Cell,
    Block(String),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heading(level) => write!(f, "heading of level {level}"),
            Self::Paragraph => f.write_str("paragraph"),
            Self::Item => f.write_str("list item"),
            Self::Row => f.write_str("table row"),
            Self::Cell => f.write_str("table cell"),
            Self::Block(language) => write!(f, "code block `{language}`"),
        }
    }
}

/// The units of a page, in order. `link` gives what a link target counts as.
pub(crate) fn outline(page: &Page, link: impl Fn(&str) -> String) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for (event, range) in Parser::new_ext(&page.text, Options::ENABLE_TABLES).into_offset_iter() {
        if let Event::Start(tag) = &event
            && let Some(kind) = kind(tag)
        {
            line += page.text[counted..range.start].matches('\n').count();
            counted = range.start;
            units.push(Unit {
                place: format!("{}:{line}", page.path.display()),
                kind,
                facts: BTreeSet::new(),
                code: String::new(),
            });
        }
        if let Some(unit) = units.last_mut() {
            add(unit, &event, &link);
        }
    }
    units
}

fn kind(tag: &Tag<'_>) -> Option<Kind> {
    Some(match tag {
        Tag::Heading { level, .. } => Kind::Heading(*level as u8),
        Tag::Paragraph => Kind::Paragraph,
        Tag::Item => Kind::Item,
        Tag::TableHead | Tag::TableRow => Kind::Row,
        Tag::TableCell => Kind::Cell,
        Tag::CodeBlock(CodeBlockKind::Fenced(language)) => Kind::Block(language.to_string()),
        Tag::CodeBlock(CodeBlockKind::Indented) => Kind::Block(String::new()),
        _ => return None,
    })
}

fn add(unit: &mut Unit, event: &Event<'_>, link: impl Fn(&str) -> String) {
    match (event, &unit.kind) {
        (Event::Text(text), Kind::Block(language)) => unit.code += &without_words(language, text),
        (Event::Text(text), _) => unit.facts.extend(numbers(text)),
        (Event::Code(code), _) => {
            unit.facts.insert(format!("`{code}`"));
        }
        (Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }), _) => {
            unit.facts.insert(link(dest_url));
        }
        _ => {}
    }
}

/// A code block as it must stand in every language: comments and the labels of a picture are
/// prose.
fn without_words(language: &str, text: &str) -> String {
    let line = |line: &str| match language {
        "mermaid" => without_labels(line),
        language if COMMENTED.contains(&language) => without_comment(line).to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// The line up to its comment, of which only the `#` stays.
fn without_comment(line: &str) -> &str {
    let begins =
        |&(at, _): &(usize, &str)| line[..at].trim().is_empty() || line[..at].ends_with(' ');
    let comment = line.match_indices('#').find(begins);
    comment.map_or(line, |(at, _)| &line[..=at])
}

/// The line with nothing but the numbers of what stands in quotes.
fn without_labels(line: &str) -> String {
    let part = |(index, text): (usize, &str)| match index % 2 {
        0 => text.to_owned(),
        _ => format!("\"{}\"", numbers(text).collect::<Vec<_>>().join(" ")),
    };
    line.split('"').enumerate().map(part).collect()
}

/// The numbers of a text, with what joins their digits: `4.1`, `49152-65535`, `172.22.0.0/24`. A
/// decimal comma counts as a point.
fn numbers(text: &str) -> impl Iterator<Item = String> {
    let inner = |letter: char| ".,:/-–".contains(letter);
    let runs = text.split(move |letter: char| !letter.is_ascii_digit() && !inner(letter));
    let number = move |run: &str| run.trim_matches(inner).replace(',', ".").replace('–', "-");
    runs.map(number).filter(|run| !run.is_empty())
}
