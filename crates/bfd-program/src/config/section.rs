//! Reading a file key by key, for programs with few keys.
//!
//! Purpose: every key is named once, where it is read; whatever nobody asked for is reported as
//! unknown. A faulty value is reported and then treated as left out, so that reading goes on and
//! finds the other faults too.
//!
//! ```
//! use bfd_program::config::read;
//!
//! let text = "listen: {port: 80}\n";
//! let port = read("x.yml", text, |root| {
//!     let port = root.within("listen", |listen| listen.integer("port", 1, 65_535));
//!     Some(port.unwrap_or(8080))
//! });
//! assert_eq!(port, Ok(80));
//! ```

use std::path::Path;
use std::time::Duration;

use super::file;
use super::kind::{Kind, Scalar, Zoned};
use super::listen::ListenAddress;
use super::misfit::{foreign_path, join, misfit, unknown_key};
use super::node::{Node, Origin, Value};
use super::problem::{ConfigError, Problem};
use super::yaml;

/// Reads the file at `path`; see [`read`].
///
/// # Errors
/// Everything that is wrong with the file.
pub fn load<T>(
    path: &Path,
    reader: impl FnOnce(&mut Section<'_>) -> Option<T>,
) -> Result<T, ConfigError> {
    read(&path.display().to_string(), &file::read(path)?, reader)
}

/// Reads a text; `name` is the file name in messages. `reader` asks for every key there is and
/// answers `None` only together with a problem.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read<T>(
    name: &str,
    text: &str,
    reader: impl FnOnce(&mut Section<'_>) -> Option<T>,
) -> Result<T, ConfigError> {
    let mut problems = Vec::new();
    let value = match yaml::parse(text) {
        Ok(root) => Section::of(root, String::new(), &mut problems).and_then(|s| s.all(reader)),
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    if let (Some(value), true) = (value, problems.is_empty()) {
        return Ok(value);
    }
    if problems.is_empty() {
        problems.push(Problem::new(Origin::Whole, "", "cannot be used"));
    }
    Err(ConfigError::new(name, problems))
}

/// A section of keys and values while it is read.
#[derive(Debug)]
pub struct Section<'p> {
    path: String,
    origin: Origin,
    /// What nobody has asked for yet.
    left: Vec<(String, Origin, Node)>,
    /// What was asked for, and where it stands.
    asked: Vec<(&'static str, Option<Origin>)>,
    problems: &'p mut Vec<Problem>,
}

impl<'p> Section<'p> {
    fn of(node: Node, path: String, problems: &'p mut Vec<Problem>) -> Option<Self> {
        let left = match node.value {
            Value::Map(pairs) => pairs,
            Value::Empty => Vec::new(),
            found => {
                let text = misfit("a section of keys and values", &found);
                problems.push(Problem::new(node.origin, path, text));
                return None;
            }
        };
        Some(Self {
            path,
            origin: node.origin,
            left,
            asked: Vec::new(),
            problems,
        })
    }

    /// Lets `reader` ask, and reports what it did not ask for.
    fn all<T>(mut self, reader: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let value = reader(&mut self);
        let known = self.asked.iter().map(|(name, _)| *name);
        for (name, origin, _) in &self.left {
            let path = foreign_path(&self.path, name);
            let text = unknown_key(known.clone(), name);
            self.problems.push(Problem::new(origin.clone(), path, text));
        }
        value
    }

    /// Where this section stands in the file: `backends[2]`; empty for the file itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a key, if it is given and of this kind.
    pub fn value(&mut self, name: &'static str, kind: Kind) -> Option<Scalar> {
        let node = self.take(name)?;
        self.scalar(node, join(&self.path, name), kind)
    }

    /// The elements of a list of values of this kind.
    pub fn values(&mut self, name: &'static str, kind: Kind) -> Vec<Scalar> {
        let mut values = Vec::new();
        for (path, node) in self.elements(name) {
            values.extend(self.scalar(node, path, kind));
        }
        values
    }

    /// The value of a key whose text `read` takes apart; its error is the message.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.complain(name, message);
                None
            }
        }
    }

    /// A section within this one; `None` when it is not given, or `reader` finds no value.
    pub fn within<T>(
        &mut self,
        name: &'static str,
        reader: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let node = self.take(name)?;
        Section::of(node, join(&self.path, name), self.problems)?.all(reader)
    }

    /// A list of sections; those in which `reader` finds no value are left out.
    pub fn each<T>(
        &mut self,
        name: &'static str,
        mut reader: impl FnMut(&mut Section<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut found = Vec::new();
        for (path, node) in self.elements(name) {
            let section = Section::of(node, path, self.problems);
            found.extend(section.and_then(|section| section.all(&mut reader)));
        }
        found
    }

    /// `value`, which was asked for as `name`; reports it if the key is not there at all. `what`
    /// says what the key is for: "the address of the neighbour".
    pub fn required<T>(&mut self, name: &'static str, value: Option<T>, what: &str) -> Option<T> {
        if value.is_none() && !self.is_given(name) {
            self.complain(name, format!("missing: {what} is required"));
        }
        value
    }

    /// Whether a key was asked for and stood in the file.
    #[must_use]
    pub fn is_given(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Adds a problem at the place of the key, or of the section if the key is not there.
    pub fn complain(&mut self, name: &str, text: impl Into<String>) {
        let origin = self.place(name).unwrap_or(&self.origin).clone();
        let problem = Problem::new(origin, join(&self.path, name), text);
        self.problems.push(problem);
    }

    fn place(&self, name: &str) -> Option<&Origin> {
        let asked = self.asked.iter().find(|(asked, _)| *asked == name)?;
        asked.1.as_ref()
    }

    fn take(&mut self, name: &'static str) -> Option<Node> {
        let at = self.left.iter().position(|(given, ..)| given == name);
        let node = at.map(|at| self.left.swap_remove(at).2);
        let node = node.filter(|node| node.value != Value::Empty);
        let place = node.as_ref().map(|node| node.origin.clone());
        self.asked.push((name, place));
        node
    }

    fn scalar(&mut self, node: Node, path: String, kind: Kind) -> Option<Scalar> {
        let read = match &node.value {
            Value::Scalar(text) => kind.read(text),
            found => Err(misfit(&kind.expected(), found)),
        };
        match read {
            Ok(value) => Some(value),
            Err(message) => {
                self.problems.push(Problem::new(node.origin, path, message));
                None
            }
        }
    }

    /// The elements of a list with their paths.
    fn elements(&mut self, name: &'static str) -> Vec<(String, Node)> {
        let Some(node) = self.take(name) else {
            return Vec::new();
        };
        let path = join(&self.path, name);
        match node.value {
            Value::List(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| (format!("{path}[{index}]"), item))
                .collect(),
            found => {
                self.complain(name, misfit("a list", &found));
                Vec::new()
            }
        }
    }
}

/// Reads by kind.
impl Section<'_> {
    /// `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name, Kind::Bool)? {
            Scalar::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// A whole number within bounds, both included.
    pub fn integer(&mut self, name: &'static str, min: u64, max: u64) -> Option<u64> {
        match self.value(name, Kind::Integer { min, max })? {
            Scalar::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// A duration such as `300ms`.
    pub fn duration(&mut self, name: &'static str) -> Option<Duration> {
        match self.value(name, Kind::Duration)? {
            Scalar::Duration(duration) => Some(duration),
            _ => None,
        }
    }

    /// One of these words.
    pub fn word(
        &mut self,
        name: &'static str,
        words: &'static [&'static str],
    ) -> Option<&'static str> {
        match self.value(name, Kind::Word(words))? {
            Scalar::Word(word) => Some(word),
            _ => None,
        }
    }

    /// A unicast IP address.
    pub fn address(&mut self, name: &'static str) -> Option<Zoned> {
        match self.value(name, Kind::Address)? {
            Scalar::Address(address) => Some(address),
            _ => None,
        }
    }

    /// A TCP address to listen on.
    pub fn listen(&mut self, name: &'static str) -> Option<ListenAddress> {
        match self.value(name, Kind::Listen)? {
            Scalar::Listen(address) => Some(address),
            _ => None,
        }
    }

    /// Any text.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name, Kind::Text)? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name of a network interface.
    pub fn interface(&mut self, name: &'static str) -> Option<String> {
        match self.value(name, Kind::Interface)? {
            Scalar::Text(name) => Some(name),
            _ => None,
        }
    }
}
