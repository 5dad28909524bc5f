//! What a message says of a session, as lines.

use std::time::Duration;

use bfd_api::v1::{BfdSession, SessionDown, SessionState, SessionType};

use crate::print::one_line_evidence;
use crate::{go, names};

/// UDP port the session is received on.
pub(super) fn port(session: &BfdSession) -> u16 {
    if session.r#type == SessionType::SESSION_TYPE_MULTI_HOP {
        4784
    } else {
        3784
    }
}

/// All that bears on the state of the session.
pub(super) fn lines(session: &BfdSession) -> Vec<String> {
    let last_down = session.last_down.as_option();
    [
        Some(states(session)),
        Some(traffic(session)),
        received(session),
        gaps(session),
        discards(session),
        last_discard(session),
        last_down.map(|down| self::down(session, down)),
        last_down
            .and_then(|down| down.evidence.as_option())
            .map(|evidence| format!("seen then: {}", one_line_evidence(evidence))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The arrival gap against its limit, for a session that is Up.
pub(super) fn arrival(session: &BfdSession) -> String {
    let limit = go::wire(session.detection_time.as_option()).map(go::rough);
    let limit = limit.unwrap_or_else(|| "unknown".into());
    match since(session, session.last_packet_received.as_option()) {
        Some(gap) => format!("last packet {} ago, limit {limit}", go::rough(gap)),
        None => format!("limit {limit}"),
    }
}

fn states(session: &BfdSession) -> String {
    let local = names::state(session.local_state.as_known());
    let remote = names::state(session.remote_state.as_known());
    let diagnostic = names::diagnostic(session.local_diagnostic.as_known());
    let since = since(session, session.last_state_change.as_option());
    let since = since.map_or_else(String::new, |age| format!(", for {}", go::rough(age)));
    format!("state {local} ({diagnostic}) here{since}, {remote} at the peer")
}

fn traffic(session: &BfdSession) -> String {
    let counters = session.counters.as_option().cloned().unwrap_or_default();
    let mut text = format!(
        "packets: {} sent, {} received, {} refused",
        counters.packets_sent, counters.packets_received, counters.packets_dropped
    );
    if counters.tx_errors > 0 {
        text.push_str(&format!(
            ", {} not sent because of an error",
            counters.tx_errors
        ));
    }
    text
}

fn received(session: &BfdSession) -> Option<String> {
    let gap = since(session, session.last_packet_received.as_option())?;
    Some(format!("last packet accepted {} ago", go::rough(gap)))
}

/// The limit is that of today, so it says nothing of gaps before a Down.
fn gaps(session: &BfdSession) -> Option<String> {
    let arrivals = session.arrivals.as_option()?;
    let shown = |value| go::wire(value).map_or_else(|| "unknown".into(), go::rough);
    let mut text = format!(
        "arrival gaps: shortest {}, average {}, longest {}",
        shown(arrivals.min.as_option()),
        shown(arrivals.mean.as_option()),
        shown(arrivals.max.as_option())
    );
    if session.local_state == SessionState::Up {
        text.push_str(", limit ");
        text.push_str(&shown(session.detection_time.as_option()));
    }
    Some(text)
}

fn discards(session: &BfdSession) -> Option<String> {
    let each = session
        .discards
        .iter()
        .map(|one| format!("{} {}", one.count, one.reason));
    let each: Vec<_> = each.collect();
    (!each.is_empty()).then(|| format!("refused: {}", each.join(", ")))
}

fn last_discard(session: &BfdSession) -> Option<String> {
    let last = session.last_discard.as_option()?;
    let ago = since(session, last.timestamp.as_option());
    let ago = ago.map_or_else(String::new, |age| format!(", {} ago", go::rough(age)));
    Some(format!(
        "last refused: {} with TTL {}{ago}",
        last.reason, last.ttl
    ))
}

fn down(session: &BfdSession, down: &SessionDown) -> String {
    let ago = since(session, down.timestamp.as_option());
    let ago = ago.map_or_else(String::new, |age| format!(" {} ago", go::rough(age)));
    format!("last went down{ago}: {} ({})", down.sentence, down.verdict)
}

fn since(session: &BfdSession, at: Option<&bfd_api::Timestamp>) -> Option<Duration> {
    Some(go::between(at?, session.observed_at.as_option()?))
}
