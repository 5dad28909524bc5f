//! What a start has to say of the data plane, and what systemd is told.
//!
//! Purpose: messages that tools of 0.6.1 match, and warnings nobody should miss. Thread: main's. It
//! must never fail the daemon.

use bfd_engine::Engine;
use sd_notify::NotifyState;

/// UDP port of multihop sessions (RFC 5883 §5).
const MULTIHOP_PORT: u16 = 4784;

/// Says where packets are received, and what is not as it should be.
pub(crate) fn data_plane(engine: &Engine) {
    for addr in engine.listeners() {
        tracing::info!(
            %addr,
            multi_hop = addr.port() == MULTIHOP_PORT,
            interface = "",
            "BFD listener started"
        );
    }
    for warning in engine.warnings() {
        tracing::warn!(%warning, "data plane");
    }
}

/// Tells systemd, if it wants to know.
pub(crate) fn systemd(state: NotifyState<'_>, name: &str) {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    match sd_notify::notify(&[state]) {
        Ok(()) => tracing::info!("notified systemd: {name}"),
        Err(error) => tracing::warn!(%error, "cannot notify systemd"),
    }
}
