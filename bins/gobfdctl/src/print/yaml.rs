//! YAML: block style, four blanks per level.

use std::io;

use serde::Serialize;

/// The value as one YAML document with a line end.
pub(crate) fn yaml(value: &impl Serialize) -> io::Result<String> {
    let options = serde_saphyr::ser_options! { indent_step: 4 };
    let text = serde_saphyr::to_string_with_options(value, options).map_err(io::Error::other)?;
    Ok(text)
}
