//! The echo session.

use bfd_api::v1::EchoSession;
use serde::Serialize;

use super::interval;
use crate::names;

/// One echo session.
#[derive(Serialize)]
pub(crate) struct EchoView<'a> {
    pub(crate) discriminator: u32,
    pub(crate) peer_address: &'a str,
    pub(crate) local_address: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) interface: &'a str,
    pub(crate) state: &'static str,
    diagnostic: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tx_interval: Option<String>,
    pub(crate) detect_multiplier: u32,
    pub(crate) packets_sent: u64,
    pub(crate) packets_received: u64,
}

impl<'a> From<&'a EchoSession> for EchoView<'a> {
    fn from(session: &'a EchoSession) -> Self {
        Self {
            discriminator: session.local_discriminator,
            peer_address: &session.peer_address,
            local_address: &session.local_address,
            interface: &session.interface_name,
            state: names::state(session.local_state.as_known()),
            diagnostic: names::diagnostic(session.local_diagnostic.as_known()),
            tx_interval: interval(session.tx_interval.as_option()),
            detect_multiplier: session.detect_multiplier,
            packets_sent: session.packets_sent,
            packets_received: session.packets_received,
        }
    }
}
