//! The configuration: a YAML file, one flag and one variable become [`Settings`].
//!
//! Thread: main, before any other exists. It must never touch the network.

mod read;
mod settings;
#[cfg(test)]
mod tests;

use bfd_api::{Endpoint, EndpointError};
use bfd_program::config::ConfigError;

pub use settings::{Backend, Settings};

use crate::cli::Source;

/// Where the daemon is, unless somebody says otherwise.
const DAEMON: &str = "http://127.0.0.1:50052";

/// There are no usable settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file has faults.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// There is no file, or no backend in it.
    #[error("a list of backends is required")]
    NoBackends,
    /// The address given by flag or variable is none.
    #[error("{given}: {source}")]
    Daemon {
        /// The flag or the variable.
        given: &'static str,
        /// What is wrong with it.
        source: EndpointError,
    },
}

impl LoadError {
    /// The message of the log line; the error itself is its attribute.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self {
            Self::NoBackends => "no backends configured; use --config with backends list",
            Self::File(_) | Self::Daemon { .. } => "failed to load config",
        }
    }
}

/// Reads the file and fills in what it leaves out.
///
/// # Errors
/// Everything that is wrong with the file, or what is wrong with flag and variable.
pub fn load(source: &Source) -> Result<Settings, LoadError> {
    let path = source.file.as_deref().ok_or(LoadError::NoBackends)?;
    let fallback = daemon(source)?;
    let settings = bfd_program::config::load(path, |root| read::settings(root, fallback))?;
    if settings.backends.is_empty() {
        return Err(LoadError::NoBackends);
    }
    Ok(settings)
}

/// Where the daemon is if the file does not say.
fn daemon(source: &Source) -> Result<Endpoint, LoadError> {
    let (given, text) = match (&source.daemon_by_flag, &source.daemon_by_variable) {
        (Some(flag), _) => ("-gobfd-addr", flag.as_str()),
        (None, Some(variable)) => ("GOBFD_ADDR", variable.as_str()),
        (None, None) => ("", DAEMON),
    };
    text.parse()
        .map_err(|source| LoadError::Daemon { given, source })
}
