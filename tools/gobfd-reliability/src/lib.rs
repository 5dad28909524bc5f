//! What must not make a healthy session flap, and must not cost memory: each disturbance is really
//! made, against the daemon as it is shipped, with a second daemon as the peer.
//!
//! The tests play all of it small; `gobfd-reliability run` (`make reliability`) plays it at full size and
//! keeps the rows of the table in docs/en/reliability.md. All of it runs on the caller's threads, as root,
//! in network namespaces of its own. A disturbance that costs something panics and says what. Only
//! the disturbance `clock` touches anything outside of the namespaces, and nothing else may.
#![forbid(unsafe_code)]

mod clients;
mod clock;
mod daemon;
mod disturbance;
mod field;
mod inside;
mod journal;
mod junk;
mod metrics;
mod reloads;
mod results;
mod row;
mod scale;
mod scrapes;
mod stopped;
mod table;
mod watchers;

pub use disturbance::{ALL, CLOCK, Disturbance};
pub use journal::goodbye;
pub use results::Results;
pub use row::Row;
pub use scale::Size;
pub use stopped::control;
pub use table::{line, table};
