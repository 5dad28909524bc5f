//! One session, one line per value.
//!
//! Lines are added at the end. No label is longer than `Last Packet Received:`, so that
//! the older lines keep their form.

use bfd_api::v1::{
    ArrivalStatistics, BfdSession, LastDiscard, RemoteValues, SessionCounters, SessionDown,
    SessionEvidence,
};

use bfd_program::config::go_text;

use super::Table;
use crate::{go, keys, names};

/// The session as lines of label and value.
pub(crate) fn detail(session: &BfdSession) -> Table {
    let mut lines = Lines(Table::bare());
    identity(&mut lines, session);
    timers(&mut lines, session);
    lines.add("Auth Type", names::auth(session.auth_type.as_known()));
    lines.time("Last State Change", session.last_state_change.as_option());
    lines.time(
        "Last Packet Received",
        session.last_packet_received.as_option(),
    );
    if let Some(counters) = session.counters.as_option() {
        self::counters(&mut lines, counters);
    }
    more(&mut lines, session);
    lines.0
}

struct Lines(Table);

impl Lines {
    fn add(&mut self, label: &str, value: impl ToString) {
        self.0.row([format!("{label}:"), value.to_string()]);
    }

    fn some(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            self.add(label, value);
        }
    }

    fn interval(&mut self, label: &str, value: Option<&bfd_api::Duration>) {
        if let Some(value) = go::wire(value) {
            self.add(label, go_text(value));
        }
    }

    fn time(&mut self, label: &str, value: Option<&bfd_api::Timestamp>) {
        if let Some(value) = value {
            self.add(label, go::time(value));
        }
    }

    fn number(&mut self, label: &str, value: u32) {
        if value > 0 {
            self.add(label, value);
        }
    }
}

fn identity(lines: &mut Lines, session: &BfdSession) {
    lines.add("Peer Address", &session.peer_address);
    lines.add("Local Address", &session.local_address);
    lines.add("Interface", &session.interface_name);
    lines.add("Type", names::kind(session.r#type.as_known()));
    lines.add("Local State", names::state(session.local_state.as_known()));
    lines.add(
        "Remote State",
        names::state(session.remote_state.as_known()),
    );
    lines.add(
        "Local Diagnostic",
        names::diagnostic(session.local_diagnostic.as_known()),
    );
    lines.add("Local Discriminator", session.local_discriminator);
    lines.add("Remote Discriminator", session.remote_discriminator);
    lines.add("Detect Multiplier", session.detect_multiplier);
}

fn timers(lines: &mut Lines, session: &BfdSession) {
    lines.interval(
        "Desired Min TX",
        session.desired_min_tx_interval.as_option(),
    );
    lines.interval(
        "Required Min RX",
        session.required_min_rx_interval.as_option(),
    );
    lines.interval("Remote Min RX", session.remote_min_rx_interval.as_option());
    lines.interval("Negotiated TX", session.negotiated_tx_interval.as_option());
    lines.interval("Detection Time", session.detection_time.as_option());
}

fn counters(lines: &mut Lines, counters: &SessionCounters) {
    lines.add("Packets Sent", counters.packets_sent);
    lines.add("Packets Received", counters.packets_received);
    lines.add("Packets Dropped", counters.packets_dropped);
    lines.add("State Transitions", counters.state_transitions);
    lines.add("Auth Failures", counters.auth_failures);
}

/// What GoBFD 0.6.1 did not say.
fn more(lines: &mut Lines, session: &BfdSession) {
    if let Some(counters) = session.counters.as_option() {
        lines.add("Flaps", counters.flaps);
        lines.add("TX Errors", counters.tx_errors);
    }
    lines.some("Owner", &session.owner);
    if session.overridden {
        lines.add("Overridden", "yes");
    }
    lines.add("Role", names::role(session.role.as_known()));
    lines.add("Admin Down", if session.admin_down { "yes" } else { "no" });
    lines.some(
        "Path Problem",
        names::path_problem(session.path_problem.as_known()),
    );
    lines.number("Min TTL", session.min_ttl);
    lines.number("Source Port", session.source_port);
    lines.number("Padded PDU Size", session.padded_pdu_size);
    if session.poll_active {
        lines.add("Poll Active", "yes");
    }
    lines.time("Created", session.created.as_option());
    if let Some(remote) = session.remote.as_option() {
        self::remote(lines, remote);
    }
    if let Some(arrivals) = session.arrivals.as_option() {
        lines.add("Arrival Gaps", gaps(arrivals));
    }
    lines.some("Discards", &discards(session));
    if let Some(discard) = session.last_discard.as_option() {
        lines.add("Last Discard", last_discard(discard));
    }
    if let Some(down) = session.last_down.as_option() {
        self::down(lines, down);
    }
    overridden_timers(lines, session);
    if let Some(keys) = session.auth_keys.as_option() {
        lines.add("Auth Key", keys::in_words(keys));
    }
}

/// What counts instead of what the owner asked for.
fn overridden_timers(lines: &mut Lines, session: &BfdSession) {
    let over = session.timer_override.as_option();
    let below = session.configured_timers.as_option();
    let (Some(over), Some(below)) = (over, below) else {
        return;
    };
    for (label, over, below) in [
        (
            "Overridden TX",
            &over.desired_min_tx_interval,
            &below.desired_min_tx_interval,
        ),
        (
            "Overridden RX",
            &over.required_min_rx_interval,
            &below.required_min_rx_interval,
        ),
    ] {
        if let Some(value) = go::wire(over.as_option()) {
            let below = go::wire(below.as_option()).unwrap_or_default();
            let text = format!("{} (configured {})", go_text(value), go_text(below));
            lines.add(label, text);
        }
    }
    if over.detect_multiplier > 0 {
        let (over, below) = (over.detect_multiplier, below.detect_multiplier);
        lines.add("Overridden Mult", format!("{over} (configured {below})"));
    }
}

fn remote(lines: &mut Lines, remote: &RemoteValues) {
    lines.interval(
        "Remote Desired TX",
        remote.desired_min_tx_interval.as_option(),
    );
    lines.interval("Remote TX", remote.negotiated_tx_interval.as_option());
    lines.add("Remote Detect Mult", remote.detect_multiplier);
    lines.interval("Remote Detection", remote.detection_time.as_option());
    lines.add(
        "Remote Diagnostic",
        names::diagnostic(remote.diagnostic.as_known()),
    );
    if remote.control_plane_independent {
        lines.add("Remote C Bit", "yes");
    }
    if remote.demand {
        lines.add("Remote Demand", "yes");
    }
}

fn gaps(arrivals: &ArrivalStatistics) -> String {
    let shown = |value| go::wire(value).map_or_else(|| "N/A".into(), go::rough);
    format!(
        "min {} mean {} max {}",
        shown(arrivals.min.as_option()),
        shown(arrivals.mean.as_option()),
        shown(arrivals.max.as_option())
    )
}

fn discards(session: &BfdSession) -> String {
    let each = session
        .discards
        .iter()
        .map(|one| format!("{}={}", one.reason, one.count));
    each.collect::<Vec<_>>().join(" ")
}

fn last_discard(discard: &LastDiscard) -> String {
    let LastDiscard {
        reason,
        ttl,
        timestamp,
    } = discard;
    let at = timestamp.as_option().map_or_else(|| "N/A".into(), go::time);
    format!("{reason} ttl={ttl} at {at}")
}

fn down(lines: &mut Lines, down: &SessionDown) {
    lines.time("Last Down", down.timestamp.as_option());
    lines.add("Verdict", &down.verdict);
    lines.some("Verdict Text", &down.sentence);
    if let Some(evidence) = down.evidence.as_option() {
        lines.add("Evidence", self::evidence(evidence));
    }
}

/// The evidence of a Down in one line.
pub(crate) fn evidence(evidence: &SessionEvidence) -> String {
    let shown = |value| go::wire(value).map_or_else(|| "N/A".into(), go::rough);
    let mut text = format!(
        "gap {} limit {}",
        shown(evidence.gap.as_option()),
        shown(evidence.limit.as_option())
    );
    let arrivals = evidence
        .arrivals_before
        .iter()
        .map(|before| shown(Some(before)));
    let arrivals = arrivals.collect::<Vec<_>>();
    if !arrivals.is_empty() {
        text.push_str(&format!(", last packets {} before", arrivals.join(" ")));
    }
    for (count, what) in [
        (evidence.socket_drops, "socket drops"),
        (evidence.discards, "discards"),
        (evidence.tx_errors, "tx errors"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    if let Some(stall) = go::wire(evidence.stall.as_option()).filter(|stall| !stall.is_zero()) {
        text.push_str(&format!(", own delay {}", go::rough(stall)));
    }
    let remote = names::state(evidence.remote_state.as_known());
    let diagnostic = names::diagnostic(evidence.remote_diagnostic.as_known());
    text.push_str(&format!(", peer said {remote} ({diagnostic})"));
    text
}
