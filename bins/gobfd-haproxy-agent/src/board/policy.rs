//! What the operator wants to be answered where BFD alone does not say it.

use std::time::Duration;

use super::Answer;

/// The operator's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// While the daemon is away.
    pub away: Away,
    /// While an operator, ours or the peer's, holds the session down.
    pub admin_down: Answer,
}

/// What is answered while the daemon does not answer us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// What was answered last, for this long; then `down`.
    KeepLast(Duration),
    /// Always the same.
    Fail(Answer),
}
