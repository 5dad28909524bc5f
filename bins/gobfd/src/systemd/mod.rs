//! What the daemon tells systemd: that it is ready, reloads, stops, how it is, and that it lives.
//!
//! Purpose: one place that speaks on `NOTIFY_SOCKET`, so that messages come in an order that makes
//! sense. Owner: the daemon. Thread: tokio's. It must never wait for a service manager that hangs,
//! nor keep a daemon alive whose data plane does.

mod message;
mod status;

use std::sync::Arc;
use std::time::Duration;

use bfd_control::{Control, Subscription};
use bfd_engine::EngineHandle;
use sd_notify::NotifyState;
use tokio::sync::Mutex;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::api::Vitals;
use crate::reload::Reloaded;
use message::Socket;
use status::Configuration;

/// How long changes are gathered before the status line follows them.
const GATHER: Duration = Duration::from_secs(1);

/// The service manager, if one asked to be told.
pub(crate) struct ServiceManager {
    socket: Option<Socket>,
    control: Control,
    vitals: Arc<Vitals>,
    /// Held while a message is sent, so that no two are mixed up.
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    phase: Phase,
    configuration: Configuration,
    status: String,
}

/// What the service manager believes of us; only while we run does the status line move by itself.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Starting,
    Running,
    Reloading,
    Stopping,
}

impl ServiceManager {
    /// The one that `NOTIFY_SOCKET` names.
    pub(crate) fn of_process(control: Control, vitals: Arc<Vitals>) -> Self {
        Self {
            socket: Socket::of_process(),
            control,
            vitals,
            told: Mutex::default(),
        }
    }

    /// The daemon does what it is for, with the configuration that `outcome` speaks of. A refused
    /// one is no reason to be less than ready: the older one is in force, and the status line says
    /// why.
    pub(crate) async fn ready(&self, outcome: &Reloaded) {
        let mut told = self.told.lock().await;
        told.phase = Phase::Running;
        told.configuration = Configuration::after(outcome);
        told.status = self.status(&told);
        let states = [NotifyState::Ready, NotifyState::Status(&told.status)];
        if self.send(&states).await {
            tracing::info!("notified systemd: READY");
        }
    }

    /// The configuration is about to be read again. The reload lasts until
    /// [`ServiceManager::ready`] is said.
    pub(crate) async fn reloading(&self) {
        let mut told = self.told.lock().await;
        told.phase = Phase::Reloading;
        told.status = "reloading the configuration".to_owned();
        let now = i128::from(bfd_control::now().as_nanos() / 1000);
        let states = [
            NotifyState::Reloading,
            NotifyState::MonotonicUsec(now),
            NotifyState::Status(&told.status),
        ];
        if self.send(&states).await {
            tracing::info!("notified systemd: RELOADING");
        }
    }

    /// The daemon takes leave of its peers.
    pub(crate) async fn stopping(&self) {
        let mut told = self.told.lock().await;
        told.phase = Phase::Stopping;
        told.status = "stopping: telling the peers".to_owned();
        let states = [NotifyState::Stopping, NotifyState::Status(&told.status)];
        if self.send(&states).await {
            tracing::info!("notified systemd: STOPPING");
        }
    }

    /// Keeps the status line true, until the task is dropped or the daemon stops.
    pub(crate) async fn follow(&self, mut events: Subscription) {
        if self.socket.is_none() {
            return;
        }
        let mut health = self.vitals.changes();
        loop {
            tokio::select! {
                event = events.next() => if event.is_none() { return },
                changed = health.changed() => if changed.is_err() { return },
            }
            sleep(GATHER).await;
            self.refresh().await;
        }
    }

    async fn refresh(&self) {
        let mut told = self.told.lock().await;
        let status = self.status(&told);
        if told.phase != Phase::Running || told.status == status {
            return;
        }
        told.status = status;
        self.send(&[NotifyState::Status(&told.status)]).await;
    }

    /// Says that we live while every thread of the data plane runs, until the task is dropped.
    /// Nothing, if the unit has no watchdog.
    pub(crate) async fn keep_alive(&self, engine: EngineHandle) {
        let Some(every) = watchdog() else { return };
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.vitals.look(&engine);
            // At once when a hung thread runs again: the next tick may be too late.
            self.vitals.alive().await;
            self.send(&[NotifyState::Watchdog]).await;
        }
    }

    fn status(&self, told: &Told) -> String {
        status::line(&self.control, &self.vitals, &told.configuration)
    }

    /// Whether there is somebody who was told.
    async fn send(&self, states: &[NotifyState<'_>]) -> bool {
        let Some(socket) = &self.socket else {
            return false;
        };
        match socket.send(states).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "cannot notify systemd");
                false
            }
        }
    }
}

/// How often the unit wants to hear from us: half of its `WatchdogSec`, so that one may be late.
fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
        .map(|limit| limit / 2)
        .filter(|interval| !interval.is_zero())
}
