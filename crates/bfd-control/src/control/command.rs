//! What is asked of the steward, each with the place for its answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot::Sender;

use super::Reconciled;
use crate::error::{ChangeError, StartError};
use crate::intent::{Intent, Owner, TimerChange};
use crate::session::SessionInfo;
use crate::topology::Topology;

pub(super) enum Command {
    Add {
        owner: Owner,
        intent: Intent,
        answer: Sender<Result<SessionInfo, StartError>>,
    },
    Remove {
        discriminator: u32,
        answer: Sender<Result<(), ChangeError>>,
    },
    Admin {
        by: Owner,
        discriminator: u32,
        down: bool,
        answer: Sender<Result<SessionInfo, ChangeError>>,
    },
    Timers {
        discriminator: u32,
        change: TimerChange,
        answer: Sender<Result<SessionInfo, ChangeError>>,
    },
    Reconcile {
        owner: Owner,
        intents: Vec<Intent>,
        answer: Sender<Reconciled>,
    },
    TurnKeys {
        answer: Sender<()>,
    },
    Topology {
        topology: Arc<Topology>,
        answer: Sender<()>,
    },
    Shutdown {
        limit: Duration,
        answer: Sender<()>,
    },
}
