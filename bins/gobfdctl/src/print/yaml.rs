//! YAML as the earlier releases print it: block style, four blanks per level, IPv4 addresses
//! and most other texts without quotes.

use std::io;

use serde::Serialize;

/// The value as one YAML document with a line end.
pub(crate) fn yaml(value: &impl Serialize) -> io::Result<String> {
    // The rules of YAML 1.1 would quote each IPv4 address as something like a number.
    let options = serde_saphyr::ser_options! {
        indent_step: 4,
        prefer_block_scalars: false,
        yaml_12: true,
        no_lang_directive: true,
    };
    serde_saphyr::to_string_with_options(value, options).map_err(io::Error::other)
}
