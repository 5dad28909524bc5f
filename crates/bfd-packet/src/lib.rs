//! Octets to typed BFD control packets and back (RFC 5880 §4).
//!
//! Purpose: parse what arrived into values that cannot break a structural rule, and write values
//! as octets. Owner: whoever holds the buffer; nothing here keeps data. Thread: any. It must never
//! allocate, panic on input, do I/O, or judge a packet by session state: that is `bfd-proto`.
#![no_std]
#![forbid(unsafe_code)]

mod auth;
mod control;
mod error;
mod field;

pub use auth::{AuthBytes, AuthSection, AuthType, Digest, MAX_SECTION_LEN};
pub use control::{ControlPacket, HEADER_LEN, MAX_LEN};
pub use error::ParseError;
pub use field::{DetectMult, Diagnostic, Discriminator, Micros, State};

#[cfg(test)]
mod tests;
