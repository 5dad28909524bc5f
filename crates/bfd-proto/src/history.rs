//! What happened to a session and decides nothing any more.
//!
//! Purpose: what is only to be shown, apart from the session, so that its owner may keep it where
//! it is shown from and not a second time. Owner: whoever owns the session. Thread: any. It must
//! never be asked what the session does next.

use bfd_packet::State;

use crate::{Actions, Discard, Down, Instant, StateChange};

/// What one may want to know of a session's past. The numbers never go back; they stop at their
/// largest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// When the session was made.
    pub created: Instant,
    /// When the state last changed.
    pub last_change: Option<Instant>,
    /// The last Down, kept after recovery.
    pub last_down: Option<Down>,
    /// The last discarded packet: when, why, and its TTL.
    pub last_discard: Option<(Instant, Discard, u8)>,
    /// Packets discarded, by [`Discard::index`].
    pub discards: [u32; Discard::COUNT],
    /// State changes, by code of the state before and after.
    pub transitions: [[u32; 4]; 4],
}

impl History {
    /// The transitions that the state machine has: every other number stays zero.
    pub const TRANSITIONS: [(State, State); 9] = {
        use State::{AdminDown, Down, Init, Up};
        [
            (AdminDown, Down),
            (Down, AdminDown),
            (Down, Init),
            (Down, Up),
            (Init, AdminDown),
            (Init, Down),
            (Init, Up),
            (Up, AdminDown),
            (Up, Down),
        ]
    };

    /// The past of a session made now.
    #[must_use]
    pub const fn new(created: Instant) -> Self {
        Self {
            created,
            last_change: None,
            last_down: None,
            last_discard: None,
            discards: [0; Discard::COUNT],
            transitions: [[0; 4]; 4],
        }
    }

    /// Takes in what an input at `now` caused. To be called for each [`Actions`] with a change or a
    /// discard; others leave no trace here.
    pub fn note(&mut self, now: Instant, actions: &Actions) {
        if let Some(reason) = actions.discard {
            increment(&mut self.discards[reason.index()]);
            self.last_discard = Some((now, reason, actions.ttl));
        }
        if let Some(change) = &actions.change {
            self.note_change(change);
        }
    }

    /// How often Up was left, other than by our own operator.
    #[must_use]
    pub const fn flaps(&self) -> u32 {
        self.transitions[State::Up.bits() as usize][State::Down.bits() as usize]
    }

    fn note_change(&mut self, change: &StateChange) {
        let before = usize::from(change.from.bits());
        increment(&mut self.transitions[before][usize::from(change.to.bits())]);
        self.last_change = Some(change.at);
        self.last_down = change.down.or(self.last_down);
    }
}

fn increment(count: &mut u32) {
    *count = count.saturating_add(1);
}
