//! The sessions there are.

use std::collections::HashMap;
use std::sync::Arc;

use bfd_engine::SessionId;
use bfd_proto::{Instant, State};

use crate::session::SessionMeta;

/// A session and what was last told of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) meta: Arc<SessionMeta>,
    /// State after the last event told.
    pub(super) state: State,
    /// Time of the last event told.
    pub(super) last_change: Option<Instant>,
    /// Its worker has taken it over.
    pub(super) taken: bool,
    /// Number under which the session was asked to end; `None`: it was not.
    pub(super) hidden: Option<u64>,
}

impl Entry {
    pub(super) fn new(meta: Arc<SessionMeta>) -> Self {
        let state = meta.first_view().state;
        Self {
            meta,
            state,
            last_change: None,
            taken: false,
            hidden: None,
        }
    }
}

/// All sessions, with a list for readers that is made again only after a change.
#[derive(Debug, Default)]
pub(super) struct Directory {
    entries: HashMap<SessionId, Entry>,
    by_discriminator: HashMap<u32, SessionId>,
    listed: Option<Arc<[Arc<SessionMeta>]>>,
}

impl Directory {
    pub(super) fn insert(&mut self, entry: Entry) {
        let id = entry.meta.id;
        self.listed = None;
        self.by_discriminator.insert(id.discriminator.get(), id);
        self.entries.insert(id, entry);
    }

    pub(super) fn entry(&mut self, id: SessionId) -> Option<&mut Entry> {
        self.entries.get_mut(&id)
    }

    pub(super) fn taken(&mut self, id: SessionId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.taken = true;
        }
    }

    pub(super) fn amend(&mut self, id: SessionId, change: impl FnOnce(&mut SessionMeta)) {
        if let Some(entry) = self.entries.get_mut(&id) {
            self.listed = None;
            change(Arc::make_mut(&mut entry.meta));
        }
    }

    /// Takes a session off the list, but keeps it for its last events.
    pub(super) fn hide(&mut self, id: SessionId, sequence: u64) -> Option<&mut Entry> {
        self.listed = None;
        self.by_discriminator.remove(&id.discriminator.get());
        let entry = self.entries.get_mut(&id)?;
        entry.hidden = Some(sequence);
        Some(entry)
    }

    pub(super) fn remove(&mut self, id: SessionId) {
        self.listed = None;
        if self
            .entries
            .remove(&id)
            .is_some_and(|entry| entry.hidden.is_none())
        {
            self.by_discriminator.remove(&id.discriminator.get());
        }
    }

    pub(super) fn find(&self, discriminator: u32) -> Option<Arc<SessionMeta>> {
        let id = self.by_discriminator.get(&discriminator)?;
        self.entries.get(id).map(|entry| Arc::clone(&entry.meta))
    }

    /// Every session not hidden, in ascending order of the discriminator.
    pub(super) fn all(&mut self) -> Arc<[Arc<SessionMeta>]> {
        let list = || {
            let shown = self.entries.values().filter(|entry| entry.hidden.is_none());
            let mut list: Vec<_> = shown.map(|entry| Arc::clone(&entry.meta)).collect();
            list.sort_unstable_by_key(|meta| meta.id.discriminator);
            list.into()
        };
        Arc::clone(self.listed.get_or_insert_with(list))
    }

    pub(super) fn shown(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.hidden.is_none())
    }

    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.entries.keys().copied().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
