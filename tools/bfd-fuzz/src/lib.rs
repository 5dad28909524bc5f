//! What the fuzzers try.
//!
//! Purpose: one function per target, called by libFuzzer (`fuzz/`, `make fuzz`) and by the test of
//! this crate, which replays the kept corpus and a bounded number of seeded mutations. Thread: any. It must panic on a fault and on nothing else.
#![forbid(unsafe_code)]

mod api;
mod authentication;
mod codec;
mod config;
mod session;

pub use api::api;
pub use authentication::authentication;
pub use codec::codec;
pub use config::config;
pub use session::session;

/// Tries one input; panics on a fault.
pub type Body = fn(&[u8]);

/// Name and body of each target; the corpus of a target is `fuzz/corpus/NAME`.
pub const TARGETS: [(&str, Body); 5] = [
    ("api", api),
    ("authentication", authentication),
    ("codec", codec),
    ("config", config),
    ("session", session),
];

#[cfg(test)]
mod tests;
