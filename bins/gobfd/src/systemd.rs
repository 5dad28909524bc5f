//! What the daemon tells systemd: that it is ready, that it stops, and that it lives.
//!
//! Owner: the daemon. Thread: tokio's. It must never keep a daemon alive whose data plane hangs.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;

use crate::api::Vitals;

/// Tells systemd, if it asked to be told.
pub(crate) fn notify(state: NotifyState<'_>) {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    let said = match state {
        NotifyState::Ready => Some("notified systemd: READY"),
        NotifyState::Stopping => Some("notified systemd: STOPPING"),
        _ => None,
    };
    match (sd_notify::notify(&[state]), said) {
        (Ok(()), Some(said)) => tracing::info!("{said}"),
        (Ok(()), None) => {}
        (Err(error), _) => tracing::warn!(%error, "cannot notify systemd"),
    }
}

/// How often the unit wants to hear from us: half of its `WatchdogSec`, so that one may be late.
pub(crate) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
        .map(|limit| limit / 2)
        .filter(|interval| !interval.is_zero())
}

/// Says that we live while every thread of the data plane runs, until the task is dropped.
pub(crate) async fn keep_alive(interval: Duration, vitals: Arc<Vitals>) {
    let mut ticks = tokio::time::interval(interval);
    loop {
        ticks.tick().await;
        if vitals.is_alive() {
            notify(NotifyState::Watchdog);
        }
    }
}
