//! What a shard owes the world at the end of a turn: packets and records.
//!
//! Lists are filled and emptied in place: their room is made when sessions are added, not per
//! packet.

use bfd_proto::Transmit;

use crate::SessionId;
use crate::chunks::Chunks;

/// Answers of one turn that find room without an allocation, whatever the number of sessions.
const ANSWERS: usize = 1024;

/// Lists of a turn.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    packets: Vec<(u32, Transmit)>,
    /// Slots with something to show, each once.
    records: Vec<u32>,
    slots: Chunks<Owing>,
    gone: Vec<SessionId>,
}

/// What one slot owes.
#[derive(Clone, Copy, Debug, Default)]
struct Owing {
    /// A packet of its own accord, as against an answer to a Poll.
    speaking: bool,
    /// What of it is to be shown.
    record: Option<Record>,
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
    /// Makes room for the slots up to this one. The lists hold what is owed now and are rarely
    /// long, so they are not doubled.
    pub(crate) fn reserve(&mut self, slot: u32) {
        self.slots.reserve(slot);
        let slots = self.slots.len();
        self.records.reserve_exact(slots - self.records.len());
        let owed = self.packets.len();
        let packets = slots + ANSWERS;
        self.packets.reserve_exact(packets.saturating_sub(owed));
    }

    /// Packets are written at the turn's end and show the session as it is then: a second one of
    /// its own accord would say the same once more.
    pub(crate) fn packet(&mut self, slot: u32, what: Transmit) {
        let answer = what == Transmit::Final;
        if answer || !std::mem::replace(&mut self.slots[slot].speaking, true) {
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
        let change = &mut self.slots[slot].record;
        if change.is_none() {
            self.records.push(slot);
        }
        *change = (*change).max(Some(if whole { Record::Whole } else { Record::Hot }));
    }

    /// This session is no more.
    pub(crate) fn forget(&mut self, id: SessionId) {
        self.gone.push(id);
    }

    /// Takes the packets out.
    pub(crate) fn packets(&mut self) -> impl Iterator<Item = (u32, Transmit)> {
        let Self { packets, slots, .. } = self;
        packets.drain(..).inspect(|(slot, what)| {
            if *what != Transmit::Final {
                slots[*slot].speaking = false;
            }
        })
    }

    /// Takes the records out.
    pub(crate) fn records(&mut self) -> impl Iterator<Item = (u32, Record)> {
        let Self { records, slots, .. } = self;
        records
            .drain(..)
            .filter_map(|slot| Some((slot, slots[slot].record.take()?)))
    }

    /// Takes out the sessions that are no more.
    pub(crate) fn gone(&mut self) -> impl Iterator<Item = SessionId> {
        self.gone.drain(..)
    }
}
