//! The control plane: who wants which session, where it can go, and who is told what happens.
//!
//! Purpose: between those who wish (configuration, API) and the engine that runs sessions. Wishes
//! go down through [`Control`]; events come up through its subscriptions. Owner: the steward owns
//! wishes, the hub owns the directory. Thread: see the modules; none of it runs on a worker's, and
//! no lock here is ever taken by one. It must never block the engine.
#![forbid(unsafe_code)]

mod control;
mod engine;
mod error;
mod hub;
mod intent;
mod interface;
mod key;
mod keychain;
mod plan;
mod session;
#[cfg(test)]
mod testing;
pub mod topology;

pub use control::{Control, Reconciled, RouteSource};
pub use engine::{Sessions, now};
pub use error::{ChangeError, StartError, Stopping};
pub use hub::{Event, EventKind, EventSource, Subscribed, Subscription};
pub use intent::{Conflict, Intent, Intents, Owner, TimerChange, TimerOverride, Wanted, Wish};
pub use interface::{BadInterfaceName, InterfaceName};
pub use key::{Hops, SessionKey};
pub use keychain::{InUse, KeyChain, KeyChainError, Lifetime, TimedKey};
pub use plan::{Change, KeyChange, Plan};
pub use session::{Overridden, SessionInfo, SessionMeta};
pub use topology::Topology;
