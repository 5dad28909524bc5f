//! The BFD daemon as a library: everything `main` wires together, reachable for tests.
#![forbid(unsafe_code)]

mod announce;
pub mod api;
pub mod calendar;
pub mod changes;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod integrations;
pub mod ledger;
pub mod logging;
pub mod metrics;
pub mod paths;
pub mod reload;
pub mod secrecy;
mod shortage;
mod systemd;
pub mod web;
