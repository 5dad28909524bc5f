//! Reading the configuration file: a regular file of bounded size in UTF-8.
//!
//! Symbolic links are followed wherever they lead: who can place one can write the file as well.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::node::Origin;
use super::problem::{ConfigError, Problem};
use super::yaml::MAX_TEXT;

/// The text of the file.
///
/// # Errors
/// Why there is none.
pub fn read(path: &Path) -> Result<String, ConfigError> {
    text(path).map_err(|message| {
        let problem = Problem::new(Origin::Whole, "", message);
        ConfigError::new(path.display().to_string(), vec![problem])
    })
}

fn text(path: &Path) -> Result<String, String> {
    let octets = contents(path).map_err(|error| format!("cannot be read: {error}"))?;
    if octets.len() as u64 > MAX_TEXT {
        return Err(format!("larger than {MAX_TEXT} octets"));
    }
    String::from_utf8(octets)
        .map_err(|error| format!("not UTF-8 from octet {}", error.utf8_error().valid_up_to()))
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    // Asked before opening: opening a pipe would block until somebody writes.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut octets = Vec::new();
    File::open(path)?
        .take(MAX_TEXT + 1)
        .read_to_end(&mut octets)?;
    Ok(octets)
}
