//! The manual as values: what it shows to type, what it shows to configure, where it points, and
//! whether it says the same in each language.
//!
//! Purpose: tests hold each command and each example of `docs/` and the README against the code
//! that has to understand it. Thread: any. It must never judge: that is for whoever knows the
//! program.
#![forbid(unsafe_code)]

mod block;
mod link;
mod marks;
mod outline;
mod page;
mod translation;

pub use block::{Block, Command, commands_of};
pub use link::Link;
pub use marks::{MarkError, write_between};
pub use page::{Page, pages, root};
pub use translation::out_of_step;

#[cfg(test)]
mod tests;
