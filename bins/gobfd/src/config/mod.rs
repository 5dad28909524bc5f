//! Configuration: text and environment become a resolved [`Config`], two of them a [`Diff`].
//!
//! Purpose: to accept nothing that is not understood, and to say of every fault where it is and
//! what was expected. Steps: file → tree (`bfd_program::config`) → flat texts by path (`entries`) →
//! environment laid over (`environment`) → typed values with defaults (`values`) → [`Config`]
//! (`resolve`, `sessions`). All of them read one table of keys (`keys`). Thread: any. It must never
//! touch the network, change anything, or panic, whatever the text.

mod authentication;
mod diff;
mod entries;
mod environment;
mod gobgp;
mod keys;
mod kubernetes;
mod page;
mod profiles;
mod resolve;
mod schema;
mod sessions;
mod settings;
mod spec;
mod unfinished;
mod values;

use std::path::Path;

use bfd_program::config::{parse_yaml, read_file};

pub use bfd_program::config::{ConfigError, Problem};
pub use diff::Diff;
pub use environment::Environment;
pub use gobgp::{DampeningSettings, GobgpSettings, Route, Strategy, TlsSettings};
pub use page::manual_page;
pub use settings::{
    ApiServerSettings, Config, EngineSettings, Families, GrpcSettings, KubernetesSettings,
    MetricsSettings, SessionSettings,
};

use entries::Entries;

/// A configuration that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Sentences about what was accepted but has no effect.
    pub warnings: Vec<String>,
}

/// Reads the file, if one is named, and lays the environment over it. Without a file the built-in
/// defaults and the environment count.
///
/// # Errors
/// Everything that is wrong with the file and the environment.
pub fn load(path: Option<&Path>, environment: &Environment) -> Result<Loaded, ConfigError> {
    let Some(path) = path else {
        return parse("", "", environment);
    };
    parse(&path.display().to_string(), &read_file(path)?, environment)
}

/// Reads a configuration text; `name` is the file name in messages.
///
/// # Errors
/// Everything that is wrong with the text and the environment.
pub fn parse(name: &str, text: &str, environment: &Environment) -> Result<Loaded, ConfigError> {
    let tree = parse_yaml(text).map_err(|problem| ConfigError::new(name, vec![problem]))?;
    let (mut entries, mut problems) = Entries::from_tree(tree);
    let (mut warnings, more) = environment.overlay(&mut entries);
    problems.extend(more);
    let (config, more) = resolve::resolve(&entries, environment, problems)
        .map_err(|all| ConfigError::new(name, all))?;
    warnings.extend(more);
    Ok(Loaded { config, warnings })
}

#[cfg(test)]
mod tests;
