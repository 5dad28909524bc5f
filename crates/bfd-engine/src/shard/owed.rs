//! What a shard owes the world at the end of a turn: packets, records, events.
//!
//! Lists are filled and emptied in place: their room is made when sessions are added, not per
//! packet.

use bfd_proto::Transmit;

use crate::command::Done;
use crate::ring::Ring;
use crate::table::StateTable;
use crate::{Event, SessionId};

/// Lists of a turn.
#[derive(Default)]
pub(crate) struct Owed {
    packets: Vec<(u32, Transmit)>,
    /// Slots that owe a packet of their own accord, as against an answer to a Poll.
    speaking: Vec<bool>,
    /// Slots with something to show, each once.
    records: Vec<u32>,
    /// What of each slot is to be shown.
    changed: Vec<Option<Record>>,
    events: Vec<Event>,
    gone: Vec<SessionId>,
    done: Vec<(SessionId, Done)>,
}

/// How much of a record changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Record {
    /// Counters and arrivals.
    Hot,
    /// Anything.
    Whole,
}

impl Owed {
    /// Makes room for this many slots.
    pub(crate) fn reserve(&mut self, slots: usize) {
        self.changed.resize(slots, None);
        self.speaking.resize(slots, false);
        self.records.reserve(slots);
        self.packets.reserve(slots * 2);
        self.events.reserve(slots);
    }

    /// Packets are written at the turn's end and show the session as it is then: a second one of
    /// its own accord would say the same once more.
    pub(crate) fn packet(&mut self, slot: u32, what: Transmit) {
        let answer = what == Transmit::Final;
        if answer || !std::mem::replace(&mut self.speaking[slot as usize], true) {
            self.packets.push((slot, what));
        }
    }

    /// Whether any of the packets is more than the periodic one.
    pub(crate) fn has_answers(&self) -> bool {
        let answer = |(_, what): &(u32, Transmit)| *what != Transmit::Periodic;
        self.packets.iter().any(answer)
    }

    /// Something of this slot changed; `whole`: more than its counters.
    pub(crate) fn record(&mut self, slot: u32, whole: bool) {
        let change = &mut self.changed[slot as usize];
        if change.is_none() {
            self.records.push(slot);
        }
        *change = (*change).max(Some(if whole { Record::Whole } else { Record::Hot }));
    }

    pub(crate) fn event(&mut self, event: Event, done: Option<Done>) {
        if let (Event::Added(id), Some(done)) = (event, done) {
            self.record(id.slot, true);
            self.done.push((id, done));
        }
        self.events.push(event);
    }

    pub(crate) fn gone(&mut self, id: SessionId) {
        self.gone.push(id);
        self.events.push(Event::Removed(id));
    }

    /// Takes the packets out.
    pub(crate) fn packets(&mut self) -> impl Iterator<Item = (u32, Transmit)> {
        let Self {
            packets, speaking, ..
        } = self;
        packets.drain(..).inspect(|(slot, what)| {
            if *what != Transmit::Final {
                speaking[*slot as usize] = false;
            }
        })
    }

    /// Takes the records out.
    pub(crate) fn records(&mut self) -> impl Iterator<Item = (u32, Record)> {
        let Self {
            records, changed, ..
        } = self;
        records
            .drain(..)
            .filter_map(|slot| Some((slot, changed[slot as usize].take()?)))
    }

    /// Takes the events out, after the table shows what they tell of.
    pub(crate) fn events(&mut self, table: &StateTable, ring: &Ring) -> bool {
        for id in self.gone.drain(..) {
            table.clear(id.slot, id.generation);
        }
        let any = !self.events.is_empty();
        self.events.drain(..).for_each(|event| ring.push(event));
        self.done.drain(..).for_each(|(id, done)| done(id));
        any
    }
}

impl std::fmt::Debug for Owed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owed")
            .field("packets", &self.packets.len())
            .finish_non_exhaustive()
    }
}
