//! What a worker tells the control plane.

use bfd_proto::StateChange;

use crate::SessionId;

/// One thing that happened to a session. When it is read, [`crate::EngineHandle::read`] shows this
/// state already, or a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The session runs.
    Added(SessionId),
    /// The session changed its state.
    Changed {
        /// Which session.
        id: SessionId,
        /// What changed, and why.
        change: StateChange,
    },
    /// The session is gone: its peer was told, or the time for that is over.
    Removed(SessionId),
}
