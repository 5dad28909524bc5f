//! Configuration: text and environment become a resolved [`Config`], two of them a [`Diff`].
//!
//! Purpose: to accept nothing that is not understood, and to say of every fault where it is and
//! what was expected. Steps: file → tree (`yaml`) → flat texts by path (`entries`) → environment
//! laid over (`environment`) → typed values with defaults (`values`, `kind`) → [`Config`]
//! (`resolve`, `sessions`). All of them read one table of keys (`keys`). Thread: any. It must never
//! touch the network, change anything, or panic, whatever the text.

mod diff;
mod duration;
mod entries;
mod environment;
mod file;
mod keys;
mod kind;
mod listen;
mod node;
mod page;
mod problem;
mod resolve;
mod schema;
mod sessions;
mod settings;
mod unfinished;
mod values;
mod yaml;

use std::path::Path;

pub use diff::Diff;
pub use duration::go_text;
pub use environment::Environment;
pub use listen::ListenAddress;
pub use node::Origin;
pub use page::manual_page;
pub use problem::{ConfigError, Problem};
pub use settings::{
    Config, EngineSettings, GrpcSettings, LogFormat, LogLevel, LogSettings, MetricsSettings,
    SessionSettings,
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
    let name = path.display().to_string();
    match file::read(path) {
        Ok(text) => parse(&name, &text, environment),
        Err(text) => Err(ConfigError::new(
            name,
            vec![Problem::new(Origin::Whole, "", text)],
        )),
    }
}

/// Reads a configuration text; `name` is the file name in messages.
///
/// # Errors
/// Everything that is wrong with the text and the environment.
pub fn parse(name: &str, text: &str, environment: &Environment) -> Result<Loaded, ConfigError> {
    let tree = yaml::parse(text).map_err(|problem| ConfigError::new(name, vec![problem]))?;
    let (mut entries, mut problems) = Entries::from_tree(tree);
    let (mut warnings, more) = environment.overlay(&mut entries);
    problems.extend(more);
    let (config, more) =
        resolve::resolve(&entries, problems).map_err(|all| ConfigError::new(name, all))?;
    warnings.extend(more);
    Ok(Loaded { config, warnings })
}

#[cfg(test)]
mod tests;
