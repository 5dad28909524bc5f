//! The state machine: one pure function over state and event (RFC 5880 §6.2, §6.8.4, §6.8.6,
//! §6.8.16, erratum 5205).

use bfd_packet::{Diagnostic, State};

/// What the state machine reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A packet was accepted; the state it carries.
    Received(State),
    /// The detection time passed without a packet.
    Expired,
    /// There is no way to the peer any more.
    PathLost,
    /// The operator holds the session down.
    Disable,
    /// The operator lets the session go.
    Enable,
}

/// What becomes of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Next {
    /// The state after the event.
    pub(crate) state: State,
    /// The new `bfd.LocalDiag`; `None`: it stays.
    pub(crate) diagnostic: Option<Diagnostic>,
}

/// The state and diagnostic after `event`.
pub(crate) const fn next(state: State, event: Event) -> Next {
    use State::{AdminDown, Down, Init, Up};
    match (state, event) {
        (AdminDown, Event::Enable) => to(Down),
        (_, Event::Disable) => because(AdminDown, Diagnostic::ADMIN_DOWN),
        (AdminDown, _) | (_, Event::Enable) => to(state),

        // Erratum 5205: the silence is recorded in Down as well.
        (Down | Init | Up, Event::Expired) => because(Down, Diagnostic::CONTROL_TIME_EXPIRED),
        (Init | Up, Event::PathLost) => because(Down, Diagnostic::PATH_DOWN),
        (Down, Event::PathLost) => to(Down),

        (Init | Up, Event::Received(AdminDown)) => because(Down, Diagnostic::NEIGHBOR_DOWN),
        (Up, Event::Received(Down)) => because(Down, Diagnostic::NEIGHBOR_DOWN),
        (Down, Event::Received(Down)) => to(Init),
        (Down, Event::Received(Init)) | (Init, Event::Received(Init | Up)) => to(Up),
        (Down, Event::Received(AdminDown | Up)) => to(Down),
        (Init, Event::Received(Down)) => to(Init),
        (Up, Event::Received(Init | Up)) => to(Up),
    }
}

const fn to(state: State) -> Next {
    Next {
        state,
        diagnostic: None,
    }
}

const fn because(state: State, diagnostic: Diagnostic) -> Next {
    Next {
        state,
        diagnostic: Some(diagnostic),
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, State, next};
    use crate::History;

    #[test]
    fn there_are_no_transitions_but_those_that_are_counted() {
        let events = [
            Event::Expired,
            Event::PathLost,
            Event::Disable,
            Event::Enable,
        ];
        let events = events
            .into_iter()
            .chain(State::ALL.map(Event::Received))
            .collect::<Vec<_>>();
        let caused = State::ALL.into_iter().flat_map(|from| {
            let after = events.iter().map(move |event| next(from, *event).state);
            after
                .filter(move |to| *to != from)
                .map(move |to| (from, to))
        });
        let mut caused: Vec<_> = caused.collect();
        caused.sort_unstable();
        caused.dedup();
        assert_eq!(caused, History::TRANSITIONS);
    }
}
