//! What every program of the package shows alike: command line, version, log lines, configuration
//! text, listeners, metrics text.
//!
//! Purpose: an operator who knows one program knows them all. It depends on none of our crates and
//! knows nothing of BFD; what a flag, a key or a metric means is its program's business.
#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod exposition;
pub mod logging;
pub mod serve;
pub mod signals;
