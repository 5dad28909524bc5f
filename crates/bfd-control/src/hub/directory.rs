//! The sessions there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use bfd_engine::SessionId;
use bfd_proto::{Discriminator, Instant, State};

use crate::session::SessionMeta;

/// A session and what was last told of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) meta: Arc<SessionMeta>,
    /// Time of the last event told.
    pub(super) last_change: Option<Instant>,
    /// Number under which the session was asked to end; `None`: it was not.
    pub(super) hidden: Option<u64>,
    /// State after the last event told.
    pub(super) state: State,
    /// Its worker has taken it over.
    pub(super) taken: bool,
}

impl Entry {
    pub(super) fn new(meta: Arc<SessionMeta>) -> Self {
        let state = meta.first_view().state;
        Self {
            meta,
            last_change: None,
            hidden: None,
            state,
            taken: false,
        }
    }
}

/// All sessions, with a list for readers that is made again only after a change.
#[derive(Debug, Default)]
pub(super) struct Directory {
    entries: BTreeMap<Discriminator, Entry>,
    listed: Option<Arc<[Arc<SessionMeta>]>>,
}

impl Directory {
    /// Adds a session whose discriminator no other has: see [`Directory::holder`].
    pub(super) fn insert(&mut self, entry: Entry) {
        self.listed = None;
        self.entries.insert(entry.meta.id.discriminator, entry);
    }

    /// Who has this discriminator, hidden or not.
    pub(super) fn holder(&self, discriminator: Discriminator) -> Option<SessionId> {
        self.entries.get(&discriminator).map(|entry| entry.meta.id)
    }

    pub(super) fn entry(&mut self, id: SessionId) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(&id.discriminator);
        entry.filter(|entry| entry.meta.id == id)
    }

    pub(super) fn taken(&mut self, id: SessionId) {
        if let Some(entry) = self.entry(id) {
            entry.taken = true;
        }
    }

    /// Shows another version of a session.
    pub(super) fn amend(&mut self, meta: &Arc<SessionMeta>) {
        if let Some(entry) = self.entry(meta.id) {
            entry.meta = Arc::clone(meta);
            self.listed = None;
        }
    }

    /// Takes a session off the list, but keeps it for its last events.
    pub(super) fn hide(&mut self, id: SessionId, sequence: u64) -> Option<&mut Entry> {
        self.listed = None;
        let entry = self.entry(id)?;
        entry.hidden = Some(sequence);
        Some(entry)
    }

    pub(super) fn remove(&mut self, id: SessionId) {
        if self.entry(id).is_some() {
            self.listed = None;
            self.entries.remove(&id.discriminator);
        }
    }

    pub(super) fn find(&self, discriminator: u32) -> Option<Arc<SessionMeta>> {
        let entry = self.entries.get(&Discriminator::new(discriminator)?);
        let shown = entry.filter(|entry| entry.hidden.is_none());
        shown.map(|entry| Arc::clone(&entry.meta))
    }

    /// Every session not hidden, in ascending order of the discriminator.
    pub(super) fn all(&mut self) -> Arc<[Arc<SessionMeta>]> {
        let shown = shown(&self.entries);
        let list = || shown.map(|entry| Arc::clone(&entry.meta)).collect();
        Arc::clone(self.listed.get_or_insert_with(list))
    }

    /// Every session not hidden, in ascending order of the discriminator.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Entry> {
        shown(&self.entries)
    }

    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.entries.values().map(|entry| entry.meta.id).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn shown(entries: &BTreeMap<Discriminator, Entry>) -> impl Iterator<Item = &Entry> {
    entries.values().filter(|entry| entry.hidden.is_none())
}
