//! The session in JSON and YAML.

use std::collections::BTreeMap;

use bfd_api::v1::{
    ArrivalStatistics, AuthenticationKeys, BfdSession, LastDiscard, RemoteValues, SessionCounters,
    SessionDown, SessionEvidence, SessionTimers,
};
use serde::Serialize;

use super::{Time, interval, is_false, is_zero, some_interval, time};
use crate::names;

/// One session.
#[derive(Serialize)]
pub(crate) struct SessionView<'a> {
    peer_address: &'a str,
    local_address: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    interface_name: &'a str,
    r#type: &'static str,
    local_state: &'static str,
    remote_state: &'static str,
    local_diagnostic: &'static str,
    local_discriminator: u32,
    remote_discriminator: u32,
    detect_multiplier: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    desired_min_tx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_min_rx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_min_rx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negotiated_tx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detection_time: Option<String>,
    auth_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_state_change: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_packet_received: Option<Time>,
    // Since 0.7.0.
    #[serde(flatten)]
    more: More<'a>,
}

/// What GoBFD 0.6.1 did not say.
#[derive(Serialize)]
struct More<'a> {
    role: &'static str,
    owner: &'a str,
    admin_down: bool,
    #[serde(skip_serializing_if = "is_false")]
    overridden: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    path_problem: &'static str,
    #[serde(skip_serializing_if = "is_zero")]
    min_ttl: u32,
    #[serde(skip_serializing_if = "is_zero")]
    padded_pdu_size: u32,
    #[serde(skip_serializing_if = "is_zero")]
    source_port: u32,
    poll_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counters: Option<CountersView>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    discards: BTreeMap<&'a str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_discard: Option<LastDiscardView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrivals: Option<ArrivalsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<RemoteView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_down: Option<DownView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timer_override: Option<TimersView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    configured_timers: Option<TimersView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_keys: Option<KeysView<'a>>,
}

#[derive(Serialize)]
struct KeysView<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    chain: &'a str,
    send: u32,
    accept: &'a [u32],
    #[serde(skip_serializing_if = "is_false")]
    stand_in: bool,
}

#[derive(Serialize)]
struct TimersView {
    #[serde(skip_serializing_if = "Option::is_none")]
    desired_min_tx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_min_rx_interval: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    detect_multiplier: u32,
}

#[derive(Serialize)]
struct CountersView {
    packets_sent: u64,
    packets_received: u64,
    packets_dropped: u64,
    state_transitions: u64,
    auth_failures: u64,
    flaps: u64,
    tx_errors: u64,
}

#[derive(Serialize)]
struct LastDiscardView<'a> {
    reason: &'a str,
    ttl: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Time>,
}

#[derive(Serialize)]
struct ArrivalsView {
    min: Option<String>,
    max: Option<String>,
    mean: Option<String>,
}

#[derive(Serialize)]
struct RemoteView {
    desired_min_tx_interval: Option<String>,
    required_min_rx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_min_echo_rx_interval: Option<String>,
    detect_multiplier: u32,
    diagnostic: &'static str,
    control_plane_independent: bool,
    demand: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    negotiated_tx_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detection_time: Option<String>,
}

#[derive(Serialize)]
struct DownView<'a> {
    verdict: &'a str,
    sentence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceView>,
}

#[derive(Serialize)]
struct EvidenceView {
    window: Option<String>,
    arrivals_before: Vec<String>,
    gap: Option<String>,
    limit: Option<String>,
    socket_drops: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    stall: Option<String>,
    discards: u32,
    tx_errors: u32,
    remote_state: &'static str,
    remote_diagnostic: &'static str,
}

impl<'a> From<&'a BfdSession> for SessionView<'a> {
    fn from(session: &'a BfdSession) -> Self {
        Self {
            peer_address: &session.peer_address,
            local_address: &session.local_address,
            interface_name: &session.interface_name,
            r#type: names::kind(session.r#type.as_known()),
            local_state: names::state(session.local_state.as_known()),
            remote_state: names::state(session.remote_state.as_known()),
            local_diagnostic: names::diagnostic(session.local_diagnostic.as_known()),
            local_discriminator: session.local_discriminator,
            remote_discriminator: session.remote_discriminator,
            detect_multiplier: session.detect_multiplier,
            desired_min_tx_interval: interval(session.desired_min_tx_interval.as_option()),
            required_min_rx_interval: interval(session.required_min_rx_interval.as_option()),
            remote_min_rx_interval: interval(session.remote_min_rx_interval.as_option()),
            negotiated_tx_interval: interval(session.negotiated_tx_interval.as_option()),
            detection_time: interval(session.detection_time.as_option()),
            auth_type: names::auth(session.auth_type.as_known()),
            last_state_change: session.last_state_change.as_option().map(time),
            last_packet_received: session.last_packet_received.as_option().map(time),
            more: More::from(session),
        }
    }
}

impl<'a> From<&'a BfdSession> for More<'a> {
    fn from(session: &'a BfdSession) -> Self {
        let discards = session.discards.iter();
        Self {
            role: names::role(session.role.as_known()),
            owner: &session.owner,
            admin_down: session.admin_down,
            overridden: session.overridden,
            path_problem: names::path_problem(session.path_problem.as_known()),
            min_ttl: session.min_ttl,
            padded_pdu_size: session.padded_pdu_size,
            source_port: session.source_port,
            poll_active: session.poll_active,
            created: session.created.as_option().map(time),
            counters: session.counters.as_option().map(CountersView::from),
            discards: discards
                .map(|one| (one.reason.as_str(), one.count))
                .collect(),
            last_discard: session.last_discard.as_option().map(LastDiscardView::from),
            arrivals: session.arrivals.as_option().map(ArrivalsView::from),
            remote: session.remote.as_option().map(RemoteView::from),
            last_down: session.last_down.as_option().map(DownView::from),
            timer_override: session.timer_override.as_option().map(TimersView::from),
            configured_timers: session.configured_timers.as_option().map(TimersView::from),
            auth_keys: session.auth_keys.as_option().map(KeysView::from),
        }
    }
}

impl<'a> From<&'a AuthenticationKeys> for KeysView<'a> {
    fn from(keys: &'a AuthenticationKeys) -> Self {
        Self {
            chain: &keys.chain,
            send: keys.send,
            accept: &keys.accept,
            stand_in: keys.stand_in,
        }
    }
}

impl From<&SessionTimers> for TimersView {
    fn from(timers: &SessionTimers) -> Self {
        Self {
            desired_min_tx_interval: interval(timers.desired_min_tx_interval.as_option()),
            required_min_rx_interval: interval(timers.required_min_rx_interval.as_option()),
            detect_multiplier: timers.detect_multiplier,
        }
    }
}

impl From<&SessionCounters> for CountersView {
    fn from(counters: &SessionCounters) -> Self {
        Self {
            packets_sent: counters.packets_sent,
            packets_received: counters.packets_received,
            packets_dropped: counters.packets_dropped,
            state_transitions: counters.state_transitions,
            auth_failures: counters.auth_failures,
            flaps: counters.flaps,
            tx_errors: counters.tx_errors,
        }
    }
}

impl<'a> From<&'a LastDiscard> for LastDiscardView<'a> {
    fn from(discard: &'a LastDiscard) -> Self {
        Self {
            reason: &discard.reason,
            ttl: discard.ttl,
            timestamp: discard.timestamp.as_option().map(time),
        }
    }
}

impl From<&ArrivalStatistics> for ArrivalsView {
    fn from(arrivals: &ArrivalStatistics) -> Self {
        Self {
            min: interval(arrivals.min.as_option()),
            max: interval(arrivals.max.as_option()),
            mean: interval(arrivals.mean.as_option()),
        }
    }
}

impl From<&RemoteValues> for RemoteView {
    fn from(remote: &RemoteValues) -> Self {
        let echo = remote.required_min_echo_rx_interval.as_option();
        Self {
            desired_min_tx_interval: interval(remote.desired_min_tx_interval.as_option()),
            required_min_rx_interval: interval(remote.required_min_rx_interval.as_option()),
            required_min_echo_rx_interval: some_interval(echo),
            detect_multiplier: remote.detect_multiplier,
            diagnostic: names::diagnostic(remote.diagnostic.as_known()),
            control_plane_independent: remote.control_plane_independent,
            demand: remote.demand,
            negotiated_tx_interval: interval(remote.negotiated_tx_interval.as_option()),
            detection_time: interval(remote.detection_time.as_option()),
        }
    }
}

impl<'a> From<&'a SessionDown> for DownView<'a> {
    fn from(down: &'a SessionDown) -> Self {
        Self {
            verdict: &down.verdict,
            sentence: &down.sentence,
            timestamp: down.timestamp.as_option().map(time),
            evidence: down.evidence.as_option().map(EvidenceView::from),
        }
    }
}

impl From<&SessionEvidence> for EvidenceView {
    fn from(evidence: &SessionEvidence) -> Self {
        let arrivals = evidence.arrivals_before.iter();
        Self {
            window: interval(evidence.window.as_option()),
            arrivals_before: arrivals
                .filter_map(|before| interval(Some(before)))
                .collect(),
            gap: interval(evidence.gap.as_option()),
            limit: interval(evidence.limit.as_option()),
            socket_drops: evidence.socket_drops,
            stall: some_interval(evidence.stall.as_option()),
            discards: evidence.discards,
            tx_errors: evidence.tx_errors,
            remote_state: names::state(evidence.remote_state.as_known()),
            remote_diagnostic: names::diagnostic(evidence.remote_diagnostic.as_known()),
        }
    }
}
