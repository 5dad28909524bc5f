//! The list `key_chains`, and section `auth` of a session.
//!
//! A message never shows a secret, nor what may be one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bfd_control::{KeyChain, Lifetime, TimedKey};
use bfd_program::config::{Origin, Scalar, join, quoted};
use bfd_proto::{AuthType, Key, Secret};

use super::values::{Scope, Values};

const LIST: &str = "key_chains";
/// Where a key's secret may stand.
const SOURCES: [&str; 4] = ["secret", "secret_hex", "secret_file", "secret_env"];
/// Octets read of a file at most: far more than a secret has, with its line break.
const FILE_MAX: u64 = 4096;

/// The chains by name. One that could not be read is there without keys: its faults were reported.
#[derive(Default)]
pub(crate) struct Chains(BTreeMap<String, Option<Arc<KeyChain>>>);

impl Chains {
    /// Reads all chains.
    pub(crate) fn read(values: &mut Values<'_>) -> Self {
        let mut chains = Self::default();
        for (index, origin) in values.elements(LIST).iter().enumerate() {
            let scope = Scope {
                path: format!("{LIST}[{index}]"),
                pattern: "key_chains[]",
            };
            let keys = chain(values, &scope, origin);
            let Some(name) = text(values, &scope, "name").filter(|name| !name.is_empty()) else {
                complain(
                    values,
                    &scope,
                    "name",
                    origin,
                    "missing: a chain needs a name",
                );
                continue;
            };
            if chains.0.insert(name, keys).is_some() {
                complain(
                    values,
                    &scope,
                    "name",
                    origin,
                    "another chain has this name",
                );
            }
        }
        chains
    }

    /// The keys of the session at `scope`; `None`: no authentication, or a problem was reported.
    pub(crate) fn of_session(
        &self,
        values: &mut Values<'_>,
        scope: &Scope,
    ) -> Option<Arc<KeyChain>> {
        match text(values, scope, "auth.key_chain") {
            Some(name) => self.named(values, scope, &name),
            None => single(values, scope).map(Arc::new),
        }
    }

    fn named(&self, values: &mut Values<'_>, scope: &Scope, name: &str) -> Option<Arc<KeyChain>> {
        for key in ["auth.type", "auth.key_id", "auth.secret"] {
            if is_asked(values, scope, key) {
                report(
                    values,
                    scope,
                    key,
                    "only without key_chain, which brings its own",
                );
            }
        }
        let chain = self.0.get(name);
        if chain.is_none() {
            let known: Vec<String> = self.0.keys().map(|name| quoted(name)).collect();
            let sentence = match &known[..] {
                [] => "expected the name of a chain, but key_chains has none".to_owned(),
                names => format!(
                    "expected one of the names in key_chains: {}",
                    names.join(", ")
                ),
            };
            report(values, scope, "auth.key_chain", &sentence);
        }
        chain.cloned().flatten()
    }
}

/// Section `auth` of a session with its one key; `None`: none, or a problem was reported.
fn single(values: &mut Values<'_>, scope: &Scope) -> Option<KeyChain> {
    let id = key_id(values, scope, "auth.key_id");
    let secret = given(values, scope, "auth.secret");
    let kind = match values.scoped(scope, "auth.type")? {
        Scalar::Word(word) => auth_type(word),
        _ => return None,
    };
    let Some(kind) = kind else {
        if is_asked(values, scope, "auth.type") {
            return None;
        }
        // Who gives a secret expects to be protected.
        for key in ["auth.secret", "auth.key_id"] {
            if is_asked(values, scope, key) {
                report(
                    values,
                    scope,
                    key,
                    "needs auth.type, the type of authentication",
                );
            }
        }
        return None;
    };
    let Some(secret) = secret else {
        report(values, scope, "auth.type", "needs auth.secret");
        return None;
    };
    let secret = fitting(values, scope, "auth.secret", kind, secret.as_bytes())?;
    KeyChain::single(kind, Key { id: id?, secret }).ok()
}

/// One chain; `None` only together with a problem.
fn chain(values: &mut Values<'_>, scope: &Scope, origin: &Origin) -> Option<Arc<KeyChain>> {
    let kind = match values.scoped(scope, "type") {
        Some(Scalar::Word(word)) => auth_type(word),
        _ => None,
    };
    if given(values, scope, "type").is_none() {
        complain(
            values,
            scope,
            "type",
            origin,
            "missing: a chain needs a type",
        );
    }
    let list = join(&scope.path, "keys");
    let elements = values.elements(&list);
    if elements.is_empty() {
        complain(
            values,
            scope,
            "keys",
            origin,
            "at least one key is required",
        );
    }
    let mut keys: Vec<TimedKey> = Vec::with_capacity(elements.len());
    for (index, origin) in elements.iter().enumerate() {
        let scope = Scope {
            path: format!("{list}[{index}]"),
            pattern: "key_chains[].keys[]",
        };
        let Some(key) = key(values, &scope, origin, kind) else {
            continue;
        };
        if keys.iter().any(|other| other.key.id == key.key.id) {
            complain(
                values,
                &scope,
                "id",
                origin,
                "another key of the chain has this id",
            );
        }
        keys.push(key);
    }
    let name = text(values, scope, "name").unwrap_or_default();
    let whole = keys.len() == elements.len();
    let chain = whole.then(|| KeyChain::new(name, kind?, keys).ok());
    chain.flatten().map(Arc::new)
}

/// One key of a chain; `None` only together with a problem.
fn key(
    values: &mut Values<'_>,
    scope: &Scope,
    origin: &Origin,
    kind: Option<AuthType>,
) -> Option<TimedKey> {
    if given(values, scope, "id").is_none() {
        complain(values, scope, "id", origin, "missing: a key needs an id");
    }
    let id = key_id(values, scope, "id");
    let send = lifetime(values, scope, ["send_from", "send_until"]);
    let accept = lifetime(values, scope, ["accept_from", "accept_until"]);
    let secret = secret(values, scope, origin, kind?)?;
    let key = Arc::new(Key { id: id?, secret });
    Some(TimedKey { key, send, accept })
}

/// The secret of a key, wherever it stands; `None` only together with a problem.
fn secret(
    values: &mut Values<'_>,
    scope: &Scope,
    origin: &Origin,
    kind: AuthType,
) -> Option<Secret> {
    let sources: Vec<_> = SOURCES
        .into_iter()
        .filter(|source| given(values, scope, source).is_some())
        .collect();
    let [source] = sources[..] else {
        let sentence = format!("expected exactly one of {}", SOURCES.join(", "));
        let place = sources.last().copied().unwrap_or("secret");
        complain(values, scope, place, origin, &sentence);
        return None;
    };
    let octets = match octets(values, scope, source)? {
        Ok(octets) => octets,
        Err(sentence) => {
            report(values, scope, source, &sentence);
            return None;
        }
    };
    fitting(values, scope, source, kind, &octets)
}

/// What a source holds, or why it holds nothing; `None`: reported already.
fn octets(values: &mut Values<'_>, scope: &Scope, source: &str) -> Option<Result<Vec<u8>, String>> {
    let text = text(values, scope, source)?;
    Some(match source {
        "secret_hex" => from_hex(&text).ok_or("expected pairs of hexadecimal digits".to_owned()),
        "secret_file" => from_file(values, scope, Path::new(&text)),
        "secret_env" => match values.variable(&text) {
            Some(value) if !value.is_empty() => Ok(value.as_bytes().to_vec()),
            Some(_) => Err("the variable it names is empty".to_owned()),
            None => Err("the variable it names is not set, or not UTF-8".to_owned()),
        },
        _ => Ok(text.into_bytes()),
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |octet: &u8| (*octet as char).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

fn from_file(values: &mut Values<'_>, scope: &Scope, path: &Path) -> Result<Vec<u8>, String> {
    let (mut octets, mode) =
        read(path).map_err(|error| format!("{} cannot be read: {error}", shown(path)))?;
    if mode & 0o004 != 0 {
        values.warnings.push(format!(
            "{}.secret_file: everybody may read {}: chmod 600 it",
            scope.path,
            shown(path)
        ));
    }
    if octets.last() == Some(&b'\n') {
        octets.pop();
        if octets.last() == Some(&b'\r') {
            octets.pop();
        }
    }
    Ok(octets)
}

/// For a message: a path may hold anything.
fn shown(path: &Path) -> String {
    path.display().to_string().escape_debug().to_string()
}

fn read(path: &Path) -> io::Result<(Vec<u8>, u32)> {
    // Asked before opening: opening a pipe would block until somebody writes.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode();
    let mut octets = Vec::new();
    file.take(FILE_MAX).read_to_end(&mut octets)?;
    Ok((octets, mode))
}

/// The secret, if it fits the type; else a problem is reported.
fn fitting(
    values: &mut Values<'_>,
    scope: &Scope,
    name: &str,
    kind: AuthType,
    octets: &[u8],
) -> Option<Secret> {
    let max = kind.secret_max();
    let secret = Secret::new(octets).filter(|secret| secret.len() <= max);
    if secret.is_none() {
        let sentence = format!("expected a secret of 1 to {max} octets for this type");
        report(values, scope, name, &sentence);
    }
    secret
}

fn lifetime(values: &mut Values<'_>, scope: &Scope, names: [&str; 2]) -> Lifetime {
    let [from, until] = names.map(|name| moment(values, scope, name));
    let lifetime = Lifetime { from, until };
    if lifetime.is_empty() {
        let sentence = format!("expected a time after {}", names[0]);
        report(values, scope, names[1], &sentence);
    }
    lifetime
}

fn moment(values: &mut Values<'_>, scope: &Scope, name: &str) -> Option<SystemTime> {
    match values.scoped(scope, name)? {
        Scalar::Moment(moment) => Some(moment),
        _ => None,
    }
}

fn key_id(values: &mut Values<'_>, scope: &Scope, name: &str) -> Option<u8> {
    match values.scoped(scope, name)? {
        Scalar::Integer(id) => u8::try_from(id).ok(),
        _ => None,
    }
}

fn text(values: &mut Values<'_>, scope: &Scope, name: &str) -> Option<String> {
    match values.scoped(scope, name)? {
        Scalar::Text(text) => Some(text),
        _ => None,
    }
}

fn given<'e>(values: &Values<'e>, scope: &Scope, name: &str) -> Option<&'e str> {
    values.given(&join(&scope.path, name))
}

/// Whether a key says more than that authentication is off.
fn is_asked(values: &Values<'_>, scope: &Scope, name: &str) -> bool {
    given(values, scope, name).is_some_and(|text| !["none", "0"].contains(&text))
}

/// `None` for the word that switches authentication off.
fn auth_type(word: &str) -> Option<AuthType> {
    AuthType::ALL.into_iter().find(|kind| kind.name() == word)
}

/// Adds a problem at the place of a key that is there.
fn report(values: &mut Values<'_>, scope: &Scope, name: &str, sentence: &str) {
    complain(values, scope, name, &Origin::Whole, sentence);
}

/// Adds a problem at the place of the key, or of its element if the key is not there.
fn complain(values: &mut Values<'_>, scope: &Scope, name: &str, element: &Origin, sentence: &str) {
    let path = join(&scope.path, name);
    let origin = values.origin(&path).unwrap_or_else(|| element.clone());
    values.problem(origin, path, sentence);
}
