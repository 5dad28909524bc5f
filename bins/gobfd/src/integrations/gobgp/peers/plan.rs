//! What to do next with a BGP peer: a function of what it shall be and what it is.

use crate::integrations::agenda::Wish;
use crate::integrations::gobgp::version::AdminState;
use crate::integrations::opinion::Cause;

/// What is known of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its administrative state; `None`: GoBGP has no such peer.
    pub(super) admin: Option<AdminState>,
    /// The note says that we disabled it.
    pub(super) ours: bool,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// None: the peer is as it shall be, or it is not ours to change.
    Rest(Found),
    /// Note it, then disable it.
    Disable(Cause),
    /// Enable it.
    Enable,
    /// Take it off the note.
    Forget,
}

/// What a peer was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Enabled.
    Enabled,
    /// Disabled by us.
    Disabled,
    /// Disabled by somebody else.
    DisabledByOperator,
    /// Stopped by GoBGP's prefix limit.
    PrefixLimit,
    /// Not a peer of GoBGP.
    NoPeer,
}

impl Found {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::DisabledByOperator => "disabled-by-operator",
            Self::PrefixLimit => "prefix-limit",
            Self::NoPeer => "no-bgp-peer",
        }
    }
}

impl Step {
    /// Its name in counters, if it changes what GoBGP does.
    pub(super) const fn action(self) -> Option<&'static str> {
        match self {
            Self::Disable(_) => Some("disable"),
            Self::Enable => Some("enable"),
            Self::Forget | Self::Rest(_) => None,
        }
    }
}

/// The next step. Only what is noted is ever enabled. A note of a peer that is enabled is stale, and
/// goes first, so that disabling always writes it.
pub(super) fn plan(wish: Wish, seen: Seen) -> Step {
    use AdminState::{Down, PrefixLimit, Up};
    match (seen.admin, seen.ours, wish) {
        (Some(Up | PrefixLimit) | None, true, _) => Step::Forget,
        (Some(Up), false, Wish::Avoid(cause)) => Step::Disable(cause),
        (Some(Down), true, Wish::Use | Wish::Release) => Step::Enable,
        (Some(Down), true, _) => Step::Rest(Found::Disabled),
        (Some(Down), false, _) => Step::Rest(Found::DisabledByOperator),
        (Some(Up), false, _) => Step::Rest(Found::Enabled),
        (Some(PrefixLimit), false, _) => Step::Rest(Found::PrefixLimit),
        (None, false, _) => Step::Rest(Found::NoPeer),
    }
}
