//! What the bridge is to do, from a file or from the environment.

mod file;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use bfd_api::Endpoint;
use bfd_program::config::{ConfigError, Kind, Scalar, Zoned};

use crate::attributes::Attributes;
use crate::peer::Peer;
use crate::route::{Condition, NextHop, Route};

/// Where the daemon's API is unless said otherwise.
const DEFAULT_ADDR: &str = "http://127.0.0.1:50052";
/// How long routes stay while the daemon does not answer. Long enough for a restart, short enough
/// that a path that fails meanwhile does not draw traffic for long.
const DEFAULT_KEEP_LAST: Duration = Duration::from_secs(10);

const ADDR: &str = "GOBFD_ADDR";
const PEER: &str = "GOBFD_PEER";
const PREFIX: &str = "ANYCAST_PREFIX";
const KEEP_LAST: &str = "GOBFD_KEEP_LAST";
const CONFIG: &str = "GOBFD_EXABGP_CONFIG";

/// Everything the bridge needs to know; always usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The daemon's API; default `http://127.0.0.1:50052`.
    pub endpoint: Endpoint,
    /// How long routes stay while the daemon does not answer; default 10 s, 0: not at all.
    pub keep_last: Duration,
    /// The routes, at least one, each prefix once.
    pub routes: Vec<Route>,
}

/// The environment variables of a process; an empty one counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

/// Why there are no settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Nothing says what to announce. The words are those of 0.6.1.
    #[error("{PEER} and {PREFIX} environment variables are required")]
    Missing,
    /// Both a file and variables say what to announce.
    #[error("{0} and a file are given; unset the variable, or do without the file")]
    Twice(&'static str),
    /// A variable makes no sense.
    #[error("{name}: {message}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// What was expected and what was found.
        message: String,
    },
    /// The file makes no sense.
    #[error("{0}")]
    File(#[from] ConfigError),
}

impl Settings {
    /// The settings of the file at `path`, or the one that the environment names, or of the
    /// environment alone.
    ///
    /// # Errors
    /// What is wrong or missing.
    pub fn load(path: Option<&Path>, environment: &Environment) -> Result<Self, SettingsError> {
        let named = environment.of(CONFIG).map(PathBuf::from);
        let Some(path) = path.or(named.as_deref()) else {
            return Self::of_environment(environment);
        };
        if let Some(name) = [PEER, PREFIX]
            .into_iter()
            .find(|name| environment.has(name))
        {
            return Err(SettingsError::Twice(name));
        }
        let file = file::load(path)?;
        Ok(Self {
            endpoint: match file.endpoint {
                Some(endpoint) => endpoint,
                None => endpoint(environment)?,
            },
            keep_last: match file.keep_last {
                Some(time) => time,
                None => keep_last(environment)?,
            },
            routes: file.routes,
        })
    }

    fn of_environment(environment: &Environment) -> Result<Self, SettingsError> {
        let (Some(peer), Some(prefix)) = (environment.of(PEER), environment.of(PREFIX)) else {
            return Err(SettingsError::Missing);
        };
        let peer = variable(PEER, read_peer(peer))?;
        let prefix = variable(PREFIX, parse(prefix))?;
        let route = Route::new(
            prefix,
            NextHop::Own,
            Attributes::default(),
            Condition::Any,
            vec![peer],
        );
        Ok(Self {
            endpoint: endpoint(environment)?,
            keep_last: keep_last(environment)?,
            routes: vec![variable(PREFIX, route.map_err(|error| error.to_string()))?],
        })
    }
}

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((
                name.into_string().ok()?,
                value.to_string_lossy().into_owned(),
            ))
        };
        std::env::vars_os().filter_map(text).collect()
    }

    fn of(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    fn has(&self, name: &str) -> bool {
        self.of(name).is_some()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self(variables.map(|(n, v)| (n.into(), v.into())).collect())
    }
}

fn endpoint(environment: &Environment) -> Result<Endpoint, SettingsError> {
    variable(ADDR, parse(environment.of(ADDR).unwrap_or(DEFAULT_ADDR)))
}

fn keep_last(environment: &Environment) -> Result<Duration, SettingsError> {
    match environment
        .of(KEEP_LAST)
        .map(|text| Kind::Duration.read(text))
    {
        None => Ok(DEFAULT_KEEP_LAST),
        Some(read) => match variable(KEEP_LAST, read)? {
            Scalar::Duration(time) => Ok(time),
            _ => Ok(DEFAULT_KEEP_LAST),
        },
    }
}

fn read_peer(text: &str) -> Result<Peer, String> {
    match Kind::Address.read(text)? {
        Scalar::Address(Zoned { address, zone }) => Ok(Peer {
            interface: zone,
            ..Peer::any_session(address)
        }),
        _ => Err(format!("expected {}", Kind::Address.expected())),
    }
}

/// Reads by [`FromStr`]; the error is the sentence for the operator.
fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn variable<T>(name: &'static str, read: Result<T, String>) -> Result<T, SettingsError> {
    read.map_err(|message| SettingsError::Variable { name, message })
}

#[cfg(test)]
mod tests;
