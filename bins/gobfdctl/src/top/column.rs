//! The columns: what they are called, how wide they are, and which give way on a narrow screen.

use bfd_api::v1::{BfdSession, SessionType};

use super::order;
use super::short::short;
use crate::names;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Address of the peer.
    Peer,
    /// Interface, or the kind of a session that is bound to none.
    Via,
    /// Our state.
    State,
    /// Silence now against the silence that is allowed.
    Gap,
    /// The longest silence since the session went Up.
    Worst,
    /// Interval between our packets.
    Tx,
    /// Changes from Up to Down.
    Flaps,
    /// Verdict of the last Down, and how long ago it was.
    LastDown,
}

/// Shortest and longest text of an address.
const PEER: (usize, usize) = (15, 39);
/// The first to give way first.
const GIVES_WAY: [Column; 4] = [Column::Worst, Column::Tx, Column::Via, Column::Flaps];

impl Column {
    /// From left to right.
    pub(super) const ALL: [Self; 8] = [
        Self::Peer,
        Self::Via,
        Self::State,
        Self::Gap,
        Self::Worst,
        Self::Tx,
        Self::Flaps,
        Self::LastDown,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Peer => "PEER",
            Self::Via => "VIA",
            Self::State => "STATE",
            Self::Gap => "GAP/LIMIT",
            Self::Worst => "WORST",
            Self::Tx => "TX",
            Self::Flaps => "FLAPS",
            Self::LastDown => "LAST DOWN",
        }
    }

    /// The key that sorts by it.
    pub(super) fn key(self) -> char {
        match self {
            Self::Peer => 'P',
            Self::Via => 'I',
            Self::State => 'S',
            Self::Gap => 'G',
            Self::Worst => 'W',
            Self::Tx => 'T',
            Self::Flaps => 'F',
            Self::LastDown => 'V',
        }
    }

    /// Each title leaves room for the arrow.
    fn width(self) -> usize {
        match self {
            Self::Peer => PEER.0,
            Self::Via => 8,
            Self::State => 9,
            Self::Gap => 11,
            Self::Worst | Self::Flaps => 6,
            Self::Tx => 5,
            Self::LastDown => 20,
        }
    }

    /// The column to its right, from the last one to the first.
    pub(super) fn next(self) -> Self {
        self.stepped(1)
    }

    /// The column to its left, from the first one to the last.
    pub(super) fn previous(self) -> Self {
        self.stepped(Self::ALL.len() - 1)
    }

    fn stepped(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|one| *one == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    /// What the column says of a session.
    pub(super) fn text(self, session: &BfdSession) -> String {
        let or_dash = |value: Option<std::time::Duration>| value.map_or_else(dash, short);
        match self {
            Self::Peer => session.peer_address.clone(),
            Self::Via => via(session),
            Self::State => names::state(session.local_state.as_known()).into(),
            Self::Gap => gap(session),
            Self::Worst => or_dash(order::worst(session)),
            Self::Tx => or_dash(order::transmit(session)),
            Self::Flaps => order::flaps(session).to_string(),
            Self::LastDown => last_down(session),
        }
    }
}

/// Which columns fit into `width`, and how wide each is. `peer` is the longest address shown.
pub(super) fn fitting(width: usize, peer: usize) -> Vec<(Column, usize)> {
    let peer = peer.clamp(PEER.0, PEER.1);
    let mut columns = Column::ALL.to_vec();
    let needed = |columns: &[Column]| {
        let own: usize = columns.iter().map(|column| column.width()).sum();
        own - PEER.0 + peer + columns.len() - 1
    };
    for gives_way in GIVES_WAY {
        if needed(&columns) > width {
            columns.retain(|column| *column != gives_way);
        }
    }
    let spare = width.saturating_sub(needed(&columns));
    let wide = |column: Column| match column {
        Column::Peer => peer,
        Column::LastDown => column.width() + spare,
        other => other.width(),
    };
    columns
        .into_iter()
        .map(|column| (column, wide(column)))
        .collect()
}

fn via(session: &BfdSession) -> String {
    if !session.interface_name.is_empty() {
        return session.interface_name.clone();
    }
    match session.r#type.as_known() {
        Some(SessionType::SESSION_TYPE_MULTI_HOP) => "multihop".into(),
        _ => dash(),
    }
}

fn gap(session: &BfdSession) -> String {
    match (order::gap(session), order::limit(session)) {
        (Some(gap), Some(limit)) => format!("{}/{}", short(gap), short(limit)),
        (Some(gap), None) => short(gap),
        (None, _) => dash(),
    }
}

fn last_down(session: &BfdSession) -> String {
    let Some(down) = session.last_down.as_option() else {
        return dash();
    };
    match order::last_down(session) {
        Some(age) => format!("{} {}", down.verdict, short(age)),
        None => down.verdict.clone(),
    }
}

fn dash() -> String {
    "-".into()
}
