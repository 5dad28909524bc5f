//! Health: whether the data plane's threads live, and whether the daemon is ready.

use std::time::Duration;

use bfd_api::health::{Checker, Status, StatusStream};
use bfd_api::v1::{
    BFD_SERVICE_SERVICE_NAME, ECHO_SERVICE_SERVICE_NAME, INTEGRATION_SERVICE_SERVICE_NAME,
    MICRO_BFD_SERVICE_SERVICE_NAME,
};
use bfd_engine::{EngineHandle, EngineStats};
use bfd_proto::Instant;
use connectrpc::ConnectError;
use tokio::sync::watch;

/// How often the heartbeats are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A thread that did not run for this long is not alive. They run ten times a second when idle.
const SILENCE: Duration = Duration::from_secs(2);
/// Names besides the empty one, which stands for the process.
const SERVICES: [&str; 5] = [
    "grpc.health.v1.Health",
    BFD_SERVICE_SERVICE_NAME,
    ECHO_SERVICE_SERVICE_NAME,
    INTEGRATION_SERVICE_SERVICE_NAME,
    MICRO_BFD_SERVICE_SERVICE_NAME,
];

/// What health and probes answer from.
#[derive(Debug)]
pub struct Vitals {
    state: watch::Sender<Vital>,
}

/// Both questions of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Vital {
    /// Every thread of the data plane ran lately.
    alive: bool,
    /// The configured sessions exist, and the daemon is not stopping.
    ready: bool,
}

/// Sets whether the daemon is ready.
pub trait HealthSwitch {
    /// Ready from now on, or no more.
    fn set_ready(&self, ready: bool);
}

impl Vitals {
    /// Alive and not ready yet.
    #[must_use]
    pub fn new() -> Self {
        let (alive, ready) = (true, false);
        Self {
            state: watch::Sender::new(Vital { alive, ready }),
        }
    }

    /// Whether every thread of the data plane ran lately.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.state.borrow().alive
    }

    /// Whether the daemon does what it is for.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let Vital { alive, ready } = *self.state.borrow();
        alive && ready
    }

    /// Looks at the heartbeats until the task is dropped.
    pub async fn follow(&self, engine: EngineHandle) {
        loop {
            self.note(alive(&engine.stats(), bfd_control::now()));
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn note(&self, alive: bool) {
        let changed = self
            .state
            .send_if_modified(|state| std::mem::replace(&mut state.alive, alive) != alive);
        match (changed, alive) {
            (true, false) => tracing::error!("a thread of the data plane does not run"),
            (true, true) => tracing::info!("all threads of the data plane run again"),
            (false, _) => {}
        }
    }
}

impl Default for Vitals {
    fn default() -> Self {
        Self::new()
    }
}

impl HealthSwitch for Vitals {
    fn set_ready(&self, ready: bool) {
        self.state
            .send_if_modified(|state| std::mem::replace(&mut state.ready, ready) != ready);
    }
}

fn alive(stats: &EngineStats, now: Instant) -> bool {
    let workers = stats.workers.iter().map(|worker| &worker.common);
    workers
        .chain([&stats.desk])
        .all(|thread| thread.is_alive(now, SILENCE))
}

fn known(service: &str) -> Result<(), ConnectError> {
    if service.is_empty() || SERVICES.contains(&service) {
        return Ok(());
    }
    Err(ConnectError::not_found(format!(
        "unknown service {service}"
    )))
}

fn status(vital: Vital) -> Status {
    if vital.alive && vital.ready {
        Status::Serving
    } else {
        Status::NotServing
    }
}

impl Checker for Vitals {
    async fn check(&self, service: &str) -> Result<Status, ConnectError> {
        known(service).map(|()| status(*self.state.borrow()))
    }

    async fn watch(&self, service: &str) -> Result<StatusStream, ConnectError> {
        known(service)?;
        let vitals = self.state.subscribe();
        Ok(StatusStream::new(futures::stream::unfold(
            (vitals, None),
            |(mut vitals, told)| async move {
                let now = match told {
                    None => status(*vitals.borrow_and_update()),
                    Some(told) => status(*vitals.wait_for(|new| status(*new) != told).await.ok()?),
                };
                Some((now, (vitals, Some(now))))
            },
        )))
    }
}

#[cfg(test)]
mod tests;
