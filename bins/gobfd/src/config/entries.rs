//! The values of a configuration as a flat map from path to text, before they are read.
//!
//! Filled from the file first, then from the environment; a later source replaces the entry.

use std::collections::BTreeMap;

use bfd_program::config::{
    Kind, Node, Origin, Problem, Value, foreign_path, join, misfit, unknown_key,
};

use super::keys::Key;
use super::schema::{Schema, Shape};

/// One value as written.
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// All values, by path (`sessions[2].peer`), and the elements of each list.
#[derive(Default)]
pub(crate) struct Entries {
    values: BTreeMap<String, Entry>,
    lists: BTreeMap<String, Vec<Origin>>,
}

impl Entries {
    /// The value at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<&Entry> {
        self.values.get(path)
    }

    /// Where the elements of the list at `path` stand.
    pub(crate) fn elements(&self, path: &str) -> &[Origin] {
        self.lists.get(path).map_or(&[], Vec::as_slice)
    }

    /// The paths of all values.
    #[cfg(test)]
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Puts a value, whatever was there before.
    pub(crate) fn set(&mut self, path: String, entry: Entry) {
        self.values.insert(path, entry);
    }

    /// Adds an element at the end of a list.
    pub(crate) fn append(&mut self, list: &str, origin: Origin) {
        self.lists.entry(list.to_owned()).or_default().push(origin);
    }

    /// Takes the values of a file; what does not fit the key table becomes a problem.
    pub(crate) fn from_tree(tree: Node) -> (Self, Vec<Problem>) {
        let mut walk = Walk {
            entries: Self::default(),
            problems: Vec::new(),
        };
        walk.node(Schema::root(), tree, "");
        (walk.entries, walk.problems)
    }
}

struct Walk {
    entries: Entries,
    problems: Vec<Problem>,
}

impl Walk {
    fn node(&mut self, schema: &Schema, node: Node, path: &str) {
        match (schema.shape(), node.value) {
            (_, Value::Empty) => {}
            (Shape::Leaf(key), value) => self.leaf(key, value, node.origin, path),
            (Shape::Section(steps), Value::Map(pairs)) => {
                for (name, origin, child) in pairs {
                    match steps.get(name.as_str()) {
                        Some(schema) => self.node(schema, child, &join(path, &name)),
                        None => self.unknown(steps.keys(), &name, origin, path),
                    }
                }
            }
            (Shape::Named(schema), Value::Map(pairs)) => {
                for (name, _, child) in pairs {
                    self.node(schema, child, &join(path, &name));
                }
            }
            (Shape::List(schema), Value::List(items)) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.entries.append(path, item.origin.clone());
                    self.node(schema, item, &format!("{path}[{index}]"));
                }
            }
            (shape, found) => {
                let expected = match shape {
                    Shape::List(_) => "a list",
                    _ => "a section of keys and values",
                };
                if schema.holds_secret() {
                    let text = format!("expected {expected}");
                    self.problems.push(Problem::new(node.origin, path, text));
                } else {
                    self.misfit(expected, &found, node.origin, path);
                }
            }
        }
    }

    fn leaf(&mut self, key: &'static Key, value: Value, origin: Origin, path: &str) {
        match value {
            Value::Scalar(text) => self.entries.set(path.to_owned(), Entry { text, origin }),
            Value::List(_) if key.kind == Kind::Texts => {}
            found => self.misfit(&key.kind.expected(), &found, origin, path),
        }
    }

    fn misfit(&mut self, expected: &str, found: &Value, origin: Origin, path: &str) {
        let text = misfit(expected, found);
        self.problems.push(Problem::new(origin, path, text));
    }

    fn unknown<'k>(
        &mut self,
        known: impl Iterator<Item = &'k &'static str> + Clone,
        name: &str,
        origin: Origin,
        path: &str,
    ) {
        let text = unknown_key(known.copied(), name);
        let path = foreign_path(path, name);
        self.problems.push(Problem::new(origin, path, text));
    }
}
