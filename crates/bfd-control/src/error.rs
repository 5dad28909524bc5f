//! What can go wrong with a wish.

use bfd_engine::AddError;

use crate::intent::Conflict;

/// A session could not be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Somebody has this session already.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The engine has no place for it.
    #[error(transparent)]
    Engine(#[from] AddError),
    /// The daemon is stopping.
    #[error(transparent)]
    Stopping(#[from] Stopping),
}

/// The daemon is stopping and takes no more wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the daemon is stopping")]
pub struct Stopping;

/// A session could not be changed or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// No session has this discriminator.
    #[error("session not found")]
    NotFound,
    /// The daemon is stopping.
    #[error(transparent)]
    Stopping(#[from] Stopping),
}
