//! Overrides by environment variables: `GOBFD_`, then the path in upper case with `_` between its
//! elements. The name is looked up in the key table, so keys with underscores are reachable too.

use std::env;
use std::ffi::OsString;
use std::fmt;

use bfd_program::config::{Kind, Origin, Problem};

use super::entries::{Entries, Entry};
use super::keys::{self, Key};

const PREFIX: &str = "GOBFD_";
/// The name Kubernetes manifests usually give to the field `spec.nodeName`; it stands in for the
/// key below where that is not given.
const NODE_NAME: &str = "NODE_NAME";
const NODE_NAME_KEY: &str = "kubernetes.node_name";
/// Read by the other programs of the package, meaningless to the daemon.
const OTHERS: [&str; 2] = ["GOBFD_ADDR", "GOBFD_PEER"];

/// All variables whose names are UTF-8, as one value. It is not shown: some hold secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: Vec<(String, Option<String>)>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::collect(env::vars_os())
    }

    /// The environment made of these pairs.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::collect(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        )
    }

    fn collect(pairs: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let named = pairs.filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            Some((name, value.into_string().ok()))
        });
        let mut variables: Vec<_> = named.collect();
        variables.sort();
        Self { variables }
    }

    /// The value of one variable; `None` if it is not set, or not UTF-8.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.variables.iter();
        all.find(|(other, _)| other == name)
            .and_then(|(_, value)| value.as_deref())
    }

    /// Lays the variables over `entries`, but those whose name is none of ours. Returns warnings about names that mean nothing, and
    /// problems.
    pub(crate) fn overlay(&self, entries: &mut Entries) -> (Vec<String>, Vec<Problem>) {
        let (mut warnings, mut problems, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        let ours = |name: &str| name.starts_with(PREFIX) || name == NODE_NAME;
        for (name, value) in self.variables.iter().filter(|(name, _)| ours(name)) {
            match (target(name), value) {
                (Some(target), Some(value)) => targets.push((target, name, value)),
                (Some(target), None) => {
                    let origin = Origin::Variable(name.clone());
                    problems.push(Problem::new(
                        origin,
                        target.path(),
                        "the value is not UTF-8",
                    ));
                }
                (None, _) if is_foreign(name) => {}
                (None, _) => warnings.push(format!("{name}: no such key, ignored")),
            }
        }
        // By index, so that elements can be added one after the other. The order of the names, by
        // which NODE_NAME comes last, stays otherwise.
        targets.sort_by_key(|(target, ..)| target.index);
        for (target, name, value) in targets {
            problems.extend(apply(&target, name, value, entries));
        }
        (warnings, problems)
    }
}

/// The key a variable names, and the element if the key is in a list.
struct Target {
    key: &'static Key,
    index: Option<usize>,
}

impl Target {
    fn path(&self) -> String {
        match self.index {
            Some(index) => self.key.path.replacen("[]", &format!("[{index}]"), 1),
            None => self.key.path.to_owned(),
        }
    }
}

fn apply(target: &Target, name: &str, value: &str, entries: &mut Entries) -> Option<Problem> {
    let origin = Origin::Variable(name.to_owned());
    if name == NODE_NAME && entries.get(NODE_NAME_KEY).is_some() {
        return None;
    }
    if let Some(index) = target.index {
        let list = target.key.path.split("[]").next().unwrap_or_default();
        let len = entries.elements(list).len();
        if index > len {
            let message = format!("{list} has {len} elements, the next one is {list}[{len}]");
            return Some(Problem::new(origin, target.path(), message));
        }
        if index == len {
            entries.append(list, origin.clone());
        }
    }
    entries.set(
        target.path(),
        Entry {
            text: value.to_owned(),
            origin,
        },
    );
    None
}

fn target(variable: &str) -> Option<Target> {
    if variable == NODE_NAME {
        let key = keys::all().find(|key| key.path == NODE_NAME_KEY)?;
        return Some(Target { key, index: None });
    }
    let name = variable.strip_prefix(PREFIX)?.to_ascii_uppercase();
    keys::all().filter(|key| is_reachable(key)).find_map(|key| {
        let (list, rest) = match key.path.split_once("[].") {
            Some((list, rest)) => (Some(list), rest),
            None => (None, key.path),
        };
        let Some(list) = list else {
            return (name == upper(rest)).then_some(Target { key, index: None });
        };
        let tail = name.strip_prefix(&upper(list))?.strip_prefix('_')?;
        let (index, tail) = tail.split_once('_')?;
        let index = Some(index.parse().ok()?);
        (tail == upper(rest)).then_some(Target { key, index })
    })
}

/// Names chosen by the operator have no unambiguous upper case, lists no single value, and one
/// number is all that a name has room for.
pub(crate) fn is_reachable(key: &Key) -> bool {
    !key.path.contains('<') && key.kind != Kind::Texts && key.path.matches("[]").count() < 2
}

/// The name of the variable for a key, `N` standing for the index in a list.
pub(crate) fn variable(path: &str) -> String {
    format!("{PREFIX}{}", upper(&path.replace("[]", ".N")))
}

fn upper(path: &str) -> String {
    path.replace('.', "_").to_ascii_uppercase()
}

/// Names that are not meant for the configuration. Kubernetes sets several for each service, and
/// a service is often called `gobfd`.
fn is_foreign(name: &str) -> bool {
    OTHERS.contains(&name)
        || name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || name.contains("_PORT_")
}
