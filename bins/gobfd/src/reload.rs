//! The configuration in force, and what SIGHUP does to it.

use std::path::PathBuf;

use bfd_control::{Control, Intent, Owner, Reconciled, Stopping, Wanted};
use bfd_program::logging::LogControl;

use crate::config::{self, Config, ConfigError, Diff, Environment, SessionSettings};
use crate::integrations::{Integrations, SetupError};
use crate::ledger::Ledger;

/// What a reload came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// The new configuration counts.
    InForce {
        /// Its sessions that could not be had.
        left_out: usize,
    },
    /// It is not usable, for this reason; the older one counts.
    Refused(String),
}

/// The running configuration and where it comes from.
#[derive(Debug)]
pub struct Settings {
    path: Option<PathBuf>,
    config: Config,
    log: LogControl,
    ledger: Ledger,
}

impl Settings {
    /// `config`, as it was read from `path`.
    #[must_use]
    pub fn new(path: Option<PathBuf>, config: Config, log: LogControl) -> Self {
        let ledger = Ledger::new(log.clone());
        Self {
            path,
            config,
            log,
            ledger,
        }
    }

    /// What reloads came to, and what the log lost.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.ledger.clone()
    }

    /// The configuration in force; without its sessions once they were started.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Starts the configured sessions. From then on they are the control plane's: nobody keeps them
    /// a second time.
    ///
    /// # Errors
    /// The daemon is stopping.
    pub async fn apply(&mut self, control: &Control) -> Result<Reloaded, Stopping> {
        let sessions = std::mem::take(&mut self.config.sessions);
        let intents = sessions.into_iter().map(intent).collect();
        let done = control.reconcile(Owner::Config, intents).await?;
        report(&done);
        // Reading a long file takes many times the memory that its sessions then need.
        bfd_net::heap::give_back();
        let left_out = done.conflicts.len() + done.failed.len();
        Ok(Reloaded::InForce { left_out })
    }

    /// Reads file and environment again and puts them in force; a fault leaves everything as it is.
    ///
    /// # Errors
    /// The daemon is stopping.
    pub async fn reload(
        &mut self,
        control: &Control,
        integrations: &mut Integrations,
    ) -> Result<Reloaded, Stopping> {
        tracing::info!("received SIGHUP, reloading configuration");
        match self.read().await {
            Ok(config) => {
                let done = self.replace(config, control).await?;
                integrations.apply(&self.config, control).await;
                self.ledger.reloaded(true);
                Ok(done)
            }
            Err(error) => {
                let message = "failed to reload configuration, keeping current settings";
                tracing::error!(%error, "{message}");
                self.ledger.reloaded(false);
                Ok(Reloaded::Refused(error.to_string()))
            }
        }
    }

    async fn read(&self) -> Result<Config, Unusable> {
        let path = self.path.clone();
        let load = move || {
            let loaded = config::load(path.as_deref(), &Environment::of_process())?;
            Integrations::check(&loaded.config)?;
            Ok::<_, Unusable>(loaded)
        };
        let loaded = match tokio::task::spawn_blocking(load).await {
            Ok(loaded) => loaded?,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        warn(&loaded.warnings);
        Ok(loaded.config)
    }

    async fn replace(&mut self, config: Config, control: &Control) -> Result<Reloaded, Stopping> {
        let diff = Diff::between(&self.config, &config);
        diff.restart.iter().for_each(|sentence| {
            tracing::warn!(setting = %sentence, "setting needs a restart");
        });
        let (old, new) = (self.config.log, config.log);
        self.log.set(new);
        tracing::info!(
            old_log_level = old.level.name(),
            new_log_level = new.level.name(),
            "configuration reloaded"
        );
        self.config = Diff::in_force(&self.config, config);
        self.apply(control).await
    }
}

/// Why a configuration is not put in force.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Setup(#[from] SetupError),
}

/// Says what was accepted but has no effect.
pub fn warn(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!(warning = %warning, "configuration");
    }
}

fn intent(session: SessionSettings) -> Intent {
    let SessionSettings {
        key,
        spec,
        keys,
        admin_down,
    } = session;
    Intent {
        key,
        wanted: Wanted {
            spec,
            keys,
            admin_down,
        },
    }
}

fn report(done: &Reconciled) {
    for conflict in &done.conflicts {
        tracing::error!(error = %conflict, "configured session left out");
    }
    for error in &done.failed {
        tracing::error!(error = %error, "configured session could not be started");
    }
    let Reconciled {
        created,
        destroyed,
        changed,
        overridden,
        ..
    } = done;
    tracing::info!(
        created,
        destroyed,
        changed,
        overridden,
        "session reconciliation complete"
    );
}
