//! Tells HAProxy which servers BFD can reach: the answers to its agent checks, and, if wanted,
//! commands on its runtime socket.
//!
//! ```text
//! gobfd ──watch──► follow ──► board ──► published ──► checks  ◄── HAProxy asks, agent-check
//!                                            │   └──► pages   ◄── Prometheus, probes
//!                                            └──────► push ─────► HAProxy, runtime socket
//! ```
#![forbid(unsafe_code)]

pub mod agent;
pub mod board;
pub mod checks;
pub mod cli;
pub mod config;
pub mod follow;
pub mod pages;
pub mod published;
pub mod push;
