//! All BFD behaviour, without I/O: an input and the time go in, actions come out.
//!
//! Purpose: RFC 5880 asynchronous mode for single-hop (RFC 5881) and multihop (RFC 5883) sessions.
//! Owner: each [`Session`] belongs to whoever created it, and to nobody else. Thread: any. It must
//! never read a clock, draw from the operating system's randomness, log or block, nor allocate, but
//! for the keys it is given; two sessions given the same inputs at the same times do the same.
#![forbid(unsafe_code)]

mod action;
mod auth;
mod discard;
mod health;
mod history;
mod input;
mod instant;
mod path;
mod session;
mod spec;
mod verdict;
mod view;

pub use action::{Actions, StateChange, Transmit};
pub use auth::{AuthError, Authentication, Key, Secret};
pub use bfd_packet::{
    AuthType, ControlPacket, DetectMult, Diagnostic, Discriminator, Micros, ParseError, State,
};
pub use discard::Discard;
pub use health::LocalHealth;
pub use history::History;
pub use input::{Admin, Input, Received};
pub use instant::Instant;
pub use path::{Path, PathProblem};
pub use session::intervals;
pub use session::{MAX_PAYLOAD, Session};
pub use spec::{Interval, PaddedPduSize, Role, SessionKind, SessionSpec};
pub use verdict::{Down, Evidence, Verdict};
pub use view::{ArrivalStats, Counters, Remote, SessionView, Traffic};
