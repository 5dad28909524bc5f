//! The bridge from BFD sessions to ExaBGP's process API.
//!
//! ExaBGP starts the program and reads its standard output: `announce route …`, `withdraw route …`.
//! [`RouteBoard`] decides what ExaBGP is to believe, as a plain value; [`bridge`] connects it to the
//! daemon's API, to ExaBGP and to the clock. Nothing but command lines ever goes to standard output.
#![forbid(unsafe_code)]

mod answers;
mod attributes;
mod board;
pub mod bridge;
pub mod cli;
mod commands;
mod peer;
mod prefix;
mod route;
mod settings;

pub use attributes::{Attributes, Community, CommunityError, LargeCommunity};
pub use board::{Action, Command, RouteBoard};
pub use peer::Peer;
pub use prefix::{Prefix, PrefixError};
pub use route::{Condition, NextHop, Route, RouteError};
pub use settings::{Environment, Settings, SettingsError};
