//! What BFD says of the path a session watches (RFC 5882 §3.2, §3.3, §4.1, §4.2).
//!
//! A session says nothing until it has been Up once; it has failed when it left Up for any other
//! reason than an operator's act, here or there, until it is Up again; and AdminDown on either side
//! means that BFD has no say. The opinion is read off what the session shows now, so changes that
//! were merged on the way do no harm.

use bfd_proto::{Diagnostic, SessionView, State, Verdict};

/// What BFD says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opinion {
    /// Nothing yet.
    Unknown,
    /// Nothing, because an operator wants it so.
    Waived,
    /// It works.
    Good,
    /// It failed.
    Bad(Cause),
}

/// Why a path failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Our diagnostic.
    pub diagnostic: Diagnostic,
    /// Label of the verdict.
    pub verdict: &'static str,
}

/// One session as a witness of its path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Witness {
    opinion: Opinion,
    /// How often it had left Up when it was last looked at.
    flaps: u32,
}

impl Witness {
    /// A session seen for the first time.
    pub(super) fn new(view: &SessionView) -> Self {
        let mut witness = Self {
            opinion: Opinion::Unknown,
            flaps: 0,
        };
        witness.see(view);
        witness
    }

    /// What it says.
    pub(super) fn opinion(&self) -> Opinion {
        self.opinion
    }

    /// Takes in what the session shows now.
    pub(super) fn see(&mut self, view: &SessionView) {
        let left_up = self.opinion == Opinion::Good || view.counters.flaps != self.flaps;
        self.flaps = view.counters.flaps;
        self.opinion = match view.state {
            State::Up => Opinion::Good,
            State::AdminDown => Opinion::Waived,
            State::Down | State::Init if view.remote.state == State::AdminDown => Opinion::Waived,
            State::Down | State::Init if left_up => judge(view),
            State::Down | State::Init => self.opinion,
        };
    }
}

fn judge(view: &SessionView) -> Opinion {
    match view.last_down.map(|down| down.verdict) {
        None => Opinion::Unknown,
        Some(Verdict::Admin | Verdict::PeerAdminDown) => Opinion::Waived,
        Some(verdict) => Opinion::Bad(Cause {
            diagnostic: view.diagnostic,
            verdict: verdict.label(),
        }),
    }
}
