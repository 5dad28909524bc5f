//! Configuration text: from a YAML file to a tree whose every value knows its place, the kinds of
//! values, and problems said so that they can be put right without a manual.
//!
//! A program with few keys reads its file by [`load`] and a [`Section`]; the daemon walks the tree
//! against its table of keys. Thread: any. It must never touch the network, change anything, or
//! panic, whatever the text.

mod duration;
mod file;
mod grpc_target;
mod kind;
mod listen;
mod misfit;
mod node;
mod problem;
mod section;
mod threshold;
mod yaml;

pub use duration::{go_text, parse as parse_duration};
pub use file::read as read_file;
pub use grpc_target::GrpcTarget;
pub use kind::{Kind, Scalar, Zoned, quoted};
pub use listen::ListenAddress;
pub use misfit::{foreign_path, join, misfit, unknown_key};
pub use node::{Node, Origin, Value};
pub use problem::{ConfigError, Problem};
pub use section::{Section, load, read};
pub use threshold::Threshold;
pub use yaml::parse as parse_yaml;

#[cfg(test)]
mod tests;
