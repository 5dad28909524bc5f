//! The manual page of a daemon, from the same grammar as its usage.

use clap::Command;
use clap_mangen::Man;

use super::{Answer, BUILD};

/// Section of commands for operators.
const SECTION: &str = "8";

/// The page in troff.
pub(super) fn page(command: &Command) -> Answer {
    let name = command.get_name().to_owned();
    let page = Man::new(command.clone())
        .section(SECTION)
        .source(format!("{name} {}", BUILD.version))
        .manual("GoBFD");
    let mut text = Vec::new();
    match page.render(&mut text) {
        Ok(()) => Answer::good(String::from_utf8_lossy(&text)),
        Err(error) => Answer::bad(format!("write the manual page: {error}\n")),
    }
}
