//! Our own Poll Sequence (RFC 5880 §6.5, §6.8.3).

/// Where our Poll Sequence stands.
///
/// P rides on packets that are sent anyway. A second change while P is out makes the answer
/// ambiguous, so it waits for a packet with F clear after the first sequence has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Poll {
    /// Nothing to ask.
    #[default]
    Idle,
    /// The next packet carries P.
    Due,
    /// P was sent, F is awaited; `again`: a later change needs a sequence of its own.
    Sent { again: bool },
    /// F has come, the next sequence begins after a packet with F clear.
    Settling,
}

impl Poll {
    /// A value changed that the peer has to confirm.
    pub(crate) fn request(&mut self) {
        *self = match *self {
            Self::Idle | Self::Due => Self::Due,
            Self::Sent { .. } => Self::Sent { again: true },
            Self::Settling => Self::Settling,
        };
    }

    /// Drops a running sequence and asks anew: the answer would be to a packet of another life.
    pub(crate) fn restart(&mut self) {
        *self = Self::Due;
    }

    /// Whether packets carry P now.
    pub(crate) const fn is_active(self) -> bool {
        matches!(self, Self::Due | Self::Sent { .. })
    }

    /// A packet with P was sent.
    pub(crate) fn sent(&mut self) {
        if *self == Self::Due {
            *self = Self::Sent { again: false };
        }
    }

    /// A packet came in; returns whether it ended the sequence, so that delayed values act.
    pub(crate) fn received(&mut self, final_: bool) -> bool {
        let (next, ended) = match (*self, final_) {
            (Self::Sent { again: false }, true) => (Self::Idle, true),
            (Self::Sent { again: true }, true) => (Self::Settling, false),
            (Self::Settling, false) => (Self::Due, false),
            (other, _) => (other, false),
        };
        *self = next;
        ended
    }
}
