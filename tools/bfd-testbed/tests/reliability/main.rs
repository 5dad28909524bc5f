//! What must not make a healthy session flap, and must not cost memory: each disturbance is really
//! made, against the daemon as it is shipped, with a second daemon as the peer.
//!
//! `make test` plays all of it small; `RELIABILITY=full` (`make reliability`) plays it at the sizes of
//! docs/en/reliability.md. Every test prints a row of that page's table.
#![forbid(unsafe_code)]

mod clients;
mod clock;
mod daemon;
mod field;
mod inside;
mod journal;
mod junk;
mod page;
mod reloads;
mod row;
mod scale;
mod scrapes;
mod stopped;
mod watchers;
