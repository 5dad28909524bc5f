//! The daemon as its users meet it: processes in network namespaces of their own, spoken to by
//! `curl`, by `grpcio` from PyPI and by our own client. Needs root.
#![forbid(unsafe_code)]

mod api;
mod hung;
mod keys;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod load;
mod log;
mod memory;
mod paths;
mod python;
mod reload;
mod scheduler;
mod start;
mod stop;
mod support;
mod systemd;
mod timers;
mod watch;
