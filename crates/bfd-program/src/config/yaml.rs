//! YAML text to [`Node`] tree. Size, depth and alias expansion are bounded here, so that no text
//! can cost more than a few hundred megabytes or milliseconds.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{
    Location, MessageFormatter, NonFiniteFloatPolicy, Options, Spanned, UserMessageFormatter,
};

use super::node::{Node, Origin, Value};
use super::problem::Problem;

/// Largest text that is read, in octets: about 50 000 sessions with every key set.
pub(super) const MAX_TEXT: u64 = 16 * 1024 * 1024;

/// Parses a whole text; an empty one is an empty tree.
///
/// # Errors
/// It is not YAML, has more than one document, or asks for more memory than a file should.
pub fn parse(text: &str) -> Result<Node, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = serde_saphyr::from_str_with_options::<Option<Spanned<Raw>>>(text, options());
    match tree {
        Ok(Some(tree)) => Ok(node(tree, text)),
        Ok(None) => Ok(Node {
            value: Value::Empty,
            origin: Origin::Whole,
        }),
        Err(error) => Err(syntax_problem(&error)),
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 2_000_000,
            max_nodes: 1_000_000,
            max_depth: 16,
            flow_nesting_limit: 16,
            max_documents: 1,
            max_merge_keys: 50_000,
            // One anchor with the common timers, used by thousands of sessions, is good style.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 500_000,
            max_replay_stack_depth: 16,
        },
        emit_comments: false,
        strict_booleans: true,
        // As text like any other scalar: the key it stands at refuses it.
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn syntax_problem(error: &serde_saphyr::Error) -> Problem {
    let origin = error.location().map_or(Origin::Whole, place);
    let text = match error.without_snippet() {
        serde_saphyr::Error::Budget {
            breach: BudgetBreach::Documents { .. },
            ..
        } => "a second document begins, one is expected".to_owned(),
        serde_saphyr::Error::Budget { .. } => "too deep or too large".to_owned(),
        other => UserMessageFormatter
            .format_message(other)
            .replace(char::is_control, " "),
    };
    Problem::new(origin, "", format!("not valid YAML: {text}"))
}

fn place(location: Location) -> Origin {
    if location.line() == 0 {
        return Origin::Whole;
    }
    Origin::Place {
        line: location.line(),
        column: location.column(),
    }
}

/// A node as serde delivers it. Scalars that YAML resolves to something else than text carry no
/// spelling; it is cut from the source afterwards.
enum Raw {
    Empty,
    Typed(String),
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar, a list or a mapping")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

fn node(raw: Spanned<Raw>, source: &str) -> Node {
    let value = match raw.value {
        Raw::Empty => Value::Empty,
        Raw::Text(text) => Value::Scalar(text),
        Raw::Typed(canonical) => Value::Scalar(spelling(raw.defined, source).unwrap_or(canonical)),
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(item, source)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|entry| entry_node(entry, source))
                .collect(),
        ),
    };
    Node {
        value,
        origin: place(raw.referenced),
    }
}

fn entry_node(
    (key, value): (Spanned<String>, Spanned<Raw>),
    source: &str,
) -> (String, Origin, Node) {
    (key.value, place(key.referenced), node(value, source))
}

/// The characters of a plain scalar as written: `0x10` stays `0x10`.
fn spelling(defined: Location, source: &str) -> Option<String> {
    let start = usize::try_from(defined.span().byte_offset()?).ok()?;
    let len = usize::try_from(defined.span().byte_len()?).ok()?;
    let text = source.get(start..start.checked_add(len)?)?.trim();
    // Quotes appear here only under an explicit tag; the resolved value serves then.
    (!text.is_empty() && !text.starts_with(['"', '\'', '!', '&'])).then(|| text.to_owned())
}
