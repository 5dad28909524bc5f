//! What a start has to say of the data plane.
//!
//! Purpose: messages that tools of 0.6.1 match, and warnings nobody should miss. Thread: main's. It
//! must never fail the daemon.

use bfd_engine::Engine;

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
