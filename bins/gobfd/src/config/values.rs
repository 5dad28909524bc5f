//! Typed reading of [`Entries`], collecting every problem on the way.
//!
//! A faulty value is reported once and then treated as left out, so that reading goes on and finds
//! the other faults too. The result counts only if no problem was found.

use bfd_program::config::{Origin, Problem, Scalar, join};

use super::entries::Entries;
use super::environment::Environment;
use super::keys::{self, Applies, Key, Preset};

pub(crate) struct Values<'a> {
    entries: &'a Entries,
    environment: &'a Environment,
    pub(crate) problems: Vec<Problem>,
    /// Sentences about what was accepted but should not stay so.
    pub(crate) warnings: Vec<String>,
}

/// Where a group of keys lives: the path of one section or list element, and the same in the form
/// of the key table.
pub(crate) struct Scope {
    pub(crate) path: String,
    pub(crate) pattern: &'static str,
}

impl<'a> Values<'a> {
    pub(crate) fn new(entries: &'a Entries, environment: &'a Environment) -> Self {
        Self {
            entries,
            environment,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The value of an environment variable that a key names.
    pub(crate) fn variable(&self, name: &str) -> Option<&'a str> {
        self.environment.get(name)
    }

    /// Where the elements of a list stand.
    pub(crate) fn elements(&self, list: &str) -> &'a [Origin] {
        self.entries.elements(list)
    }

    /// Where the value at `path` stands, if one was given.
    pub(crate) fn origin(&self, path: &str) -> Option<Origin> {
        self.entries.get(path).map(|entry| entry.origin.clone())
    }

    /// The text given at `path`, unless it is empty.
    pub(crate) fn given(&self, path: &str) -> Option<&'a str> {
        self.entries
            .get(path)
            .map(|entry| entry.text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// The value of a key outside lists: what was given, else the preset of the table.
    pub(crate) fn value(&mut self, path: &'static str) -> Option<Scalar> {
        let scope = Scope {
            path: String::new(),
            pattern: "",
        };
        self.scoped(&scope, path)
    }

    /// The value of the key `name` of a scope: what was given, else the preset of the table.
    pub(crate) fn scoped(&mut self, scope: &Scope, name: &str) -> Option<Scalar> {
        self.written(scope, name)
            .or_else(|| Self::preset(scope, name))
    }

    /// The value given for the key `name` of a scope; `None` also if the scope has no such key.
    pub(crate) fn written(&mut self, scope: &Scope, name: &str) -> Option<Scalar> {
        let key = key(scope.pattern, name)?;
        let path = join(&scope.path, name);
        let entry = self
            .entries
            .get(&path)
            .filter(|e| !(e.text.is_empty() && may_be_empty(key)))?;
        match key.kind.read(&entry.text) {
            Ok(value) => Some(value),
            Err(text) => {
                self.problem(entry.origin.clone(), path, text);
                None
            }
        }
    }

    /// What the table gives a key that is left out.
    pub(crate) fn preset(scope: &Scope, name: &str) -> Option<Scalar> {
        let key = key(scope.pattern, name)?;
        match key.preset {
            Preset::Value(text) => key.kind.read(text).ok(),
            Preset::From(_) | Preset::Nothing(_) | Preset::Required => None,
        }
    }

    pub(crate) fn problem(
        &mut self,
        origin: Origin,
        path: impl Into<String>,
        text: impl Into<String>,
    ) {
        self.problems.push(Problem::new(origin, path, text));
    }
}

/// GoBFD 0.6 took an empty text for "not given" where it documented an empty default.
fn may_be_empty(key: &Key) -> bool {
    matches!(key.preset, Preset::Nothing(_))
        || matches!(key.applies, Applies::Later(_))
        || ["sessions[].type", "sessions[].auth.type"].contains(&key.path)
}

fn key(pattern: &str, name: &str) -> Option<&'static Key> {
    keys::all().find(|key| {
        key.path.strip_suffix(name).is_some_and(|head| {
            head == pattern || head.strip_suffix('.').is_some_and(|head| head == pattern)
        })
    })
}

/// The reads that need no scope, each by the type its key has in the table.
impl Values<'_> {
    pub(crate) fn text(&mut self, path: &'static str) -> Option<String> {
        match self.value(path)? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn word(&mut self, path: &'static str) -> Option<&'static str> {
        match self.value(path)? {
            Scalar::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn integer(&mut self, path: &'static str) -> Option<u64> {
        match self.value(path)? {
            Scalar::Integer(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn flag(&mut self, path: &'static str) -> bool {
        matches!(self.value(path), Some(Scalar::Bool(true)))
    }
}
