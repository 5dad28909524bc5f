//! Health: whether the data plane's threads live, and whether the daemon is ready.

use std::time::Duration;

use bfd_api::health::{Checker, Status, StatusStream};
use bfd_api::v1::{
    BFD_SERVICE_SERVICE_NAME, ECHO_SERVICE_SERVICE_NAME, INTEGRATION_SERVICE_SERVICE_NAME,
    MICRO_BFD_SERVICE_SERVICE_NAME,
};
use bfd_engine::{EngineHandle, EngineStats};
use bfd_program::logging::Took;
use bfd_proto::Instant;
use connectrpc::ConnectError;
use tokio::sync::watch;

use crate::calendar::{Calendar, clock};

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
#[derive(Clone, Debug, PartialEq, Eq)]
struct Vital {
    /// Threads of the data plane that did not run lately; none: alive.
    silent: Vec<SilentThread>,
    /// The configured sessions exist, and the daemon is not stopping.
    ready: bool,
}

/// A thread that does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentThread {
    /// Its name, as the system knows it.
    pub name: String,
    /// When it last ran.
    pub since: Instant,
}

/// Sets whether the daemon is ready.
pub trait HealthSwitch {
    /// Ready from now on, or no more.
    fn set_ready(&self, ready: bool);
}

impl Vital {
    fn is_alive(&self) -> bool {
        self.silent.is_empty()
    }
}

impl Vitals {
    /// Alive and not ready yet.
    #[must_use]
    pub fn new() -> Self {
        let (silent, ready) = (Vec::new(), false);
        Self {
            state: watch::Sender::new(Vital { silent, ready }),
        }
    }

    /// Whether every thread of the data plane ran lately.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.state.borrow().is_alive()
    }

    /// Whether the daemon does what it is for.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let state = self.state.borrow();
        state.is_alive() && state.ready
    }

    /// The threads that did not run lately.
    #[must_use]
    pub fn silent(&self) -> Vec<SilentThread> {
        self.state.borrow().silent.clone()
    }

    /// Waits until every thread of the data plane ran lately.
    pub async fn alive(&self) {
        // The sender lives as long as `self`, so the wait can only end by the condition.
        let _ = self.state.subscribe().wait_for(Vital::is_alive).await;
    }

    /// Tells of each change from now on.
    pub(crate) fn changes(&self) -> VitalChanges {
        VitalChanges(self.state.subscribe())
    }

    /// Looks at the heartbeats until the task is dropped.
    pub async fn follow(&self, engine: EngineHandle) {
        loop {
            self.look(&engine);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Looks at the heartbeats once.
    pub fn look(&self, engine: &EngineHandle) {
        let now = bfd_control::now();
        self.note(silent(&engine.stats(), now), now);
    }

    fn note(&self, silent: Vec<SilentThread>, now: Instant) {
        let mut before = None;
        self.state.send_if_modified(|state| {
            let changed = state.silent != silent;
            before = changed.then(|| std::mem::replace(&mut state.silent, silent));
            changed
        });
        if let Some(before) = before {
            tell(&before, &self.state.borrow().silent, now);
        }
    }
}

/// Wakes whoever shows what [`Vitals`] say.
pub(crate) struct VitalChanges(watch::Receiver<Vital>);

impl VitalChanges {
    /// Waits for the next change; an error: there will be none.
    pub(crate) async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        self.0.changed().await
    }
}

/// Names each thread that stopped running, and says when all run again.
fn tell(before: &[SilentThread], silent: &[SilentThread], now: Instant) {
    let calendar = Calendar::read();
    let news = silent.iter().filter(|thread| !before.contains(thread));
    for SilentThread { name, since } in news {
        tracing::error!(
            thread = %name,
            since = %clock(calendar.wall(*since)),
            silent_for = Took(now.saturating_duration_since(*since)).field(),
            "a thread of the data plane does not run"
        );
    }
    let back = before.iter().filter(|thread| {
        let is_it = |other: &SilentThread| other.name == thread.name;
        !silent.iter().any(is_it)
    });
    for SilentThread { name, since } in back {
        tracing::info!(
            thread = %name,
            silent_for = Took(now.saturating_duration_since(*since)).field(),
            "a thread of the data plane runs again"
        );
    }
    if silent.is_empty() {
        tracing::info!("all threads of the data plane run again");
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

fn silent(stats: &EngineStats, now: Instant) -> Vec<SilentThread> {
    let threads = stats
        .threads()
        .filter(|(_, thread)| !thread.is_alive(now, SILENCE));
    threads
        .map(|(name, thread)| SilentThread {
            name,
            since: thread.heartbeat,
        })
        .collect()
}

fn known(service: &str) -> Result<(), ConnectError> {
    if service.is_empty() || SERVICES.contains(&service) {
        return Ok(());
    }
    Err(ConnectError::not_found(format!(
        "unknown service {service}"
    )))
}

fn status(vital: &Vital) -> Status {
    if vital.is_alive() && vital.ready {
        Status::Serving
    } else {
        Status::NotServing
    }
}

impl Checker for Vitals {
    async fn check(&self, service: &str) -> Result<Status, ConnectError> {
        known(service).map(|()| status(&self.state.borrow()))
    }

    async fn watch(&self, service: &str) -> Result<StatusStream, ConnectError> {
        known(service)?;
        let vitals = self.state.subscribe();
        Ok(StatusStream::new(futures::stream::unfold(
            (vitals, None),
            |(mut vitals, told)| async move {
                let now = match told {
                    None => status(&vitals.borrow_and_update()),
                    Some(told) => status(&*vitals.wait_for(|new| status(new) != told).await.ok()?),
                };
                Some((now, (vitals, Some(now))))
            },
        )))
    }
}

#[cfg(test)]
mod tests;
