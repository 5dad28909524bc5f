//! The BFD daemon as a library: everything `main` wires together, reachable for tests.
#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod logging;
pub mod metrics;
