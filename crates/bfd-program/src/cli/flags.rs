//! Go's flag syntax for programs that use clap.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use clap::{Arg, Command};

/// Rewrites arguments as Go's `flag` package understands them into what clap understands.
///
/// `-name` becomes `--name`, a value that follows is joined to its flag (so it may begin with a
/// dash), `-name=false` of a switch leaves it out, and everything from the first argument that is
/// no flag is dropped. Unknown flags stay, for clap to refuse.
#[must_use]
pub fn with_two_dashes(
    command: &Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let mut arguments = arguments.into_iter();
    let mut rewritten: Vec<OsString> = arguments.next().into_iter().collect();
    while let Some(argument) = arguments.next() {
        let Some((name, value)) = split(&argument) else {
            break;
        };
        let Some(flag) = find(command, name) else {
            rewritten.push(argument);
            continue;
        };
        let takes_value = flag.get_action().takes_values();
        let value = match value {
            None if takes_value => arguments.next(),
            value => value.map(OsStr::to_os_string),
        };
        rewritten.extend(flag_text(name, value, takes_value));
    }
    rewritten
}

/// Name and value of a flag; `None` for `--`, `-` and whatever is no flag.
fn split(argument: &OsStr) -> Option<(&str, Option<&OsStr>)> {
    let octets = argument.as_bytes();
    let body = octets.strip_prefix(b"-")?;
    let body = body.strip_prefix(b"-").unwrap_or(body);
    if body.is_empty() {
        return None;
    }
    let end = body.iter().position(|octet| *octet == b'=');
    let name = std::str::from_utf8(&body[..end.unwrap_or(body.len())]).unwrap_or_default();
    Some((name, end.map(|end| OsStr::from_bytes(&body[end + 1..]))))
}

fn find<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(name))
}

fn flag_text(name: &str, value: Option<OsString>, takes_value: bool) -> Option<OsString> {
    let bare = format!("--{name}");
    match value {
        None => Some(bare.into()),
        Some(value) if !takes_value => match value.as_bytes() {
            b"1" | b"t" | b"T" | b"true" | b"True" | b"TRUE" => Some(bare.into()),
            b"0" | b"f" | b"F" | b"false" | b"False" | b"FALSE" => None,
            _ => Some(joined(&bare, &value)),
        },
        Some(value) => Some(joined(&bare, &value)),
    }
}

fn joined(flag: &str, value: &OsStr) -> OsString {
    OsString::from_vec([flag.as_bytes(), b"=", value.as_bytes()].concat())
}
