//! Tables: left-aligned columns, two blanks apart, the last one not padded.
//!
//! Columns are added at the end and never renamed.

use std::fmt;

use bfd_api::v1::BfdSession;

use crate::names;
use crate::view::{BgpStatusView, BgpTargetView, EchoView, MicroView};

/// Cells in rows of equal length.
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with a first row.
    pub(crate) fn new(header: &[&str]) -> Self {
        Self(vec![header.iter().map(ToString::to_string).collect()])
    }

    /// A table without a header.
    pub(crate) fn bare() -> Self {
        Self(Vec::new())
    }

    /// Appends a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.0.push(cells.into_iter().map(Into::into).collect());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.0.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.0.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.0 {
            let (last, padded) = row.split_last().ok_or(fmt::Error)?;
            for (cell, width) in padded.iter().zip(&widths) {
                write!(f, "{cell:width$}  ")?;
            }
            writeln!(f, "{last}")?;
        }
        Ok(())
    }
}

/// The list of control sessions. What is missing is a dash, so that columns can be counted.
pub(crate) fn sessions(sessions: &[BfdSession]) -> Table {
    let mut table = Table::new(&[
        "DISCRIMINATOR",
        "PEER",
        "LOCAL",
        "TYPE",
        "STATE",
        "REMOTE-STATE",
        "DIAG",
        "INTERFACE",
        "OWNER",
        "FLAPS",
        "VERDICT",
        "OVERRIDDEN",
    ]);
    for session in sessions {
        table.row(session_row(session));
    }
    table
}

fn session_row(session: &BfdSession) -> [String; 12] {
    let flaps = session
        .counters
        .as_option()
        .map_or(0, |counters| counters.flaps);
    let down = session.last_down.as_option();
    [
        session.local_discriminator.to_string(),
        dash(&session.peer_address),
        dash(&session.local_address),
        names::kind(session.r#type.as_known()).into(),
        names::state(session.local_state.as_known()).into(),
        names::state(session.remote_state.as_known()).into(),
        names::diagnostic(session.local_diagnostic.as_known()).into(),
        dash(&session.interface_name),
        dash(&session.owner),
        flaps.to_string(),
        dash(down.map_or("", |down| &down.verdict)),
        dash(if session.overridden { "yes" } else { "" }),
    ]
}

/// The list of echo sessions.
pub(crate) fn echo_sessions(sessions: &[EchoView<'_>]) -> Table {
    let mut table = Table::new(&[
        "DISCRIMINATOR",
        "PEER",
        "LOCAL",
        "INTERFACE",
        "STATE",
        "TX-INTERVAL",
        "DETECT-MULT",
        "SENT",
        "RCVD",
    ]);
    for session in sessions {
        table.row([
            session.discriminator.to_string(),
            session.peer_address.into(),
            session.local_address.into(),
            session.interface.into(),
            session.state.into(),
            session.tx_interval.clone().unwrap_or_default(),
            session.detect_multiplier.to_string(),
            session.packets_sent.to_string(),
            session.packets_received.to_string(),
        ]);
    }
    table
}

/// The list of groups.
pub(crate) fn groups(groups: &[MicroView<'_>]) -> Table {
    let header = [
        "LAG",
        "PEER",
        "LOCAL",
        "MEMBERS",
        "UP",
        "MIN-ACTIVE",
        "AGGREGATE",
    ];
    let mut table = Table::new(&header);
    for group in groups {
        table.row([
            group.lag_interface.into(),
            group.peer_address.into(),
            group.local_address.into(),
            group.member_links.join(","),
            group.up_member_count.to_string(),
            group.min_active_links.to_string(),
            if group.aggregate_up { "Up" } else { "Down" }.into(),
        ]);
    }
    table
}

/// The list of BGP peers or routes.
pub(crate) fn bgp_targets(targets: &[BgpTargetView<'_>]) -> Table {
    let mut table = Table::new(&[
        "TARGET",
        "WISH",
        "APPLIED",
        "CONFIRMED",
        "TOOK",
        "FAILURES",
        "SUPPRESSED",
        "VERDICT",
        "LAST-ERROR",
    ]);
    for target in targets {
        table.row([
            target.name.into(),
            target.wish.into(),
            dash(target.applied),
            yes(target.confirmed),
            dash(target.took.as_deref().unwrap_or_default()),
            target.failures.to_string(),
            yes(target.suppressed),
            dash(target.verdict),
            dash(target.last_error),
        ]);
    }
    table
}

/// The GoBGP integration.
pub(crate) fn bgp_status(status: &BgpStatusView<'_>) -> Table {
    let mut table = Table::new(&[
        "ENABLED",
        "ADDRESS",
        "STRATEGY",
        "CONNECTED",
        "VERSION",
        "ERROR",
    ]);
    table.row([
        yes(status.enabled),
        dash(status.address),
        dash(status.strategy),
        yes(status.connected),
        dash(status.version),
        dash(status.error),
    ]);
    table
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.into()
}

fn dash(text: &str) -> String {
    if text.is_empty() {
        "-".into()
    } else {
        text.into()
    }
}
