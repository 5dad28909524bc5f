//! Sentences about what stands where something else should, and paths of keys.

use super::kind::quoted;
use super::node::Value;

/// `expected`, as it follows that word, and what was found instead.
#[must_use]
pub fn misfit(expected: &str, found: &Value) -> String {
    let found = match found {
        Value::Empty => "nothing".to_owned(),
        Value::Scalar(text) => quoted(text),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a section".to_owned(),
    };
    format!("expected {expected}, found {found}")
}

/// That nobody knows the key `name`, and which of the `known` ones may have been meant.
pub fn unknown_key<'k>(known: impl Iterator<Item = &'k str> + Clone, name: &str) -> String {
    let nearest = known
        .clone()
        .map(|key| (distance(name, key), key))
        .filter(|(steps, key)| *steps <= 1 + key.len() / 4)
        .min();
    match nearest {
        Some((_, key)) => format!("unknown key; did you mean {key}?"),
        None => {
            let all: Vec<&str> = known.collect();
            format!("unknown key; expected one of {}", all.join(", "))
        }
    }
}

/// The path of a key of the operator's that nobody knows: its name may hold anything.
#[must_use]
pub fn foreign_path(section: &str, name: &str) -> String {
    join(section, quoted(name).trim_matches('"'))
}

/// The path of the key `name` in the section at `path`; the file itself has an empty path.
#[must_use]
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Levenshtein distance; names beyond 40 octets are no misspelling of a key.
fn distance(left: &str, right: &str) -> usize {
    if left.len() > 40 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let cost = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
