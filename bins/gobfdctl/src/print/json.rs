//! JSON as the earlier releases print it: two blanks, no line end after the last brace.

use std::io;

use serde::Serialize;

/// The value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string_pretty(value).map_err(io::Error::from)
}
