//! The manual as values: what it shows to type, what it shows to configure, and where it points.
//!
//! Purpose: tests hold each command and each example of `docs/` and the README against the code
//! that has to understand it. Thread: any. It must never judge: that is for whoever knows the
//! program.
#![forbid(unsafe_code)]

mod block;
mod link;
mod page;

pub use block::{Block, Command, commands_of};
pub use link::Link;
pub use page::{Page, pages, root};

#[cfg(test)]
mod tests;
