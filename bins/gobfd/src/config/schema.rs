//! The key table as a tree, to walk a file against.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bfd_program::config::Kind;

use super::keys::{self, Key};

/// What may stand at one place of the file.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'a> {
    /// A value.
    Leaf(&'static Key),
    /// Keys and values.
    Section(&'a BTreeMap<&'static str, Schema>),
    /// A list of such places.
    List(&'a Schema),
    /// Keys chosen by the operator, each with such a place.
    Named(&'a Schema),
}

/// One place of the tree: a key that ends here, or the steps that lead on.
#[derive(Default)]
pub(crate) struct Schema {
    key: Option<&'static Key>,
    steps: BTreeMap<&'static str, Self>,
}

const ELEMENT: &str = "[]";
const NAME: &str = "<name>";

static ROOT: LazyLock<Schema> = LazyLock::new(|| {
    let mut root = Schema::default();
    for key in keys::all() {
        root.insert(key);
    }
    root
});

impl Schema {
    /// The whole file.
    pub(crate) fn root() -> &'static Self {
        &ROOT
    }

    pub(crate) fn shape(&self) -> Shape<'_> {
        if let Some(key) = self.key {
            Shape::Leaf(key)
        } else if let Some(element) = self.steps.get(ELEMENT) {
            Shape::List(element)
        } else if let Some(named) = self.steps.get(NAME) {
            Shape::Named(named)
        } else {
            Shape::Section(&self.steps)
        }
    }

    /// Whether a text that stands here in place of a section or list may be meant as a secret.
    pub(crate) fn holds_secret(&self) -> bool {
        let secret = |schema: &Self| schema.key.is_some_and(|key| key.kind == Kind::Secret);
        let below = |schema: &Self| schema.steps.values().any(secret);
        secret(self) || below(self) || self.steps.get(ELEMENT).is_some_and(below)
    }

    fn insert(&mut self, key: &'static Key) {
        let mut at = self;
        for step in key.path.split('.') {
            let (name, is_list) = match step.strip_suffix(ELEMENT) {
                Some(name) => (name, true),
                None => (step, false),
            };
            at = at.steps.entry(name).or_default();
            if is_list {
                at = at.steps.entry(ELEMENT).or_default();
            }
        }
        at.key = Some(key);
    }
}
