//! What a reload changes, sessions apart: their difference is the control plane's to find
//! ([`bfd_control::Plan`]).

use super::settings::Config;

/// The difference between the running configuration and a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Whether level or format of the log changed; they count at once.
    pub log: bool,
    /// Whether the GoBGP integration is to be restarted, started or ended.
    pub gobgp: bool,
    /// Whether the node mesh changed; it counts at once.
    pub kubernetes: bool,
    /// One sentence for each changed setting that counts only after a restart.
    pub restart: Vec<String>,
}

impl Diff {
    /// What leads from `old` to `new`.
    #[must_use]
    pub fn between(old: &Config, new: &Config) -> Self {
        Self {
            log: old.log != new.log,
            gobgp: old.gobgp != new.gobgp,
            kubernetes: old.kubernetes != new.kubernetes,
            restart: restart(old, new),
        }
    }

    /// The configuration in force after a reload from `old` to `new`: what needs a restart stays as
    /// it was, so that a later reload is compared with what really runs.
    #[must_use]
    pub fn in_force(old: &Config, new: Config) -> Config {
        Config {
            grpc: old.grpc.clone(),
            metrics: old.metrics.clone(),
            engine: old.engine,
            ..new
        }
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn restart(old: &Config, new: &Config) -> Vec<String> {
    let workers = |config: &Config| match config.engine.workers {
        Some(count) => count.to_string(),
        None => "auto".to_owned(),
    };
    let unix = |config: &Config| match &config.grpc.unix {
        Some(path) => path.display().to_string(),
        None => "none".to_owned(),
    };
    let settings = [
        (
            "grpc.addr",
            old.grpc.addr.to_string(),
            new.grpc.addr.to_string(),
        ),
        ("grpc.unix", unix(old), unix(new)),
        (
            "metrics.addr",
            old.metrics.addr.to_string(),
            new.metrics.addr.to_string(),
        ),
        (
            "metrics.path",
            old.metrics.path.clone(),
            new.metrics.path.clone(),
        ),
        ("engine.workers", workers(old), workers(new)),
        (
            "engine.receive_buffer",
            old.engine.receive_buffer.to_string(),
            new.engine.receive_buffer.to_string(),
        ),
        (
            "engine.scheduler",
            old.engine.scheduler.to_string(),
            new.engine.scheduler.to_string(),
        ),
        (
            "engine.lock_memory",
            old.engine.lock_memory.to_string(),
            new.engine.lock_memory.to_string(),
        ),
    ];
    let changed = settings.into_iter().filter(|(_, old, new)| old != new);
    changed
        .map(|(key, old, new)| format!("{key}: {old} stays in force, {new} needs a restart"))
        .collect()
}
