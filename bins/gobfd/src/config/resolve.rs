//! [`Entries`] to [`Config`]: reads each value, fills in defaults, checks what several keys say
//! together.

use std::num::NonZeroU16;
use std::path::PathBuf;

use bfd_engine::Scheduler;
use bfd_program::config::{ListenAddress, Problem, Scalar};
use bfd_program::logging::{LogFormat, LogLevel, LogSettings};

use super::authentication::Chains;
use super::entries::Entries;
use super::environment::Environment;
use super::gobgp;
use super::kubernetes;
use super::profiles::Profiles;
use super::sessions;
use super::settings::{Config, EngineSettings, GrpcSettings, MetricsSettings};
use super::spec::{Defaults, Lower};
use super::unfinished;
use super::values::Values;

/// The configuration and warnings, or everything that is wrong.
pub(crate) fn resolve(
    entries: &Entries,
    environment: &Environment,
    mut problems: Vec<Problem>,
) -> Result<(Config, Vec<String>), Vec<Problem>> {
    let mut values = Values::new(entries, environment);
    unfinished::refuse(&mut values);
    let config = config(&mut values);
    problems.append(&mut values.problems);
    match config {
        Some(config) if problems.is_empty() => Ok((config, warnings(&values))),
        _ => Err(problems),
    }
}

/// `None` only together with a problem.
fn config(values: &mut Values<'_>) -> Option<Config> {
    // All sections are read before any `?`, so that each gets to report its problems.
    let grpc = grpc(values);
    let metrics = metrics(values);
    let log = log(values);
    let engine = engine(values);
    let gobgp = gobgp::read(values, grpc.as_ref());
    let lower = Lower {
        defaults: Defaults::read(values),
        profiles: Profiles::read(values),
    };
    let chains = Chains::read(values);
    let sessions = sessions::read(values, &lower, &chains);
    let kubernetes = kubernetes::read(values, &lower);
    Some(Config {
        grpc: grpc?,
        metrics: metrics?,
        log: log?,
        engine: engine?,
        gobgp: gobgp?,
        sessions: sessions?,
        kubernetes: kubernetes?,
    })
}

fn grpc(values: &mut Values<'_>) -> Option<GrpcSettings> {
    let addr = listen(values, "grpc.addr");
    let unix = values.text("grpc.unix").map(PathBuf::from);
    Some(GrpcSettings { addr: addr?, unix })
}

fn metrics(values: &mut Values<'_>) -> Option<MetricsSettings> {
    let addr = listen(values, "metrics.addr");
    let path = values.text("metrics.path");
    Some(MetricsSettings {
        addr: addr?,
        path: path?,
    })
}

fn log(values: &mut Values<'_>) -> Option<LogSettings> {
    let level = values.word("log.level").map(LogLevel::named);
    let format = values.word("log.format").map(LogFormat::named);
    Some(LogSettings {
        level: level?,
        format: format?,
    })
}

fn engine(values: &mut Values<'_>) -> Option<EngineSettings> {
    let workers = match values.value("engine.workers")? {
        Scalar::Integer(count) => NonZeroU16::new(u16::try_from(count).ok()?),
        _ => None,
    };
    let older = values.integer("socket.read_buffer_size");
    let size = values.integer("engine.receive_buffer").or(older)?;
    values.integer("socket.write_buffer_size");
    let scheduler = scheduler(values);
    let lock_memory = values.flag("engine.lock_memory");
    Some(EngineSettings {
        workers,
        receive_buffer: usize::try_from(size).ok()?,
        scheduler: scheduler?,
        lock_memory,
    })
}

fn scheduler(values: &mut Values<'_>) -> Option<Scheduler> {
    let priority = u8::try_from(values.integer("engine.priority")?).ok()?;
    Some(match values.word("engine.scheduler")? {
        "fifo" => Scheduler::Fifo { priority },
        "deadline" => Scheduler::Deadline,
        _ => Scheduler::Normal,
    })
}

fn listen(values: &mut Values<'_>, path: &'static str) -> Option<ListenAddress> {
    match values.value(path)? {
        Scalar::Listen(address) => Some(address),
        _ => None,
    }
}

fn warnings(values: &Values<'_>) -> Vec<String> {
    let mut warnings = values.warnings.clone();
    if values.given("socket.write_buffer_size").is_some() {
        warnings.push("socket.write_buffer_size: has no effect, remove it".to_owned());
    }
    if ["socket.read_buffer_size", "engine.receive_buffer"]
        .iter()
        .all(|key| values.given(key).is_some())
    {
        warnings.push(
            "socket.read_buffer_size: engine.receive_buffer is given too and goes first".to_owned(),
        );
    }
    let fifo = values.given("engine.scheduler") == Some("fifo");
    if values.given("engine.priority").is_some() && !fifo {
        warnings.push("engine.priority: counts only with engine.scheduler: fifo".to_owned());
    }
    warnings
}
