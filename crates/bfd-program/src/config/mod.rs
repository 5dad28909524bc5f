//! Configuration text: from a YAML file to a tree whose every value knows its place, the kinds of
//! values, and problems said so that they can be put right without a manual.
//!
//! Thread: any. It must never touch the network, change anything, or panic, whatever the text.

mod duration;
mod file;
mod kind;
mod listen;
mod node;
mod problem;
mod yaml;

pub use duration::{go_text, parse as parse_duration};
pub use file::read as read_file;
pub use kind::{Kind, Scalar, Zoned, quoted};
pub use listen::ListenAddress;
pub use node::{Node, Origin, Value};
pub use problem::{ConfigError, Problem};
pub use yaml::parse as parse_yaml;

#[cfg(test)]
mod tests;
