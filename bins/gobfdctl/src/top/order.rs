//! In which order the sessions stand.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::time::Duration;

use bfd_api::v1::{BfdSession, SessionState};

use super::column::Column;
use crate::go;

/// Where a session stands among equals, and what it is recognised by when the daemon was restarted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    peer: Option<IpAddr>,
    interface: String,
    local: String,
    kind: i32,
}

impl Place {
    pub(super) fn of(session: &BfdSession) -> Self {
        Self {
            peer: session.peer_address.parse().ok(),
            interface: session.interface_name.clone(),
            local: session.local_address.clone(),
            kind: session.r#type.to_i32(),
        }
    }
}

/// By which column, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) column: Column,
    /// Against the column's own direction, which has first what needs attention first.
    pub(super) reversed: bool,
}

/// What a column sorts by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Place,
    Number(u64),
    Text(String),
}

impl Order {
    pub(super) fn compare(self, one: (&Rank, &Place), other: (&Rank, &Place)) -> Ordering {
        let by_rank = one.0.cmp(other.0);
        let by_place = one.1.cmp(other.1);
        match (self.reversed, self.column) {
            (true, Column::Peer) => by_place.reverse(),
            (true, _) => by_rank.reverse().then(by_place),
            (false, _) => by_rank.then(by_place),
        }
    }
}

/// The rank of a session; the smallest stands first.
pub(super) fn rank(column: Column, session: &BfdSession) -> Rank {
    let largest_first = |value: u64| Rank::Number(u64::MAX - value);
    match column {
        Column::Peer => Rank::Place,
        Column::Via => Rank::Text(session.interface_name.clone()),
        Column::State => Rank::Number(severity(session)),
        Column::Gap => largest_first(share(gap(session), limit(session))),
        Column::Worst => largest_first(share(worst(session), limit(session))),
        Column::Tx => Rank::Number(transmit(session).map_or(u64::MAX, nanos)),
        Column::Flaps => largest_first(flaps(session)),
        Column::LastDown => Rank::Number(last_down(session).map_or(u64::MAX, nanos)),
    }
}

/// What needs somebody first: failed, on its way, held down, well.
fn severity(session: &BfdSession) -> u64 {
    match session.local_state.as_known() {
        Some(SessionState::Down) => 0,
        Some(SessionState::Init) => 1,
        Some(SessionState::AdminDown) => 2,
        Some(SessionState::Up) => 3,
        _ => 4,
    }
}

/// Silence when the daemon described the session; absent before the first packet.
pub(super) fn gap(session: &BfdSession) -> Option<Duration> {
    age(session, session.last_packet_received.as_option())
}

/// The longest silence since the session went Up.
pub(super) fn worst(session: &BfdSession) -> Option<Duration> {
    go::wire(session.arrivals.as_option()?.max.as_option())
}

/// Silence after which it goes Down.
pub(super) fn limit(session: &BfdSession) -> Option<Duration> {
    go::wire(session.detection_time.as_option()).filter(|limit| !limit.is_zero())
}

/// Interval at which we send; absent while we must not.
pub(super) fn transmit(session: &BfdSession) -> Option<Duration> {
    go::wire(session.negotiated_tx_interval.as_option()).filter(|interval| !interval.is_zero())
}

pub(super) fn flaps(session: &BfdSession) -> u64 {
    session
        .counters
        .as_option()
        .map_or(0, |counters| counters.flaps)
}

/// How long ago it went Down last.
pub(super) fn last_down(session: &BfdSession) -> Option<Duration> {
    age(
        session,
        session.last_down.as_option()?.timestamp.as_option(),
    )
}

/// Ages are counted by the daemon's clock, not by ours.
fn age(session: &BfdSession, at: Option<&bfd_api::Timestamp>) -> Option<Duration> {
    Some(go::between(at?, session.observed_at.as_option()?))
}

/// `part` of `whole` in thousandths.
pub(super) fn share(part: Option<Duration>, whole: Option<Duration>) -> u64 {
    match (part, whole) {
        (Some(part), Some(whole)) => nanos(part).saturating_mul(1_000) / nanos(whole).max(1),
        _ => 0,
    }
}

fn nanos(value: Duration) -> u64 {
    u64::try_from(value.as_nanos()).unwrap_or(u64::MAX)
}
