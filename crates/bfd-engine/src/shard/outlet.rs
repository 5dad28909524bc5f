//! Where a shard shows what it does: the state table, the ring, the counters.
//!
//! The past of a session is kept in its record and nowhere else. It is read back from there when
//! something happens that belongs to it, which is no matter of every packet.

use std::sync::Arc;

use bfd_proto::{Actions, History, Instant};

use super::Entry;
use crate::ring::Ring;
use crate::stats::Meters;
use crate::table::StateTable;

/// Where a shard shows what it does.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    /// The worker whose shard it is.
    pub(crate) worker: u16,
    /// Where sessions are shown.
    pub(crate) table: Arc<StateTable>,
    /// Where events go.
    pub(crate) ring: Arc<Ring>,
    /// Counters.
    pub(crate) meters: Arc<Meters>,
}

impl Outlet {
    /// Shows all of a session.
    pub(super) fn show(&self, slot: u32, entry: &Entry, history: &History) {
        let view = entry.session.view(history);
        self.table.publish(slot, entry.generation, &view);
    }

    /// Shows all of a session, with the past that is shown already.
    pub(super) fn show_again(&self, slot: u32, entry: &Entry) {
        if let Some(history) = self.table.history(slot, entry.generation) {
            self.show(slot, entry, &history);
        }
    }

    /// Shows what changes with every packet.
    pub(super) fn show_traffic(&self, slot: u32, entry: &Entry) {
        let traffic = entry.session.traffic();
        self.table.publish_traffic(slot, entry.generation, &traffic);
    }

    /// Notes what happened to a session: its past is kept in the table and nowhere else.
    pub(super) fn note(&self, slot: u32, entry: &Entry, now: Instant, actions: &Actions) {
        if let Some(mut history) = self.table.history(slot, entry.generation) {
            history.note(now, actions);
            self.show(slot, entry, &history);
        }
    }
}
